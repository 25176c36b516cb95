//! What belongs to somebody, replaced by what is reserved for documentation: the same by the same everywhere, so that two
//! fields that agreed agree still.
//!
//! Accounts, addresses, ids of keys and principals, and the names of users, roles and sessions are replaced. Secrets, and
//! members that no rule asks for, are left out. Names of resources stay.

// What belongs to whom.
mod owned;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Map, Value};

use owned::{AS_IT_IS, HIDDEN, KEPT, is_between, is_left_out, is_public, is_secret, unique_id};

/// Account ids that this project uses; the last one stands for all others.
const ACCOUNTS: [&str; 4] = ["111122223333", "444455556666", "777788889999", "123456789012"];

const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// A record as it may be shown to others, with this event id.
pub(super) fn scrub(record: &Value, event_id: &str) -> Value {
    let mut scrub = Scrub::default();
    // The account of the trail first, whatever the order of the members.
    for path in ["/recipientAccountId", "/userIdentity/accountId"] {
        if let Some(account) = record.pointer(path).and_then(Value::as_str) {
            scrub.text(account);
        }
    }
    scrub.learn_names(record);
    let mut kept = Map::new();
    for name in KEPT {
        if let Some(value) = record.get(name).filter(|value| !value.is_null()) {
            let said = if AS_IT_IS.contains(&name) { value.clone() } else { scrub.value(name, value) };
            kept.insert(name.to_owned(), said);
        }
    }
    kept.insert("eventID".to_owned(), event_id.into());
    Value::Object(kept)
}

#[derive(Default)]
struct Scrub {
    accounts: BTreeMap<String, &'static str>,
    addresses: BTreeMap<IpAddr, IpAddr>,
    /// Names of users, roles and sessions, and what stands for each.
    names: BTreeMap<String, String>,
}

impl Scrub {
    /// The names of whoever made the call.
    fn learn_names(&mut self, record: &Value) {
        let text = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or_default();
        let issuer = text("/userIdentity/sessionContext/sessionIssuer/userName");
        self.learn(issuer, "ExampleRole");
        for path in
            ["/userIdentity/userName", "/requestParameters/userName", "/responseElements/user/userName"]
        {
            let user = USERS.get(self.names.len() % USERS.len()).copied().unwrap_or("alice");
            self.learn(text(path), user);
        }
        for path in ["/requestParameters/roleSessionName", "/userIdentity/sessionContext/sourceIdentity"] {
            self.learn(text(path), "example-session");
        }
        for path in ["/userIdentity/arn", "/userIdentity/principalId"] {
            let session = text(path).rsplit(['/', ':']).next().unwrap_or_default();
            if text("/userIdentity/type") == "AssumedRole" || text("/userIdentity/type") == "FederatedUser" {
                self.learn(session, "example-session");
            }
        }
    }

    fn learn(&mut self, name: &str, stands: &str) {
        if !name.is_empty() && name != "root" && name != HIDDEN {
            self.names.entry(name.to_owned()).or_insert_with(|| stands.to_owned());
        }
    }

