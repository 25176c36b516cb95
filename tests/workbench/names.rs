//! `rules check`: names that AWS does not have, held against what other people's rules and real records name.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use super::rules;
use crate::harness::{files, shared_data};
use flate2::read::GzDecoder;
use serde_json::Value;
use tattletrail_cli::Exit;

/// File, line and code of what is said about names.
fn said(path: &str) -> BTreeSet<(String, u64, String)> {
    let run = rules(&["check", path, "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let is_of_names = |one: &&Value| ("TT105"..="TT109").contains(&one["code"].as_str().unwrap());
    let place = |one: &Value| {
        let file = one["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        (file, one["line"].as_u64().unwrap(), one["code"].as_str().unwrap().to_owned())
    };
    report["diagnostics"].as_array().unwrap().iter().filter(is_of_names).map(place).collect()
}

/// A rule with a selection.
fn rule(selection: &str, more: &str) -> String {
    format!(
        "title: t\nlogsource: {{ product: aws, service: cloudtrail }}\ndetection:\n  s:\n{selection}  condition: s\n{more}"
    )
}

#[track_caller]
fn check(selection: &str, more: &str, expected: &[(u64, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yml");
    fs::write(&path, rule(selection, more)).unwrap();
    let found = said(&path.display().to_string());
    let found: Vec<(u64, &str)> = found.iter().map(|(_, line, code)| (*line, code.as_str())).collect();
    assert_eq!(found, expected, "{selection}{more}");
}

#[test]
fn names_are_read_as_sigma_reads_them() {
    check("    eventName: deletetrail\n", "", &[]);
    check("    eventName|startswith: DeleteTr\n", "", &[]);
    check("    eventName: Delete*Trail?\n", "", &[(5, "TT105")]);
    check("    eventName|re: '^(Delete|Stop)(Trail|Logging)$'\n", "", &[]);
    check("    eventName|re: '^DeleteTrali$'\n", "", &[(5, "TT105")]);
    check("    eventName: null\n", "", &[]);
    check("    eventSource: 's3.*'\n    eventName: DeleteTrail\n", "", &[(6, "TT107")]);
    check(
        "    eventSource: [s3.amazonaws.com, cloudtrail.amazonaws.com]\n    eventName: DeleteTrail\n",
        "",
        &[],
    );
    check("    eventSource|neq: s3.amazonaws.com\n    eventName: PutObject\n", "", &[]);
    check("    eventSource: payments.amazonaws.com\n    eventName: NobodyListsThis\n", "", &[]);
}

#[test]
fn names_are_held_against_the_sources_that_hold_with_them() {
    let two = "    - eventSource: s3.amazonaws.com\n      eventName: PutObject\n    - eventSource: iam.amazonaws.com\n      eventName: PutObject\n";
    check(two, "", &[(8, "TT107")]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yml");
    let text = rule("    eventSource: s3.amazonaws.com\n", "").replace(
        "  condition: s\n",
        "  n:\n    eventName: DeleteTrail\n  f:\n    eventName: StopLoging\n  condition: s and n and not f\n",
    );
    fs::write(&path, text).unwrap();
    let found: Vec<String> = said(&path.display().to_string())
        .into_iter()
        .map(|(_, line, code)| format!("{line} {code}"))
        .collect();
    assert_eq!(found, ["7 TT107", "9 TT105"]);
}

#[test]
fn fields_are_known_to_the_letter_also_within_blocks() {
    check("    useridentity.type: Root\n", "", &[(5, "TT108")]);
    check("    userIdentity.sessionContext.attributes.mfaauthenticated: 'false'\n", "", &[(5, "TT108")]);
    check("    'resources[any]':\n      ARN: x\n      arm: y\n", "", &[(7, "TT108")]);
    check("    'requestParameters.items[any]':\n      whatever: x\n", "", &[]);
    check(
        "    awsRegion|fieldref: requestParameters.region\n    userAgent|fieldref: useragent\n",
        "",
        &[(6, "TT108")],
    );
}

#[test]
fn a_rule_vouches_for_names_and_only_for_those_it_must() {
    let vouched =
        "known_names:\n  CreateQuantumQueue: new\n  quantum.amazonaws.com: new\n  quantumState: new\n";
    let selection =
        "    eventSource: quantum.amazonaws.com\n    eventName: CreateQuantumQueue\n    quantumState: x\n";
    check(selection, vouched, &[]);
    check("    eventName: CreateQuantumQueue\n", vouched, &[(9, "TT109"), (10, "TT109")]);
}

/// Each of these was judged by AWS's documentation, and is as told: a field that no record has; the operations of
/// `ElastiCache` know no egress; domains are registered at `route53domains`; the last are permissions of S3, whose events
/// are called `PutBucketEncryption` and so on.
#[test]
fn public_rules_name_what_is_not_there_in_nine_places() {
    let Some(shared) = shared_data() else { return };
    let folder = shared.join("sigma-aws/aws").display().to_string();
    assert_eq!(rules(&["check", &folder]).exit, Exit::Clean);
    let found: Vec<String> =
        said(&folder).into_iter().map(|(file, line, code)| format!("{file}:{line} {code}")).collect();
    assert_eq!(
        found,
        [
            "aws_delete_saml_provider.yml:26 TT108",
            "aws_elasticache_security_group_modified_or_deleted.yml:23 TT105",
            "aws_elasticache_security_group_modified_or_deleted.yml:24 TT105",
            "aws_route_53_domain_transferred_lock_disabled.yml:23 TT107",
            "aws_route_53_domain_transferred_to_another_account.yml:21 TT107",
            "aws_s3_data_management_tampering.yml:28 TT107",
            "aws_s3_data_management_tampering.yml:29 TT107",
            "aws_s3_data_management_tampering.yml:30 TT107",
            "aws_s3_data_management_tampering.yml:31 TT105",
        ]
    );
}

/// The fields of a record that are closed, by their paths.
fn closed(prefix: &str, value: &Value, into: &mut BTreeSet<String>) {
    const OPEN: [&str; 4] =
        ["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"];
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !OPEN.contains(&name.as_str())) {
                closed(
                    &if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") },
                    member,
                    into,
                );
            }
        }
        Value::Array(items) => items.iter().for_each(|item| closed(prefix, item, into)),
        _ => drop(into.insert(prefix.to_owned())),
    }
}

/// A rule that names every pair of source and event name of the archive, and every field, has names that are known.
#[test]
fn what_real_records_have_is_known() {
    let Some(shared) = shared_data() else { return };
    let (mut pairs, mut fields) = (BTreeSet::new(), BTreeSet::new());
    let mut records = 0;
    for path in files(&shared.join("cloudtrail/archive"), ".json.gz") {
        let mut text = String::new();
        GzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        for record in file["Records"].as_array().into_iter().flatten() {
            records += 1;
            // One of the authors of the archive has typed a blank behind a name.
            let text = |name: &str| record[name].as_str().unwrap().trim().to_owned();
            pairs.insert((text("eventSource"), text("eventName")));
            closed("", record, &mut fields);
        }
    }
    println!("{records} records, {} pairs, {} fields", pairs.len(), fields.len());
    assert!(pairs.len() > 400 && fields.len() > 40);
    let pair = |(source, name): &(String, String)| {
        format!("    - eventSource: \"{source}\"\n      eventName: \"{name}\"\n")
    };
    fields.retain(|field| field != "eventName" && field != "eventSource");
    let field = |field: &String| format!("    - {field}: x\n");
    let selection = pairs.iter().map(pair).chain(fields.iter().map(field)).collect::<String>();
    check(&selection, "", &[]);
}
