//! Security groups given to machines: to instances and network interfaces.
//!
//! In: a successful call. Out: which machines have which groups now, or which are gone. By itself none of these exposes
//! anything: what a group lets in is in no record that gives it to a machine, so [`super::derive`] makes nothing of them
//! and only state does.
//!
//! The answer is read before the request: it names every machine, and also the groups that a launch template or the
//! default of the VPC gave (EC2 API reference, `RunInstances`, `CreateNetworkInterface`).

use super::ingress::text_of;
use super::security_group::GROUP;
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

const INSTANCE: ArnForm = ArnForm::new("AWS::EC2::Instance", "ec2", Scope::Regional, "instance/");
/// How a network interface is named.
pub(super) const INTERFACE: ArnForm =
    ArnForm::new("AWS::EC2::NetworkInterface", "ec2", Scope::Regional, "network-interface/");

/// What a call did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Each machine has its groups now, and no others.
    Given(Vec<Given>),
    /// The machines are gone.
    Gone(Vec<Resource>),
}

/// A machine and its groups.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) machine: Resource,
    pub(super) groups: Vec<Resource>,
    /// Of an instance: its interface, if it has but one. Groups given to that are groups given to the instance.
    pub(super) interface: Option<Resource>,
}

/// The calls of EC2 that give groups to machines, and those that end machines.
pub(super) const CALLS: &[&str] = &[
    "RunInstances",
    "ModifyInstanceAttribute",
    "CreateNetworkInterface",
    "ModifyNetworkInterfaceAttribute",
    "TerminateInstances",
    "DeleteNetworkInterface",
];

/// What a call did to the groups of machines; `None` for every other call.
pub(super) fn deed(record: &CloudTrailRecord) -> Option<Deed> {
    let action = record.action().filter(|_| record.event_source() == Some("ec2.amazonaws.com"))?;
    if !CALLS.contains(&action) {
        return None;
    }
    let place = || Place::of(record);
    match action {
        "RunInstances" => launched(record, &place()),
        "ModifyInstanceAttribute" => changed(record, &place(), INSTANCE, "instanceId"),
        "CreateNetworkInterface" => interface_made(record, &place()),
        "ModifyNetworkInterfaceAttribute" => changed(record, &place(), INTERFACE, "networkInterfaceId"),
        "TerminateInstances" => terminated(record, &place()),
        "DeleteNetworkInterface" => interface_deleted(record, &place()),
        _ => None,
    }
}

/// `RunInstances`: the groups stand at each instance of the answer and at its interfaces. Where the answer has none,
/// those of the request count for every instance.
fn launched(record: &CloudTrailRecord, place: &Place) -> Option<Deed> {
    let asked = record.request().map(|request| with_interfaces(request, place)).unwrap_or_default();
    let mut given = Vec::new();
    for instance in list(record.response()?, "instancesSet") {
        let Some(id) = text_of(instance, "instanceId") else { continue };
        let own = with_interfaces(instance, place);
        let groups = if own.is_empty() { asked.clone() } else { own };
        let interface = only_interface(instance, place);
        given.push(Given { machine: place.resource(INSTANCE, &id), groups, interface });
    }
    given.retain(|given| !given.groups.is_empty());
    (!given.is_empty()).then_some(Deed::Given(given))
}

fn only_interface(instance: Node<'_>, place: &Place) -> Option<Resource> {
    let interfaces = list(instance, "networkInterfaceSet");
    let [one] = interfaces.as_slice() else { return None };
    Some(place.resource(INTERFACE, &text_of(*one, "networkInterfaceId")?))
}

/// `ModifyInstanceAttribute` and `ModifyNetworkInterfaceAttribute` replace all groups, or are not about groups: a
/// machine has at least one.
fn changed(record: &CloudTrailRecord, place: &Place, form: ArnForm, key: &str) -> Option<Deed> {
    let request = record.request()?;
    let machine = place.resource(form, &text_of(request, key)?);
    given(machine, groups(request, place))
}

/// `CreateNetworkInterface`.
fn interface_made(record: &CloudTrailRecord, place: &Place) -> Option<Deed> {
    let made = record.response()?.get_ignore_case("networkInterface")?;
    let own = groups(made, place);
    let groups = if own.is_empty() { groups(record.request()?, place) } else { own };
    given(place.resource(INTERFACE, &text_of(made, "networkInterfaceId")?), groups)
}

/// `TerminateInstances`.
fn terminated(record: &CloudTrailRecord, place: &Place) -> Option<Deed> {
    let ids =
        list(record.request()?, "instancesSet").into_iter().filter_map(|item| id_of(item, "instanceId"));
    Some(Deed::Gone(ids.map(|id| place.resource(INSTANCE, &id)).collect()))
}

/// `DeleteNetworkInterface`.
fn interface_deleted(record: &CloudTrailRecord, place: &Place) -> Option<Deed> {
    let id = text_of(record.request()?, "networkInterfaceId")?;
    Some(Deed::Gone(vec![place.resource(INTERFACE, &id)]))
}

fn given(machine: Resource, groups: Vec<Resource>) -> Option<Deed> {
    (!groups.is_empty()).then(|| Deed::Given(vec![Given { machine, groups, interface: None }]))
}

/// The groups of a part and of the interfaces in it, each once.
fn with_interfaces(node: Node<'_>, place: &Place) -> Vec<Resource> {
    let mut all = groups(node, place);
    for interface in list(node, "networkInterfaceSet") {
        all.extend(groups(interface, place));
    }
    all.sort();
    all.dedup();
    all
}

