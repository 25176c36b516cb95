//! Policies against what AWS documents.

use proptest::prelude::*;

use super::*;
use crate::json::Document;

const OWN: &str = "111122223333";

fn evaluated(policy: &str) -> Result<Evaluation, Undecidable> {
    let document = Document::parse(policy.as_bytes()).unwrap();
    evaluate(document.root(), Holder::Bucket, &AccountId::from(OWN))
}

fn policy(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn allow(principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{condition}}}"#
    )
}

fn of(principal: &str, condition: &str) -> Evaluation {
    evaluated(&policy(&[allow(principal, condition)])).unwrap()
}

/// What AWS says of a statement for everybody under a condition.
fn aws_public(condition: &str) -> bool {
    of(r#""*""#, condition).aws_public
}

#[test]
fn principals_decide_without_conditions() {
    for principal in [
        r#""*""#,
        r#"{"AWS":"*"}"#,
        r#"{"AWS":["*","444455556666"]}"#,
        r#"{"Federated":"graph.facebook.com"}"#,
    ] {
        let evaluation = of(principal, "{}");
        assert_eq!((evaluation.aws_public, evaluation.reach), (true, Reach::World), "{principal}");
        assert_eq!(evaluation.access, [Access::Read]);
    }
    let evaluation = of(r#"{"AWS":"arn:aws:iam::111122223333:root"}"#, "{}");
    assert_eq!((evaluation.aws_public, evaluation.reach), (false, Reach::Internal));
}

#[test]
fn a_service_without_a_source_may_act_for_anyone() {
    let service = r#"{"Service":"cloudtrail.amazonaws.com"}"#;
    let evaluation = of(service, "{}");
    assert_eq!((evaluation.aws_public, evaluation.reach), (false, Reach::Service));
    assert_eq!(
        (evaluation.verdict, evaluation.services),
        (Verdict::NotPublic, vec!["cloudtrail.amazonaws.com".to_owned()])
    );
    for condition in [
        r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#,
        r#"{"ArnLike":{"aws:SourceArn":"arn:aws:cloudtrail:*:111122223333:trail/*"}}"#,
        r#"{"StringEquals":{"aws:SourceOrgID":"o-1"}}"#,
    ] {
        assert_eq!(of(service, condition).reach, Reach::Internal, "{condition}");
    }
    let any = of(r#""*""#, r#"{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#);
    assert_eq!((any.reach, any.services), (Reach::Service, vec!["any AWS service".to_owned()]));
    let never = of(r#""*""#, r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#);
    assert_eq!(never.reach, Reach::World);
}

#[test]
fn who_must_be_of_the_resource_s_own_account_is_no_stranger() {
    let evaluation = of(r#""*""#, r#"{"StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}}"#);
    assert_eq!((evaluation.aws_public, evaluation.reach), (true, Reach::Internal));
    assert_eq!(
        of(r#""*""#, r#"{"StringEquals":{"aws:username":"${aws:ResourceOrgID}"}}"#).reach,
        Reach::World
    );
}

#[test]
fn a_deny_for_all_but_the_named_keeps_strangers_out_perhaps() {
    let deny = |but: &str| {
        let deny = format!(r#"{{"Effect":"Deny","NotPrincipal":{but},"Action":"s3:*","Resource":"*"}}"#);
        evaluated(&policy(&[allow(r#""*""#, "{}"), deny])).unwrap().verdict
    };
    assert_eq!(deny(r#"{"AWS":"444455556666"}"#), Verdict::Unknown);
    assert_eq!(deny(r#"{"AWS":"*"}"#), Verdict::Public);
}

fn trust(principal: &str, condition: &str) -> Evaluation {
    let text = allow(principal, condition).replace("s3:GetObject", "sts:AssumeRoleWithWebIdentity");
    let document = Document::parse(policy(&[text]).as_bytes()).unwrap();
    evaluate(document.root(), Holder::Role, &AccountId::from(OWN)).unwrap()
}

#[test]
fn a_shared_identity_provider_needs_a_subject() {
    let github =
        r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}"#;
    for condition in [
        "{}",
        r#"{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}"#,
        r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:*"}}"#,
        r#"{"StringEqualsIfExists":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*"}}"#,
    ] {
        assert_eq!(trust(github, condition).reach, Reach::World, "{condition}");
    }
    let bound = r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:acme/app:*"}}"#;
    assert_eq!(trust(github, bound).reach, Reach::Internal);
    let cluster =
        r#"{"Federated":"arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A"}"#;
    assert_eq!(trust(cluster, "{}").reach, Reach::Internal);
    assert_eq!(trust(r#"{"Service":"ec2.amazonaws.com"}"#, "{}").reach, Reach::Internal);
    assert_eq!(trust(r#""*""#, r#"{"StringEquals":{"sts:ExternalId":"x"}}"#).reach, Reach::World);
}

#[test]
fn a_foreign_account_is_a_party() {
    let evaluation =
        of(r#"{"AWS":["arn:aws:iam::444455556666:role/r","111122223333","222222222222"]}"#, "{}");
    assert_eq!(evaluation.reach, Reach::CrossAccount);
    assert_eq!(evaluation.parties, ["222222222222", "444455556666"]);
    assert_eq!(evaluation.verdict, Verdict::NotPublic);
}

#[test]
fn not_principal_is_everybody_but_some() {
    let text = r#"{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},"Action":"s3:*","Resource":"*"}}"#;
    assert_eq!(evaluated(text).unwrap().reach, Reach::World);
    let deny = r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    assert_eq!(evaluated(deny).unwrap().reach, Reach::Internal);
}

#[test]
fn fixed_values_of_the_documented_keys_restrict() {
    for condition in [
        r#"{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}"#,
        r#"{"StringLike":{"AWS:sourcevpce":["vpce-1","vpce-2"]}}"#,
        r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abcde12345"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
        r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:eu-west-1:444455556666:t"}}"#,
        r#"{"ForAnyValue:StringEquals":{"aws:SourceAccount":"444455556666"}}"#,
        r#"{"StringLike":{"aws:userid":"AROAEXAMPLE:*"}}"#,
        r#"{"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu-west-1:111122223333:accesspoint/*"}}"#,
        r#"{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:SourceOwner":"444455556666"}}"#,
    ] {
        assert!(!aws_public(condition), "{condition}");
        assert_ne!(of(r#""*""#, condition).reach, Reach::World, "{condition}");
    }
}

#[test]
fn what_does_not_restrict_stays_public() {
    for condition in [
        "{}",
        r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#,
        r#"{"StringEquals":{"aws:SourceVpc":["vpc-1","${aws:username}"]}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/1"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":["203.0.113.7","2001:db8::/31"]}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"::ffff:0:0/96"}}"#,
        r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#,
        r#"{"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"o-*/r-ab12/ou-ab12-1"}}"#,
        r#"{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}"#,
        r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}"#,
        r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
        r#"{"StringEquals":{"aws:Referer":"https://example.com"}}"#,
        r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
        r#"{"Null":{"aws:SourceVpc":"false"}}"#,
        r#"{"StringEquals":{"aws:SourceVpc":[]}}"#,
    ] {
        assert!(aws_public(condition), "{condition}");
        assert_eq!(of(r#""*""#, condition).reach, Reach::World, "{condition}");
    }
}

#[test]
fn an_access_point_is_no_restriction_of_its_own_policy() {
    let condition =
        r#"{"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:eu-west-1:111122223333:accesspoint/*"}}"#;
    let document = Document::parse(policy(&[allow(r#""*""#, condition)]).as_bytes()).unwrap();
    let own = AccountId::from(OWN);
    assert!(evaluate(document.root(), Holder::AccessPoint, &own).unwrap().aws_public);
    assert!(!evaluate(document.root(), Holder::Bucket, &own).unwrap().aws_public);
}

#[test]
fn a_pattern_behind_an_account_is_public_for_aws_but_for_no_stranger() {
    let evaluation = of(r#""*""#, r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/*"}}"#);
    assert!(evaluation.aws_public);
    assert_eq!((evaluation.reach, evaluation.verdict), (Reach::CrossAccount, Verdict::NotPublic));
    assert_eq!(evaluation.parties, ["444455556666"]);
    let own = of(r#""*""#, r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#);
    assert_eq!(own.reach, Reach::Internal);
    // As text, the first star may take the account's place.
    let text = of(r#""*""#, r#"{"StringLike":{"aws:PrincipalArn":"arn:*:444455556666:*"}}"#);
    assert_eq!(text.reach, Reach::World);
}

#[test]
fn networks_that_are_the_world_together_are_no_restriction() {
    let nets: Vec<String> = (0..=255).map(|first| format!(r#""{first}.0.0.0/8""#)).collect();
    let evaluation = of(r#""*""#, &format!(r#"{{"IpAddress":{{"aws:SourceIp":[{}]}}}}"#, nets.join(",")));
    assert_eq!(evaluation.reach, Reach::World);
}

#[test]
fn a_deny_for_all_but_some_leaves_the_answer_open() {
    let deny = |actions: &str, condition: &str| {
        format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":{actions},"Resource":"arn:aws:s3:::b/*","Condition":{condition}}}"#
        )
    };
    let verdict = |deny: String| {
        let evaluation = evaluated(&policy(&[allow(r#""*""#, "{}"), deny])).unwrap();
        assert!(evaluation.aws_public);
        evaluation.verdict
    };
    let but_vpc = r#"{"StringNotEquals":{"aws:SourceVpc":"vpc-1"}}"#;
    assert_eq!(verdict(deny(r#""s3:*""#, but_vpc)), Verdict::Unknown);
    assert_eq!(verdict(deny(r#""s3:*""#, "{}")), Verdict::Unknown);
    assert_eq!(verdict(deny(r#""s3:PutObject""#, but_vpc)), Verdict::Public);
    assert_eq!(verdict(deny(r#""s3:*""#, r#"{"Bool":{"aws:SecureTransport":"false"}}"#)), Verdict::Public);
}

#[test]
fn policies_as_text_are_read() {
    let text = policy(&[allow(r#""*""#, "{}")]);
    let quoted = Document::from_serialize(&text).root().to_compact_json();
    assert_eq!(evaluated(&quoted), evaluated(&text));
    let encoded = text.replace('{', "%7B").replace('"', "%22").replace(' ', "%20");
    assert_eq!(evaluated(&format!(r#""{encoded}""#)), evaluated(&text));
}

#[test]
fn what_cannot_be_read_is_undecidable_unless_the_rest_decides() {
    for text in [
        "{}",
        r#""HIDDEN_DUE_TO_SECURITY_REASONS""#,
        r#"{"Statement":"x"}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}"#,
        r#"{"Statement":[{"Effect":"Maybe","Principal":"*"}]}"#,
        "[]",
        "null",
    ] {
        assert_eq!(evaluated(text), Err(Undecidable::UnknownShape), "{text}");
    }
    let half = policy(&[allow(r#""*""#, "{}"), "7".to_owned()]);
    assert_eq!(evaluated(&half).map(|evaluation| evaluation.verdict), Ok(Verdict::Public));
    let document = Document::parse(b"{}").unwrap();
    let own = AccountId::from(OWN);
    assert_eq!(bpa_public(document.root(), Holder::Bucket, &own).verdict, Verdict::Unknown);
    assert_eq!(world_reachable(document.root(), Holder::Bucket, &own).verdict, Verdict::Unknown);
}

fn statements() -> impl Strategy<Value = Vec<String>> {
    let principal = prop::sample::select(vec![
        r#""*""#,
        r#"{"AWS":"444455556666"}"#,
        r#"{"AWS":"arn:aws:iam::111122223333:root"}"#,
        r#"{"Service":"s3.amazonaws.com"}"#,
        r#"{"Service":["sns.amazonaws.com","s3.amazonaws.com"],"AWS":"777788889999"}"#,
    ]);
    let condition = prop::sample::select(vec![
        "{}",
        r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#,
        r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#,
        r#"{"StringEquals":{"aws:PrincipalAccount":"444455556666"}}"#,
        r#"{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}"#,
        r#"{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#,
        r#"{"StringEquals":{"aws:SourceAccount":["111122223333","444455556666"]}}"#,
    ]);
    let statement = (principal, condition, any::<bool>()).prop_map(|(principal, condition, deny)| {
        let text = allow(principal, condition);
        if deny { text.replace("Allow", "Deny") } else { text }
    });
    prop::collection::vec(statement, 0..5)
}

/// How public a verdict is.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotPublic => 0,
        Verdict::Unknown => 1,
        Verdict::Public => 2,
    }
}

/// The same text with the members of every object in the opposite order.
fn turned(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Object => {
            let mut members: Vec<String> =
                node.members().map(|(key, value)| format!("\"{key}\":{}", turned(value))).collect();
            members.reverse();
            format!("{{{}}}", members.join(","))
        }
        Kind::Array => format!("[{}]", node.items().map(turned).collect::<Vec<_>>().join(",")),
        _ => node.to_compact_json(),
    }
}

proptest! {
    #[test]
    fn order_never_matters(list in statements()) {
        let text = policy(&list);
        let mut back = list;
        back.reverse();
        prop_assert_eq!(evaluated(&text), evaluated(&policy(&back)));
        let document = Document::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(evaluated(&text), evaluated(&turned(document.root())));
    }

    #[test]
    fn allowing_everybody_never_makes_it_less_public(list in statements()) {
        let before = evaluated(&policy(&list)).unwrap();
        let mut more = list;
        more.push(allow(r#""*""#, "{}"));
        let after = evaluated(&policy(&more)).unwrap();
        prop_assert!(after.aws_public);
        prop_assert!(after.reach >= before.reach);
        prop_assert!(rank(after.verdict) >= rank(before.verdict));
    }
}
