//! What an object is (a record or something else), and what makes two records the same.

use crate::json::Node;

/// What an object is, by its members.
pub(super) enum Nature {
    /// A CloudTrail record, even one shortened by hand; comparable if it has an `eventID`.
    Record {
        comparable: bool,
    },
    /// An Insights event, or its details as documentation and some exports show them.
    Insight,
    /// The entry that S3 sends to a function.
    Notification,
    Other,
}

impl Nature {
    /// Looks at every member once: this is asked of every record.
    pub(super) fn of(node: Node<'_>) -> Self {
        let (mut record, mut comparable, mut insight, mut insight_parts) = (false, false, false, 0);
        let mut lambda_source = None;
        for (key, value) in node.members() {
            match key {
                "eventVersion" | "eventName" | "userIdentity" | "eventTime" => record = true,
                "eventID" => {
                    record = true;
                    comparable = value.as_str().is_some_and(|id| !id.is_empty());
                }
                // Entries for functions share field names with CloudTrail, but come from `aws:s3`, `aws:sqs` ...
                "eventSource" => {
                    record = true;
                    lambda_source = value.as_str().and_then(|source| source.strip_prefix("aws:"));
                }
                "eventType" => insight |= value.as_str() == Some("AwsCloudTrailInsight"),
                "eventCategory" => insight |= value.as_str() == Some("Insight"),
                "insightType" | "insightContext" => insight_parts += 1,
                "insightDetails" => insight_parts += 2,
                _ => {}
            }
        }
        match lambda_source {
            Some("s3") => Self::Notification,
            None if insight || insight_parts >= 2 => Self::Insight,
            None if record => Self::Record { comparable },
            Some(_) | None => Self::Other,
        }
    }
}

/// The hash of a record's text without white space; 0 (never equal) for a record that can't be compared: of one without
/// an `eventID` nobody can say whether it is a copy.
pub(super) fn fingerprint(comparable: bool, text: &[u8]) -> u64 {
    if !comparable {
        return 0;
    }
    let hash = match without_white_space(text) {
        Some(compact) => xxhash_rust::xxh3::xxh3_64(&compact),
        None => xxhash_rust::xxh3::xxh3_64(text),
    };
    hash.max(1)
}

/// How much of a record is looked at to see whether its writer puts white space between tokens.
const LOOKED_AT: usize = 64;

/// The text without the white space between its tokens; `None` if its writer puts none there, as CloudTrail's.
fn without_white_space(text: &[u8]) -> Option<Vec<u8>> {
    let head = text.get(..LOOKED_AT).unwrap_or(text);
    if !head.windows(2).any(|pair| matches!(pair, [b'{' | b':' | b',', b' ' | b'\n' | b'\r' | b'\t'])) {
        return None;
    }
    let (mut in_string, mut escaped) = (false, false);
    let mut compact = Vec::with_capacity(text.len());
    for byte in text {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            in_string = *byte == b'"';
        }
        compact.push(*byte);
    }
    Some(compact)
}
