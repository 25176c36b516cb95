//! Questions to the logs of the functions, in the language of Logs Insights.
//!
//! Source: docs/observability.md, which lists the fields of a line, and docs/functions.md for the line of health.

/// What is shown of a finding.
const FIELDS: &str =
    "fields @timestamp, severity, status, rule_id, account, region, resource_type, event_id, finding_id";

/// The lines of findings, one for each.
const FINDINGS: &str = "filter message = \"finding\"";

/// Findings of a vector, newest first.
pub(super) fn latest_of(application: &str, vector: &str) -> String {
    lines(&[FIELDS, &of_vector(application, vector), "sort @timestamp desc", "limit 50"])
}

/// Findings of an application, newest first.
pub(super) fn latest_in(application: &str) -> String {
    lines(&[FIELDS, &of_application(application), "sort @timestamp desc", "limit 50"])
}

/// How many findings an application had, by level and day.
pub(super) fn by_level_and_day(application: &str) -> String {
    lines(&[&of_application(application), "stats count(*) as findings by bin(1d), severity"])
}

/// All findings, newest first.
pub(super) fn latest() -> String {
    lines(&[FIELDS, FINDINGS, "sort @timestamp desc", "limit 100"])
}

/// Findings by rule.
pub(super) fn by_rule() -> String {
    let stats = "stats count(*) as findings, latest(@timestamp) as last by rule_id, severity, technique";
    lines(&[FINDINGS, stats, "sort findings desc"])
}

/// Errors by what they are about.
pub(super) fn errors() -> String {
    let stats = "stats count(*) as times, latest(@timestamp) as last by service, message, sink, why, error";
    lines(&["filter level = \"ERROR\"", stats, "sort times desc"])
}

/// Lines of health of invocations that could not read something.
pub(super) fn rejected() -> String {
    lines(&[
        "fields @timestamp, Source, Received, Rejected, Undelivered, @message",
        "filter Rejected > 0 or Undelivered > 0",
        "sort @timestamp desc",
        "limit 50",
    ])
}

/// The invocations that took longest, as Lambda tells of them.
pub(super) fn slowest() -> String {
    lines(&[
        "fields @timestamp, @log, coalesce(record.metrics.durationMs, @duration) as ms, coalesce(record.requestId, @requestId) as request",
        "filter type = \"platform.report\" or @type = \"REPORT\"",
        "sort ms desc",
        "limit 20",
    ])
}

/// Calls in the trail by who made them.
pub(super) fn by_principal() -> String {
    let stats = "stats count(*) as calls, count_distinct(sourceIPAddress) as addresses, latest(eventTime) as last by userIdentity.arn";
    lines(&["filter ispresent(userIdentity.arn)", stats, "sort calls desc", "limit 50"])
}

/// Calls in the trail by where they came from.
pub(super) fn by_address() -> String {
    let stats = "stats count(*) as calls, count_distinct(userIdentity.arn) as principals, latest(eventTime) as last by sourceIPAddress";
    lines(&["filter sourceIPAddress not like /amazonaws.com$/", stats, "sort calls desc", "limit 50"])
}

/// Calls in the trail that were refused.
pub(super) fn refused_calls() -> String {
    let filter = "filter errorCode like /UnauthorizedOperation$/ or errorCode like /^AccessDenied/";
    let stats =
        "stats count(*) as refused, count_distinct(eventName) as kinds by userIdentity.arn, sourceIPAddress";
    lines(&[filter, stats, "sort refused desc", "limit 50"])
}

/// A question with the log groups that it is put to, as a dashboard has it.
pub(super) fn from(log_groups: &[String], query: &str) -> String {
    let sources: Vec<String> = log_groups.iter().map(|group| format!("SOURCE '{group}'")).collect();
    format!("{} | {query}", sources.join(" | "))
}

/// A line names all applications of its finding, with spaces between.
fn of_application(application: &str) -> String {
    format!("{FINDINGS} and application like /(^| ){application}( |$)/")
}

/// It names their vectors as `cruddur:public-avatars,leaked-key`.
fn of_vector(application: &str, vector: &str) -> String {
    format!("{FINDINGS} and vectors like /(^| ){application}:([^ ]*,)?{vector}(,| |$)/")
}

fn lines(lines: &[&str]) -> String {
    lines.join("\n| ")
}
