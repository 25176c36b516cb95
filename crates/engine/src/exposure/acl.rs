//! Access control lists of buckets and objects.
//!
//! In: the parameters of a call, in any of the three ways it can give an ACL: a list of grants, a canned ACL, grant
//! headers. Out: an [`crate::exposure::acl::Acl`]. Groups, permissions and canned ACLs: S3 user guide, "Access control list (ACL) overview".

use std::collections::BTreeSet;

use super::policy::everything;
use super::{Access, Undecidable};
use crate::json::{Kind, Node};

/// Anonymous callers too.
const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

/// Anyone with an AWS account, which is anyone.
const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// A list of grants, as far as strangers go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acl {
    /// What is granted to everybody: the group and the permission.
    public: Vec<(&'static str, Permission)>,
}

/// What a grant permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Permission {
    Read,
    Write,
    ReadAcp,
    WriteAcp,
    FullControl,
    /// A word that no document knows.
    Unknown,
}

/// What has the ACL: `READ` on a bucket lists its objects, on an object gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A bucket.
    Bucket,
    /// An object.
    Object,
}

impl Acl {
    /// The ACL of a list of grants (`Grant` or `Grants`), or of a single one.
    pub fn of_grants(grants: Node<'_>) -> Self {
        let mut acl = Self::default();
        for grant in grants.list() {
            let grantee = grant.get_ignore_case("Grantee").unwrap_or(grant);
            let group = grantee.get_ignore_case("URI").and_then(Node::as_str).and_then(public_group);
            let permission = grant.get_ignore_case("Permission").and_then(Node::as_str).unwrap_or_default();
            acl.public.extend(group.map(|group| (group, Permission::of(permission))));
        }
        acl
    }

    /// The ACL that a call gives; `Ok(None)` where it gives none.
    pub fn of_request(request: Node<'_>) -> Result<Option<Self>, Undecidable> {
        let policy =
            request.get_ignore_case("AccessControlPolicy").filter(|node| node.kind() == Kind::Object);
        let lists = [Some(request), policy]
            .into_iter()
            .flatten()
            .filter_map(|n| n.get_ignore_case("AccessControlList"));
        let mut found = policy.map(|_| Self::default());
        for place in [Some(request), policy].into_iter().flatten().chain(lists) {
            for (key, value) in place.members() {
                if let Some(part) = part(key, value)? {
                    found.get_or_insert_default().public.extend(part.public);
                }
            }
        }
        Ok(found)
    }

    /// True if it grants anything to everybody.
    pub fn is_public(&self) -> bool {
        !self.public.is_empty()
    }

    /// The groups that make it public, sorted.
    pub fn groups(&self) -> Vec<String> {
        let groups: BTreeSet<&str> = self.public.iter().map(|(group, _)| *group).collect();
        groups.into_iter().map(str::to_owned).collect()
    }

    /// What strangers may do, sorted.
    pub fn access(&self, target: Target) -> Vec<Access> {
        let access: BTreeSet<Access> =
            self.public.iter().flat_map(|(_, given)| given.access(target)).collect();
        access.into_iter().collect()
    }
}

/// The part of an ACL that one member gives, if it is one of the three ways. Some pipelines write `_` for `-`.
fn part(key: &str, value: Node<'_>) -> Result<Option<Acl>, Undecidable> {
    let key = key.to_ascii_lowercase().replace('_', "-");
    if matches!(key.as_str(), "grant" | "grants") {
        return Ok(Some(Acl::of_grants(value)));
    }
    let texts = || value.list().into_iter().filter_map(Node::as_str).filter(|text| !text.is_empty());
    if key == "x-amz-acl" {
        return texts().next().map(canned).transpose();
    }
    let Some(permission) = key.strip_prefix("x-amz-grant-") else { return Ok(None) };
    let permission = Permission::of(permission);
    let groups = texts().flat_map(header_groups);
    Ok(Some(Acl { public: groups.map(|group| (group, permission)).collect() }))
}

fn canned(name: &str) -> Result<Acl, Undecidable> {
    let public = match name {
        "public-read" => vec![(ALL_USERS, Permission::Read)],
        "public-read-write" => vec![(ALL_USERS, Permission::Read), (ALL_USERS, Permission::Write)],
        "authenticated-read" => vec![(AUTHENTICATED_USERS, Permission::Read)],
        "private"
        | "aws-exec-read"
        | "log-delivery-write"
        | "bucket-owner-read"
        | "bucket-owner-full-control" => Vec::new(),
        _ => return Err(Undecidable::UnknownShape),
    };
    Ok(Acl { public })
}

