//! Every name that a span, an attribute, an annotation or a log line has, once: dashboards, queries and filters are written
//! with them, so a change here is a change for users. `docs/observability.md` tells what they mean.
//!
//! One vocabulary for all: an attribute of a span, an annotation in X-Ray and a member of a log line with the same meaning
//! have the same name. Names of the OpenTelemetry semantic conventions are used where there are some.

/// Names of spans.
pub mod span {
    /// One invocation of a function, from the payload to the answer.
    pub const INVOCATION: &str = "invocation";
    /// One run of the command.
    pub const SCAN: &str = "scan";
    /// One file of a scan.
    pub const FILE: &str = "file";
    /// Bytes to records.
    pub const DECODE: &str = "decode";
    /// Records to exposure changes.
    pub const DERIVE: &str = "derive";
    /// Records and changes to findings.
    pub const MATCH: &str = "match";
    /// What a group of records comes to, read from and written to the ledger.
    pub const LEDGER: &str = "ledger";
    /// One call to a sink.
    pub const DELIVER: &str = "deliver";
    /// One finding, from the record to the last sink.
    pub const FINDING: &str = "finding";
}

/// Names of what is said in spans and log lines. Log lines have these and no others: [`LOGGED`].
pub mod field {
    /// The finding's id. An annotation.
    pub const FINDING_ID: &str = "finding_id";
    /// The rule's id. An annotation.
    pub const RULE_ID: &str = "rule_id";
    /// The rule's ATT&CK techniques, with spaces between. An annotation.
    pub const TECHNIQUE: &str = "technique";
    /// The finding's level: informational, low, medium, high, critical. An annotation.
    pub const SEVERITY: &str = "severity";
    /// `eventID` of the CloudTrail record. An annotation.
    pub const EVENT_ID: &str = "event_id";
    /// The applications that the finding belongs to, with spaces between. An annotation.
    pub const APPLICATION: &str = "application";
    /// The same with the attack vectors of each: `cruddur:public-avatars,leaked-key`.
    pub const VECTORS: &str = "vectors";
    /// The account of the record: twelve digits.
    pub const ACCOUNT: &str = "account";
    /// The Region of the record.
    pub const RECORD_REGION: &str = "region";
    /// CloudFormation's word for what a finding is about.
    pub const RESOURCE_TYPE: &str = "resource_type";
    /// What ties together all that came of one action: `sharedEventID`, else `eventID`.
    pub const CORRELATION_ID: &str = "correlation_id";
    /// The hash of the rule's text.
    pub const RULE_HASH: &str = "rule_hash";
    /// The SHA-256 of the bundle of rules that is in use, or of what was refused in its place.
    pub const RULES_HASH: &str = "rules_hash";
    /// What the place of the rules calls the version of them: an S3 version id, a label of `AppConfig`, `built-in`, `file`.
    pub const RULES_VERSION: &str = "rules_version";
    /// The id of a filter.
    pub const FILTER_ID: &str = "filter_id";
    /// `open` or `closed`.
    pub const STATUS: &str = "status";
    /// `eventSource` of the record, as the rule's index knows it.
    pub const EVENT_SOURCE: &str = "event_source";
    /// The trace in which the finding was made, where that is another.
    pub const MADE_IN: &str = "made_in_trace_id";
    /// The function.
    pub const SERVICE: &str = "service";
    /// Its version.
    pub const VERSION: &str = "version";
    /// Lambda's id of the invocation.
    pub const REQUEST_ID: &str = "requestId";
    /// The trace as W3C writes it: 32 hexadecimal digits. CloudWatch indexes it under this name.
    pub const TRACE_ID: &str = "traceId";
    /// The span as W3C writes it: 16 hexadecimal digits.
    pub const SPAN_ID: &str = "spanId";
    /// The trace as X-Ray writes it.
    pub const XRAY_TRACE_ID: &str = "xray_trace_id";
    /// True in the first invocation of a process.
    pub const COLD_START: &str = "cold_start";
    /// The sink.
    pub const SINK: &str = "sink";
    /// What was called: `BatchImportFindings`.
    pub const OPERATION: &str = "rpc.method";
    /// The service that was called.
    pub const AWS_SERVICE: &str = "rpc.service";
    /// Its Region.
    pub const REGION: &str = "cloud.region";
    /// The service's id of the call.
    pub const AWS_REQUEST_ID: &str = "aws.request_id";
    /// Its status.
    pub const HTTP_STATUS: &str = "http.response.status_code";
    /// How many findings a call carried.
    pub const FINDINGS: &str = "findings";
    /// How many records.
    pub const RECORDS: &str = "records";
    /// How many of them, or of the findings, were rejected.
    pub const REJECTED: &str = "rejected";
    /// How many came to something.
    pub const MATCHED: &str = "matched";
    /// How many exposure changes there were.
    pub const CHANGES: &str = "changes";
    /// How many a sink took.
    pub const TAKEN: &str = "taken";
    /// How many a sink will never take.
    pub const REFUSED: &str = "refused";
    /// How many it did not take this time.
    pub const FAILED: &str = "failed";
    /// Processor time of a stage whose work is spread over its span, in microseconds.
    pub const BUSY_US: &str = "busy_us";
    /// How many pieces the work of a stage is made of.
    pub const PIECES: &str = "pieces";
    /// The message of a payload, counted from 0.
    pub const MESSAGE: &str = "message_number";
    /// How many messages a payload has.
    pub const MESSAGES: &str = "messages";
    /// What something is, in a word of ours.
    pub const KIND: &str = "kind";
    /// How many events were taken in before.
    pub const COPIES: &str = "copies";
    /// Which try it is, counted from 0.
    pub const ATTEMPT: &str = "attempt";
    /// How many bytes.
    pub const BYTES: &str = "bytes";
    /// How many files.
    pub const FILES: &str = "files";
    /// A file of a scan, its controls made visible.
    pub const PATH: &str = "file.path";
    /// How long something took, in milliseconds.
    pub const TOOK_MS: &str = "took_ms";
    /// Why, in words of ours.
    pub const WHY: &str = "why";
    /// An error, in words of ours.
    pub const ERROR: &str = "error";
    /// What kind of error.
    pub const ERROR_TYPE: &str = "error.type";
    /// Where in the code.
    pub const LOCATION: &str = "location";
    /// What groups the same errors.
    pub const FINGERPRINT: &str = "fingerprint";
    /// How many times.
    pub const COUNT: &str = "count";
}

