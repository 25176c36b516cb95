//! The stand-ins that other tests rely on, each held to what AWS documents.

// Security Hub: what it refuses.
mod hub_limits;

// Security Hub: what becomes of a finding.
mod hub_lives;

// Security Hub: too many calls, and what a test lets go wrong.
mod hub_faults;

// The Lambda Runtime API.
mod functions;

// Queues, topics, tables, buckets and metrics.
mod services;

// Servers end with those who started them.
mod endings;

use serde_json::{Value, json};

use crate::harness::aws::Aws;
use crate::harness::root;
use crate::harness::servers::ACCOUNT;

/// A finding as the product writes it, of [`ACCOUNT`] in us-east-1.
fn finding() -> Value {
    let path = root().join("tests/fixtures/golden/render/exposure-open.asff.json");
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text.replace("111122223333", ACCOUNT).replace("eu-central-1", "us-east-1")).unwrap()
}

/// The finding with some members set, by their pointers.
fn finding_with(changes: &[(&str, Value)]) -> Value {
    let mut made = finding();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        made.pointer_mut(parent).unwrap()[key.replace("~1", "/")] = value.clone();
    }
    made
}

/// The same finding under so many ids.
fn findings(count: usize) -> Vec<Value> {
    (0..count).map(|number| finding_with(&[("/Id", format!("finding {number}").into())])).collect()
}

/// Imports findings; the answer or the error.
fn import(aws: &Aws, findings: &[Value]) -> Result<Value, Value> {
    aws.try_call("securityhub", "batch_import_findings", json!({ "Findings": findings }))
}
