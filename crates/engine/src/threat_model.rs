//! Threat models: what an application is threatened by, how each attack shows, and which rules see it.
//!
//! In: a YAML document with the key `threat_model`, in a file beside the rules. Out: a [`ThreatModel`], or every fault in it
//! with its place. From models come attribution (which finding is whose: [`Attribution`]), coverage, dashboards and reports.
//! `docs/threat-models.md` is the guide, `tattletrail rules schema threat-model` the form.

// Which findings are an application's.
mod scope;

// From YAML to a model.
mod read;

// Members of a mapping, and what is wrong with them.
mod form;

// The words that the form has.
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{RuleHash, TechniqueId};
use crate::sigma::Position;
use crate::sigma::error::{Code, RuleError};
use crate::sigma::reference::Reference;

pub(crate) use read::read;
pub use scope::{Scope, Tags};
pub use words::{Impact, Likelihood, Log, Standing};

/// The version of the form that is read.
pub const FORMAT: &str = "1";

/// A threat model of one application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ThreatModel {
    /// The application's name: lower-case letters, digits and dashes.
    pub application: Arc<str>,
    /// The application in a few words.
    pub title: String,
    /// What it is; empty where nothing is said.
    pub description: String,
    /// Who answers for it.
    pub owner: String,
    /// What belongs to it.
    pub scope: Scope,
    /// What it is made of.
    pub components: Vec<Component>,
    /// The logs and agents that there are.
    pub instrumentation: Vec<Instrument>,
    /// How it is attacked.
    pub vectors: Vec<Vector>,
    /// What is known not to be seen.
    pub gaps: Vec<Gap>,
    /// The path that it was loaded from.
    pub path: String,
    /// Which text of it it is.
    pub hash: RuleHash,
    /// Where the application's name is written.
    pub at: Position,
}

/// A part of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Component {
    /// Its name within the model.
    pub id: Arc<str>,
    /// What it is.
    pub title: String,
    /// CloudFormation's word for it, such as `AWS::S3::Bucket`.
    pub kind: Option<String>,
    /// Patterns of the ARNs of what it is made of.
    pub resources: Vec<String>,
}

/// A log or an agent that shows what happens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instrument {
    /// Its name within the model.
    pub id: Arc<str>,
    /// What it is.
    pub title: String,
    /// Its kind.
    pub source: Log,
    /// Whether it is there.
    pub status: Standing,
    /// The event sources that are in it; empty for all.
    pub services: Vec<String>,
    /// Where it is written.
    pub at: Position,
}

impl Instrument {
    /// True if it is there now.
    pub fn shows_something(&self) -> bool {
        self.status == Standing::On
    }

    /// True if events of this source, of management or of data, are in it now.
    pub fn shows(&self, source: &str, is_data: bool) -> bool {
        let kind = if is_data { Log::CloudTrailData } else { Log::CloudTrailManagement };
        let has =
            self.services.is_empty() || self.services.iter().any(|one| one.eq_ignore_ascii_case(source));
        self.source == kind && self.status == Standing::On && has
    }
}

/// A way in which the application is attacked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vector {
    /// Its name within the model.
    pub id: Arc<str>,
    /// The attack in a few words.
    pub title: String,
    /// How it goes; empty where nothing is said.
    pub description: String,
    /// What it would cost.
    pub impact: Option<Impact>,
    /// How probable it is.
    pub likelihood: Option<Likelihood>,
    /// What ATT&CK calls it.
    pub techniques: Vec<Technique>,
    /// The components that are attacked.
    pub components: Vec<Named>,
    /// The logs that show it.
    pub instrumentation: Vec<Named>,
    /// The rules that see it.
    pub rules: Vec<RuleRef>,
    /// What to do when one of them fires; empty where nothing is said.
    pub response: String,
    /// Where its name is written.
    pub at: Position,
}

/// A technique as a model names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Technique {
    /// Its id in the pinned version of ATT&CK.
    pub id: TechniqueId,
    /// The id as written, which may be one of an older version.
    pub written: String,
    /// Where it is written.
    pub at: Position,
}

