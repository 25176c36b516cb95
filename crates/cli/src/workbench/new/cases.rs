//! The text of the cases: it fires; the call ended otherwise; another call of the same service.

use serde_json::{Value, json};
use tattletrail_engine::exposure::{Effect, ExposureChange};

use super::{Draft, yaml};
use crate::workbench::check::names::operations::{Operations, Source};

/// The file of cases.
pub(super) fn text(draft: &Draft) -> String {
    let name = draft.record.get("eventName").and_then(Value::as_str).unwrap_or_default();
    let failed = draft.record.get("errorCode").is_some_and(|code| !code.is_null());
    let otherwise = if failed { gone_through() } else { refused() };
    let other = look_alike(draft, name);
    format!(
        "# The event that the rule was begun from. Accounts, addresses, keys and people's names are invented.
rule: {}.yml

base:
{}
cases:
  - name: as it happened
    record: {{}}
    expect: {}
{otherwise}  # The look-alike: make it what worries you most, such as the same call by those who may, on what does not matter.
  - name: another call of the same service
    record:
      eventName: {}
    expect: {{ match: false }}
",
        draft.behaviour,
        yaml::members(&draft.record, 2),
        expectation(draft),
        yaml::string(other)
    )
}

fn refused() -> &'static str {
    "  - name: the same call refused
    record:
      errorCode: AccessDenied
      responseElements: null
    expect: { match: false }
"
}

fn gone_through() -> &'static str {
    "  - name: the same call went through
    record:
      errorCode: null
      errorMessage: null
    expect: { match: false }
"
}

fn expectation(draft: &Draft) -> String {
    let Some(change) = &draft.change else {
        return format!("{{ match: true, level: {} }}", draft.level.as_str());
    };
    let ends = matches!(change.effect, Effect::Closed | Effect::Restored);
    let status = if ends { "closed" } else { "open" };
    format!("{{ match: true, status: {status}, facet: {} }}", yaml::scalar(&facet(change)))
}

fn facet(change: &ExposureChange) -> Value {
    json!(change.facet)
}

/// Another call of the service, one that only looks if there is one.
fn look_alike(draft: &Draft, name: &str) -> &'static str {
    let host = draft.record.get("eventSource").and_then(Value::as_str).unwrap_or_default();
    let source = Operations::shared().source(host);
    let names: Vec<&'static str> = source
        .into_iter()
        .flat_map(Source::names)
        .filter(|other| !other.eq_ignore_ascii_case(name))
        .collect();
    let looks = |other: &&&str| ["Describe", "List", "Get"].iter().any(|verb| other.starts_with(verb));
    names.iter().find(looks).or_else(|| names.first()).copied().unwrap_or("AnotherCall")
}
