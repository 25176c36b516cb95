//! The fields that an exposure has, and the words that may be in them: what a rule may name below `exposure.`.
//!
//! INVARIANT: a test compares both lists with what [`super::ExposureChange`] is written as.

use crate::resource::known_kinds;

use super::service::service_names;

/// Every field, objects too.
pub(crate) const FIELDS: [&str; 23] = [
    "exposure",
    "exposure.access",
    "exposure.confidence",
    "exposure.effect",
    "exposure.facet",
    "exposure.native_id",
    "exposure.network",
    "exposure.network.all_ports",
    "exposure.network.cidr",
    "exposure.network.from_port",
    "exposure.network.protocol",
    "exposure.network.services",
    "exposure.network.to_port",
    "exposure.parties",
    "exposure.reach",
    "exposure.reason",
    "exposure.resource",
    "exposure.resource.arn",
    "exposure.resource.name",
    "exposure.resource.type",
    "exposure.settings_off",
    "exposure.surface",
    "exposure.verdict",
];

/// The field that an end may lack, which is not in the change but follows from it.
pub(crate) const SEVERITY: &str = "exposure.severity";

const SURFACES: &[&str] = &[
    "security_group_ingress",
    "bucket_policy",
    "bucket_acl",
    "object_acl",
    "bucket_public_access_block",
    "account_public_access_block",
    "snapshot_share",
    "image_share",
    "database_snapshot_share",
    "resource_policy",
    "role_trust",
    "function_permission",
    "access_point_policy",
    "network_acl_ingress",
    "internet_route",
    "vpc_block_public_access",
    "image_block_public_access",
    "snapshot_block_public_access",
    "database_security_group_ingress",
    "public_endpoint",
    "function_url",
    "bucket_replication",
    "bucket_website",
    "bucket_cors",
    "instance_ingress",
    "organization_public_access_block",
    "key_grant",
    "document_share",
    "build_project_visibility",
];
/// The ends of these are matched as what they undo: no rule ever sees `closed` or `restored`.
const EFFECTS: &[&str] = &["opened", "weakened"];
const REACHES: &[&str] = &["internal", "service", "cross_account", "broad", "world"];
const VERDICTS: &[&str] = &["public", "not_public", "unknown"];
const ACCESSES: &[&str] = &["list", "read", "write", "permissions", "full"];
const CONFIDENCES: &[&str] = &["medium", "high"];
const LEVELS: &[&str] = &["informational", "low", "medium", "high", "critical"];
const PROTOCOLS: &[&str] = &["tcp", "udp", "icmp", "icmpv6", "all"];
const BOOLEANS: &[&str] = &["true", "false"];

/// The words of a field that has only certain ones; `None` for the others. A protocol may be a number besides.
pub(crate) fn words(field: &str) -> Option<Vec<&'static str>> {
    let words = match field {
        "exposure.surface" => SURFACES,
        "exposure.effect" => EFFECTS,
        "exposure.reach" => REACHES,
        "exposure.verdict" => VERDICTS,
        "exposure.access" => ACCESSES,
        "exposure.confidence" => CONFIDENCES,
        "exposure.network.protocol" => PROTOCOLS,
        "exposure.network.all_ports" => BOOLEANS,
        "exposure.network.services" => return Some(service_names()),
        "exposure.resource.type" => return Some(known_kinds()),
        SEVERITY => LEVELS,
        _ => return None,
    };
    Some(words.to_vec())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;
    use crate::exposure::{Access, Confidence, Effect, ExposureChange, Reach, Surface, Verdict};
    use crate::finding::Level;

    /// The words that a type is read from, as the reader itself lists them.
    fn read_from<T: DeserializeOwned>() -> BTreeSet<String> {
        let error = serde_json::from_value::<T>("no such word".into()).err().unwrap().to_string();
        let listed = error.split("expected").nth(1).unwrap();
        listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[track_caller]
    fn assert_complete<T: DeserializeOwned>(field: &str) {
        let words: BTreeSet<String> = words(field).unwrap().into_iter().map(str::to_owned).collect();
        assert_eq!(words, read_from::<T>(), "{field}");
    }

    #[test]
    fn the_words_are_those_that_changes_are_told_in() {
        assert_complete::<Surface>("exposure.surface");
        assert_complete::<Reach>("exposure.reach");
        assert_complete::<Verdict>("exposure.verdict");
        assert_complete::<Access>("exposure.access");
        assert_complete::<Confidence>("exposure.confidence");
        let effects: BTreeSet<String> = read_from::<Effect>();
        let effects = effects
            .into_iter()
            .map(|word| serde_json::from_value::<Effect>(word.into()).unwrap().beginning());
        let seen: BTreeSet<String> = effects
            .map(|effect| serde_json::to_value(effect).unwrap().as_str().unwrap().to_owned())
            .collect();
        assert_eq!(seen, words("exposure.effect").unwrap().into_iter().map(str::to_owned).collect());
        assert_eq!(words(SEVERITY).unwrap(), Level::ALL.map(Level::as_str));
    }

    fn paths(prefix: &str, value: &Value, into: &mut BTreeSet<String>) {
        into.insert(prefix.to_owned());
        for (name, member) in value.as_object().into_iter().flatten() {
            paths(&format!("{prefix}.{name}"), member, into);
        }
    }

    /// A change with nothing absent, written as rules see it.
    #[test]
    fn the_fields_are_those_of_a_change_with_every_member() {
        let full = json!({
            "resource": {"arn": "arn:aws:s3:::a", "type": "AWS::S3::Bucket", "name": "a"},
            "surface": "security_group_ingress", "effect": "opened", "reach": "world", "verdict": "public",
            "reason": "r", "facet": "f", "confidence": "high", "access": ["read"],
            "network": {"protocol": "tcp", "from_port": 22, "to_port": 22, "all_ports": false,
                "cidr": "0.0.0.0/0", "services": ["ssh"]},
            "parties": ["p"], "settings_off": ["s"], "native_id": "n",
        });
        let change: ExposureChange = serde_json::from_value(full).unwrap();
        let mut written = BTreeSet::new();
        paths("exposure", &serde_json::to_value(&change).unwrap(), &mut written);
        let named: BTreeSet<String> = FIELDS.into_iter().chain([SEVERITY]).map(str::to_owned).collect();
        assert_eq!(named, written);
        // A member that the list above leaves out must not hide behind being absent: each is written out here.
        let ExposureChange {
            resource: _,
            surface: _,
            effect: _,
            reach: _,
            verdict: _,
            reason: _,
            facet: _,
            confidence: _,
            access,
            network,
            parties,
            settings_off,
            native_id,
        } = change;
        assert!(network.is_some() && native_id.is_some() && !access.is_empty());
        assert!(!parties.is_empty() && !settings_off.is_empty());
    }
}
