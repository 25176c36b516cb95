//! Logs made for a purpose: one without findings, one that means harm, one with very many findings.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::{Value, json};

/// One record that no rule is about.
pub(super) fn quiet(folder: &Path) -> String {
    let path = folder.join("quiet.json");
    let record = json!({ "eventName": "DescribeInstances", "eventSource": "ec2.amazonaws.com", "eventTime": "2026-11-20T10:00:00Z", "eventID": "1" });
    fs::write(&path, json!({ "Records": [record] }).to_string()).unwrap();
    path.display().to_string()
}

/// What somebody would put into a field that ends up in a page.
const HARM: &[&str] = &[
    "<script>window.__fired=1</script>",
    "<img src=x onerror=window.__fired=1>",
    "\"><svg onload=window.__fired=1>",
    "'-window.__fired=1-'",
    "</script><script>window.__fired=1</script>",
    "<!-- <script>",
    "]]><style>*{display:none}</style>",
    "{{data}}{{script}}",
    "${window.__fired=1}",
    "javascript:window.__fired=1",
    "https://user:word@example.com/<b>",
    "&lt;b&gt;&amp;&#39;",
    "a\u{2028}b\u{2029}c",
    "\u{202e}gpj.exe\u{202c} \u{2066}x\u{2069}",
    "\u{0}\u{1b}[31m\u{7f}\u{9b}",
    "__proto__",
    "constructor",
    "\u{feff}=cmd|' /C calc'!A0",
];

/// A rule that finds every record, and means harm itself.
const RULE: &str = r#"title: Rule <img src=x onerror=window.__fired=1>
id: 7f2d7f4e-52a0-4a37-9d3b-6f1f6f1d2a11
status: test
description: "</script><script>window.__fired=1</script>"
references:
  - javascript:window.__fired=1
  - https://example.com/"onmouseover="window.__fired=1
  - "data:text/html,<script>window.__fired=1</script>"
tags:
  - attack.persistence
  - attack.t1098
falsepositives:
  - <svg onload=window.__fired=1>
level: high
logsource:
  product: aws
  service: cloudtrail
detection:
  selection:
    eventVersion: '1.11'
    userAgent|re: '(?s).*'
    requestParameters.bucketName|re: '(?s).*'
  condition: selection
"#;

/// A log in which every text means harm, with rules that find all of it; and the texts that the page must show.
pub(super) fn hostile(folder: &Path) -> (Vec<String>, Vec<String>) {
    let long = "long ".repeat(600);
    let mut texts: Vec<String> = HARM.iter().map(|text| (*text).to_owned()).collect();
    let mut records: Vec<Value> = HARM.iter().enumerate().map(|(n, text)| record(n, text)).collect();
    records.push(record(HARM.len(), &long));
    texts.push(long);
    let path = folder.join("hostile.json");
    fs::write(&path, json!({ "Records": records }).to_string()).unwrap();
    let rule = folder.join("rule.yml");
    fs::write(&rule, RULE).unwrap();
    texts.extend(
        ["Rule <img src=x onerror=window.__fired=1>", "<svg onload=window.__fired=1>"].map(str::to_owned),
    );
    texts.push("javascript:window.__fired=1".to_owned());
    (vec![path.display().to_string(), "--rules".to_owned(), rule.display().to_string()], texts)
}

/// A record with the same text in every field that can hold one.
fn record(n: usize, text: &str) -> Value {
    json!({
        "eventVersion": "1.11",
        "eventTime": if n.is_multiple_of(2) { format!("2026-11-20T10:{n:02}:00Z") } else { text.to_owned() },
        "eventID": format!("{text}{n}"),
        "sharedEventID": format!("shared {text}"),
        "eventSource": text,
        "eventName": text,
        "awsRegion": text,
        "recipientAccountId": text,
        "sourceIPAddress": text,
        "userAgent": text,
        "errorCode": text,
        "errorMessage": text,
        "userIdentity": { "type": text, "arn": text, "userName": text, "principalId": text, "accountId": text, "accessKeyId": text },
        "requestParameters": { "bucketName": text, text: text },
        "resources": [{ "ARN": text, "accountId": text, "type": text }],
    })
}

/// So many records with one finding each.
pub(super) fn many(folder: &Path, count: usize) -> String {
    let path = folder.join("many.jsonl");
    let mut file = BufWriter::new(fs::File::create(&path).unwrap());
    for n in 0..count {
        let (day, hour, minute, second) = (1 + n / 86400, n / 3600 % 24, n / 60 % 60, n % 60);
        writeln!(
            file,
            r#"{{"eventVersion":"1.11","eventTime":"2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}Z","eventID":"00000000-0000-4000-8000-{n:012}","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"eu-central-1","recipientAccountId":"111122223333","sourceIPAddress":"192.0.2.{}","userAgent":"aws-cli/2.31.{}","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/user-{}","accountId":"111122223333"}},"requestParameters":{{"name":"trail-{n}"}}}}"#,
            n % 250,
            n % 40,
            n % 1000,
        )
        .unwrap();
    }
    file.flush().unwrap();
    path.display().to_string()
}
