//! The order in which records are read decides nothing.

use proptest::prelude::*;

use super::*;
use crate::record::CloudTrailRecord;
use crate::ruleset::RuleSet;

/// Calls that open, close, hide and show one another's exposures.
const CALLS: [(&str, &str, &str); 17] = [
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
    assert_eq!((timeline.held.len(), records), (0, HELD), "half of them are told, none is held");
    timeline.finish(&mut |_| records += 1);
    assert_eq!(records, 2 * HELD);
}
