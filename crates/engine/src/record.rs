//! A tolerant CloudTrail record.
//!
//! Every field is optional: old and new shapes, `null`, hand-shortened samples and records whose parameters were
//! omitted all make a record, and what they lack reads as `None`. The JSON itself is kept whole, so that a rule can
//! name any field there is.
//!
//! Source of the shapes: AWS CloudTrail user guide, "CloudTrail record contents".

use crate::ids::{AccountId, EventId, Region};
use crate::json::{Document, Kind, Node};

/// One CloudTrail record.
#[derive(Debug, Clone)]
pub struct CloudTrailRecord {
    document: Document,
    fingerprint: u64,
}

impl CloudTrailRecord {
    /// Wraps a parsed record. `fingerprint` is a hash of its text without white space: two records with the same one
    /// are the same record delivered twice.
    pub fn new(document: Document, fingerprint: u64) -> Self {
        Self { document, fingerprint }
    }

    /// Parses the text of one record; for tests and rule cases. Foreign bytes go through [`crate::ingest`].
    pub fn parse(text: &str) -> Result<Self, crate::json::JsonError> {
        Ok(Self::new(Document::parse(text.as_bytes())?, 0))
    }

    /// The whole record.
    pub fn root(&self) -> Node<'_> {
        self.document.root()
    }

    /// The hash given to [`CloudTrailRecord::new`].
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The service called, such as `s3.amazonaws.com`.
    pub fn event_source(&self) -> Option<&str> {
        self.text("eventSource")
    }

    /// The API action as written; some services add a version: see [`CloudTrailRecord::action`].
    pub fn event_name(&self) -> Option<&str> {
        self.text("eventName").map(str::trim)
    }

    /// The API action without the date and version that some services add:
    /// `UpdateFunctionConfiguration20150331v2` is `UpdateFunctionConfiguration`.
    pub fn action(&self) -> Option<&str> {
        self.event_name().map(without_version)
    }

    /// `eventTime` as written (RFC 3339, seconds, UTC).
    pub fn event_time(&self) -> Option<&str> {
        self.text("eventTime")
    }

    /// CloudTrail's own id of the record.
    pub fn event_id(&self) -> Option<EventId> {
        self.text("eventID").map(EventId::from)
    }

    /// CloudTrail's id of the action, where several accounts have a record of it.
    pub fn shared_event_id(&self) -> Option<EventId> {
        self.text("sharedEventID").map(EventId::from)
    }

    /// The Region the call was made to.
    pub fn region(&self) -> Option<Region> {
        self.text("awsRegion").map(Region::from)
    }

    /// The account the record belongs to: `recipientAccountId`, else the caller's own.
    pub fn account(&self) -> Option<AccountId> {
        self.text("recipientAccountId")
            .or_else(|| self.path_text(&["userIdentity", "accountId"]))
            .map(AccountId::from)
    }

    /// `errorCode`, where the call failed. Some pipelines write `Success` or an empty text for none.
    pub fn error_code(&self) -> Option<&str> {
        self.text("errorCode").filter(|code| !code.is_empty() && !code.eq_ignore_ascii_case("success"))
    }

    /// True if the call failed: nothing was changed by it.
    pub fn failed(&self) -> bool {
        self.error_code().is_some()
    }

    /// `requestParameters`; `None` where they are absent or `null`.
    pub fn request(&self) -> Option<Node<'_>> {
        self.root().get("requestParameters").filter(|node| !node.is_null())
    }

    /// `responseElements`; `None` where they are absent or `null`.
    pub fn response(&self) -> Option<Node<'_>> {
        self.root().get("responseElements").filter(|node| !node.is_null())
    }

    /// `userIdentity`; `None` where it is absent or `null`.
    pub fn user_identity(&self) -> Option<Node<'_>> {
        self.root().get("userIdentity").filter(|node| !node.is_null())
    }

    /// `sourceIPAddress`: an address, a service name or `AWS Internal`.
    pub fn source_ip(&self) -> Option<&str> {
        self.text("sourceIPAddress")
    }

    /// `userAgent`.
    pub fn user_agent(&self) -> Option<&str> {
        self.text("userAgent")
    }

    /// True if CloudTrail left parameters out because the record was too large (`"omitted": true`).
    pub fn parameters_omitted(&self) -> bool {
        [self.request(), self.response()]
            .into_iter()
            .flatten()
            .any(|node| node.get("omitted").and_then(Node::as_bool) == Some(true))
    }

    /// The text of a top-level field; `None` where it is absent, empty or not a string.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.root().get(key).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    /// The text at the end of a path; `None` where it is absent, empty or not a string.
    pub fn path_text(&self, path: &[&str]) -> Option<&str> {
        self.root().at(path).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    /// A request parameter as text, whatever its capitals; an old one-element list counts as its element.
    pub fn request_text(&self, key: &str) -> Option<&str> {
        let node = self.request()?.get_ignore_case(key)?;
        let node = if node.kind() == Kind::Array { node.items().next()? } else { node };
        node.as_str().filter(|text| !text.is_empty())
    }
}

/// Cuts a trailing `YYYYMMDD`, `YYYY_MM_DD` and `vN` off an action.
fn without_version(name: &str) -> &str {
    let head = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_' || c == 'v');
    let tail = name.get(head.len()..).unwrap_or_default();
    let digits =
        tail.bytes().take_while(|b| b.is_ascii_digit() || *b == b'_').filter(u8::is_ascii_digit).count();
    if digits >= 8 { head } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_versions_are_cut_off_an_action() {
        assert_eq!(without_version("UpdateFunctionConfiguration20150331v2"), "UpdateFunctionConfiguration");
        assert_eq!(without_version("CreateFunction20150331"), "CreateFunction");
        assert_eq!(without_version("CreateDistribution2020_05_31"), "CreateDistribution");
        assert_eq!(without_version("ListObjectsV2"), "ListObjectsV2");
        assert_eq!(without_version("AddPermission20150331v2"), "AddPermission");
        assert_eq!(without_version("GetQueryResults"), "GetQueryResults");
    }

    #[test]
    fn an_empty_object_is_a_record_without_anything() {
        let record = CloudTrailRecord::parse("{}").unwrap();
        assert_eq!(record.event_name(), None);
        assert_eq!(record.account(), None);
        assert!(!record.failed());
        assert!(!record.parameters_omitted());
    }

    #[test]
    fn null_parameters_read_as_absent() {
        let record =
            CloudTrailRecord::parse(r#"{"requestParameters":null,"errorCode":"AccessDenied"}"#).unwrap();
        assert!(record.request().is_none());
        assert!(record.failed());
    }

    #[test]
    fn the_caller_s_account_stands_in_for_the_recipient() {
        let record = CloudTrailRecord::parse(r#"{"userIdentity":{"accountId":"111122223333"}}"#).unwrap();
        assert_eq!(record.account(), Some(AccountId::from("111122223333")));
    }
}
