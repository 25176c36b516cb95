//! The explanation for programs: the whole tree, nothing cut.

use std::sync::Arc;

use serde_json::{Value, json};
use tattletrail_engine::explain::{Look, RecordExplanation};
use tattletrail_engine::ids::EventId;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::ruleset::CompiledRule;
use tattletrail_engine::sigma::{Asks, Clause, Elements, FieldClause, FilterInfo};

/// Rule, record, verdict and every look.
pub(super) fn object(
    rule: &CompiledRule,
    record: &CloudTrailRecord,
    explained: &RecordExplanation,
    filters: &[Arc<FilterInfo>],
) -> Value {
    let info = rule.info();
    let filter = |filter: &Arc<FilterInfo>| json!({ "id": filter.id.as_str(), "title": filter.title, "owner": filter.owner, "expires": filter.expires });
    json!({
        "matches": explained.matches,
        "rule": { "id": info.id.as_str(), "title": info.title, "path": info.path },
        "event_id": record.event_id().as_ref().map(EventId::as_str),
        "event_name": record.event_name(),
        "nothing": explained.nothing,
        "suppressed_by": filters.iter().map(filter).collect::<Vec<_>>(),
        "looks": explained.looks.iter().map(look).collect::<Vec<_>>(),
    })
}

fn look(look: &Look) -> Value {
    let change = look.change.as_ref().map(|change| {
        json!({ "resource": change.resource.arn.as_str(), "facet": change.facet, "status": look.status.as_str() })
    });
    let decisive: Vec<Value> = look.explanation.decisive().into_iter().map(clause).collect();
    json!({
        "matches": look.explanation.matches,
        "change": change,
        "condition": look.explanation.condition,
        "clause": clause(&look.explanation.clause),
        "decisive": decisive,
    })
}

fn clause(part: &Clause) -> Value {
    let mut object = match &part.asks {
        Asks::All => json!({ "kind": "all" }),
        Asks::Any => json!({ "kind": "any" }),
        Asks::Not => json!({ "kind": "not" }),
        Asks::Selection { name, line } => json!({ "kind": "selection", "name": name, "line": line }),
        Asks::Field(clause) => field(clause),
        Asks::Block { key, line, elements } => {
            json!({ "kind": "block", "key": key, "line": line, "elements": word(*elements) })
        }
        Asks::List { path, elements } => json!({ "kind": "list", "path": path, "elements": word(*elements) }),
        Asks::Element { path } => json!({ "kind": "element", "path": path }),
        _ => json!({}),
    };
    if let Some(members) = object.as_object_mut() {
        members.insert("holds".to_owned(), json!(part.holds));
        if !part.parts.is_empty() {
            members.insert("parts".to_owned(), part.parts.iter().map(clause).collect());
        }
    }
    object
}

fn field(clause: &FieldClause) -> Value {
    let found: Vec<Value> = clause
        .found
        .iter()
        .map(|found| json!({ "path": found.path, "value": parsed(&found.value), "fits": found.fits }))
        .collect();
    json!({
        "kind": "field",
        "field": clause.field,
        "line": clause.line,
        "expected": clause.expected,
        "all": clause.all,
        "negated": clause.negated,
        "found": found,
    })
}

/// A value of the record, as the JSON that it is.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

fn word(elements: Elements) -> &'static str {
    match elements {
        Elements::Any => "any",
        Elements::All => "all",
        Elements::AllOrEmpty => "all_or_empty",
        Elements::None => "none",
    }
}
