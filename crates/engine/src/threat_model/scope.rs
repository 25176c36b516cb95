//! Which findings are an application's: by account, Region, and the resource or its tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attribution, ThreatModel, Vector};
use crate::finding::Finding;
use crate::glob::covers;
use crate::ids::{AccountId, Region};
use crate::json::{Kind, Node};
use crate::record::CloudTrailRecord;

/// The most tags of one record that are looked at: AWS has up to 50 on a resource.
const MOST_TAGS: usize = 200;

/// How deep below a parameter tags are looked for.
const DEPTH: usize = 8;

/// What belongs to an application. What is empty limits nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The accounts.
    pub accounts: Vec<String>,
    /// The Regions.
    pub regions: Vec<String>,
    /// Patterns of ARNs, with `*` and `?`.
    pub resources: Vec<String>,
    /// Tags that its resources have; all of them.
    pub tags: BTreeMap<String, String>,
}

/// The tags that a record shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(Vec<(String, String)>);

impl Scope {
    /// True if a finding is the application's: its account and its Region are, and so is its resource, by its ARN or by the
    /// tags that its record shows.
    pub fn fits(&self, finding: &Finding, tags: &Tags) -> bool {
        let account = finding.event.account.as_ref().map(AccountId::as_str);
        let region = finding.event.region.as_ref().map(Region::as_str);
        if !has(&self.accounts, account) || !has(&self.regions, region) {
            return false;
        }
        let is_open = self.resources.is_empty() && self.tags.is_empty();
        is_open || self.has_tags(tags) || any_covers(&self.resources, finding.resource.arn.as_str())
    }

    fn has_tags(&self, tags: &Tags) -> bool {
        !self.tags.is_empty() && self.tags.iter().all(|(key, value)| tags.has(key, value))
    }
}

fn has(known: &[String], found: Option<&str>) -> bool {
    known.is_empty() || found.is_some_and(|found| known.iter().any(|one| one == found))
}

fn any_covers(patterns: &[String], arn: &str) -> bool {
    !arn.is_empty() && patterns.iter().any(|pattern| covers(pattern, arn))
}

impl ThreatModel {
    /// The application with those of the given vectors that a finding is about; `None` where it is not the application's.
    pub(crate) fn attribution(
        &self,
        places: impl Iterator<Item = usize>,
        finding: &Finding,
        tags: &Tags,
    ) -> Option<Attribution> {
        if !self.scope.fits(finding, tags) {
            return None;
        }
        let arn = finding.resource.arn.as_str();
        let vectors: Vec<_> = places
            .filter_map(|place| self.vectors.get(place))
            .filter(|vector| self.is_about(vector, arn))
            .map(|vector| vector.id.clone())
            .collect();
        let application = self.application.clone();
        (!vectors.is_empty()).then_some(Attribution { application, vectors })
    }

    /// Where every component of a vector says what it is made of, the vector is about nothing else.
    fn is_about(&self, vector: &Vector, arn: &str) -> bool {
        let mut components =
            vector.components.iter().filter_map(|named| self.component(&named.id)).peekable();
        if components.peek().is_none() {
            return true;
        }
        components.any(|component| component.resources.is_empty() || any_covers(&component.resources, arn))
    }
}

impl Tags {
    /// The tags in a record: those that CloudTrail adds (`eventContext.tagContext`), those that a call sets, those that its
    /// answer shows.
    pub fn of(record: &CloudTrailRecord) -> Self {
        let mut tags = Self::default();
        let added = record.root().at(&["eventContext", "tagContext", "resourceTags"]);
        for resource in added.into_iter().flat_map(Node::list) {
            if let Some(map) = resource.get("tags") {
                tags.collect(map, DEPTH);
            }
        }
        for parameters in [record.request(), record.response()].into_iter().flatten() {
            tags.look_in(parameters, DEPTH);
        }
        tags
    }

    /// True if there is such a tag; the value may have wildcards.
    fn has(&self, key: &str, value: &str) -> bool {
        self.0.iter().any(|(known, found)| known == key && covers(value, found))
    }

    /// Looks for members that hold tags: `tags`, `tagSet`, `tagList`, `tagSpecificationSet`, `Tagging` ...
    fn look_in(&mut self, node: Node<'_>, depth: usize) {
        if depth == 0 || self.0.len() >= MOST_TAGS {
            return;
        }
        match node.kind() {
            Kind::Object => {
                for (name, value) in node.members() {
                    if name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("tag")) {
                        self.collect(value, depth);
                    } else {
                        self.look_in(value, depth - 1);
                    }
                }
            }
            Kind::Array => node.items().for_each(|item| self.look_in(item, depth - 1)),
            _ => {}
        }
    }

    /// Takes the tags in what holds tags: pairs of `key` and `value` at any depth, or an object of names and values.
    fn collect(&mut self, node: Node<'_>, depth: usize) {
        if depth == 0 || self.0.len() >= MOST_TAGS {
            return;
        }
        if node.kind() == Kind::Array {
            node.items().for_each(|item| self.collect(item, depth - 1));
            return;
        }
        let member = |name: &str| node.get_ignore_case(name).and_then(Node::as_str);
        let key = member("key").or_else(|| member("tagKey"));
        if let (Some(key), Some(value)) = (key, member("value").or_else(|| member("tagValue"))) {
            self.0.push((key.to_owned(), value.to_owned()));
            return;
        }
        // An object of names and values has nothing else in it.
        let is_flat = node.members().all(|(_, value)| value.as_str().is_some());
        for (name, value) in node.members() {
            match value.as_str() {
                Some(text) if is_flat => self.0.push((name.to_owned(), text.to_owned())),
                _ => self.collect(value, depth - 1),
            }
        }
    }
}
