//! What stands after which calls.

// Ends of what the ending call does not describe.
mod ends;

use proptest::prelude::*;

use super::*;
use crate::exposure::{Confidence, Reach, derive};

// Machines with an open group.
mod attached;

// Network ACLs.
mod network_acl;

// Prefix lists.
mod prefix_list;

/// Calls in the order of time: what each moved, and what stands at the end.
#[derive(Default)]
struct Story {
    state: State,
    minute: usize,
    last: Applied,
}

impl Story {
    fn call(&mut self, source: &str, action: &str, rest: &str) -> &mut Self {
        let record = record(source, action, self.minute, rest);
        self.minute += 1;
        let derived = derive(&record);
        self.last = self.state.apply(&record, &derived);
        self
    }

    fn ec2(&mut self, action: &str, request: &str) -> &mut Self {
        self.call("ec2", action, &format!(r#""requestParameters":{request}"#))
    }

    fn s3(&mut self, action: &str, request: &str) -> &mut Self {
        let rest = request.trim_start_matches('{');
        let comma = if rest == "}" { "" } else { "," };
        self.call("s3", action, &format!(r#""requestParameters":{{"bucketName":"b"{comma}{rest}"#))
    }

    fn stands(&self) -> Vec<(String, Reach)> {
        self.state.standing().map(|it| (it.change.facet.clone(), it.change.reach)).collect()
    }

    /// Surfaces that are exposed, guard rails left out.
    fn exposed(&self) -> Vec<Surface> {
        let all = self.state.standing().map(|it| &it.change);
        all.filter(|it| it.effect == crate::exposure::Effect::Opened).map(|it| it.surface).collect()
    }
}

fn record(source: &str, action: &str, minute: usize, rest: &str) -> CloudTrailRecord {
    let time = format!("2026-11-20T{:02}:{:02}:00Z", minute / 60, minute % 60);
    CloudTrailRecord::parse(&format!(
        r#"{{"eventSource":"{source}.amazonaws.com","eventName":"{action}","awsRegion":"eu-west-1","eventTime":"{time}",
            "recipientAccountId":"111122223333",{rest}}}"#
    ))
    .unwrap()
}

fn rule(peer: &str) -> String {
    format!(r#"{{"groupId":"sg-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"{peer}"}}"#)
}

fn answer(peer: &str, id: &str) -> String {
    format!(
        r#""requestParameters":{},"responseElements":{{"securityGroupRuleSet":{{"items":[{{"groupId":"sg-1",
            "securityGroupRuleId":"{id}","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,
            "cidrIpv4":"{peer}"}}]}}}}"#,
        rule(peer)
    )
}

fn modify(id: &str, peer: &str) -> String {
    format!(
        r#"{{"ModifySecurityGroupRulesRequest":{{"GroupId":"sg-1","SecurityGroupRule":{{"SecurityGroupRuleId":"{id}",
            "SecurityGroupRule":{{"CidrIpv4":"{peer}","FromPort":22,"ToPort":22,"IpProtocol":"tcp"}}}}}}}}"#
    )
}

const AUTHORIZE: &str = "AuthorizeSecurityGroupIngress";
const REVOKE: &str = "RevokeSecurityGroupIngress";

