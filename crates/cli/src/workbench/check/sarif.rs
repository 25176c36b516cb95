//! The diagnostics in SARIF 2.1.0, the format of code scanning (OASIS Standard, 27 March 2020).

use serde_json::{Value, json};
use tattletrail_engine::sigma::Code;

use super::diagnostic::{Diagnostic, Severity};
use super::lints::LINTS;
use crate::models::lints as model_lints;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// The whole log: one run.
pub(super) fn log(found: &[Diagnostic]) -> Value {
    let results: Vec<Value> = found.iter().map(result).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "tattletrail",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": kinds().map(|kind| kind.0).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// Every kind of diagnostic, which is a rule in SARIF, with its code.
fn kinds() -> impl Iterator<Item = (Value, &'static str)> {
    let errors = Code::ALL.into_iter().map(|code| (code.as_str(), code.title(), Severity::Error));
    let warnings = LINTS.into_iter().map(|(code, title)| (code, title, Severity::Warning));
    errors.chain(warnings).chain(model_lints::LINTS).map(|(code, title, severity)| {
        let kind = json!({
            "id": code,
            "shortDescription": { "text": title },
            "defaultConfiguration": { "level": severity.as_str() },
        });
        (kind, code)
    })
}

fn result(found: &Diagnostic) -> Value {
    let help = found.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    json!({
        "ruleId": found.code,
        "ruleIndex": kinds().position(|(_, code)| code == found.code),
        "level": found.severity.as_str(),
        "message": { "text": format!("{}{help}", found.message) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&found.path) },
            "region": { "startLine": found.line, "startColumn": found.column },
        } }],
    })
}

/// A path as a reference: relative to wherever the viewer has the files, unless it is a whole one.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.trim_start_matches("./").bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            other if other.is_ascii_alphanumeric() => uri.push(char::from(other)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
