//! The calls that exposure is derived from or that change what stands: all that an event bus has to let through.

use std::collections::BTreeSet;

use super::state::{ENDS, End, calls as of_state};
use super::{ACTIONS, attachment, prefix_list, resource_policy};

const EC2: &str = "ec2.amazonaws.com";

/// Event source and action of every call that [`super::derive`] or [`super::state::State`] makes something of, each once.
/// An action has no version: `AddPermission` stands for CloudTrail's `AddPermission20150331v2`.
pub fn calls() -> BTreeSet<(String, &'static str)> {
    let mut calls = BTreeSet::new();
    for (sources, action, _) in ACTIONS.iter().chain(resource_policy::ACTIONS) {
        calls.extend(sources.iter().map(|source| ((*source).to_owned(), *action)));
    }
    let of_ec2 = attachment::CALLS.iter().chain(prefix_list::CALLS);
    calls.extend(of_ec2.map(|action| (EC2.to_owned(), *action)));
    calls.extend(of_state().map(|(source, action)| (source.to_owned(), action)));
    for (_, end) in ENDS {
        if let End::By(ends) = end {
            calls.extend(ends.iter().map(|(service, action)| (format!("{service}.amazonaws.com"), *action)));
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::state::concerns;
    use crate::exposure::{Derived, derive};
    use crate::record::CloudTrailRecord;

    /// Each call is one that something is made of by its name alone, or of which the parameters decide.
    #[test]
    fn what_ends_a_resource_is_a_call() {
        let calls = calls();
        let has = |source: &str, action: &str| calls.contains(&(source.to_owned(), action));
        assert!(has(EC2, "AuthorizeSecurityGroupIngress") && has(EC2, "RunInstances"));
        assert!(has(EC2, "ModifyManagedPrefixList") && has(EC2, "DeleteNetworkAcl"));
        assert!(has("s3.amazonaws.com", "PutBucketOwnershipControls"));
        assert!(has("organizations.amazonaws.com", "CreatePolicy"));
        assert!(has("lambda.amazonaws.com", "AddPermission") && has("iam.amazonaws.com", "DeleteRole"));
        assert!(!has("s3.amazonaws.com", "GetObject"));
    }

    /// Whatever the state or the derivation looks at by source and action is listed.
    #[test]
    fn a_call_that_is_not_listed_does_nothing() {
        let calls = calls();
        let sources: BTreeSet<&str> = calls.iter().map(|(source, _)| source.as_str()).collect();
        let actions: BTreeSet<&str> = calls.iter().map(|(_, action)| *action).collect();
        let mut tried = 0;
        for source in &sources {
            for action in &actions {
                if calls.contains(&((*source).to_owned(), *action)) {
                    continue;
                }
                let text = format!(
                    r#"{{"eventSource":"{source}","eventName":"{action}","requestParameters":{{}}}}"#
                );
                let record = CloudTrailRecord::parse(&text).unwrap();
                let derived = derive(&record);
                assert!(derived.changes.is_empty() && derived.undecidable.is_none(), "{text}");
                assert!(!concerns(&record, &Derived::default()), "{text}");
                tried += 1;
            }
        }
        assert!(tried > 1000, "{tried}");
    }
}
