//! Rules named by other documents: by id, or by Sigma's `name`.

use serde::{Deserialize, Serialize};

use super::error::{Code, Position, Problems, shown};
use super::yaml::{Entry, Value, Yaml};
use crate::finding::RuleInfo;

/// A rule as another document names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reference {
    /// An id, or a name.
    pub(crate) named: String,
    pub(crate) at: Position,
}

impl Reference {
    /// True if it is this rule that is named.
    pub(crate) fn is(&self, info: &RuleInfo) -> bool {
        is_called(info, &self.named)
    }

    /// The name for a message.
    pub(crate) fn shown(&self) -> String {
        shown(&self.named)
    }
}

/// True if this is the rule's id, in any case of letters, or its name.
pub(crate) fn is_called(info: &RuleInfo, named: &str) -> bool {
    info.id.as_str().eq_ignore_ascii_case(named) || info.name.as_deref() == Some(named)
}

/// The rules that a key names: a list of texts, or one. Each once.
pub(crate) fn read(entry: &Entry, code: Code, problems: &mut Problems) -> Vec<Reference> {
    if matches!(&entry.value.value, Value::List(items) if items.is_empty()) {
        problems.add(code, entry.at, "found an empty list `rules`, expected the ids or names of rules");
    }
    read_value(&entry.value, code, problems)
}

/// The same, of what stands behind the key; an empty list names none.
pub(crate) fn read_value(value: &Yaml, code: Code, problems: &mut Problems) -> Vec<Reference> {
    let one = std::slice::from_ref(value);
    let items: &[Yaml] = match &value.value {
        Value::List(items) => items,
        _ => one,
    };
    let mut references: Vec<Reference> = Vec::new();
    for item in items {
        let named = item.scalar().map(str::trim).filter(|text| !text.is_empty());
        match named {
            Some(named) if references.iter().any(|known| known.named == named) => {
                let message = format!("found the rule {} twice, expected each once", shown(named));
                problems.add(code, item.at, message);
            }
            Some(named) => references.push(Reference { named: named.to_owned(), at: item.at }),
            None => {
                let message =
                    format!("found {} in `rules`, expected the id or the name of a rule", item.kind());
                problems.add(code, item.at, message);
            }
        }
    }
    references
}
