//! Every cap on foreign input, with its reason. A cap that is met is counted and said, never silent.

/// The longest single JSON value kept in memory. CloudTrail's own limit for a record is 256 KB; a whole CloudWatch
/// Logs payload (6 MB invocation limit, inflated) must fit too.
pub const MAX_VALUE_BYTES: usize = 32 * 1024 * 1024;

/// The deepest nesting of a JSON value. The deepest of 3,376 real records has 12 levels; policies nest by 10.
pub const MAX_DEPTH: u32 = 128;

/// How many times its own size a compressed file may inflate to, beyond [`TRUSTED_INFLATED_BYTES`]. CloudTrail files
/// inflate 7 to 50 times; a bomb of zeros 1,030 times, the format's limit. What inflates is streamed, so this bounds time,
/// not memory.
pub const MAX_INFLATION: u64 = 500;

/// What any compressed file may inflate to: a short file of many equal records inflates further than a long one.
pub const TRUSTED_INFLATED_BYTES: u64 = 256 * 1024 * 1024;

/// The most bytes a compressed payload *inside* a value (a CloudWatch Logs subscription message) may inflate to. The
/// service cuts its batches far below this.
pub const MAX_PAYLOAD_BYTES: usize = 64 * 1024 * 1024;

/// How deep envelopes may be stacked (a message in a queue entry in a list ...).
pub const MAX_ENVELOPES: u8 = 6;

/// The longest name or ARN of a resource, in characters: an ARN has at most 2,048, an object's key 1,024.
pub const RESOURCE_TEXT_CHARS: usize = 2048;

/// The longest value shown as evidence, in characters.
pub const EVIDENCE_VALUE_CHARS: usize = 200;

/// The most fields shown as evidence of one finding.
pub const EVIDENCE_FIELDS: usize = 20;

/// The longest name or text of a record shown in a title or a description, in characters.
pub const SHOWN_TEXT_CHARS: usize = 120;

/// The longest rule file. The longest of 3,000 public rules has 20 KB.
pub const MAX_RULE_BYTES: usize = 256 * 1024;

/// The deepest indentation of a rule file, in columns: each level of nesting takes at least one, and code recurses over
/// the levels.
pub const MAX_YAML_INDENT: usize = 200;

/// The most `- `, `? ` and `: ` on one line of a rule file: each can open a level of nesting.
pub const MAX_YAML_MARKS: usize = 100;

/// The deepest nesting of array blocks and lists in a selection, and of parentheses and `not` in a condition.
pub const MAX_RULE_NESTING: usize = 32;

/// The deepest tree of a compiled rule that is read from a bundle. A level of [`MAX_RULE_NESTING`] makes at most two of it
/// (a mapping and a list of them), in each of the two kinds of nesting.
pub const MAX_TREE_DEPTH: usize = 4 * MAX_RULE_NESTING;

/// The most segments of a field's path.
pub const MAX_FIELD_SEGMENTS: usize = 32;

/// The most memory of one compiled regular expression. Rules are reviewed, but a bundle may hold thousands.
pub const MAX_REGEX_BYTES: usize = 1024 * 1024;

/// The most dashes in one value with `windash`: each multiplies the number of patterns by five.
pub const MAX_WINDASH: usize = 4;

/// The most rules that one correlation may name.
pub const MAX_CORRELATED_RULES: usize = 32;

/// The longest time that a correlation may span, in seconds: 90 days, as long as CloudTrail's own event history.
pub const MAX_TIMESPAN_SECONDS: i64 = 90 * 86_400;

/// The most groups that one event belongs to, where a field by which events are grouped has several values.
pub const MAX_GROUPS_OF_EVENT: usize = 16;

/// The most events that correlations remember, some 200 bytes each. When there are more, the older half is judged and let
/// go; what comes later than that and is older is counted.
pub const MAX_CORRELATED_EVENTS: usize = 500_000;

/// The most values that a finding about several events tells.
pub const SHOWN_VALUES: usize = 10;

/// The most events that a finding about several of them names.
pub const SHOWN_EVENTS: usize = 10;

/// The most times that a case may repeat a record.
pub const MAX_REPEATED_RECORDS: u32 = 10_000;

/// The most values that one value with placeholders may stand for.
pub const MAX_EXPANDED: usize = 1_000;