/// The groups in a part's `groupSet`, by their ids: a name alone tells no group.
fn groups(node: Node<'_>, place: &Place) -> Vec<Resource> {
    let ids = list(node, "groupSet").into_iter().filter_map(|item| id_of(item, "groupId"));
    let mut groups: Vec<Resource> = ids.map(|id| place.resource(GROUP, &id)).collect();
    groups.sort();
    groups.dedup();
    groups
}

/// An id: the text itself, or a member of an object.
fn id_of(node: Node<'_>, key: &str) -> Option<String> {
    let id = node.scalar_text().or_else(|| text_of(node, key))?;
    Some(id.into_owned()).filter(|id| !id.is_empty())
}

fn list<'a>(node: Node<'a>, key: &str) -> Vec<Node<'a>> {
    node.get_ignore_case(key).map(Node::list).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(action: &str, rest: &str) -> Option<Vec<String>> {
        let record = CloudTrailRecord::parse(&format!(
            r#"{{"eventSource":"ec2.amazonaws.com","eventName":"{action}","awsRegion":"eu-west-1",
                "recipientAccountId":"111122223333",{rest}}}"#
        ));
        let shown = match deed(&record.unwrap())? {
            Deed::Given(given) => given
                .into_iter()
                .map(|given| {
                    let parts = given.groups.into_iter().chain(given.interface).map(|part| part.name);
                    format!("{} {}", given.machine.name, parts.collect::<Vec<_>>().join(" "))
                })
                .collect(),
            Deed::Gone(gone) => gone.into_iter().map(|machine| machine.arn.to_string()).collect(),
        };
        Some(shown)
    }

    fn texts(of: &[&str]) -> Vec<String> {
        of.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_answer_names_the_groups_of_each_instance() {
        let rest = r#""requestParameters":{"groupSet":{"items":[{"groupId":"sg-9"}]}},
            "responseElements":{"instancesSet":{"items":[
              {"instanceId":"i-1","groupSet":{"items":[{"groupId":"sg-2"},{"groupId":"sg-1","groupName":"web"}]},
               "networkInterfaceSet":{"items":[{"networkInterfaceId":"eni-1","groupSet":{"items":[{"groupId":"sg-1"}]}}]}},
              {"instanceId":"i-2","groupSet":{},"networkInterfaceSet":{"items":[{"groupSet":{"items":[{"groupId":"sg-3"}]}}]}}
            ]}}"#;
        assert_eq!(read("RunInstances", rest), Some(texts(&["i-1 sg-1 sg-2 eni-1", "i-2 sg-3"])));
    }

    #[test]
    fn without_them_those_of_the_request_count() {
        let answer = r#""responseElements":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#;
        let flat =
            format!(r#""requestParameters":{{"groupSet":{{"items":[{{"groupId":"sg-9"}}]}}}},{answer}"#);
        assert_eq!(read("RunInstances", &flat), Some(texts(&["i-1 sg-9"])));
        let nested = format!(
            r#""requestParameters":{{"networkInterfaceSet":{{"items":[{{"deviceIndex":0,
                "groupSet":{{"items":[{{"groupId":"sg-8"}}]}}}}]}}}},{answer}"#
        );
        assert_eq!(read("RunInstances", &nested), Some(texts(&["i-1 sg-8"])));
        let named =
            format!(r#""requestParameters":{{"groupSet":{{"items":[{{"groupName":"web"}}]}}}},{answer}"#);
        assert_eq!(read("RunInstances", &named), None);
    }

    #[test]
    fn a_call_about_something_else_is_none() {
        let other = r#""requestParameters":{"instanceId":"i-1","userData":"<sensitiveDataRemoved>"}"#;
        assert_eq!(read("ModifyInstanceAttribute", other), None);
        let groups = r#""requestParameters":{"instanceId":"i-1","groupSet":{"items":[{"groupId":"sg-1"}]}}"#;
        assert_eq!(read("ModifyInstanceAttribute", groups), Some(texts(&["i-1 sg-1"])));
        assert_eq!(read("DescribeInstanceAttribute", groups), None);
        let text = r#""requestParameters":{"networkInterfaceId":"eni-1","groupSet":["sg-1"]}"#;
        assert_eq!(read("ModifyNetworkInterfaceAttribute", text), Some(texts(&["eni-1 sg-1"])));
    }

    #[test]
    fn an_interface_is_named_by_the_answer() {
        let rest = r#""requestParameters":{"subnetId":"subnet-1","groupSet":{"items":[{"groupId":"sg-1"}]}},
            "responseElements":{"networkInterface":{"networkInterfaceId":"eni-1"}}"#;
        assert_eq!(read("CreateNetworkInterface", rest), Some(texts(&["eni-1 sg-1"])));
        assert_eq!(
            read("DeleteNetworkInterface", r#""requestParameters":{"networkInterfaceId":"eni-1"}"#),
            Some(texts(&["arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-1"]))
        );
    }

    #[test]
    fn every_terminated_instance_is_gone() {
        let rest =
            r#""requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}"#;
        let arn = |id: &str| format!("arn:aws:ec2:eu-west-1:111122223333:instance/{id}");
        assert_eq!(read("TerminateInstances", rest), Some(vec![arn("i-1"), arn("i-2")]));
    }
}