#[test]
fn a_rule_is_revoked_by_its_id() {
    let mut story = Story::default();
    story.call("ec2", AUTHORIZE, &answer("0.0.0.0/0", "sgr-1"));
    assert_eq!(story.stands(), [("ingress|tcp|22-22|0.0.0.0/0".to_owned(), Reach::World)]);
    story.ec2(REVOKE, r#"{"groupId":"sg-1","securityGroupRuleIds":["sgr-1"]}"#);
    assert_eq!((story.stands(), story.last.undecidable), (vec![], None));
    assert_eq!(story.last.moves.len(), 1);
    story.ec2(REVOKE, r#"{"groupId":"sg-1","securityGroupRuleIds":["sgr-9"]}"#);
    assert_eq!(story.last.undecidable, Some(Undecidable::NeedsState), "an id that was never seen");
}

#[test]
fn halves_of_several_calls_add_up_and_come_apart() {
    let mut story = Story::default();
    story.ec2(AUTHORIZE, &rule("0.0.0.0/1"));
    assert_eq!(story.stands()[0].1, Reach::Broad);
    story.ec2(AUTHORIZE, &rule("128.0.0.0/1"));
    assert!(story.stands().len() == 2 && story.stands().iter().all(|(_, reach)| *reach == Reach::World));
    story.ec2(REVOKE, &rule("0.0.0.0/1"));
    assert_eq!(story.stands(), [("ingress|tcp|22-22|128.0.0.0/1".to_owned(), Reach::Broad)]);
}

#[test]
fn a_modified_rule_closes_what_it_was() {
    let mut story = Story::default();
    story.call("ec2", AUTHORIZE, &answer("0.0.0.0/0", "sgr-1"));
    story.ec2("ModifySecurityGroupRules", &modify("sgr-1", "64.0.0.0/2"));
    assert_eq!(story.stands(), [("ingress|tcp|22-22|64.0.0.0/2".to_owned(), Reach::Broad)]);
    assert_eq!(story.state.standing().next().unwrap().change.confidence, Confidence::High);
    story.ec2("ModifySecurityGroupRules", &modify("sgr-1", "203.0.113.7/32"));
    assert_eq!(story.stands(), []);
    story.ec2("ModifySecurityGroupRules", &modify("sgr-1", "0.0.0.0/0"));
    assert_eq!(story.state.standing().next().unwrap().change.confidence, Confidence::Medium);
}

#[test]
fn what_a_revoke_did_not_know_stays_open() {
    let mut story = Story::default();
    story.ec2(AUTHORIZE, &rule("0.0.0.0/0"));
    let unknown = r#""responseElements":{"unknownIpPermissionSet":{"items":[{"ipProtocol":"tcp","fromPort":22,
        "toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}"#;
    story.call("ec2", REVOKE, &format!(r#""requestParameters":{},{unknown}"#, rule("0.0.0.0/0")));
    assert_eq!(story.stands().len(), 1);
}

#[test]
fn with_a_group_goes_all_that_it_let_in() {
    let mut story = Story::default();
    story.ec2(AUTHORIZE, &rule("0.0.0.0/0")).ec2(AUTHORIZE, &rule("64.0.0.0/2"));
    story.ec2("DeleteSecurityGroup", r#"{"groupId":"sg-1"}"#);
    assert_eq!((story.stands(), story.last.moves.len()), (vec![], 2));
    story.ec2(REVOKE, &rule("0.0.0.0/0"));
    assert_eq!((story.last.moves.len(), story.last.ends_of_nothing), (0, 1));
}

fn policy(action: &str) -> String {
    format!(
        r#"{{"bucketPolicy":{{"Statement":[{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"*"}}]}}}}"#
    )
}

fn settings(restrict: bool, ignore: bool) -> String {
    format!(
        r#"{{"PublicAccessBlockConfiguration":{{"BlockPublicAcls":false,"IgnorePublicAcls":{ignore},
            "BlockPublicPolicy":false,"RestrictPublicBuckets":{restrict}}}}}"#
    )
}

const BLOCK: &str = "PutBucketPublicAccessBlock";

#[test]
fn block_public_access_hides_and_shows_what_is_written() {
    let mut story = Story::default();
    story.s3("PutBucketPolicy", &policy("s3:GetObject")).s3("PutBucketAcl", r#"{"x-amz-acl":"public-read"}"#);
    assert_eq!(story.exposed(), [Surface::BucketPolicy, Surface::BucketAcl]);
    story.s3(BLOCK, &settings(true, false));
    assert_eq!(story.exposed(), [Surface::BucketAcl], "flag by flag");
    story.s3(BLOCK, &settings(true, true));
    assert_eq!(story.exposed(), []);
    story.s3("DeleteBucketPublicAccessBlock", "{}");
    assert_eq!(story.exposed(), [Surface::BucketPolicy, Surface::BucketAcl]);
    story.s3("PutAccountPublicAccessBlock", &settings(true, false));
    assert_eq!(story.exposed(), [Surface::BucketAcl], "account or bucket");
    story.s3("PutAccountPublicAccessBlock", &settings(false, false));
    assert_eq!(story.exposed(), [Surface::BucketPolicy, Surface::BucketAcl]);
    let policy = story.state.standing().find(|it| it.change.surface == Surface::BucketPolicy).unwrap();
    assert_eq!(policy.change.confidence, Confidence::High, "every setting is known");
    story.s3("DeleteBucket", "{}");
    assert_eq!(story.exposed(), []);
}

#[test]
fn a_policy_that_was_accepted_tells_that_the_block_was_off() {
    let mut story = Story::default();
    story.s3("CreateBucket", "{}").s3("PutBucketPolicy", &policy("s3:GetObject"));
    assert_eq!(
        story.exposed(),
        [Surface::BucketPolicy],
        "what was believed of the new bucket is out of date"
    );
}

#[test]
fn the_owner_s_enforcement_hides_acls() {
    let owner = |word: &str| format!(r#"{{"OwnershipControls":{{"Rule":{{"ObjectOwnership":"{word}"}}}}}}"#);
    let mut story = Story::default();
    story.s3("PutBucketAcl", r#"{"x-amz-acl":"public-read"}"#);
    story.s3("PutBucketOwnershipControls", &owner("BucketOwnerEnforced"));
    assert_eq!(story.exposed(), []);
    story.s3("PutBucketOwnershipControls", &owner("ObjectWriter"));
    assert_eq!(story.exposed(), [Surface::BucketAcl]);
}

#[test]
fn a_policy_replaces_the_one_before() {
    let mut story = Story::default();
    story.s3("PutBucketPolicy", &policy("s3:PutObject")).s3("PutBucketPolicy", &policy("s3:GetObject"));
    let moved = &story.last.moves[0];
    assert!(moved.before.is_some() && moved.now.is_some() && !moved.goes_on());
    story.s3("PutBucketPolicy", &policy("s3:GetObject"));
    assert!(story.last.moves[0].goes_on());
    story.s3("DeleteBucketPolicy", "{}");
    assert_eq!(story.exposed(), []);
}

#[test]
fn replication_web_site_and_origins_stand_until_the_bucket_goes() {
    let copies = |account: &str| {
        format!(r#"{{"ReplicationConfiguration":{{"Rule":{{"Destination":{{"Account":"{account}"}}}}}}}}"#)
    };
    let all = |story: &Story| story.stands().into_iter().map(|(facet, _)| facet).collect::<Vec<_>>();
    let mut story = Story::default();
    story.s3("PutBucketReplication", &copies("444455556666"));
    story.s3("PutBucketReplication", &copies("777788889999"));
    assert!(story.last.moves[0].before.is_some() && !story.last.moves[0].goes_on(), "another account");
    story.s3("PutBucketWebsite", "{}");
    story.s3("PutBucketCors", r#"{"CORSConfiguration":{"CORSRule":{"AllowedOrigin":"*"}}}"#);
    assert_eq!(all(&story), ["replication", "website", "cors"]);
    story.s3("DeleteBucketReplication", "{}");
    assert_eq!(all(&story), ["website", "cors"]);
    story.s3("DeleteBucket", "{}");
    assert_eq!(all(&story), Vec::<String>::new());
}

#[test]
fn failed_and_late_calls_change_nothing() {
    let mut story = Story::default();
    let failed = format!(r#""errorCode":"AccessDenied","requestParameters":{}"#, rule("0.0.0.0/0"));
    story.call("ec2", AUTHORIZE, &failed);
    assert_eq!(story.stands(), []);
    story.minute = 30;
    story.ec2(AUTHORIZE, &rule("0.0.0.0/0"));
    story.minute = 5;
    story.ec2(REVOKE, &rule("0.0.0.0/0"));
    assert_eq!(story.stands().len(), 1);
}

proptest! {
    #[test]
    fn what_is_opened_and_undone_leaves_nothing(
        peers in prop::collection::btree_set(
            prop::sample::select(vec!["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/2", "10.0.0.0/8"]), 1..5),
    ) {
        let mut story = Story::default();
        for peer in &peers {
            story.ec2(AUTHORIZE, &rule(peer));
        }
        for peer in peers.iter().rev() {
            story.ec2(REVOKE, &rule(peer));
        }
        prop_assert_eq!(story.stands(), vec![]);
        prop_assert!(story.state.groups.is_empty());
    }

    #[test]
    fn the_order_of_peers_in_a_call_changes_nothing(
        peers in Just(vec!["0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/2", "203.0.113.7/32"]).prop_shuffle(),
    ) {
        let ranges: Vec<String> = peers.iter().map(|peer| format!(r#"{{"cidrIp":"{peer}"}}"#)).collect();
        let request = format!(
            r#"{{"groupId":"sg-1","ipPermissions":{{"items":[{{"ipProtocol":"tcp","fromPort":22,"toPort":22,
                "ipRanges":{{"items":[{}]}}}}]}}}}"#, ranges.join(","));
        let mut story = Story::default();
        story.ec2(AUTHORIZE, &request);
        let facet = |peer: &str| format!("ingress|tcp|22-22|{peer}");
        prop_assert_eq!(story.stands(), vec![
            (facet("0.0.0.0/1"), Reach::World), (facet("128.0.0.0/1"), Reach::World), (facet("64.0.0.0/2"), Reach::Broad),
        ]);
    }
}

#[test]
fn every_kind_that_can_be_exposed_is_read_as_it_is_written() {
    for (kind, _) in ENDS {
        let text = format!(r#"{{"type":"{kind}","arn":"arn","name":"name"}}"#);
        let resource: crate::resource::Resource = serde_json::from_str(&text).unwrap();
        assert_eq!(resource.kind, *kind);
    }
}
