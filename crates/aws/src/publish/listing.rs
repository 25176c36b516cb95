//! What would be sent: each finding with its sinks, or each message as it would go.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tattletrail_cli::kit::{Style, color_of, fit, flow, paint};
use tattletrail_engine::finding::Status;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_runtime::parcel::{Parcel, SinkName};
use tattletrail_runtime::sink::rehearsal::Stage;

use crate::layout::{Format, json_line};

/// The form of a line of JSON. Adding a key keeps the version; any other change raises it.
const SCHEMA: &str = "tattletrail.to-send/1";

/// The columns of the time and the level, each with a space behind it.
const INDENT: usize = 21 + 14;

/// Writes down what comes on the stage.
pub(super) struct Listing<'r> {
    stage: Stage,
    rules: &'r RuleSet,
    format: Format,
    style: Style,
    begun: bool,
}

/// A finding with the sinks that it would go to.
struct Row {
    parcel: Parcel,
    sinks: BTreeSet<SinkName>,
}

impl<'r> Listing<'r> {
    pub(super) fn new(stage: &Stage, rules: &'r RuleSet, format: Format, style: Style) -> Self {
        Self { stage: stage.clone(), rules, format, style, begun: false }
    }

    /// What has come since the last time.
    pub(super) fn new_lines(&mut self) -> String {
        let given = self.stage.take();
        match self.format {
            Format::Jsonl => given.iter().map(|(sink, parcel)| json_line(&object(*sink, parcel))).collect(),
            Format::Table => self.table(given),
        }
    }

    fn table(&mut self, given: Vec<(SinkName, Parcel)>) -> String {
        let mut text = String::new();
        let rows = rows(given);
        if !self.begun && !rows.is_empty() {
            self.begun = true;
            let heading =
                format!("{:<20} {:<13} {}", "TIME", "LEVEL", "FINDING, AND THE SINKS IT WOULD GO TO");
            text.push_str(&format!("{}\n", paint(&heading, "1", self.style)));
        }
        for row in &rows {
            text.push_str(&self.entry(row));
        }
        text
    }

    fn entry(&self, row: &Row) -> String {
        let facts = &row.parcel.facts;
        let (word, color) = match facts.status {
            Status::Open => (facts.level.as_str(), color_of(facts.level)),
            Status::Closed => ("closed", "32"),
        };
        let room = self.style.columns() - INDENT;
        let time = fit(facts.event_time.as_deref().unwrap_or("-"), 20);
        let title = self.title(&row.parcel);
        // That it is closed stands where the level does.
        let title = fit(title.strip_prefix("Closed: ").unwrap_or(&title), room);
        let level = paint(&format!("{word:<13}"), color, self.style);
        let mut text = format!("{time:<20} {level} {title}\n");
        let place = format!("in {}/{}", facts.account, facts.region);
        let names: Vec<_> = row.sinks.iter().map(|sink| sink.as_str()).collect();
        for line in flow(&[place, format!("to {}", names.join(", "))], room) {
            text.push_str(&format!("{:INDENT$}{}\n", "", paint(&line, "2", self.style)));
        }
        text
    }

    /// What the finding is called where it goes; where only metrics are made of it, what its rule is called.
    fn title(&self, parcel: &Parcel) -> String {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let in_asff = text(parcel.asff.as_ref().and_then(|asff| asff.get("Title")));
        let in_alert = || text(parcel.alert.as_ref().and_then(|alert| alert.json.get("title")));
        let in_ocsf = || text(parcel.ocsf.as_ref().and_then(|event| event.pointer("/finding_info/title")));
        let of_rule = || {
            let rule = self.rules.rules().iter().find(|rule| rule.info().id == parcel.facts.rule)?;
            Some(rule.info().title.clone())
        };
        in_asff
            .or_else(in_alert)
            .or_else(in_ocsf)
            .or_else(of_rule)
            .unwrap_or_else(|| parcel.finding.to_string())
    }
}

/// Findings in the order in which they first came.
fn rows(given: Vec<(SinkName, Parcel)>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (sink, parcel) in given {
        let is_same = |row: &&mut Row| {
            row.parcel.finding == parcel.finding
                && row.parcel.facts == parcel.facts
                && !row.sinks.contains(&sink)
        };
        match rows.iter_mut().find(is_same) {
            Some(row) => {
                row.sinks.insert(sink);
                if row.parcel.asff.is_none() && row.parcel.alert.is_none() && row.parcel.ocsf.is_none() {
                    row.parcel = parcel;
                }
            }
            None => rows.push(Row { parcel, sinks: BTreeSet::from([sink]) }),
        }
    }
    rows
}

fn object(sink: SinkName, parcel: &Parcel) -> Value {
    let facts = &parcel.facts;
    let body = match sink {
        SinkName::SecurityHub => parcel.asff.clone(),
        SinkName::Sns => serde_json::to_value(&parcel.alert).ok(),
        SinkName::EventBus => parcel.ocsf.clone(),
        // Metrics are counted over many findings.
        SinkName::CloudWatch => None,
    };
    json!({
        "schema": SCHEMA,
        "sink": sink.as_str(),
        "finding_id": parcel.finding.as_str(),
        "status": facts.status.as_str(),
        "level": facts.level.as_str(),
        "rule": facts.rule.as_str(),
        "account": facts.account.as_str(),
        "region": facts.region.as_str(),
        "event_time": facts.event_time,
        "body": body,
    })
}
