//! Whom a statement names, and whose account that is.

use crate::ids::AccountId;
use crate::json::{Kind, Node};

use super::Holder;
use crate::glob::{is_fixed, is_pattern};

/// One principal of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Principal {
    /// Everybody: `*`, a pattern that a stranger fits, or an identity provider that anyone can sign up with.
    Anyone,
    /// A pattern that only one account fits.
    Pattern(String),
    /// An account, user, role or canonical user.
    Named(String),
    /// An AWS service, which may act for anyone who uses it.
    Service(String),
    /// An identity provider in a role's trust policy, by the name of its issuer.
    Provider(String),
}

impl Principal {
    /// True if AWS counts it as a fixed value.
    pub(super) fn is_fixed(&self) -> bool {
        matches!(self, Self::Named(_) | Self::Service(_))
    }

    /// The outsider it names, if it names one.
    pub(super) fn outsider(&self, own: &AccountId) -> Option<String> {
        match self {
            Self::Named(value) | Self::Pattern(value) => outsider(value, own),
            Self::Anyone | Self::Service(_) | Self::Provider(_) => None,
        }
    }
}

/// Reads a `Principal` element; `None` where it is of a shape that no policy has.
pub(super) fn principals(element: Node<'_>, holder: Holder) -> Option<Vec<Principal>> {
    match element.kind() {
        Kind::String => Some(vec![aws(element.as_str()?)]),
        Kind::Object => {
            let mut found = Vec::new();
            for (kind, values) in element.members() {
                for value in values.list() {
                    found.push(principal(kind, &value.scalar_text()?, holder));
                }
            }
            Some(found)
        }
        // No policy of AWS has a list here, but tools that rewrite records make one.
        Kind::Array => element.items().map(|item| item.as_str().map(aws)).collect(),
        _ => None,
    }
}

fn principal(kind: &str, value: &str, holder: Holder) -> Principal {
    match kind.to_ascii_lowercase().as_str() {
        "service" if is_fixed(value) => Principal::Service(value.to_owned()),
        // Whom a provider lets in, the conditions on its claims say (IAM user guide, "Create a role for OpenID Connect
        // federation").
        "federated" if holder == Holder::Role => match value.split_once(":oidc-provider/") {
            Some((_, issuer)) => Principal::Provider(issuer.to_ascii_lowercase()),
            None if value.starts_with("arn:") => aws(value),
            None => Principal::Provider(value.to_ascii_lowercase()),
        },
        // A provider of the account has an ARN; `graph.facebook.com` and its like are open to anyone, which is why
        // AWS's own example calls such a policy public (S3 user guide, "Blocking public access").
        "federated" if !value.starts_with("arn:") => Principal::Anyone,
        _ => aws(value),
    }
}

fn aws(value: &str) -> Principal {
    if is_fixed(value) {
        return Principal::Named(value.to_owned());
    }
    if arn_account(value).is_some() { Principal::Pattern(value.to_owned()) } else { Principal::Anyone }
}

/// The account of an ARN, where it is fixed and no wildcard before it can take its place.
pub(super) fn arn_account(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let head: Vec<&str> = parts.by_ref().take(4).collect();
    let account = parts.next()?;
    let fixed = head.first() == Some(&"arn") && head.iter().all(|part| is_fixed(part)) && is_account(account);
    fixed.then_some(account)
}

/// True for the twelve digits of an account.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The outsider that a value names: the account of an ARN, an account, a canonical user.
pub(super) fn outsider(value: &str, own: &AccountId) -> Option<String> {
    if value.starts_with("arn:") {
        // An ARN without an account (a bucket, a CloudFront identity) names nobody.
        let account =
            value.split(':').nth(4).filter(|account| is_account(account) && *account != own.as_str())?;
        return Some(account.to_owned());
    }
    let named = is_account(value) || is_canonical_user(value);
    (named && value != own.as_str() && !is_pattern(value)).then(|| value.to_owned())
}

/// A canonical user id: 64 hexadecimal digits (AWS General Reference, "AWS account identifiers").
fn is_canonical_user(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn read(text: &str) -> Option<Vec<Principal>> {
        principals(Document::parse(text.as_bytes()).unwrap().root(), Holder::Bucket)
    }

    fn named(value: &str) -> Principal {
        Principal::Named(value.to_owned())
    }

    #[test]
    fn every_spelling_of_anyone_is_anyone() {
        for text in [
            r#""*""#,
            r#"{"AWS":"*"}"#,
            r#"{"AWS":["*"]}"#,
            r#"["*"]"#,
            r#"{"Service":"*"}"#,
            r#"{"AWS":"arn:aws:iam::*:root"}"#,
            r#"{"Federated":"graph.facebook.com"}"#,
        ] {
            assert_eq!(read(text), Some(vec![Principal::Anyone]), "{text}");
        }
    }

    #[test]
    fn named_principals_are_named() {
        let own = AccountId::from("111122223333");
        let list = read(r#"{"AWS":["444455556666","arn:aws:iam::111122223333:root"]}"#).unwrap();
        assert_eq!(list, [named("444455556666"), named("arn:aws:iam::111122223333:root")]);
        assert_eq!(list[0].outsider(&own).as_deref(), Some("444455556666"));
        assert_eq!(list[1].outsider(&own), None);
        let service = Principal::Service("s3.amazonaws.com".to_owned());
        assert_eq!(read(r#"{"Service":"s3.amazonaws.com"}"#), Some(vec![service]));
        assert_eq!(
            named("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1").outsider(&own),
            None
        );
    }

    #[test]
    fn a_pattern_behind_an_account_is_no_stranger() {
        let list = read(r#"{"AWS":"arn:aws:iam::444455556666:role/*"}"#).unwrap();
        assert!(!list[0].is_fixed());
        assert_eq!(list[0].outsider(&AccountId::from("111122223333")).as_deref(), Some("444455556666"));
    }

    #[test]
    fn other_shapes_are_refused() {
        assert_eq!(read("7"), None);
        assert_eq!(read(r#"{"AWS":[{"x":1}]}"#), None);
        assert_eq!(read(r#"{"AWS":[]}"#), Some(vec![]));
    }
}
