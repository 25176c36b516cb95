//! Entries of network ACLs, replaced and deleted.

use super::*;

impl Story {
    fn entry(&mut self, action: &str, number: u16, port: u16, rest: &str) -> &mut Self {
        self.ec2(
            action,
            &format!(
                r#"{{"networkAclId":"acl-1","ruleNumber":{number},"egress":false,"aclProtocol":"6",
                    "portRange":{{"from":{port},"to":{port}}},{rest}}}"#
            ),
        )
    }

    fn ports(&self) -> Vec<(String, i64)> {
        let all = self.state.standing().map(|it| &it.change);
        all.map(|it| (it.facet.clone(), it.network.as_ref().unwrap().ports.from)).collect()
    }
}

const WORLD: &str = r#""ruleAction":"allow","cidrBlock":"0.0.0.0/0""#;
const OFFICE: &str = r#""ruleAction":"allow","cidrBlock":"203.0.113.0/24""#;
const CREATE: &str = "CreateNetworkAclEntry";
const REPLACE: &str = "ReplaceNetworkAclEntry";

#[test]
fn a_replaced_entry_ends_what_it_was() {
    let mut story = Story::default();
    story.entry(CREATE, 100, 22, WORLD).entry(CREATE, 110, 443, WORLD).entry(REPLACE, 100, 8080, WORLD);
    assert_eq!(story.ports(), [("nacl|ingress|100".to_owned(), 8080), ("nacl|ingress|110".to_owned(), 443)]);
    let [moved] = &story.last.moves[..] else { panic!("{:?}", story.last.moves) };
    assert!(moved.before.is_some() && moved.now.is_some() && !moved.goes_on());
    assert!(!moved.now.as_ref().unwrap().change.reason.contains("before"), "what it was is known");
    story.entry(REPLACE, 100, 8080, OFFICE);
    assert_eq!(story.ports(), [("nacl|ingress|110".to_owned(), 443)]);
    story.entry(REPLACE, 120, 22, OFFICE);
    assert_eq!((story.last.moves.len(), story.last.ends_of_nothing), (0, 1));
    story.entry(REPLACE, 120, 22, WORLD);
    assert!(story.last.moves[0].now.as_ref().unwrap().change.reason.contains("before"), "it is not known");
}

#[test]
fn with_an_acl_go_its_entries() {
    let mut story = Story::default();
    story.entry(CREATE, 100, 22, WORLD).entry(CREATE, 110, 443, WORLD);
    story.ec2("DeleteNetworkAcl", r#"{"networkAclId":"acl-2"}"#);
    assert_eq!(story.ports().len(), 2, "another one");
    story.ec2("DeleteNetworkAcl", r#"{"networkAclId":"acl-1"}"#);
    assert_eq!((story.ports().len(), story.last.moves.len()), (0, 2));
}

#[test]
fn an_entry_of_the_other_direction_is_another() {
    let mut story = Story::default();
    story.entry(CREATE, 100, 22, WORLD);
    story.ec2("DeleteNetworkAclEntry", r#"{"networkAclId":"acl-1","ruleNumber":100,"egress":true}"#);
    assert_eq!(story.ports().len(), 1);
    story.ec2("DeleteNetworkAclEntry", r#"{"networkAclId":"acl-1","ruleNumber":100,"egress":false}"#);
    assert_eq!(story.ports().len(), 0);
}
