//! A rule that is read from its bytes once it is needed: of a thousand rules in a bundle a start reads none, and most
//! events meet few.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::super::detection::{Expression, Logic};
use super::super::error::Position;
use super::Content;
use crate::finding::{Level, RuleInfo};
use crate::ids::{RuleHash, RuleId};

/// The bytes of a bundle, which its rules share.
pub(crate) type Bytes = Arc<Cow<'static, [u8]>>;

/// What a rule is, or the bytes that say it.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    content: OnceLock<Box<Content>>,
    bytes: Option<(Bytes, Range<usize>)>,
}

impl Packed {
    /// What is known already.
    pub(super) fn of(content: Content) -> Self {
        Self { content: OnceLock::from(Box::new(content)), bytes: None }
    }

    /// What these bytes say.
    pub(super) fn within(bytes: Bytes, range: Range<usize>) -> Self {
        Self { content: OnceLock::new(), bytes: Some((bytes, range)) }
    }

    /// What it is.
    pub(super) fn content(&self) -> &Content {
        self.content.get_or_init(|| Box::new(self.unpack().unwrap_or_else(|_| unreadable())))
    }

    /// What the bytes say; an error if that is no rule.
    pub(super) fn unpack(&self) -> Result<Content, postcard::Error> {
        let Some((bytes, range)) = &self.bytes else { return Ok(self.content().clone()) };
        let bytes = bytes.get(range.clone()).ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
        let (content, rest) = postcard::take_from_bytes::<Content>(bytes)?;
        if rest.is_empty() { Ok(content.completed()) } else { Err(postcard::Error::SerdeDeCustom) }
    }
}

/// In the place of a rule that cannot be read. INVARIANT: a bundle has the hash of what this engine wrote and has read
/// back before; another one, which somebody made by hand, must not silence a rule. So this one matches whatever it meets.
fn unreadable() -> Content {
    let info = RuleInfo {
        id: RuleId::from("unreadable"),
        name: None,
        related: Vec::new(),
        title: "A rule of the bundle cannot be read".to_owned(),
        description: "`tattletrail rules bundle --check` says what is wrong with it.".to_owned(),
        level: Level::High,
        status: String::new(),
        techniques: Vec::new(),
        tactics: Vec::new(),
        tags: Vec::new(),
        references: Vec::new(),
        false_positives: Vec::new(),
        path: String::new(),
        hash: RuleHash::of_text(""),
    };
    let all = Logic { selections: Vec::new(), condition: Expression::All(Vec::new()) };
    Content::of(info, all, Position::START)
}
