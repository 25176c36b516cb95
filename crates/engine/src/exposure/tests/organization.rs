//! Policies of an organisation about S3.

use super::*;

fn call(action: &str, request: &str) -> Derived {
    derived("organizations", action, &format!(r#""requestParameters":{request}"#))
}

fn update(content: &str) -> Derived {
    let content = serde_json::to_string(content).unwrap();
    call("UpdatePolicy", &format!(r#"{{"policyId":"p-s3","content":{content}}}"#))
}

fn assigned(word: &str) -> Derived {
    update(&format!(r#"{{"s3_attributes":{{"public_access_block_configuration":{{"@@assign":"{word}"}}}}}}"#))
}

const FACET: &str = "public_access_block";

#[test]
fn the_content_of_a_policy_decides() {
    let off = assigned("none");
    assert_eq!(told(&off), [(Effect::Weakened, Reach::World, FACET)]);
    assert_eq!((off.changes[0].verdict, off.changes[0].confidence), (Verdict::Unknown, Confidence::Medium));
    assert_eq!(off.changes[0].settings_off.len(), 4);
    assert_eq!(off.changes[0].resource.arn.as_str(), "arn:aws:organizations::111122223333:policy/p-s3");
    assert_eq!(told(&assigned("all")), [(Effect::Restored, Reach::World, FACET)]);
}

#[test]
fn other_policies_and_other_changes_are_nothing() {
    assert_eq!(told(&update(r#"{"Version":"2012-10-17","Statement":[]}"#)), []);
    assert_eq!(told(&update(r#"{"s3_attributes":{"other":1}}"#)), []);
    assert_eq!(told(&update("no json")), []);
    assert_eq!(told(&call("UpdatePolicy", r#"{"policyId":"p-s3","name":"new"}"#)), []);
    assert_eq!(told(&call("DisablePolicyType", r#"{"rootId":"r-1","policyType":"TAG_POLICY"}"#)), []);
}

#[test]
fn turning_the_kind_of_policy_off_lowers_the_root() {
    let request = r#"{"rootId":"r-1","policyType":"S3_POLICY"}"#;
    assert_eq!(told(&call("DisablePolicyType", request)), [(Effect::Weakened, Reach::World, FACET)]);
    let on = call("EnablePolicyType", request);
    assert_eq!(told(&on), [(Effect::Restored, Reach::World, FACET)]);
    assert_eq!(on.changes[0].confidence, Confidence::Medium, "the policies are not attached yet");
}

#[test]
fn what_an_attached_policy_says_only_state_can_tell() {
    let request = |policy: &str| format!(r#"{{"policyId":"{policy}","targetId":"ou-1"}}"#);
    assert_eq!(call("DetachPolicy", &request("p-s3")).undecidable, Some(Undecidable::NeedsState));
    assert_eq!(call("AttachPolicy", &request("p-s3")).undecidable, Some(Undecidable::NeedsState));
    assert_eq!(call("DetachPolicy", &request("p-FullAWSAccess")).undecidable, None);
}
