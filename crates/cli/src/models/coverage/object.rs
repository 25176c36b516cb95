//! Coverage as a JSON object.

use serde_json::{Value, json};
use tattletrail_engine::ids::TechniqueId;
use tattletrail_engine::threat_model::{Impact, Instrument, Likelihood};

use super::Report;
use crate::models::controls::Control;
use crate::models::feeds::Feed;
use crate::models::survey::{Surveyed, SurveyedRule, SurveyedVector};

/// Everything.
pub(super) fn of(report: &Report<'_>) -> Value {
    json!({
        "applications": report.survey.applications.iter().map(application).collect::<Vec<_>>(),
        "controls": report.controls.iter().map(control).collect::<Vec<_>>(),
        "unused_rules": report.unused.iter().map(|info| json!({
            "id": info.id.as_str(), "title": info.title, "path": info.path,
        })).collect::<Vec<_>>(),
        "summary": report.counts().into_iter().map(|(level, count)| (level.as_str().to_owned(), Value::from(count))).collect::<serde_json::Map<_, _>>(),
    })
}

fn application(surveyed: &Surveyed<'_>) -> Value {
    let model = surveyed.model;
    let log = |one: &Instrument| {
        json!({
            "id": &*one.id, "source": one.source.as_str(), "status": one.status.as_str(), "services": one.services,
        })
    };
    json!({
        "application": &*model.application,
        "title": model.title,
        "owner": model.owner,
        "path": model.path,
        "instrumentation": model.instrumentation.iter().map(log).collect::<Vec<_>>(),
        "vectors": surveyed.vectors.iter().map(|vector| self::vector(surveyed, vector)).collect::<Vec<_>>(),
    })
}

fn vector(surveyed: &Surveyed<'_>, one: &SurveyedVector<'_>) -> Value {
    let vector = one.vector;
    let techniques: Vec<&str> = vector.techniques.iter().map(|technique| technique.id.as_str()).collect();
    let gaps: Vec<Value> = surveyed
        .model
        .gaps_of(vector)
        .map(|gap| json!({"gap": gap.gap, "reason": gap.reason, "until": gap.until}))
        .collect();
    json!({
        "id": &*vector.id,
        "title": vector.title,
        "impact": vector.impact.map(Impact::as_str),
        "likelihood": vector.likelihood.map(Likelihood::as_str),
        "techniques": techniques,
        "instrumentation": vector.instrumentation.iter().map(|named| &*named.id).collect::<Vec<_>>(),
        "level": one.level.as_str(),
        "rules": one.rules.iter().map(rule).collect::<Vec<_>>(),
        "gaps": gaps,
    })
}

fn rule(rule: &SurveyedRule<'_>) -> Value {
    json!({
        "id": rule.info.id.as_str(),
        "title": rule.info.title,
        "path": rule.info.path,
        "techniques": rule.info.techniques.iter().map(TechniqueId::as_str).collect::<Vec<_>>(),
        "level": rule.level.as_str(),
        "firing_cases": rule.cases,
        "fired": rule.fired,
        "lacks": rule.lacks.iter().map(Feed::in_words).collect::<Vec<_>>(),
    })
}

fn control(control: &Control<'_>) -> Value {
    json!({
        "control": control.name,
        "title": control.title,
        "level": control.level.as_str(),
        "fired": control.fired,
        "rules": control.rules.iter().map(|info| info.id.as_str()).collect::<Vec<_>>(),
    })
}
