//! Which parts of a record belong to somebody, and which say what happened.

use std::net::IpAddr;

/// The members of a record that say what happened; the others are left out.
pub(super) const KEPT: [&str; 20] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "serviceEventDetails",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "recipientAccountId",
    "eventCategory",
];

/// Members that say nothing of anybody.
pub(super) const AS_IT_IS: [&str; 8] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "errorCode",
    "readOnly",
    "eventType",
];

/// Members whose values are never shown, by a part of their names in lower case.
const SECRET: [&str; 9] = [
    "password",
    "secretstring",
    "secretbinary",
    "secretaccesskey",
    "sessiontoken",
    "privatekey",
    "accesstoken",
    "clientsecret",
    "authtoken",
];

/// What a secret is replaced by.
pub(super) const HIDDEN: &str = "HIDDEN";

/// True for a member that holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET.iter().any(|secret| lower.contains(secret))
}

/// The members of objects that are of no use to a rule: keys of the moment, and their ids.
pub(super) fn is_left_out(name: &str) -> bool {
    matches!(
        name,
        "accessKeyId"
            | "credentialId"
            | "x-amz-id-2"
            | "AuthenticationMethod"
            | "requestId"
            | "_X_AMZN_TRACE_ID"
    )
}

/// Characters that are in no id, name or address. A colon is one: an address of version 6 is only known alone.
pub(super) fn is_between(character: char) -> bool {
    !(character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '@' | '+' | '='))
}

/// An id that IAM gave to a key or a principal, as AWS's documentation writes one.
pub(super) fn unique_id(piece: &str) -> Option<String> {
    const PREFIXES: [&str; 11] =
        ["AKIA", "ASIA", "AIDA", "AROA", "AGPA", "ANPA", "ANVA", "APKA", "ABIA", "ACCA", "ASCA"];
    let kind = PREFIXES.into_iter().find(|prefix| piece.starts_with(prefix))?;
    let is_id =
        piece.len() >= 16 && piece.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_id.then(|| format!("{kind}IOSFODNN7EXAMPLE"))
}

/// True for addresses that are somebody's: not private ones, nor those that stand for all.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_documentation()
                || address.is_broadcast())
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unspecified()
                || address.segments().starts_with(&[0x2001, 0xdb8]))
        }
    }
}
