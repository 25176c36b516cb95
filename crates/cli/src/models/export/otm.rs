//! A model as Open Threat Model 0.2.0.
//!
//! Source of the form: <https://github.com/iriusrisk/OpenThreatModel>, `otm_schema.json`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tattletrail_engine::attack;
use tattletrail_engine::finding::RuleInfo;
use tattletrail_engine::ids::RuleId;
use tattletrail_engine::threat_model::{Gap, Impact, Likelihood, Standing, ThreatModel, Vector};

use crate::models::chosen::Chosen;
use crate::models::notes::Notes;

/// The version of the form.
const VERSION: &str = "0.2.0";

/// The zone of the application, and the one of everything else. A model says no more of trust than that.
const INSIDE: &str = "application";
const OUTSIDE: &str = "outside";

/// The component that a vector threatens which names none.
const WHOLE: &str = "application:whole";

/// The model.
pub(super) fn project(chosen: &Chosen, model: &ThreatModel) -> Value {
    json!({
        "otmVersion": VERSION,
        "project": {
            "name": model.title,
            "id": &*model.application,
            "description": model.description,
            "owner": model.owner,
            "attributes": {
                "attack": attack::VERSION,
                "scope": {
                    "accounts": model.scope.accounts, "regions": model.scope.regions,
                    "resources": model.scope.resources, "tags": model.scope.tags,
                },
                "instrumentation": model.instrumentation.iter().map(|one| json!({
                    "id": &*one.id, "title": one.title, "source": one.source.as_str(), "status": one.status.as_str(),
                    "services": one.services,
                })).collect::<Vec<_>>(),
                "gaps": gaps(model, None),
            },
        },
        "trustZones": [
            { "id": OUTSIDE, "name": "Everything outside", "risk": { "trustRating": 0 } },
            { "id": INSIDE, "name": model.title, "risk": { "trustRating": 100 } },
        ],
        "components": components(chosen, model),
        "threats": model.vectors.iter().map(|vector| threat(chosen, model, vector)).collect::<Vec<_>>(),
        "mitigations": mitigations(chosen, model),
    })
}

/// The gaps of a vector, or those of the whole.
fn gaps(model: &ThreatModel, vector: Option<&Vector>) -> Vec<Value> {
    let of = vector.map(|vector| &vector.id);
    let gaps = model.gaps.iter().filter(|gap| gap.vector.as_ref().map(|named| &named.id) == of);
    let rules = |gap: &Gap| gap.rules.iter().map(|rule| rule.named().to_owned()).collect::<Vec<_>>();
    gaps.map(|gap| json!({ "gap": gap.gap, "reason": gap.reason, "rules": rules(gap), "until": gap.until }))
        .collect()
}

fn components(chosen: &Chosen, model: &ThreatModel) -> Vec<Value> {
    let parent = json!({ "trustZone": INSIDE });
    let mut all = Vec::new();
    for one in &model.components {
        let names = |vector: &&Vector| vector.components.iter().any(|named| named.id == one.id);
        all.push(json!({
            "id": &*one.id,
            "name": one.title,
            "type": one.kind.as_deref().unwrap_or("generic-component"),
            "parent": parent,
            "threats": model.vectors.iter().filter(names).map(|vector| instance(chosen, model, vector)).collect::<Vec<_>>(),
            "attributes": { "resources": one.resources },
        }));
    }
    let wide: Vec<&Vector> = model.vectors.iter().filter(|vector| vector.components.is_empty()).collect();
    if !wide.is_empty() {
        all.push(json!({
            "id": WHOLE,
            "name": model.title,
            "type": "generic-component",
            "parent": parent,
            "threats": wide.iter().map(|vector| instance(chosen, model, vector)).collect::<Vec<_>>(),
        }));
    }
    all
}