/// The public groups in a grant header: `uri="http://...", id=...`, with or without quotes.
fn header_groups(header: &str) -> impl Iterator<Item = &'static str> {
    header.split(',').filter_map(|grantee| {
        let (kind, value) = grantee.split_once('=')?;
        if kind.trim().eq_ignore_ascii_case("uri") {
            public_group(value.trim().trim_matches(['"', '\'']))
        } else {
            None
        }
    })
}

fn public_group(uri: &str) -> Option<&'static str> {
    [ALL_USERS, AUTHENTICATED_USERS].into_iter().find(|group| group.eq_ignore_ascii_case(uri.trim()))
}

impl Permission {
    fn of(word: &str) -> Self {
        match word.to_ascii_uppercase().replace('-', "_").as_str() {
            "READ" => Self::Read,
            "WRITE" => Self::Write,
            "READ_ACP" => Self::ReadAcp,
            "WRITE_ACP" => Self::WriteAcp,
            "FULL_CONTROL" => Self::FullControl,
            _ => Self::Unknown,
        }
    }

    /// The levels of access. Reading the ACL shows who has access and no content: the least of them.
    fn access(self, target: Target) -> Vec<Access> {
        match (self, target) {
            (Self::Read, Target::Object) => vec![Access::Read],
            (Self::Read, Target::Bucket) | (Self::ReadAcp, _) => vec![Access::List],
            (Self::Write, _) => vec![Access::Write],
            (Self::WriteAcp, _) => vec![Access::Permissions],
            (Self::FullControl, _) => everything(),
            (Self::Unknown, _) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn acl(text: &str) -> Result<Option<Acl>, Undecidable> {
        Acl::of_request(Document::parse(text.as_bytes()).unwrap().root())
    }

    fn access(text: &str) -> Vec<Access> {
        acl(text).unwrap().unwrap().access(Target::Bucket)
    }

    #[test]
    fn every_encoding_of_a_public_acl_is_public() {
        let grant =
            |uri: &str| format!(r#"{{"Grantee":{{"xsi_type":"Group","URI":"{uri}"}},"Permission":"READ"}}"#);
        let list = |inner: &str| {
            format!(r#"{{"AccessControlPolicy":{{"AccessControlList":{{"Grant":{inner}}}}},"acl":""}}"#)
        };
        for text in [
            list(&grant(ALL_USERS)),
            list(&format!("[{}]", grant(AUTHENTICATED_USERS))),
            format!(r#"{{"accessControlList":{{"grants":[{}]}}}}"#, grant(ALL_USERS)),
            r#"{"x-amz-acl":"public-read"}"#.to_owned(),
            r#"{"x-amz-acl":["authenticated-read"],"acl":[""]}"#.to_owned(),
            format!(r#"{{"x-amz-grant-read":"id=1, uri={ALL_USERS}"}}"#),
            format!(r#"{{"AccessControlList":{{"x_amz_grant_read":"uri=\"{ALL_USERS}\""}}}}"#),
        ] {
            assert_eq!(access(&text), [Access::List], "{text}");
        }
    }

    #[test]
    fn an_acl_for_known_grantees_is_private() {
        for text in [
            r#"{"x-amz-acl":"bucket-owner-full-control"}"#,
            r#"{"AccessControlPolicy":{"AccessControlList":{"Grant":{"Grantee":{"ID":"a1"},"Permission":"FULL_CONTROL"}}}}"#,
            r#"{"AccessControlPolicy":{"AccessControlList":{"Grant":{"Grantee":
                {"URI":"http://acs.amazonaws.com/groups/s3/LogDelivery"},"Permission":"WRITE"}}}}"#,
            r#"{"AccessControlPolicy":{"AccessControlList":""}}"#,
            r#"{"accessControlList":{"x-amz-grant-full-control":"id=\"a1\""}}"#,
        ] {
            assert_eq!(acl(text).map(|acl| acl.map(|acl| acl.is_public())), Ok(Some(false)), "{text}");
        }
    }

    #[test]
    fn no_acl_is_not_a_private_one() {
        assert_eq!(acl(r#"{"acl":"","bucketName":"b"}"#), Ok(None));
        assert_eq!(acl(r#"{"x-amz-acl":""}"#), Ok(None));
        assert_eq!(acl(r#"{"x-amz-acl":"HIDDEN"}"#), Err(Undecidable::UnknownShape));
    }

    #[test]
    fn permissions_become_access() {
        assert_eq!(access(r#"{"x-amz-acl":"public-read-write"}"#), [Access::List, Access::Write]);
        assert_eq!(
            access(&format!(r#"{{"x-amz-grant-write-acp":"uri={ALL_USERS}"}}"#)),
            [Access::Permissions]
        );
        let full = acl(&format!(r#"{{"x-amz-grant-full-control":"uri={ALL_USERS}"}}"#)).unwrap().unwrap();
        assert!(full.access(Target::Object).contains(&Access::Full));
        assert_eq!(full.groups(), [ALL_USERS]);
    }
}