/// What X-Ray indexes of a finding. It indexes 50 annotations of a trace, so those of the first [`INDEXED_FINDINGS`]
/// findings; of the others they are metadata (X-Ray developer guide, "X-Ray segment documents", annotations).
pub const ANNOTATIONS: [&str; 6] = [
    field::FINDING_ID,
    field::RULE_ID,
    field::TECHNIQUE,
    field::SEVERITY,
    field::EVENT_ID,
    field::APPLICATION,
];

/// How many findings of one trace have annotations.
pub const INDEXED_FINDINGS: usize = 50 / ANNOTATIONS.len();

/// What a log line may say beside `timestamp`, `level`, `message` and `target`. Anything else that code tries to log is
/// left out: a field is added here by somebody who has thought about what may be in it.
pub const LOGGED: &[&str] = &[
    field::FINDING_ID,
    field::RULE_ID,
    field::TECHNIQUE,
    field::SEVERITY,
    field::EVENT_ID,
    field::APPLICATION,
    field::VECTORS,
    field::ACCOUNT,
    field::RECORD_REGION,
    field::RESOURCE_TYPE,
    field::CORRELATION_ID,
    field::RULE_HASH,
    field::RULES_HASH,
    field::RULES_VERSION,
    field::FILTER_ID,
    field::STATUS,
    field::EVENT_SOURCE,
    field::MADE_IN,
    field::SERVICE,
    field::VERSION,
    field::REQUEST_ID,
    field::TRACE_ID,
    field::SPAN_ID,
    field::XRAY_TRACE_ID,
    field::COLD_START,
    field::SINK,
    field::OPERATION,
    field::AWS_SERVICE,
    field::AWS_REQUEST_ID,
    field::HTTP_STATUS,
    field::FINDINGS,
    field::RECORDS,
    field::REJECTED,
    field::MATCHED,
    field::CHANGES,
    field::TAKEN,
    field::REFUSED,
    field::FAILED,
    field::BUSY_US,
    field::PIECES,
    field::MESSAGE,
    field::MESSAGES,
    field::KIND,
    field::COPIES,
    field::ATTEMPT,
    field::BYTES,
    field::FILES,
    field::PATH,
    field::TOOK_MS,
    field::WHY,
    field::ERROR,
    field::ERROR_TYPE,
    field::LOCATION,
    field::FINGERPRINT,
    field::COUNT,
];
