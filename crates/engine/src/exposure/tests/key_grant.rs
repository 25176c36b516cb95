//! Grants of keys.

use super::*;

fn grant(grantee: &str, rest: &str) -> Derived {
    derived(
        "kms",
        "CreateGrant",
        &format!(
            r#""requestParameters":{{"keyId":"k","granteePrincipal":"{grantee}","operations":["Decrypt","CreateGrant"]}}{rest}"#
        ),
    )
}

const ANSWER: &str =
    r#","responseElements":{"grantId":"g1","keyId":"arn:aws:kms:eu-west-1:111122223333:key/k"}"#;
const STRANGER: &str = "arn:aws:iam::777788889999:role/r";

#[test]
fn a_grant_to_another_account_is_an_exposure() {
    let opened = grant(STRANGER, ANSWER);
    assert_eq!(told(&opened), [(Effect::Opened, Reach::CrossAccount, "grant|g1")]);
    let change = &opened.changes[0];
    assert_eq!(change.access, [Access::Read, Access::Permissions]);
    assert_eq!(
        (change.parties.as_slice(), change.native_id.as_deref()),
        ([STRANGER.to_owned()].as_slice(), Some("g1"))
    );
    assert_eq!(change.resource.arn.as_str(), "arn:aws:kms:eu-west-1:111122223333:key/k");
    let nameless = grant(STRANGER, "");
    assert_eq!(nameless.changes[0].facet, format!("grant|{STRANGER}"));
    assert_eq!(nameless.changes[0].resource, change.resource);
    assert_eq!(grant("777788889999:aws:ec2-infrastructure:i-1", ANSWER).changes.len(), 1);
}

#[test]
fn own_principals_and_services_are_no_outsiders() {
    for grantee in [
        "arn:aws:iam::111122223333:role/r",
        "arn:aws:sts::111122223333:assumed-role/r/s",
        "111122223333:aws:ec2-infrastructure:i-1",
        "dynamodb.eu-west-1.amazonaws.com",
        "AWS Internal",
    ] {
        let derived = grant(grantee, ANSWER);
        assert_eq!((told(&derived), derived.undecidable), (vec![], None), "{grantee}");
    }
    let key = r#","resources":[{"ARN":"arn:aws:kms:eu-west-1:777788889999:key/k","type":"AWS::KMS::Key"}]"#;
    assert_eq!(told(&grant(STRANGER, key)), [], "the key is the grantee's own");
}

#[test]
fn a_grant_ends_by_its_id() {
    const ENDED: (Effect, Reach, &str) = (Effect::Closed, Reach::CrossAccount, "grant|g1");
    let opened = grant(STRANGER, ANSWER);
    let revoked = derived("kms", "RevokeGrant", r#""requestParameters":{"keyId":"k","grantId":"g1"}"#);
    let retired = derived(
        "kms",
        "RetireGrant",
        r#""requestParameters":null,"additionalEventData":{"grantId":"g1"},
            "resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/k","type":"AWS::KMS::Key"}]"#,
    );
    for ended in [revoked, retired] {
        assert_eq!(told(&ended), [ENDED]);
        assert_eq!(ended.changes[0].resource, opened.changes[0].resource);
    }
    let token = derived("kms", "RetireGrant", r#""requestParameters":{"grantToken":"t"}"#);
    assert_eq!(token.undecidable, Some(Undecidable::NeedsState));
    assert_eq!(grant("", "").undecidable, Some(Undecidable::UnknownShape));
}
