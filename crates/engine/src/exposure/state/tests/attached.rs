//! Open groups and the machines that have them.

use super::*;

impl Story {
    /// Machines that stand open: their names, the groups and the CIDRs.
    fn machines(&self) -> Vec<String> {
        let all = self.state.standing().map(|it| &it.change);
        all.filter(|it| it.surface == Surface::InstanceIngress)
            .map(|it| format!("{} {} {}", it.resource.name, it.facet, it.network.as_ref().unwrap().cidr))
            .collect()
    }

    fn open(&mut self, group: &str, port: u16, peer: &str) -> &mut Self {
        self.ec2(AUTHORIZE, &opening(group, port, peer))
    }

    fn close(&mut self, group: &str, port: u16, peer: &str) -> &mut Self {
        self.ec2(REVOKE, &opening(group, port, peer))
    }

    fn give(&mut self, machine: &str, groups: &[&str]) -> &mut Self {
        let (action, key) = if machine.starts_with("i-") {
            ("ModifyInstanceAttribute", "instanceId")
        } else {
            ("ModifyNetworkInterfaceAttribute", "networkInterfaceId")
        };
        self.ec2(action, &format!(r#"{{"{key}":"{machine}","groupSet":{}}}"#, set(groups)))
    }

    fn launch(&mut self, machines: &[&str], groups: &[&str]) -> &mut Self {
        let one = |id: &&str| {
            let groups = set(groups);
            format!(
                r#"{{"instanceId":"{id}","groupSet":{groups},
                    "networkInterfaceSet":{{"items":[{{"networkInterfaceId":"eni-{id}","groupSet":{groups}}}]}}}}"#
            )
        };
        let items: Vec<String> = machines.iter().map(one).collect();
        let rest = format!(
            r#""requestParameters":{{}},"responseElements":{{"instancesSet":{{"items":[{}]}}}}"#,
            items.join(",")
        );
        self.call("ec2", "RunInstances", &rest)
    }
}

fn opening(group: &str, port: u16, peer: &str) -> String {
    format!(
        r#"{{"groupId":"{group}","ipProtocol":"tcp","fromPort":{port},"toPort":{port},"cidrIp":"{peer}"}}"#
    )
}