/// Something of the model that is named elsewhere in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its name.
    pub id: Arc<str>,
    /// Where it is named.
    pub at: Position,
}

/// A rule as a model names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleRef(pub(crate) Reference);

impl RuleRef {
    /// The rule's id, or its name.
    pub fn named(&self) -> &str {
        &self.0.named
    }

    /// Where it is named.
    pub fn at(&self) -> Position {
        self.0.at
    }
}

/// Something that is known not to be seen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Gap {
    /// The vector that it is about; `None` where it is about the whole.
    pub vector: Option<Named>,
    /// What is not seen.
    pub gap: String,
    /// Why that is borne.
    pub reason: String,
    /// The rules of the vector that no log feeds, where it is about these.
    pub rules: Vec<RuleRef>,
    /// The day on which to look again (`2027-06-30`).
    pub until: Option<String>,
    /// Where it is written.
    pub at: Position,
}

/// An application that a finding belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attribution {
    /// The application.
    pub application: Arc<str>,
    /// Its attack vectors that the finding is about, in the order of the model.
    pub vectors: Vec<Arc<str>>,
}

impl fmt::Display for Attribution {
    /// `cruddur:public-avatars,leaked-key`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.application, self.vectors.join(","))
    }
}

impl Attribution {
    /// The applications, with spaces between: `account-baseline cruddur`.
    #[must_use]
    pub fn names(all: &[Self]) -> String {
        all.iter().map(|own| &*own.application).collect::<Vec<_>>().join(" ")
    }

    /// The applications with their vectors: `account-baseline:root-use cruddur:public-avatars,leaked-key`.
    #[must_use]
    pub fn told(all: &[Self]) -> String {
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    /// All that are in either: each application once, in the order of their names, with the vectors of both.
    #[must_use]
    pub fn union(one: &[Self], other: &[Self]) -> Vec<Self> {
        let mut all: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
        for Self { application, vectors } in one.iter().chain(other) {
            let known = all.entry(application.clone()).or_default();
            for vector in vectors {
                if !known.contains(vector) {
                    known.push(vector.clone());
                }
            }
        }
        all.into_iter().map(|(application, vectors)| Self { application, vectors }).collect()
    }
}

impl ThreatModel {
    /// A component by its name.
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components.iter().find(|component| &*component.id == id)
    }

    /// A log by its name.
    pub fn instrument(&self, id: &str) -> Option<&Instrument> {
        self.instrumentation.iter().find(|instrument| &*instrument.id == id)
    }

    /// The logs that show a vector.
    pub fn instruments_of<'m>(&'m self, vector: &'m Vector) -> impl Iterator<Item = &'m Instrument> {
        vector.instrumentation.iter().filter_map(|named| self.instrument(&named.id))
    }

    /// What is known not to be seen of a vector.
    pub fn gaps_of<'m>(&'m self, vector: &'m Vector) -> impl Iterator<Item = &'m Gap> {
        self.gaps.iter().filter(|gap| gap.vector.as_ref().is_some_and(|named| named.id == vector.id))
    }

    /// Every rule that it names, as often as it does.
    pub(crate) fn references(&self) -> impl Iterator<Item = (usize, &Reference)> {
        let vectors = self.vectors.iter().enumerate();
        vectors.flat_map(|(place, vector)| vector.rules.iter().map(move |rule| (place, &rule.0)))
    }

    /// The rules that it names, as written.
    pub fn named_rules(&self) -> impl Iterator<Item = &str> {
        self.references().map(|(_, rule)| rule.named.as_str())
    }

    /// An error at a place of the model.
    pub(crate) fn error(&self, code: Code, at: Position, message: String, hint: String) -> RuleError {
        let Position { line, column } = at;
        RuleError { code, path: self.path.clone(), line, column, message, hint: Some(hint) }
    }
}

#[cfg(test)]
mod tests;
