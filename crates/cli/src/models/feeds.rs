//! Which logs a rule needs: whether what it waits for is a management event or a data event, and of which service.
//!
//! Data events are logged for chosen resources only (CloudTrail user guide, "Logging data events"). A rule about them that
//! no trail feeds never fires, and nothing else would say so.

use std::collections::BTreeSet;

use tattletrail_engine::ruleset::{CompiledRule, Correlation, RuleSet};
use tattletrail_engine::threat_model::Instrument;

/// The calls that are data events, by service, in lower case. Source: CloudTrail user guide, "Logging data events", and each
/// service's page on its calls. Calls of S3 are about objects unless they are about buckets, accounts or access points.
const DATA_EVENTS: &[(&str, &[&str])] = &[
    (
        "s3.amazonaws.com",
        &[
            "abortmultipartupload",
            "completemultipartupload",
            "copyobject",
            "createmultipartupload",
            "deleteobject",
            "deleteobjects",
            "deleteobjecttagging",
            "getobject",
            "getobjectacl",
            "getobjectattributes",
            "getobjectlegalhold",
            "getobjectretention",
            "getobjecttagging",
            "getobjecttorrent",
            "headobject",
            "listmultipartuploads",
            "listobjects",
            "listobjectsv2",
            "listobjectversions",
            "listparts",
            "putobject",
            "putobjectacl",
            "putobjectlegalhold",
            "putobjectretention",
            "putobjecttagging",
            "renameobject",
            "restoreobject",
            "selectobjectcontent",
            "uploadpart",
            "uploadpartcopy",
        ],
    ),
    ("lambda.amazonaws.com", &["invoke", "invokeexecution"]),
    (
        "dynamodb.amazonaws.com",
        &[
            "batchexecutestatement",
            "batchgetitem",
            "batchwriteitem",
            "deleteitem",
            "executestatement",
            "executetransaction",
            "getitem",
            "getrecords",
            "getsharditerator",
            "putitem",
            "query",
            "scan",
            "transactgetitems",
            "transactwriteitems",
            "updateitem",
        ],
    ),
    ("sns.amazonaws.com", &["publish", "publishbatch"]),
    (
        "sqs.amazonaws.com",
        &[
            "changemessagevisibility",
            "changemessagevisibilitybatch",
            "deletemessage",
            "deletemessagebatch",
            "receivemessage",
            "sendmessage",
            "sendmessagebatch",
        ],
    ),
    (
        "ebs.amazonaws.com",
        &["getsnapshotblock", "listchangedblocks", "listsnapshotblocks", "putsnapshotblock"],
    ),
    (
        "cognito-identity.amazonaws.com",
        &["getcredentialsforidentity", "getid", "getopenidtoken", "getopenidtokenfordeveloperidentity"],
    ),
    (
        "bedrock.amazonaws.com",
        &["invokeagent", "invokeflow", "retrieve", "retrieveandgenerate", "startasyncinvoke"],
    ),
    ("sagemaker.amazonaws.com", &["invokeendpoint", "invokeendpointasync"]),
    ("kinesis.amazonaws.com", &["getrecords", "putrecord", "putrecords", "subscribetoshard"]),
];

/// What is derived from data events alone: the ACL of an object.
const DATA_SURFACES: &[&str] = &["object_acl"];

/// Events that a rule can be fed with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Feed {
    /// The event source; `None` for any.
    pub(crate) source: Option<String>,
    /// Whether they are data events.
    pub(crate) is_data: bool,
}

impl Feed {
    /// True if a log has such events now.
    pub(crate) fn is_in(&self, instrument: &Instrument) -> bool {
        match &self.source {
            Some(source) => instrument.shows(source, self.is_data),
            None => instrument.services.is_empty() && instrument.shows("", self.is_data),
        }
    }

    /// In words.
    pub(crate) fn in_words(&self) -> String {
        let kind = if self.is_data { "data events" } else { "management events" };
        format!("{kind} of {}", self.source.as_deref().unwrap_or("any service"))
    }
}

/// The feeds of a rule, or correlation, by its id: one of each group must be logged. A correlation needs what each of its
/// rules needs.
pub(crate) fn feeds(rules: &RuleSet, id: &str) -> Vec<BTreeSet<Feed>> {
    if let Some(rule) = rules.rules().iter().find(|rule| rule.info().id.as_str() == id) {
        return vec![of_rule(rule)];
    }
    let correlation = rules.correlations().iter().find(|one| one.info().id.as_str() == id);
    correlation.map(|correlation| of_correlation(rules, correlation)).unwrap_or_default()
}

fn of_correlation(rules: &RuleSet, correlation: &Correlation) -> Vec<BTreeSet<Feed>> {
    // A correlation may count correlations; the set has none that count each other.
    let named = correlation.named_rules().filter_map(|named| rules.named(named));
    named.flat_map(|info| feeds(rules, info.id.as_str())).collect()
}

fn of_rule(rule: &CompiledRule) -> BTreeSet<Feed> {
    let sources = rule.required_event_sources();
    let is_data_alone = |surfaces: BTreeSet<String>| {
        !surfaces.is_empty() && surfaces.iter().all(|surface| DATA_SURFACES.contains(&surface.as_str()))
    };
    if rule.required_surfaces().is_some_and(is_data_alone) {
        return BTreeSet::from([Feed { source: Some("s3.amazonaws.com".to_owned()), is_data: true }]);
    }
    let Some(names) = rule.required_event_names() else {
        let any = |source| Feed { source, is_data: false };
        return sources.map_or_else(
            || BTreeSet::from([any(None)]),
            |sources| sources.into_iter().map(|source| any(Some(source))).collect(),
        );
    };
    let mut feeds = BTreeSet::new();
    for name in &names {
        match &sources {
            None => drop(feeds.insert(of_event(None, name))),
            Some(sources) => feeds.extend(sources.iter().map(|source| of_event(Some(source), name))),
        }
    }
    feeds
}

fn of_event(source: Option<&String>, name: &str) -> Feed {
    let has = |(_, names): &&(&str, &[&str])| names.contains(&name);
    let known = match source {
        Some(source) => DATA_EVENTS.iter().filter(|(known, _)| known == source).find(has),
        None => DATA_EVENTS.iter().find(has),
    };
    let is_data = known.is_some();
    let source = source.cloned().or_else(|| known.map(|(source, _)| (*source).to_owned()));
    Feed { source, is_data }
}