/// A vector at a component, with the rules that see it.
fn instance(chosen: &Chosen, model: &ThreatModel, vector: &Vector) -> Value {
    let state = rule_state(model, vector);
    let rules: Vec<Value> = chosen
        .rules_of(vector)
        .map(|info| json!({ "mitigation": info.id.as_str(), "state": state }))
        .collect();
    json!({ "threat": &*vector.id, "state": "exposed", "mitigations": rules })
}

/// A rule works where a log that shows the vector is there.
fn rule_state(model: &ThreatModel, vector: &Vector) -> &'static str {
    let is_on = model.instruments_of(vector).any(|one| one.status == Standing::On);
    if is_on { "implemented" } else { "required" }
}

fn threat(chosen: &Chosen, model: &ThreatModel, vector: &Vector) -> Value {
    let notes = Notes::read(&vector.description);
    let stride = notes.get("STRIDE").unwrap_or_default().split(", ").filter_map(category).collect::<Vec<_>>();
    let techniques: Vec<Value> = vector.techniques.iter().map(|one| technique(one.id.as_str())).collect();
    let named = |of: &[tattletrail_engine::threat_model::Named]| {
        of.iter().map(|named| named.id.to_string()).collect::<Vec<_>>()
    };
    json!({
        "id": &*vector.id,
        "name": vector.title,
        "description": vector.description,
        "categories": stride,
        "risk": risk(vector),
        "tags": vector.techniques.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        "attributes": {
            "techniques": techniques,
            "instrumentation": named(&vector.instrumentation),
            "rules": chosen.rules_of(vector).map(|info| info.id.as_str()).collect::<Vec<_>>(),
            "response": vector.response,
            "gaps": gaps(model, Some(vector)),
        },
    })
}

fn category(letter: &str) -> Option<&'static str> {
    Some(match letter {
        "S" => "Spoofing",
        "T" => "Tampering",
        "R" => "Repudiation",
        "I" => "Information disclosure",
        "D" => "Denial of service",
        "E" => "Elevation of privilege",
        _ => return None,
    })
}

fn technique(id: &str) -> Value {
    let name = attack::technique(id).map(|technique| technique.name);
    json!({ "id": id, "name": name })
}

/// Out of 100, as the form has it. The form must have an impact; 0 where the model has none, with a word on it.
fn risk(vector: &Vector) -> Value {
    let impact = vector.impact.map(|impact| match impact {
        Impact::Low => 25,
        Impact::Medium => 50,
        Impact::High => 75,
        Impact::Critical => 100,
    });
    let likelihood = vector.likelihood.map(|likelihood| match likelihood {
        Likelihood::Low => 25,
        Likelihood::Medium => 50,
        Likelihood::High => 75,
    });
    let mut risk = Map::new();
    risk.insert("likelihood".to_owned(), likelihood.into());
    risk.insert("impact".to_owned(), impact.unwrap_or(0).into());
    let word = vector.impact.map_or("the model does not say", |impact| impact.as_str());
    risk.insert("impactComment".to_owned(), word.into());
    risk.insert("likelihoodComment".to_owned(), vector.likelihood.map(Likelihood::as_str).into());
    Value::Object(risk)
}

/// Every rule that the model names, once.
fn mitigations(chosen: &Chosen, model: &ThreatModel) -> Vec<Value> {
    let rules = model.vectors.iter().flat_map(|vector| chosen.rules_of(vector));
    let rules: BTreeMap<&RuleId, &RuleInfo> = rules.map(|info| (&info.id, info)).collect();
    let mitigation = |info: &RuleInfo| {
        json!({
            "id": info.id.as_str(),
            "name": info.title,
            "description": info.description,
            "riskReduction": 0,
            "attributes": {
                "kind": "detection",
                "status": info.status,
                "level": info.level.as_str(),
                "techniques": info.techniques.iter().map(|id| technique(id.as_str())).collect::<Vec<_>>(),
                "references": info.references,
                "path": info.path,
            },
        })
    };
    rules.into_values().map(mitigation).collect()
}
