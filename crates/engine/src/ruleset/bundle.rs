//! Compiled rules as one file: what is made of rule files once, so that a start need not.
//!
//! In: a [`RuleSet`]; out: bytes, the same for the same rules. Back again: exactly those rules, or what is wrong with the
//! bytes. A bundle begins with a [`Header`]; behind it are sections with a name and a length, each of which may be
//! required: what this version does not know and must not leave out, it refuses by name.
//!
//! INVARIANT: bytes that are no bundle are told, whoever made them. Nothing is allocated that is not paid for by bytes
//! that are there, and no tree is deeper than the engine walks. What the texts of rules were checked for is not checked
//! again: a bundle is only as trustworthy as whoever made it, as rule files are.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::links::Links;
use super::{CompiledFilter, CompiledRule, RuleSet};
use crate::ids::RuleId;
use crate::sigma::Bytes;
use crate::threat_model::ThreatModel;

// What is wrong with a bundle.
mod error;

// What stands before the rules.
mod header;

// Named parts of what is behind it.
mod section;

// What the index needs to know of each rule.
mod directory;

use directory::Entry;
pub use error::BundleError;
pub use header::Header;

/// The version of what compiled rules mean, and of how they are written. It goes up with any change of the types below
/// [`CompiledRule`], or of what they match: a bundle of another version would be other rules.
pub const RULE_VERSION: u16 = 2;

/// The section with an [`Entry`] for each rule.
const INDEX: &str = "index";

/// The section of the compiled rules, one behind the other.
const RULES: &str = "rules";

/// The section with [`Extras`].
const EXTRAS: &str = "extras";

/// What there is beside rules. Correlations are not among it: what a function sees in an invocation is too little to count
/// events.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Extras {
    filters: Vec<CompiledFilter>,
    links: Links,
    /// The correlations that were left out.
    left_out: Vec<RuleId>,
    models: Vec<ThreatModel>,
}

impl RuleSet {
    /// The rules and filters as bytes, for [`RuleSet::from_bundle`]; the same rules are always the same bytes. Correlations
    /// are left out, and [`RuleSet::left_out`] names them.
    ///
    /// # Errors
    /// Where the bytes would not give exactly these rules.
    pub fn to_bundle(&self) -> Result<Vec<u8>, BundleError> {
        let bytes = write(self)?;
        let again = write(&Self::check_bundle(bytes.clone())?)?;
        if again == bytes { Ok(bytes) } else { Err(BundleError::Changed) }
    }

    /// The rules of a bundle: the very ones it was made of. Whether it is whole and of this version is seen to here; each
    /// rule is read once it is needed.
    pub fn from_bundle(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, BundleError> {
        let bytes: Bytes = Arc::new(bytes.into());
        let (header, payload) = Header::read(&bytes)?;
        let [index, rules, extras] = section::named(payload, [INDEX, RULES, EXTRAS])?;
        let entries: Vec<Entry<&str>> = decode(INDEX, payload.get(index).unwrap_or_default())?;
        if u32::try_from(entries.len()) != Ok(header.rules) {
            return Err(BundleError::Count { found: entries.len(), expected: header.rules });
        }
        let Extras { filters, links, left_out, models } =
            decode(EXTRAS, payload.get(extras).unwrap_or_default())?;
        let mut set = Self { filters, models, links, left_out, ..Self::default() };
        let before = bytes.len() - payload.len();
        let (mut start, end) = (before + rules.start, before + rules.end);
        for (place, entry) in entries.iter().enumerate() {
            let after = start.saturating_add(entry.length as usize);
            set.rules.push(CompiledRule::within(Arc::clone(&bytes), start..after.min(end)));
            let index = if entry.exposure { &mut set.exposure } else { &mut set.record };
            index.add(place, entry.names.as_deref(), entry.sources.as_deref());
            start = after;
        }
        if start == end { Ok(set) } else { Err(BundleError::Layout) }
    }

    /// The same, with every rule read and compared with what the index says of it: for bytes that somebody else made.
    pub fn check_bundle(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, BundleError> {
        let bytes = bytes.into();
        let set = Self::from_bundle(bytes.clone())?;
        let (_, payload) = Header::read(&bytes)?;
        let [index, ..] = section::named(payload, [INDEX, RULES, EXTRAS])?;
        let entries: Vec<Entry<String>> = decode(INDEX, payload.get(index).unwrap_or_default())?;
        let mut rules = Vec::with_capacity(set.len());
        for (number, (rule, entry)) in (1..).zip(set.rules.iter().zip(entries)) {
            let rule = rule.check().map_err(|_| BundleError::Rule { number })?;
            if Entry::of(&rule, entry.length) != entry {
                return Err(BundleError::Rule { number });
            }
            rules.push(rule);
        }
        check_order(&rules)?;
        Ok(Self { rules, ..set })
    }
}

impl Header {
    /// The header of a bundle that is whole and of this version.
    pub fn of_bundle(bytes: &[u8]) -> Result<Self, BundleError> {
        Self::read(bytes).map(|(header, _)| header)
    }
}

fn write(set: &RuleSet) -> Result<Vec<u8>, BundleError> {
    let rules = &set.rules;
    let (mut entries, mut contents) = (Vec::new(), Vec::new());
    for rule in rules {
        let content = rule.to_bytes().map_err(form(RULES))?;
        entries.push(Entry::of(rule, u32::try_from(content.len()).map_err(|_| BundleError::TooLarge)?));
        contents.extend(content);
    }
    let count = u32::try_from(rules.len()).map_err(|_| BundleError::TooLarge)?;
    let mut payload = Vec::new();
    section::append(&mut payload, INDEX, &postcard::to_stdvec(&entries).map_err(form(INDEX))?)?;
    section::append(&mut payload, RULES, &contents)?;
    let correlations = set.correlations.iter().map(|correlation| &correlation.info().id);
    let extras = Extras {
        filters: set.filters.clone(),
        links: set.links.clone(),
        left_out: set.left_out.iter().chain(correlations).cloned().collect(),
        models: set.models.clone(),
    };
    section::append(&mut payload, EXTRAS, &postcard::to_stdvec(&extras).map_err(form(EXTRAS))?)?;
    Ok(Header::of(count, &payload).before(&payload))
}

fn form(name: &'static str) -> impl Fn(postcard::Error) -> BundleError {
    move |source| BundleError::Form { name, source }
}

/// What the whole of a section says.
fn decode<'b, T: Deserialize<'b>>(name: &'static str, bytes: &'b [u8]) -> Result<T, BundleError> {
    let (value, rest) = postcard::take_from_bytes(bytes).map_err(form(name))?;
    if rest.is_empty() { Ok(value) } else { Err(form(name)(postcard::Error::SerdeDeCustom)) }
}

/// Rules come by path, then id, and no id comes twice.
fn check_order(rules: &[CompiledRule]) -> Result<(), BundleError> {
    let mut ids = HashSet::with_capacity(rules.len());
    let mut before = None;
    for info in rules.iter().map(CompiledRule::info) {
        let key = (&info.path, &info.id);
        if before.is_some_and(|before| before >= key) || !ids.insert(&info.id) {
            return Err(BundleError::Order { id: info.id.to_string() });
        }
        before = Some(key);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
