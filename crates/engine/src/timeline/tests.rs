//! The order in which records are read decides nothing.

use proptest::prelude::*;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::exposure::state::{Part, Row};
use crate::ids::{AccountId, Arn};
use crate::record::CloudTrailRecord;
use crate::ruleset::RuleSet;

/// Calls that open, close, hide and show one another's exposures.
const CALLS: [(&str, &str, &str); 34] = [
    (
        "ec2",
        "AuthorizeSecurityGroupIngress",
        r#"{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}"#,
    ),
    (
        "ec2",
        "RevokeSecurityGroupIngress",
        r#"{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}"#,
    ),
    (
        "ec2",
        "AuthorizeSecurityGroupIngress",
        r#"{"groupId":"sg-1","ipProtocol":"tcp","fromPort":80,"toPort":80,"cidrIp":"0.0.0.0/1"}"#,
    ),
    (
        "ec2",
        "AuthorizeSecurityGroupIngress",
        r#"{"groupId":"sg-1","ipProtocol":"tcp","fromPort":80,"toPort":80,"cidrIp":"128.0.0.0/1"}"#,
    ),
    (
        "ec2",
        "RevokeSecurityGroupIngress",
        r#"{"groupId":"sg-1","ipProtocol":"tcp","fromPort":80,"toPort":80,"cidrIp":"0.0.0.0/1"}"#,
    ),
    ("ec2", "DeleteSecurityGroup", r#"{"groupId":"sg-1"}"#),
    (
        "s3",
        "PutBucketPolicy",
        r#"{"bucketName":"b","bucketPolicy":{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}}"#,
    ),
    ("s3", "DeleteBucketPolicy", r#"{"bucketName":"b"}"#),
    ("s3", "PutBucketAcl", r#"{"bucketName":"b","x-amz-acl":"public-read"}"#),
    ("s3", "PutBucketAcl", r#"{"bucketName":"b","x-amz-acl":"private"}"#),
    (
        "s3",
        "PutBucketPublicAccessBlock",
        r#"{"bucketName":"b","PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,"RestrictPublicBuckets":true}}"#,
    ),
    ("s3", "DeleteBucketPublicAccessBlock", r#"{"bucketName":"b"}"#),
    ("s3", "DeleteBucket", r#"{"bucketName":"b"}"#),
    ("s3", "PutObjectAcl", r#"{"bucketName":"b","key":"k","x-amz-acl":"public-read"}"#),
    ("s3", "PutObject", r#"{"bucketName":"b","key":"k"}"#),
    ("s3", "DeleteObject", r#"{"bucketName":"b","key":"k"}"#),
    (
        "ec2",
        "ModifySnapshotAttribute",
        r#"{"snapshotId":"snap-1","createVolumePermission":{"add":{"items":[{"group":"all"}]}}}"#,
    ),
    ("ec2", "ModifyInstanceAttribute", r#"{"instanceId":"i-1","groupSet":{"items":[{"groupId":"sg-1"}]}}"#),
    ("ec2", "ModifyInstanceAttribute", r#"{"instanceId":"i-1","groupSet":{"items":[{"groupId":"sg-2"}]}}"#),
    ("ec2", "TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#),
    (
        "ec2",
        "AuthorizeSecurityGroupIngress",
        r#"{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{},"prefixListIds":{"items":[{"prefixListId":"pl-1"}]}}]}}"#,
    ),
    (
        "ec2",
        "ModifyManagedPrefixList",
        r#"{"ModifyManagedPrefixListRequest":{"PrefixListId":"pl-1","AddEntry":[{"Cidr":"0.0.0.0/0"}]}}"#,
    ),
    (
        "ec2",
        "ModifyManagedPrefixList",
        r#"{"ModifyManagedPrefixListRequest":{"PrefixListId":"pl-1","RemoveEntry":[{"Cidr":"0.0.0.0/0"}]}}"#,
    ),
    (
        "sqs",
        "AddPermission",
        r#"{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/q","label":"l","aWSAccountIds":["444455556666"],"actions":["SendMessage"]}"#,
    ),
    (
        "sqs",
        "RemovePermission",
        r#"{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/q","label":"l"}"#,
    ),
    (
        "sqs",
        "SetQueueAttributes",
        r#"{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/q","attributes":{"Policy":"{\"Statement\":[]}"}}"#,
    ),
    (
        "lambda",
        "AddPermission20150331v2",
        r#"{"functionName":"f","qualifier":"live","statementId":"s","action":"lambda:InvokeFunction","principal":"*"}"#,
    ),
    ("lambda", "DeleteAlias20150331", r#"{"functionName":"f","name":"live"}"#),
    ("lambda", "DeleteFunction20150331", r#"{"functionName":"f"}"#),
    (
        "organizations",
        "UpdatePolicy",
        r#"{"policyId":"p-1","content":"{\"s3_attributes\":{\"public_access_block_configuration\":{\"@@assign\":\"all\"}}}"}"#,
    ),
    (
        "organizations",
        "UpdatePolicy",
        r#"{"policyId":"p-1","content":"{\"s3_attributes\":{\"public_access_block_configuration\":{\"@@assign\":\"none\"}}}"}"#,
    ),
    ("organizations", "AttachPolicy", r#"{"policyId":"p-1","targetId":"111122223333"}"#),
    ("organizations", "DetachPolicy", r#"{"policyId":"p-1","targetId":"111122223333"}"#),
    ("organizations", "DeletePolicy", r#"{"policyId":"p-1"}"#),
];

/// A record of one of the calls; the minute may be that of others, the number is its own.
fn record(call: usize, minute: usize, number: usize) -> CloudTrailRecord {
    let (source, action, request) = CALLS[call];
    let text = format!(
        r#"{{"eventSource":"{source}.amazonaws.com","eventName":"{action}","awsRegion":"eu-west-1","eventID":"{number:04}",
            "eventTime":"2026-11-20T10:{minute:02}:00Z","recipientAccountId":"111122223333","requestParameters":{request}}}"#
    );
    CloudTrailRecord::parse(&text).unwrap()
}

/// Everything told of exposures, in its order.
fn told(records: &[(usize, usize, usize)]) -> Vec<String> {
    let engine = Engine::new(RuleSet::default());
    let mut timeline = Timeline::new(&engine, Level::Informational);
    let mut lines = Vec::new();
    let mut tell = |told: Told<'_>| {
        if let Told::Exposure(moved, origin) = told {
            lines.push(format!("{moved:?} {origin:?}"));
        }
    };
    for (call, minute, number) in records {
        timeline.add(engine.read(record(*call, *minute, *number)), &mut tell);
    }
    timeline.finish(&mut tell);
    lines
}

proptest! {
    /// Any order of the same records, those of one second among them, tells the same.
    #[test]
    fn any_order_of_the_same_records_tells_the_same_exposures(
        (ordered, shuffled) in proptest::collection::vec((0..CALLS.len(), 0_usize..6), 1..16)
            .prop_map(|calls| calls.into_iter().enumerate().map(|(number, (call, minute))| (call, minute, number)).collect::<Vec<_>>())
            .prop_flat_map(|records| (Just(records.clone()), Just(records).prop_shuffle()))
    ) {
        prop_assert_eq!(told(&ordered), told(&shuffled));
    }
}

/// The rows of a state, as JSON.
#[derive(Default)]
struct Kept(BTreeMap<Part, String>);

impl Kept {
    /// One record in a state that has nothing but the rows it needs.
    fn settle(&mut self, engine: &Engine, waiting: &Waiting) -> Vec<Move> {
        let mut state = State::of_rows();
        let (mut parts, mut next) = (BTreeSet::new(), state.needs(waiting));
        loop {
            let under = self.0.keys().filter(|part| is_under(part, &next.under)).cloned();
            let new: BTreeSet<Part> =
                next.parts.into_iter().chain(under).filter(|part| !parts.contains(part)).collect();
            if new.is_empty() {
                break;
            }
            for part in &new {
                if let Some(row) = self.0.get(part) {
                    state.put(part, serde_json::from_str::<Row>(row).unwrap());
                }
            }
            parts.extend(new);
            next = state.further(waiting, &parts);
        }
        let moves = engine.settle(waiting, &mut state).applied.moves;
        for part in parts {
            let row = state.row(&part);
            self.0.insert(part, serde_json::to_string(&row).unwrap());
        }
        moves
    }
}

fn is_under(part: &Part, under: &BTreeSet<(AccountId, Arn)>) -> bool {
    let Part::Resource(account, arn) = part else { return false };
    under.iter().any(|(of, begin)| account == of && arn.as_str().starts_with(begin.as_str()))
}

fn waiting(engine: &Engine, call: usize, minute: usize, number: usize) -> Waiting {
    match engine.read(record(call, minute, number)) {
        Read::Waits(waiting) => *waiting,
        Read::Done(_) => panic!("{:?} does not wait", CALLS[call]),
    }
}

proptest! {
    /// A state of which only the rows that a record needs are there moves as one that is whole.
    #[test]
    fn rows_are_all_that_a_record_needs(calls in proptest::collection::vec(0..CALLS.len(), 1..16)) {
        let engine = Engine::new(RuleSet::default());
        let (mut whole, mut kept) = (State::default(), Kept::default());
        for (minute, call) in calls.into_iter().enumerate() {
            let waiting = waiting(&engine, call, minute, minute);
            let moves = engine.settle(&waiting, &mut whole).applied.moves;
            prop_assert_eq!(kept.settle(&engine, &waiting), moves);
        }
    }
}

/// Openings with their ends: the same pair in the wrong order leaves nothing open.
#[test]
fn a_beginning_that_comes_after_its_end_begins_nothing() {
    let engine = Engine::new(RuleSet::default());
    for (opening, end) in [(0, 1), (0, 5), (6, 7), (6, 12), (8, 9), (8, 12), (23, 24), (23, 25), (26, 28)] {
        let mut kept = Kept::default();
        kept.settle(&engine, &waiting(&engine, end, 2, 2));
        let moves = kept.settle(&engine, &waiting(&engine, opening, 1, 1));
        assert!(moves.is_empty(), "{:?} after {:?}: {moves:?}", CALLS[opening], CALLS[end]);
        let again = kept.settle(&engine, &waiting(&engine, opening, 3, 3));
        assert!(again.iter().any(|moved| moved.now.is_some()), "{:?} does not open again", CALLS[opening]);
    }
}

#[test]
fn writes_of_objects_push_nothing_else_out_of_its_turn() {
    let opening = (13, 1, 0);
    let writes = (0..2 * HELD).map(|number| (14, 2, number + 1));
    let records: Vec<_> = writes.clone().chain([opening]).collect();
    assert_eq!(told(&records).len(), 2, "an opening that is read after its end");
    let engine = Engine::new(RuleSet::default());
    let mut timeline = Timeline::new(&engine, Level::Informational);
    let mut records = 0;
    for (call, minute, number) in writes {
        timeline.add(engine.read(record(call, minute, number)), &mut |_| records += 1);
    }
    assert_eq!((timeline.order.len(), records), (0, HELD), "half of them are told, none is held");
    timeline.finish(&mut |_| records += 1);
    assert_eq!(records, 2 * HELD);
}