fn set(groups: &[&str]) -> String {
    let items: Vec<String> = groups.iter().map(|group| format!(r#"{{"groupId":"{group}"}}"#)).collect();
    format!(r#"{{"items":[{}]}}"#, items.join(","))
}

#[test]
fn a_machine_given_an_open_group_stands_open_until_it_is_taken_away() {
    let mut story = Story::default();
    story.open("sg-1", 22, "0.0.0.0/0").give("i-1", &["sg-1", "sg-2"]);
    assert_eq!(story.machines(), ["i-1 group|sg-1 0.0.0.0/0"]);
    let standing = story.state.standing().find(|it| it.change.surface == Surface::InstanceIngress).unwrap();
    assert_eq!((standing.change.reach, standing.change.confidence), (Reach::World, Confidence::Medium));
    assert_eq!(standing.origin.at.as_deref(), Some("2026-11-20T00:01:00Z"));
    story.give("i-1", &["sg-1", "sg-3"]);
    assert_eq!(story.machines().len(), 1);
    assert!(story.last.moves[0].goes_on());
    story.give("i-1", &["sg-2"]);
    assert_eq!((story.machines().len(), story.last.moves.len()), (0, 1));
    assert!(story.state.attached.is_empty());
}

#[test]
fn a_machine_whose_groups_let_nobody_in_is_not_remembered() {
    let mut story = Story::default();
    story.open("sg-1", 22, "203.0.113.7/32").give("i-1", &["sg-1"]).launch(&["i-2"], &["sg-1"]);
    assert_eq!((story.machines().len(), story.last.moves.len(), story.last.undecidable), (0, 0, None));
    assert!(story.state.attached.is_empty() && story.state.standing.is_empty());
    story.open("sg-1", 22, "0.0.0.0/0");
    assert_eq!(story.machines().len(), 0, "told of the group alone");
}

#[test]
fn a_machine_follows_its_group() {
    let mut story = Story::default();
    story.open("sg-1", 443, "0.0.0.0/0").launch(&["i-1", "i-2"], &["sg-1"]);
    assert_eq!(story.machines(), ["i-1 group|sg-1 0.0.0.0/0", "i-2 group|sg-1 0.0.0.0/0"]);
    story.open("sg-1", 22, "64.0.0.0/2");
    assert_eq!(
        story.machines(),
        ["i-1 group|sg-1 64.0.0.0/2", "i-2 group|sg-1 64.0.0.0/2"],
        "a web port is the last"
    );
    story.open("sg-1", 3389, "0.0.0.0/0").close("sg-1", 22, "64.0.0.0/2");
    assert_eq!(story.machines().len(), 2);
    assert_eq!(story.last.moves.len(), 1, "what was not the widest changes no machine");
    story.close("sg-1", 3389, "0.0.0.0/0").close("sg-1", 443, "0.0.0.0/0");
    assert_eq!(story.machines().len(), 0);
    assert!(story.state.attached.is_empty());
    story.open("sg-1", 22, "0.0.0.0/0").give("i-1", &["sg-1"]);
    story.ec2("DeleteSecurityGroup", r#"{"groupId":"sg-1"}"#);
    assert_eq!((story.machines().len(), story.last.moves.len()), (0, 2));
}

#[test]
fn with_a_machine_goes_what_it_had() {
    let mut story = Story::default();
    story.open("sg-1", 22, "0.0.0.0/0").open("sg-2", 22, "0.0.0.0/0");
    story.launch(&["i-1", "i-2", "i-3"], &["sg-1", "sg-2"]);
    assert_eq!(story.machines().len(), 6);
    story.ec2(
        "TerminateInstances",
        r#"{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-3"}]}}"#,
    );
    assert_eq!(story.machines(), ["i-2 group|sg-1 0.0.0.0/0", "i-2 group|sg-2 0.0.0.0/0"]);
    assert!(story.last.moves.iter().all(|moved| moved.now.is_none()));
    assert!(story.state.attached.values().all(|machines| machines.len() == 1));
    let made = r#""requestParameters":{"groupSet":{"items":[{"groupId":"sg-1"}]}},
        "responseElements":{"networkInterface":{"networkInterfaceId":"eni-1"}}"#;
    story.call("ec2", "CreateNetworkInterface", made);
    assert_eq!(story.machines().len(), 3);
    story.give("eni-1", &["sg-2"]);
    assert_eq!(story.machines().last().unwrap(), "eni-1 group|sg-2 0.0.0.0/0");
    story.ec2("DeleteNetworkInterface", r#"{"networkInterfaceId":"eni-1"}"#);
    assert_eq!(story.machines().len(), 2);
}

#[test]
fn groups_given_to_the_only_interface_are_the_instance_s() {
    let launched = |interfaces: &str| {
        format!(
            r#""requestParameters":{{}},"responseElements":{{"instancesSet":{{"items":[{{"instanceId":"i-1",
                "groupSet":{},"networkInterfaceSet":{{"items":[{interfaces}]}}}}]}}}}"#,
            set(&["sg-1"])
        )
    };
    let mut story = Story::default();
    story.open("sg-1", 22, "0.0.0.0/0").open("sg-2", 22, "0.0.0.0/0");
    story.call("ec2", "RunInstances", &launched(r#"{"networkInterfaceId":"eni-1"}"#));
    story.give("eni-1", &["sg-2"]);
    assert_eq!(story.machines(), ["i-1 group|sg-2 0.0.0.0/0"]);
    story.give("eni-1", &["sg-3"]);
    assert_eq!(story.machines().len(), 0);
    assert!(story.state.interfaces.is_empty());
    let two = r#"{"networkInterfaceId":"eni-1"},{"networkInterfaceId":"eni-2"}"#;
    story.call("ec2", "RunInstances", &launched(two)).give("eni-1", &["sg-3"]);
    assert_eq!(story.machines(), ["i-1 group|sg-1 0.0.0.0/0"], "the other interface may have it");
    story.give("eni-2", &["sg-2"]);
    assert_eq!(story.machines().len(), 2);
    story.close("sg-1", 22, "0.0.0.0/0").close("sg-2", 22, "0.0.0.0/0");
    assert!(story.state.attached.is_empty() && story.state.interfaces.is_empty());
}

#[test]
fn an_older_call_takes_no_group_from_a_machine() {
    let mut story = Story::default();
    story.open("sg-1", 22, "0.0.0.0/0").open("sg-2", 22, "0.0.0.0/0");
    story.minute = 30;
    story.give("i-1", &["sg-1"]);
    story.minute = 10;
    story.ec2("TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#);
    assert_eq!(story.machines(), ["i-1 group|sg-1 0.0.0.0/0"]);
    story.minute = 40;
    story.close("sg-1", 22, "0.0.0.0/0");
    assert_eq!(story.machines().len(), 0);
}

proptest! {
    /// The reverse index holds exactly what stands.
    #[test]
    fn the_index_is_what_stands(
        steps in prop::collection::vec((0..5usize, prop::sample::select(vec!["sg-1", "sg-2"]),
            prop::sample::select(vec!["i-1", "i-2", "eni-1", "eni-i-1"])), 1..40),
    ) {
        let mut story = Story::default();
        for (kind, group, machine) in steps {
            match kind {
                0 => story.open(group, 22, "0.0.0.0/0"),
                1 => story.close(group, 22, "0.0.0.0/0"),
                2 => story.give(machine, &[group]),
                3 => story.launch(&["i-1"], &["sg-1", "sg-2"]),
                _ => story.ec2("TerminateInstances", r#"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#),
            };
            let indexed: Vec<String> = story.state.attached.iter()
                .flat_map(|(group, machines)| machines.iter().map(move |machine| format!("{machine} {}", group.1)))
                .collect::<std::collections::BTreeSet<_>>().into_iter().collect();
            let standing: Vec<String> = story.state.standing.keys()
                .filter(|facet| facet.1 == Surface::InstanceIngress)
                .map(|facet| format!("{} arn:aws:ec2:eu-west-1:111122223333:security-group/{}", facet.0.1, facet.2.replace("group|", "")))
                .collect();
            prop_assert_eq!(indexed, standing);
            let behind: std::collections::BTreeSet<_> = story.state.interfaces.values().cloned().collect();
            prop_assert_eq!(behind.len(), story.state.interfaces.len());
            let named = story.state.standing().filter(|it| it.change.native_id.is_some() && it.change.surface == Surface::InstanceIngress);
            prop_assert_eq!(named.map(|it| it.change.resource.arn.clone()).collect::<std::collections::BTreeSet<_>>(), behind);
        }
    }
}
