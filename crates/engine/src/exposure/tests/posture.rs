//! Copies, web sites and origins of buckets.

use super::*;

fn replication(rules: &str) -> Derived {
    let rest = format!(r#"{{"bucketName":"b","ReplicationConfiguration":{{"Rule":{rules}}}}}"#);
    request("s3", "PutBucketReplication", &rest)
}

#[test]
fn copies_go_to_the_accounts_that_rules_in_force_name() {
    const OPENED: (Effect, Reach, &str) = (Effect::Opened, Reach::CrossAccount, "replication");
    let one = replication(r#"{"Status":"Enabled","Destination":{"Bucket":"x","Account":"444455556666"}}"#);
    assert_eq!(told(&one), [OPENED]);
    assert_eq!(one.changes[0].parties, ["444455556666"]);
    assert_eq!(one.changes[0].verdict, Verdict::NotPublic);
    let several = replication(
        r#"[{"Destination":{"Account":"777788889999"}},{"Destination":{"Account":"111122223333"}},
            {"Destination":{"Account":"444455556666"}},{"Destination":{"Account":"777788889999"}}]"#,
    );
    assert_eq!(told(&several), [OPENED]);
    assert_eq!(several.changes[0].parties, ["444455556666", "777788889999"]);
}

#[test]
fn copies_within_the_account_end_those_to_others() {
    const CLOSED: (Effect, Reach, &str) = (Effect::Closed, Reach::CrossAccount, "replication");
    for rules in [
        r#"{"Destination":{"Bucket":"x","Account":"111122223333"}}"#,
        r#"{"Status":"Disabled","Destination":{"Bucket":"x"}}"#,
        r#"{"Status":"Disabled","Destination":{"Account":"444455556666"}}"#,
        "[]",
    ] {
        assert_eq!(told(&replication(rules)), [CLOSED], "{rules}");
    }
    assert_eq!(told(&request("s3", "DeleteBucketReplication", r#"{"bucketName":"b"}"#)), [CLOSED]);
    let bare = request("s3", "PutBucketReplication", r#"{"bucketName":"b"}"#);
    assert_eq!((told(&bare), bare.undecidable), (vec![], Some(Undecidable::UnknownShape)));
}

#[test]
fn a_bucket_without_its_account_may_be_anybodys() {
    let one = replication(r#"{"Destination":{"Bucket":"x"}}"#);
    assert_eq!((told(&one), one.undecidable), (vec![], Some(Undecidable::UnknownOwner)));
    let beside =
        replication(r#"[{"Destination":{"Bucket":"x"}},{"Destination":{"Account":"444455556666"}}]"#);
    assert_eq!(told(&beside), [(Effect::Opened, Reach::CrossAccount, "replication")]);
    assert_eq!(beside.undecidable, Some(Undecidable::UnknownOwner));
}

#[test]
fn the_owner_of_the_bucket_is_no_stranger_to_it() {
    let rest = r#""resources":[{"accountId":"444455556666","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}],
        "requestParameters":{"bucketName":"b","ReplicationConfiguration":{"Rule":{"Destination":{
        "Account":"444455556666"}}}}"#;
    assert_eq!(derived("s3", "PutBucketReplication", rest).changes[0].effect, Effect::Closed);
}

#[test]
fn a_web_site_is_posture() {
    let put = request("s3", "PutBucketWebsite", r#"{"bucketName":"b"}"#);
    assert_eq!(told(&put), [(Effect::Weakened, Reach::World, "website")]);
    assert_eq!(put.changes[0].verdict, Verdict::Unknown);
    let deleted = request("s3", "DeleteBucketWebsite", r#"{"bucketName":"b"}"#);
    assert_eq!(told(&deleted), [(Effect::Restored, Reach::World, "website")]);
}

#[test]
fn any_origin_is_a_star_or_a_scheme_with_one() {
    let put = |origins: &str| {
        let rest = format!(
            r#"{{"bucketName":"b","CORSConfiguration":{{"CORSRule":[{{"AllowedOrigin":"https://a.example"}},
                {{"AllowedOrigin":{origins}}}]}}}}"#
        );
        request("s3", "PutBucketCors", &rest).changes[0].effect
    };
    assert_eq!(put(r#""*""#), Effect::Weakened);
    assert_eq!(put(r#"["https://b.example","http://*"]"#), Effect::Weakened);
    assert_eq!(put(r#""https://*.example""#), Effect::Restored);
    let deleted = request("s3", "DeleteBucketCors", r#"{"bucketName":"b"}"#);
    assert_eq!(told(&deleted), [(Effect::Restored, Reach::World, "cors")]);
    let bare = request("s3", "PutBucketCors", r#"{"bucketName":"b"}"#);
    assert_eq!(bare.undecidable, Some(Undecidable::UnknownShape));
}
