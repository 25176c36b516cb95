//! Prefix lists and the groups whose rules name them.

use super::*;

impl Story {
    /// The shape of the wrapper and of one entry is that of a published record; several entries, and what is taken
    /// away, are from the service model.
    fn list(&mut self, added: &[&str], removed: &[&str]) -> &mut Self {
        let entries = |nets: &[&str]| {
            let items: Vec<String> =
                nets.iter().map(|net| format!(r#"{{"tag":1,"Cidr":"{net}"}}"#)).collect();
            items.join(",")
        };
        self.ec2(
            "ModifyManagedPrefixList",
            &format!(
                r#"{{"ModifyManagedPrefixListRequest":{{"PrefixListId":"pl-1","AddEntry":[{}],"RemoveEntry":[{}]}}}}"#,
                entries(added),
                entries(removed)
            ),
        )
    }

    fn authorize_list(&mut self) -> &mut Self {
        self.ec2(AUTHORIZE, NAMED)
    }
}

const NAMED: &str = r#"{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,
    "ipRanges":{},"prefixListIds":{"items":[{"prefixListId":"pl-1"}]}}]}}"#;

fn ssh(reach: Reach) -> Vec<(String, Reach)> {
    vec![("ingress|tcp|22-22|pl-1".to_owned(), reach)]
}

#[test]
fn a_rule_that_names_an_open_list_is_open() {
    let mut story = Story::default();
    let rest = r#""requestParameters":{"CreateManagedPrefixListRequest":{"Entry":{"tag":1,"Cidr":"0.0.0.0/0"}}},
        "responseElements":{"CreateManagedPrefixListResponse":{"prefixList":{"prefixListId":"pl-1"}}}"#;
    story.call("ec2", "CreateManagedPrefixList", rest);
    assert_eq!((story.stands(), story.last.undecidable), (vec![], None), "a list lets nobody in by itself");
    story.authorize_list();
    assert_eq!(story.stands(), ssh(Reach::World));
    let standing = story.state.standing().next().unwrap();
    assert_eq!(standing.change.network.as_ref().unwrap().cidr, "0.0.0.0/0");
    assert_eq!(standing.change.network.as_ref().unwrap().services, ["ssh"]);
    assert_eq!(standing.change.resource.name, "sg-1");
    story.ec2(REVOKE, NAMED);
    assert_eq!(story.stands(), []);
    story.list(&[], &["0.0.0.0/0"]);
    assert!(story.state.groups.is_empty() && story.state.lists.is_empty());
}

#[test]
fn a_list_that_opens_and_closes_moves_the_groups_that_name_it() {
    let mut story = Story::default();
    story.authorize_list();
    assert_eq!(story.stands(), [], "without the list nothing is known");
    story.list(&["64.0.0.0/2", "10.0.0.0/8"], &[]);
    assert_eq!(story.stands(), ssh(Reach::Broad));
    story.list(&["0.0.0.0/0"], &[]);
    assert_eq!(story.stands(), ssh(Reach::World));
    story.list(&["203.0.113.0/24"], &[]);
    assert_eq!((story.stands(), story.last.moves.len()), (ssh(Reach::World), 0));
    story.list(&[], &["0.0.0.0/0", "64.0.0.0/2"]);
    assert_eq!((story.stands(), story.last.moves.len()), (vec![], 1));
    story.list(&["0.0.0.0/0"], &[]);
    story.ec2("DeleteManagedPrefixList", r#"{"DeleteManagedPrefixListRequest":{"PrefixListId":"pl-1"}}"#);
    assert_eq!(story.stands(), []);
}

#[test]
fn entries_of_a_list_add_up() {
    let mut story = Story::default();
    story.authorize_list().list(&["0.0.0.0/1"], &[]);
    assert_eq!(story.stands(), ssh(Reach::Broad));
    story.list(&["128.0.0.0/1"], &[]);
    assert_eq!(story.stands(), ssh(Reach::World));
    story.list(&[], &["0.0.0.0/1"]);
    assert_eq!(story.stands(), ssh(Reach::Broad));
}

#[test]
fn a_rule_for_a_list_goes_by_its_id_too() {
    let answer = format!(
        r#""requestParameters":{NAMED},"responseElements":{{"securityGroupRuleSet":{{"items":[{{"groupId":"sg-1",
            "securityGroupRuleId":"sgr-1","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,
            "prefixListId":"pl-1"}}]}}}}"#
    );
    let mut story = Story::default();
    story.list(&["0.0.0.0/0"], &[]).call("ec2", AUTHORIZE, &answer);
    assert_eq!(story.stands(), ssh(Reach::World));
    story.ec2("ModifySecurityGroupRules", &modify("sgr-1", "203.0.113.7/32"));
    assert_eq!(story.stands(), []);
    story.call("ec2", AUTHORIZE, &answer);
    story.ec2(REVOKE, r#"{"groupId":"sg-1","securityGroupRuleIds":["sgr-1"]}"#);
    assert_eq!((story.stands(), story.last.undecidable), (vec![], None));
}

#[test]
fn groups_and_lists_that_let_nobody_in_are_forgotten() {
    let mut story = Story::default();
    story.list(&["203.0.113.0/24"], &[]);
    assert!(story.state.lists.is_empty());
    story.authorize_list().list(&["0.0.0.0/0"], &[]).ec2("DeleteSecurityGroup", r#"{"groupId":"sg-1"}"#);
    assert_eq!((story.stands(), story.last.moves.len()), (vec![], 1));
    story.list(&[], &["0.0.0.0/0"]);
    assert!(story.state.lists.is_empty() && story.state.groups.is_empty());
}

#[test]
fn a_restored_version_is_not_known() {
    let restore = r#"{"RestoreManagedPrefixListVersionRequest":{"PrefixListId":"pl-1","PreviousVersion":1}}"#;
    let mut story = Story::default();
    story.ec2("RestoreManagedPrefixListVersion", restore);
    assert_eq!(story.last.undecidable, None, "of a list that nothing is known of");
    story.list(&["0.0.0.0/0"], &[]).authorize_list().ec2("RestoreManagedPrefixListVersion", restore);
    assert_eq!((story.stands(), story.last.undecidable), (ssh(Reach::World), Some(Undecidable::NeedsState)));
}

#[test]
fn a_machine_follows_the_list_of_its_group() {
    let mut story = Story::default();
    story.authorize_list().list(&["0.0.0.0/0"], &[]);
    story.ec2("ModifyInstanceAttribute", r#"{"instanceId":"i-1","groupSet":{"items":[{"groupId":"sg-1"}]}}"#);
    assert_eq!(story.stands().len(), 2);
    story.list(&[], &["0.0.0.0/0"]);
    assert_eq!(story.stands(), []);
}

proptest! {
    /// Whatever the order of list and rule, the same stands in the end.
    #[test]
    fn the_order_of_list_and_rule_does_not_matter(calls in Just(vec![0, 1, 2, 3]).prop_shuffle()) {
        let mut story = Story::default();
        for call in calls {
            match call {
                0 => story.list(&["0.0.0.0/1"], &[]),
                1 => story.list(&["128.0.0.0/1"], &[]),
                2 => story.authorize_list(),
                _ => story.ec2(AUTHORIZE, &rule("64.0.0.0/2")),
            };
        }
        let mut all = ssh(Reach::World);
        all.insert(0, ("ingress|tcp|22-22|64.0.0.0/2".to_owned(), Reach::Broad));
        prop_assert_eq!(story.stands(), all);
    }
}
