//! Prefix lists of customers: what a call adds to one and takes from it.
//!
//! A list lets nobody in by itself; a security group's rule that names it lets in whatever its entries are (VPC user
//! guide, "Managed prefix lists"). So [`super::derive`] makes nothing of these calls, and state does. The lists that AWS
//! manages are in no record, and never hold the internet.

use ipnet::IpNet;

use super::cidr;
use super::ingress::{text_of, unwrapped};
use crate::json::Node;
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope};

/// How a prefix list is named.
pub(super) const LIST: ArnForm = ArnForm::new("AWS::EC2::PrefixList", "ec2", Scope::Regional, "prefix-list/");

/// What a call did to a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) list: Resource,
    pub(super) deed: Deed,
}

/// What happened to the list of a [`Call`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Entries came and went.
    Changed { added: Vec<IpNet>, removed: Vec<IpNet> },
    /// The entries are those of an earlier version, which the record names by its number.
    Restored,
    /// It is gone.
    Deleted,
}

/// The calls of EC2 that change lists.
pub(super) const CALLS: &[&str] = &[
    "CreateManagedPrefixList",
    "ModifyManagedPrefixList",
    "RestoreManagedPrefixListVersion",
    "DeleteManagedPrefixList",
];

/// True for those calls.
pub(super) fn is_call(source: &str, action: &str) -> bool {
    source == "ec2.amazonaws.com" && CALLS.contains(&action)
}

/// What a call did to a list; `None` for every other call, and where no list is named.
pub(super) fn call(record: &CloudTrailRecord, place: &Place) -> Option<Call> {
    let (source, action) = record.event_source().zip(record.action())?;
    if !is_call(source, action) {
        return None;
    }
    let parts = || [record.request(), record.response()].into_iter().flatten().flat_map(unwrapped);
    let made = parts().filter_map(|part| part.get_ignore_case("prefixList"));
    let id = parts().chain(made).find_map(|part| text_of(part, "prefixListId"))?;
    let entries = |keys: &[&str]| record.request().map(|request| entries(request, keys)).unwrap_or_default();
    let deed = match action {
        "DeleteManagedPrefixList" => Deed::Deleted,
        "RestoreManagedPrefixListVersion" => Deed::Restored,
        _ => Deed::Changed {
            added: entries(&["Entry", "Entries", "AddEntry", "AddEntries"]),
            removed: entries(&["RemoveEntry", "RemoveEntries"]),
        },
    };
    Some(Call { list: place.resource(LIST, &id), deed })
}

/// The networks of the entries under some keys of a request.
fn entries(request: Node<'_>, keys: &[&str]) -> Vec<IpNet> {
    let parts: Vec<Node<'_>> = unwrapped(request).collect();
    let lists = parts.iter().flat_map(|part| keys.iter().filter_map(|key| part.get_ignore_case(key)));
    lists
        .flat_map(Node::list)
        .filter_map(|entry| entry.scalar_text().or_else(|| text_of(entry, "cidr")))
        .filter_map(|text| cidr::parse(&text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(action: &str, rest: &str) -> Option<Call> {
        let record = CloudTrailRecord::parse(&format!(
            r#"{{"eventSource":"ec2.amazonaws.com","eventName":"{action}","awsRegion":"eu-west-1",
                "recipientAccountId":"111122223333",{rest}}}"#
        ));
        let record = record.unwrap();
        call(&record, &Place::of(&record))
    }

    fn changed(added: &[&str], removed: &[&str]) -> Deed {
        let nets = |texts: &[&str]| texts.iter().map(|text| cidr::parse(text).unwrap()).collect();
        Deed::Changed { added: nets(added), removed: nets(removed) }
    }

    /// The shape of the answer is made from the service model and the way newer EC2 calls are wrapped.
    #[test]
    fn a_new_list_is_named_by_the_answer() {
        let rest = r#""requestParameters":{"CreateManagedPrefixListRequest":{"AddressFamily":"IPv4","MaxEntries":5,
              "Entry":[{"tag":1,"Cidr":"0.0.0.0/0"},{"tag":2,"Cidr":"10.0.0.0/8"}],"PrefixListName":"all"}},
            "responseElements":{"CreateManagedPrefixListResponse":{"prefixList":{"prefixListId":"pl-1"}}}"#;
        let call = read("CreateManagedPrefixList", rest).unwrap();
        assert_eq!(call.list.arn.as_str(), "arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-1");
        assert_eq!(call.deed, changed(&["0.0.0.0/0", "10.0.0.0/8"], &[]));
    }

    /// The request has the shape of a published record, with its single entry that is no list and its small `cidr`;
    /// `RemoveEntry` is from the service model.
    #[test]
    fn a_changed_list_has_what_came_and_went() {
        let rest = r#""requestParameters":{"ModifyManagedPrefixListRequest":{"PrefixListId":"pl-1",
            "AddEntry":{"tag":"1","Description":"all","cidr":"0.0.0.0/1"},"RemoveEntry":{"tag":1,"Cidr":"64.0.0.0/2"}}}"#;
        let call = read("ModifyManagedPrefixList", rest).unwrap();
        assert_eq!(call.deed, changed(&["0.0.0.0/1"], &["64.0.0.0/2"]));
        let renamed = r#""requestParameters":{"prefixListId":"pl-1","prefixListName":"other"}"#;
        assert_eq!(read("ModifyManagedPrefixList", renamed).unwrap().deed, changed(&[], &[]));
    }

    #[test]
    fn lists_go_and_go_back() {
        let of = |name: &str| format!(r#""requestParameters":{{"{name}Request":{{"PrefixListId":"pl-1"}}}}"#);
        let deed = |name: &str| read(name, &of(name)).unwrap().deed;
        assert_eq!(deed("DeleteManagedPrefixList"), Deed::Deleted);
        assert_eq!(deed("RestoreManagedPrefixListVersion"), Deed::Restored);
        assert_eq!(read("GetManagedPrefixListEntries", &of("GetManagedPrefixListEntries")), None);
        assert_eq!(read("CreateManagedPrefixList", r#""requestParameters":{}"#), None, "no list is named");
    }
}
