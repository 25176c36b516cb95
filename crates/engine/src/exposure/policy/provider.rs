//! Identity providers that roles trust: whose users are strangers, and which of their claims tell who comes.
//!
//! IAM user guide, "Create a role for `OpenID` Connect federation": for a provider that many customers share, a trust
//! policy must name the caller in a condition, or anyone who has an account there can take on the role.

/// Issuers that anyone can get a token of, with the claims that tell one customer from another. The audience does for
/// providers where it is the application's own; those that serve build jobs take any audience the caller asks for.
const SHARED: &[(&str, &[&str])] = &[
    ("accounts.google.com", &["sub", "aud", "oaud"]),
    ("agent.buildkite.com", &["sub"]),
    ("app.terraform.io", &["sub"]),
    ("cognito-identity.amazonaws.com", &["sub", "aud"]),
    ("gitlab.com", &["sub"]),
    ("graph.facebook.com", &["id", "app_id"]),
    ("token.actions.githubusercontent.com", &["sub", "job_workflow_ref", "repository", "repository_id"]),
    ("www.amazon.com", &["user_id", "app_id"]),
];

/// True if anyone can be a user of the provider. That of one's own cluster or company is not known to be.
pub(super) fn is_shared(issuer: &str) -> bool {
    SHARED.iter().any(|(shared, _)| *shared == issuer)
}

/// True if a claim with this value leaves the users of one customer only.
pub(super) fn claim_identifies(issuer: &str, claim: &str, value: &str) -> bool {
    let known = SHARED.iter().any(|(shared, claims)| *shared == issuer && claims.contains(&claim));
    known && !value.contains("${") && names_a_customer(value)
}

/// True if what stands before the first wildcard ends a customer's name: `repo:acme/*` does, `repo:acme*` is also
/// `repo:acme-evil/x`.
fn names_a_customer(value: &str) -> bool {
    let Some((before, _)) = value.split_once(['*', '?']) else { return !value.is_empty() };
    let name = before.split_once(':').map_or(before, |(_, name)| name);
    name.find(['/', ':']).is_some_and(|end| end > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_must_name_its_customer() {
        let github = "token.actions.githubusercontent.com";
        for value in ["repo:acme/app:ref:refs/heads/main", "repo:acme/*", "repo:acme/app:*"] {
            assert!(claim_identifies(github, "sub", value), "{value}");
        }
        for value in ["*", "repo:*", "repo:acme*", "repo:/*", "repo:${aws:username}/x", ""] {
            assert!(!claim_identifies(github, "sub", value), "{value}");
        }
        assert!(!claim_identifies(github, "aud", "sts.amazonaws.com"));
        assert!(claim_identifies("cognito-identity.amazonaws.com", "aud", "eu-west-1:pool"));
        assert!(!is_shared("oidc.eks.eu-west-1.amazonaws.com/id/abc"));
    }
}
