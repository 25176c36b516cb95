//! `tattletrail threat-model navigator`, `import` and `export`: what is written, judged by other people's parsers in
//! [`super::validators`] and by what it says here.

// Layers of ATT&CK Navigator.
mod navigator;

// From Threat Composer, and back.
mod composer;

// To Open Threat Model.
mod otm;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tattletrail_cli::Exit;

use crate::harness::{Run, root, tattletrail};

/// Runs `tattletrail threat-model`.
fn models(arguments: &[&str]) -> Run {
    tattletrail(["threat-model"].into_iter().chain(arguments.iter().copied()))
}

/// What a run printed that came to an end well.
#[track_caller]
fn object(arguments: &[&str]) -> Value {
    let run = models(arguments);
    assert_eq!(run.exit, Exit::Clean, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    root().join("tests/fixtures/threat-models").join(name)
}

/// A folder with a rule and a model of one's own.
fn own(model: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop.yml"), model).unwrap();
    folder
}

/// Two techniques seen by rules, one by none, and one whose technique is named above it only.
const SHOP: &str = "\
threat_model: 1
application: shop
title: Corner shop
owner: team-shop@example.com
attack: \"19.1\"
components:
  - {id: vouchers, title: Bucket of vouchers, type: AWS::S3::Bucket, resources: [\"arn:aws:s3:::shop-*\"]}
instrumentation:
  - {id: trail, source: cloudtrail-management, title: Trail}
  - {id: traces, source: xray, title: Traces, status: planned}
vectors:
  - id: public
    title: The bucket becomes public
    impact: critical
    likelihood: medium
    techniques: [T1530, T1562.008]
    components: [vouchers]
    instrumentation: [trail]
    rules:
      - e7e6fa85-212a-439e-b692-48cf8f950149
      - 0a2f5a0e-0000-4000-8000-000000000000
    response: Block public access
  - {id: session, title: A session is stolen, techniques: [T1539, T1530], instrumentation: [traces]}
gaps:
  - {vector: session, gap: not logged, reason: planned, until: 2027-06-30}
  - {gap: on the whole, reason: small}
";

/// A rule of one's own.
const RULE: &str = "\
title: Own rule
id: 0a2f5a0e-0000-4000-8000-000000000000
status: test
logsource: {product: aws, service: cloudtrail}
detection: {s: {eventName: StopLogging}, condition: s}
level: high
tags: [attack.defense-impairment, attack.t1685.002]
";

/// The arguments for the shop's model and rule, besides those inside the program.
fn shop() -> tempfile::TempDir {
    let folder = own(SHOP);
    fs::write(folder.path().join("own.yml"), RULE).unwrap();
    folder
}
