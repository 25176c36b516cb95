//! How bad an exposure is: one table, `severity.csv`, that the code, the documents and the levels of the rules share.
//!
//! In: a change. Out: the level of the first line that fits. A call that ends something may not show what decides (what
//! an old policy allowed, the ports of a deleted entry): then there is a level only if every line that could fit has the
//! same.

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};

use super::{Access, ExposureChange, Network, Reach, Surface, Verdict};
use crate::finding::Level;

const TABLE: &str = include_str!("severity.csv");

/// The lines; a test keeps the table readable.
static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| parse(TABLE).unwrap_or_default());

/// Services that strangers are meant to reach: what else has a name is risky to open.
const HARMLESS: [&str; 4] = ["dns", "http", "https", "ntp"];

/// One line of the table. What is empty fits anything.
#[derive(Debug)]
struct Line {
    surface: Surface,
    kinds: Vec<String>,
    reach: Vec<Reach>,
    ports: Option<Ports>,
    access: Vec<Access>,
    verdict: Option<Verdict>,
    level: Level,
    what: String,
    rules: Vec<String>,
    /// The conditions as written.
    conditions: Vec<String>,
}

/// A set of ports by name.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ports {
    Every,
    Admin,
    Risky,
    Web,
    Icmp,
}

/// The level of a change; `None` where it does not show what decides.
pub fn of(change: &ExposureChange) -> Option<Level> {
    let shows_what_decides = change.network.is_some() || !change.access.is_empty();
    let mut level = None;
    for line in LINES.iter().filter(|line| line.is_about(change)) {
        let fits = line.is_plain() || (shows_what_decides && line.holds(change));
        let may_fit = fits || !shows_what_decides;
        if may_fit && level.is_some_and(|level| level != line.level) {
            return None;
        }
        if fits {
            return Some(line.level);
        }
        if may_fit {
            level = Some(line.level);
        }
    }
    None
}

/// The table as it stands in `docs/exposure.md`.
pub fn markdown() -> String {
    let mut text = String::from("| what | surface | only if | level | rules |\n|---|---|---|---|---|\n");
    let quoted =
        |words: &[String]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    for line in LINES.iter() {
        let Line { what, level, rules, .. } = line;
        let surface = line.conditions.first().map(String::as_str).unwrap_or_default();
        let conditions: Vec<String> = line.conditions.iter().skip(1).cloned().collect();
        let (conditions, rules) = (conditions.join("; "), quoted(rules));
        text.push_str(&format!("| {what} | `{surface}` | {conditions} | {} | {rules} |\n", level.as_str()));
    }
    text
}

impl Line {
    fn is_about(&self, change: &ExposureChange) -> bool {
        self.surface == change.surface
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == change.resource.kind))
            && (self.reach.is_empty() || self.reach.contains(&change.reach))
    }

    /// True if it asks for nothing that the end of an exposure may not show.
    fn is_plain(&self) -> bool {
        self.ports.is_none() && self.access.is_empty() && self.verdict.is_none()
    }

    fn holds(&self, change: &ExposureChange) -> bool {
        self.ports.is_none_or(|ports| change.network.as_ref().is_some_and(|network| ports.hold(network)))
            && (self.access.is_empty() || self.access.iter().any(|access| change.access.contains(access)))
            && self.verdict.is_none_or(|verdict| verdict == change.verdict)
    }
}

impl Ports {
    fn hold(self, network: &Network) -> bool {
        let Network { ports, services, .. } = network;
        let protocol = network.protocol.as_str();
        let one = |port| (ports.from, ports.to) == (port, port);
        match self {
            Self::Every => {
                let wide = network.all_ports || (ports.from <= 22 && ports.to >= 3389);
                wide && ["all", "tcp", "udp"].contains(&protocol)
            }
            Self::Admin => services.iter().any(|service| ["rdp", "ssh"].contains(service)),
            Self::Risky => services.iter().any(|service| !HARMLESS.contains(service)),
            Self::Web => (one(80) || one(443)) && ["tcp", "udp"].contains(&protocol),
            Self::Icmp => ["icmp", "icmpv6"].contains(&protocol),
        }
    }
}

fn parse(text: &str) -> Result<Vec<Line>, String> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.records().map(|cells| line(&cells.map_err(|error| error.to_string())?)).collect()
}

fn line(cells: &csv::StringRecord) -> Result<Line, String> {
    let cell = |column: usize| cells.get(column).unwrap_or_default();
    let rules = cell(8).split(' ').filter(|rule| !rule.is_empty()).map(str::to_owned).collect();
    let what = cell(7).to_owned();
    if what.is_empty() {
        return Err(format!("{cells:?}: what it is about is missing"));
    }
    Ok(Line {
        surface: word(cell(0))?,
        kinds: cell(1).split(' ').filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
        reach: words(cell(2))?,
        ports: words(cell(3))?.first().copied(),
        access: words(cell(4))?,
        verdict: words(cell(5))?.first().copied(),
        level: Level::from_word(cell(6)).ok_or_else(|| format!("no level: `{}`", cell(6)))?,
        what,
        rules,
        conditions: conditions(cells),
    })
}

