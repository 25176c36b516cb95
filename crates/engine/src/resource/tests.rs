//! Which resource a record is about.

use super::*;
use crate::limits;

fn of(record: &str) -> Resource {
    resource_of(&CloudTrailRecord::parse(record).unwrap())
}

/// A record of one source with these members beside its place.
fn record(source: &str, rest: &str) -> String {
    format!(
        r#"{{"eventSource":"{source}.amazonaws.com","awsRegion":"eu-west-1","recipientAccountId":"111122223333",{rest}}}"#
    )
}

fn check(source: &str, rest: &str, kind: &str, arn: &str) {
    let resource = of(&record(source, rest));
    assert_eq!((resource.kind, resource.arn.as_str()), (kind, arn), "{source} {rest}");
}

#[test]
fn a_listed_resource_comes_first() {
    let rest = r#""resources":[{"accountId":"1","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}],
        "requestParameters":{"bucketName":"other"}"#;
    check("s3", rest, "AWS::S3::Bucket", "arn:aws:s3:::b");
    let rest = r#""resources":[{"type":"AWS::New::Thing","arn":"arn:aws:new:::thing/x"}]"#;
    check("new", rest, "Other", "arn:aws:new:::thing/x");
    assert_eq!(of(&record("new", rest)).name, "x");
}

#[test]
fn parameters_name_the_resource() {
    let ec2 = |name: &str| format!("arn:aws:ec2:eu-west-1:111122223333:{name}");
    let cases = [
        ("s3", r#"{"bucketName":["b"]}"#, "AWS::S3::Bucket", "arn:aws:s3:::b".to_owned()),
        ("s3-control", r#"{"bucket":"b"}"#, "AWS::S3::Bucket", "arn:aws:s3:::b".to_owned()),
        ("ec2", r#"{"groupId":"sg-1"}"#, "AWS::EC2::SecurityGroup", ec2("security-group/sg-1")),
        (
            "ec2",
            r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#,
            "AWS::EC2::Instance",
            ec2("instance/i-1"),
        ),
        (
            "iam",
            r#"{"userName":"eve","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#,
            "AWS::IAM::User",
            "arn:aws:iam::111122223333:user/eve".to_owned(),
        ),
        (
            "cloudtrail",
            r#"{"name":"main"}"#,
            "AWS::CloudTrail::Trail",
            "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main".to_owned(),
        ),
        (
            "cloudtrail",
            r#"{"name":"arn:aws:cloudtrail:us-east-1:444455556666:trail/org"}"#,
            "AWS::CloudTrail::Trail",
            "arn:aws:cloudtrail:us-east-1:444455556666:trail/org".to_owned(),
        ),
        (
            "sqs",
            r#"{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"}"#,
            "AWS::SQS::Queue",
            "arn:aws:sqs:eu-west-1:111122223333:jobs".to_owned(),
        ),
        (
            "kms",
            r#"{"keyId":"alias/a"}"#,
            "AWS::KMS::Alias",
            "arn:aws:kms:eu-west-1:111122223333:alias/a".to_owned(),
        ),
    ];
    for (source, request, kind, arn) in cases {
        check(source, &format!(r#""requestParameters":{request}"#), kind, &arn);
    }
}

#[test]
fn what_a_call_made_is_in_its_answer() {
    let rest = r#""requestParameters":{"groupName":"web"},"responseElements":{"groupId":"sg-9"}"#;
    check("ec2", rest, "AWS::EC2::SecurityGroup", "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-9");
}

#[test]
fn the_narrowest_name_wins() {
    let rest = r#""requestParameters":{"subnetId":"subnet-1","instancesSet":{"items":[{"imageId":"ami-1"}]}},
        "responseElements":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#;
    check("ec2", rest, "AWS::EC2::Instance", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1");
}

#[test]
fn an_arn_tells_its_kind() {
    let rest = r#""resources":[{"accountId":"1","ARN":"arn:aws:ssm:eu-west-1:111122223333:parameter/a/b"}]"#;
    check("ssm", rest, "AWS::SSM::Parameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/a/b");
    let rest = r#""resources":[{"ARN":"arn:aws"}]"#;
    check("x", rest, "Other", "arn:aws");
}

#[test]
fn without_a_name_it_is_the_account() {
    let account = "arn:aws:iam::111122223333:root";
    check("guardduty", r#""requestParameters":null"#, "AWS::Account", account);
    check(
        "iam",
        r#""requestParameters":{"userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
        "AWS::Account",
        account,
    );
    assert_eq!(of("{}").kind, "AWS::Account");
}

#[test]
fn a_sign_in_is_about_who_signed_in() {
    let user =
        r#""userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/eve","userName":"eve"}"#;
    check("signin", user, "AWS::IAM::User", "arn:aws:iam::111122223333:user/eve");
    let failed = r#""userIdentity":{"type":"IAMUser","userName":"eve"}"#;
    check("signin", failed, "AWS::IAM::User", "arn:aws:iam::111122223333:user/eve");
    let hidden = r#""userIdentity":{"type":"IAMUser","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#;
    check("signin", hidden, "AWS::Account", "arn:aws:iam::111122223333:root");
    let root = r#""userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root"}"#;
    check("signin", root, "AWS::Account", "arn:aws:iam::111122223333:root");
}

#[test]
fn a_name_is_carried_as_it_is_but_not_without_end() {
    let name = "a\\u001b[31m".to_owned() + &"b".repeat(10_000);
    let resource = of(&record("iam", &format!(r#""requestParameters":{{"userName":"{name}"}}"#)));
    assert!(resource.name.starts_with("a\u{1b}[31m"));
    assert_eq!(resource.name.chars().count(), limits::RESOURCE_TEXT_CHARS);
}
