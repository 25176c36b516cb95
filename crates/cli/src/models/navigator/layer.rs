//! A layer of ATT&CK Navigator, format 4.5.
//!
//! Source of the format: <https://github.com/mitre-attack/attack-navigator>, `layers/spec/v4.5`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use tattletrail_engine::attack;
use tattletrail_engine::ids::TechniqueId;

use super::By;
use super::score::{Score, Scores};
use crate::models::chosen::Chosen;

/// The version of the layer's format.
const FORMAT: &str = "4.5";

/// The version of Navigator that reads it.
const NAVIGATOR: &str = "5.1.0";

/// From none to most.
const COLORS: [&str; 3] = ["#f7fbff", "#9ecae1", "#2171b5"];

/// A technique that vectors name and no rule sees.
const GAP: &str = "#e6550d";

/// The platforms that Navigator shows: those that an application in a cloud has.
const PLATFORMS: [&str; 7] =
    ["IaaS", "SaaS", "Identity Provider", "Office Suite", "Containers", "Linux", "PRE"];

/// The least value of the darkest colour, so that one rule is not the most there can be.
const LEAST_MOST: u64 = 5;

/// The layer.
pub(super) fn layer(chosen: &Chosen, scores: &Scores, by: By) -> Value {
    let applications: Vec<&str> = chosen.models().map(|model| &*model.application).collect();
    let what = match by {
        By::Coverage => "coverage",
        By::Findings => "findings",
    };
    let most = scores.0.values().map(|score| value(score, by)).max().unwrap_or(0).max(LEAST_MOST);
    let version = attack::VERSION.split('.').next().unwrap_or(attack::VERSION);
    json!({
        "name": format!("{what}: {}", applications.join(", ")),
        "versions": { "attack": version, "navigator": NAVIGATOR, "layer": FORMAT },
        "domain": "enterprise-attack",
        "description": description(by, &applications),
        "filters": { "platforms": PLATFORMS },
        "sorting": 3,
        "layout": {
            "layout": "side", "showID": true, "showName": true, "showAggregateScores": true,
            "countUnscored": false, "aggregateFunction": "max", "expandedSubtechniques": "annotated",
        },
        "hideDisabled": false,
        "techniques": techniques(scores, by),
        "gradient": { "colors": COLORS, "minValue": 0, "maxValue": most },
        "legendItems": [
            { "label": format!("most {}", unit(by)), "color": COLORS[2] },
            { "label": format!("no {}", unit(by)), "color": COLORS[0] },
            { "label": "gap: a vector names it, no rule sees it", "color": GAP },
        ],
        "metadata": metadata(chosen),
        "links": [{ "label": "Tattletrail", "url": "https://github.com/tattletrail/tattletrail" }],
        "showTacticRowBackground": false,
        "selectTechniquesAcrossTactics": true,
        "selectSubtechniquesWithParent": false,
        "selectVisibleTechniques": false,
    })
}

fn unit(by: By) -> &'static str {
    match by {
        By::Coverage => "rules",
        By::Findings => "findings",
    }
}

fn description(by: By, applications: &[&str]) -> String {
    let of = applications.join(", ");
    match by {
        By::Coverage => format!("How many rules look at each technique that attack vectors of {of} name."),
        By::Findings => format!("How many findings that belong to {of} are about each technique."),
    }
}

/// The models, each with who answers for it.
fn metadata(chosen: &Chosen) -> Vec<Value> {
    let attack = json!({ "name": "ATT&CK", "value": attack::VERSION });
    let of = chosen.models().map(|model| json!({ "name": &*model.application, "value": model.owner }));
    std::iter::once(attack).chain(of).collect()
}

fn value(score: &Score, by: By) -> u64 {
    match by {
        By::Coverage => score.rules.len() as u64,
        By::Findings => score.findings,
    }
}

/// Techniques with what is known of them, and those above them, so that sub-techniques are shown.
fn techniques(scores: &Scores, by: By) -> Vec<Value> {
    let known: BTreeSet<&str> = scores.0.keys().map(TechniqueId::as_str).collect();
    let parents: BTreeSet<&str> =
        known.iter().filter_map(|id| id.split_once('.')).map(|(above, _)| above).collect();
    let mut all: Vec<(&str, Value)> = Vec::new();
    for (id, score) in &scores.0 {
        all.push((id.as_str(), technique(id.as_str(), score, parents.contains(id.as_str()), by)));
    }
    for id in parents.difference(&known) {
        all.push((id, json!({ "techniqueID": id, "enabled": true, "showSubtechniques": true })));
    }
    all.sort_by_key(|(id, _)| *id);
    all.into_iter().map(|(_, value)| value).collect()
}

fn technique(id: &str, score: &Score, has_subs: bool, by: By) -> Value {
    let mut object = Map::new();
    object.insert("techniqueID".to_owned(), id.into());
    if score.is_gap() {
        object.insert("color".to_owned(), GAP.into());
    }
    if !score.is_gap() || score.findings > 0 {
        object.insert("score".to_owned(), value(score, by).into());
    }
    object.insert("comment".to_owned(), comment(score).into());
    object.insert("enabled".to_owned(), true.into());
    let vectors = score.vectors.iter().map(|about| json!({ "name": about.name, "value": about.title }));
    let counts = [("rules", score.rules.len() as u64), ("findings", score.findings)]
        .map(|(name, count)| json!({ "name": name, "value": count.to_string() }));
    object.insert("metadata".to_owned(), vectors.chain(counts).collect());
    let page = format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/"));
    object.insert("links".to_owned(), json!([{ "label": format!("ATT&CK {id}"), "url": page }]));
    object.insert("showSubtechniques".to_owned(), has_subs.into());
    Value::Object(object)
}

/// `cruddur: public-avatars: Bucket policy makes a bucket public; ...`
fn comment(score: &Score) -> String {
    let about = score.vectors.iter().map(|about| {
        let rules = if about.rules.is_empty() { "no rule".to_owned() } else { about.rules.join("; ") };
        format!("{}: {rules}", about.name)
    });
    let lines: Vec<String> = about.collect();
    if lines.is_empty() { "no vector names it".to_owned() } else { lines.join("\n") }
}