/// The surface, then every other condition, as they read in the documents.
fn conditions(cells: &csv::StringRecord) -> Vec<String> {
    const NAMES: [&str; 6] = ["", "", "reach ", "ports ", "access ", "verdict "];
    let named = cells.iter().zip(NAMES).enumerate().filter(|(_, (cell, _))| !cell.is_empty());
    named
        .map(|(column, (cell, name))| match column {
            0 => cell.to_owned(),
            _ => format!("{name}`{}`", cell.replace(' ', "` or `")),
        })
        .collect()
}

fn words<'a, T: Deserialize<'a>>(cell: &'a str) -> Result<Vec<T>, String> {
    cell.split(' ').filter(|text| !text.is_empty()).map(word).collect()
}

/// One of our own words, as it is in JSON.
fn word<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    T::deserialize(StrDeserializer::<Error>::new(text)).map_err(|error| format!("`{text}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposure::derive;
    use crate::record::CloudTrailRecord;

    fn levels(source: &str, action: &str, request: &str) -> Vec<Option<Level>> {
        let text = format!(
            r#"{{"eventSource":"{source}.amazonaws.com","eventName":"{action}","awsRegion":"eu-west-1",
                "recipientAccountId":"111122223333","requestParameters":{request}}}"#
        );
        derive(&CloudTrailRecord::parse(&text).unwrap()).changes.iter().map(of).collect()
    }

    fn group(protocol: &str, from: i64, to: i64, peer: &str) -> Vec<Option<Level>> {
        let rule = format!(
            r#"{{"groupId":"sg-1","ipProtocol":"{protocol}","fromPort":{from},"toPort":{to},"cidrIp":"{peer}"}}"#
        );
        let opened = levels("ec2", "AuthorizeSecurityGroupIngress", &rule);
        assert_eq!(levels("ec2", "RevokeSecurityGroupIngress", &rule), opened, "an end shows the same");
        opened
    }

    #[test]
    fn every_line_of_the_table_can_be_read() {
        let lines = parse(TABLE).unwrap();
        assert!(lines.len() > 40, "{}", lines.len());
    }

    #[test]
    fn a_bad_line_is_told() {
        let bad = |line: &str| parse(&format!("h,h,h,h,h,h,h,h,h\n{line}\n")).unwrap_err();
        assert!(bad("roof,,,,,,high,x,").contains("roof"));
        assert!(bad("bucket_acl,,everybody,,,,high,x,").contains("everybody"));
        assert!(bad("bucket_acl,,,some,,,high,x,").contains("some"));
        assert!(bad("bucket_acl,,,,,,severe,x,").contains("severe"));
        assert!(bad("bucket_acl,,,,,,high,,").contains("missing"));
        bad("bucket_acl,high");
    }

    #[test]
    fn ports_decide_for_security_groups() {
        use Level::{Critical, High, Informational, Medium};
        assert_eq!(group("-1", -1, -1, "0.0.0.0/0"), [Some(Critical)]);
        assert_eq!(group("tcp", 20, 4000, "0.0.0.0/0"), [Some(Critical)]);
        assert_eq!(group("tcp", 22, 22, "0.0.0.0/0"), [Some(High)]);
        assert_eq!(group("tcp", 6379, 6379, "::/0"), [Some(High)]);
        assert_eq!(group("tcp", 443, 443, "0.0.0.0/0"), [Some(Informational)]);
        assert_eq!(group("tcp", 443, 444, "0.0.0.0/0"), [Some(Medium)]);
        assert_eq!(group("icmp", -1, -1, "0.0.0.0/0"), [Some(Informational)]);
        assert_eq!(group("47", -1, -1, "0.0.0.0/0"), [Some(Medium)]);
        assert_eq!(group("tcp", 22, 22, "64.0.0.0/2"), [Some(Medium)]);
        assert_eq!(group("tcp", 80, 80, "64.0.0.0/2"), [Some(Informational)]);
    }

    #[test]
    fn an_end_that_does_not_show_what_decides_has_no_level() {
        let ended = levels("s3", "DeleteBucketPolicy", r#"{"bucketName":"b"}"#);
        assert_eq!(ended, [None, Some(Level::Low), Some(Level::Low)], "world, accounts, services");
        let policy = |action: &str| {
            format!(
                r#"{{"bucketName":"b","bucketPolicy":{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"*"}}}}}}"#
            )
        };
        assert_eq!(levels("s3", "PutBucketPolicy", &policy("s3:PutObject"))[0], Some(Level::Critical));
        assert_eq!(levels("s3", "PutBucketPolicy", &policy("s3:GetObject"))[0], Some(Level::High));
        let acl = levels("s3", "PutBucketAcl", r#"{"bucketName":"b","x-amz-acl":"private"}"#);
        assert_eq!(acl, [Some(Level::High)], "every public ACL of a bucket has it");
    }
}
