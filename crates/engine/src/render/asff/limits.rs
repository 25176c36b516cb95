//! The limits of a finding, and text cut to them. Lengths are UTF-16 code units: see [`crate::render::text`].
//!
//! Sources: API reference, `AwsSecurityFinding`, `Resource`, `Recommendation`; partner guide, "Guidelines for using
//! the `BatchImportFindings` API".

use sha2::{Digest, Sha256};

use super::super::text;

/// `Id`.
pub(super) const ID: usize = 512;
/// `GeneratorId`.
pub(super) const GENERATOR_ID: usize = 512;
/// `Title`.
pub(super) const TITLE: usize = 256;
/// `Description`.
pub(super) const DESCRIPTION: usize = 1024;
/// `Types`.
pub(super) const TYPES: usize = 50;
/// `Resources`.
pub(super) const RESOURCES: usize = 32;
/// `Resources[].Id` has no documented limit: our own, far above any ARN.
pub(super) const RESOURCE_ID: usize = 512;
/// A text in `Resources[].Details`: our own, to stay far below [`FINDING_BYTES`].
pub(super) const DETAIL: usize = 512;
/// `Resources[].Type`.
pub(super) const RESOURCE_TYPE: usize = 256;
/// `Resources[].Region`.
pub(super) const REGION: usize = 16;
/// `Resources[].ApplicationName` has no documented limit: our own, far above the name of any threat model.
pub(super) const APPLICATION_NAME: usize = 128;
/// `ProductName` and `CompanyName`.
pub(super) const NAME: usize = 128;
/// Members of `ProductFields`.
pub const PRODUCT_FIELDS: usize = 50;
/// A key of `ProductFields`.
pub(super) const PRODUCT_KEY: usize = 128;
/// A value of `ProductFields`.
pub(super) const PRODUCT_VALUE: usize = 2048;
/// What we use of [`PRODUCT_VALUE`]: fifty full values of three bytes a character would break [`FINDING_BYTES`].
pub(super) const OWN_PRODUCT_VALUE: usize = 1024;
/// `Remediation.Recommendation.Text`.
pub(super) const REMEDIATION: usize = 512;
/// `Action.AwsApiCallAction.Api` and `ServiceName`.
pub(super) const API: usize = 128;
/// `DomainDetails.Domain`.
pub(super) const DOMAIN: usize = 128;
/// URLs: our own; a longer one is left out, since a cut one leads nowhere.
pub(super) const URL: usize = 1024;
/// A whole finding.
pub const FINDING_BYTES: usize = 240 * 1024;

/// A text on one line, without hidden characters, cut to `most`; `None` where nothing is left to see.
///
/// The pattern of every string is `.*\S.*`, whose dot matches no line's end: a text of two lines may be refused.
pub(super) fn bounded(given: &str, most: usize) -> Option<String> {
    let one_line = given.trim().replace(['\n', '\r', '\t'], " ");
    let shown = text::neutralise(&one_line);
    let cut = text::truncate_utf16(&shown, most).into_owned();
    Some(cut).filter(|text| !text.trim().is_empty())
}

/// An identifier, which a mere cut could make equal to another: one that is changed ends in a hash of the whole.
pub(super) fn bounded_id(given: &str, most: usize) -> String {
    if !given.trim().is_empty() && text::utf16_len(given) <= most && text::neutralise(given) == given {
        return given.to_owned();
    }
    // A SHA-256 has 32 bytes; half of one tells any two ids apart.
    let digest = Sha256::digest(given.as_bytes());
    let half = digest.first_chunk::<16>().map_or(0, |half| u128::from_be_bytes(*half));
    let tail = format!("#{half:032x}");
    let shown = text::neutralise(given.trim());
    let head = text::utf16_prefix(&shown, most.saturating_sub(tail.len()));
    format!("{head}{tail}")
}

/// The text, or ours where there is none.
pub(super) fn or(text: Option<String>, otherwise: &str) -> String {
    text.unwrap_or_else(|| otherwise.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_long_ids_stay_two() {
        let one = bounded_id(&format!("{}1", "x".repeat(600)), ID);
        let two = bounded_id(&format!("{}2", "x".repeat(600)), ID);
        assert_eq!(one.len(), 512);
        assert_ne!(one, two);
        assert_eq!(bounded_id("a/b/c", ID), "a/b/c");
    }

    #[test]
    fn ids_that_differ_in_what_nobody_sees_stay_two() {
        assert_ne!(bounded_id("a\u{1b}", ID), bounded_id("a\\u{1b}", ID));
        assert_ne!(bounded_id("", ID), bounded_id(" ", ID));
    }

    #[test]
    fn blank_text_is_no_text() {
        assert_eq!(bounded(" \n\t", 10), None);
        assert_eq!(bounded("a\nb", 10).as_deref(), Some("a b"));
    }
}