    fn value(&mut self, name: &str, value: &Value) -> Value {
        if !value.is_null() && !value.is_boolean() && is_secret(name) {
            return HIDDEN.into();
        }
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.value(name, item)).collect(),
            Value::Object(members) => {
                let seen = members.iter().filter(|(name, _)| !is_left_out(name));
                let seen = seen.map(|(name, value)| (self.text(name), self.value(name, value)));
                Value::Object(seen.collect())
            }
            Value::Number(number) => {
                let text = number.to_string();
                let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
                if is_account { self.text(&text).into() } else { value.clone() }
            }
            other => other.clone(),
        }
    }

    /// A text, piece by piece: pieces are what is between characters that are in no id, name or address.
    fn text(&mut self, text: &str) -> String {
        if let Some(stands) = self.names.get(text) {
            return stands.clone();
        }
        if let Some(address) = self.address(text) {
            return address;
        }
        let mut out = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(is_between).unwrap_or(rest.len());
            let (piece, after) = rest.split_at(end);
            // A name counts only as a part of an ARN or of an id: behind a slash, or at the end.
            let is_name = out.ends_with('/') || (out.ends_with(':') && after.is_empty());
            out.push_str(&self.piece(piece, is_name));
            let mut characters = after.chars();
            out.extend(characters.next());
            rest = characters.as_str();
        }
        out
    }

    fn piece(&mut self, piece: &str, is_name: bool) -> String {
        if let Some(stands) = self.names.get(piece).filter(|_| is_name) {
            return stands.clone();
        }
        if let Some(address) = self.address(piece) {
            return address;
        }
        // `aws-logs-111122223333-eu` holds an account as well.
        let mut out = String::new();
        for part in piece.split_inclusive(|character: char| !character.is_ascii_alphanumeric()) {
            let word = part.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
            out.push_str(&self.word(word));
            out.push_str(part.strip_prefix(word).unwrap_or_default());
        }
        out
    }

    /// Letters and digits.
    fn word(&mut self, word: &str) -> String {
        if word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.account(word).to_owned();
        }
        unique_id(word).unwrap_or_else(|| word.to_owned())
    }

    fn account(&mut self, account: &str) -> &'static str {
        let next = ACCOUNTS.get(self.accounts.len()).or(ACCOUNTS.last()).copied().unwrap_or_default();
        self.accounts.entry(account.to_owned()).or_insert(next)
    }

    /// An address or a small network as another one; networks that hold many stay, since how many is what matters.
    fn address(&mut self, text: &str) -> Option<String> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let bits: u8 = prefix.map_or(Some(128), |prefix| prefix.parse().ok())?;
        if !is_public(address) || bits < 24 {
            return Some(text.to_owned());
        }
        let stands = self.stand_in(address, prefix.is_some() && bits < 32);
        Some(prefix.map_or_else(|| stands.to_string(), |prefix| format!("{stands}/{prefix}")))
    }

    fn stand_in(&mut self, address: IpAddr, network: bool) -> IpAddr {
        let next = u8::try_from(self.addresses.len() % 250 + 7).unwrap_or(7);
        *self.addresses.entry(address).or_insert(match address {
            IpAddr::V4(_) if network => Ipv4Addr::new(203, 0, 113, 0).into(),
            IpAddr::V4(_) => Ipv4Addr::new(198, 51, 100, next).into(),
            IpAddr::V6(_) => {
                IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(if network { 0 } else { next })])
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_belongs_to_somebody_is_replaced_by_the_same_everywhere() {
        let record = json!({
            "recipientAccountId": "210987654321",
            "requestID": "r", "tlsDetails": {"tlsVersion": "1.3"},
            "sourceIPAddress": "8.8.4.4",
            "userIdentity": {"type": "AssumedRole", "accountId": "210987654321", "accessKeyId": "ASIAQWERTYUIOPASDFGH",
                "principalId": "AROAQWERTYUIOPASDFGHJ:jane.doe", "arn": "arn:aws:sts::210987654321:assumed-role/Ops/jane.doe",
                "sessionContext": {"sessionIssuer": {"userName": "Ops", "arn": "arn:aws:iam::210987654321:role/Ops"}}},
            "requestParameters": {"masterUserPassword": "hunter2", "cidrIp": "8.8.4.4/32", "other": "0.0.0.0/0",
                "peer": "999988887777", "host": "b-999988887777.s3-control.amazonaws.com", "note": "Ops", "n": 210_987_654_321_u64},
        });
        let scrubbed = scrub(&record, "id");
        let text = scrubbed.to_string();
        for gone in
            ["210987654321", "8.8.4.4", "jane", "Ops", "QWERTY", "hunter2", "tlsDetails", "requestID", "9999"]
        {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
        let identity = &scrubbed["userIdentity"];
        assert_eq!(identity["arn"], "arn:aws:sts::111122223333:assumed-role/ExampleRole/example-session");
        assert_eq!(identity["principalId"], "AROAIOSFODNN7EXAMPLE:example-session");
        assert_eq!(scrubbed["sourceIPAddress"], "198.51.100.7");
        assert_eq!(scrubbed["requestParameters"]["cidrIp"], "198.51.100.7/32");
        assert_eq!(scrubbed["requestParameters"]["other"], "0.0.0.0/0");
        assert_eq!(scrubbed["requestParameters"]["peer"], "444455556666");
        assert_eq!(scrubbed["requestParameters"]["host"], "b-444455556666.s3-control.amazonaws.com");
        assert_eq!(scrubbed["eventID"], "id");
    }

    #[test]
    fn words_that_happen_to_be_names_stay() {
        let record = json!({
            "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
            "userIdentity": {"type": "IAMUser", "userName": "iam", "arn": "arn:aws:iam::111122223333:user/iam"},
        });
        let scrubbed = scrub(&record, "id");
        assert_eq!(scrubbed["eventSource"], "iam.amazonaws.com");
        assert_eq!(scrubbed["userIdentity"]["arn"], "arn:aws:iam::111122223333:user/alice");
    }
}
