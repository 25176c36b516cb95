//! Statements added to a policy one by one: `AddPermission` of Lambda, SQS and SNS, `PutPermission` of EventBridge.
//!
//! In: the parameters of such a call. Out: what the one statement opens. Where it has an id by which it can be removed,
//! and no other call replaces it, it is a facet of its own: `permission|<id>`. Queues and topics keep such statements in
//! the policy that other calls replace, so there it is the facet `policy`, and only more can come by it.

use serde_json::{Map, Value, json};

use super::held::{EVENT_BUS, FUNCTION, Held, LAYER, QUEUE, TOPIC};
use super::{FACET, ended, told};
use crate::exposure::ingress::text_of;
use crate::exposure::policy;
use crate::exposure::{Derived, Undecidable};
use crate::json::{Document, Node};
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::Place;

/// Lambda `AddPermission`.
pub(super) fn function_added(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    added(&FUNCTION, &statement_facet(record)?, record, place)
}

/// Lambda `RemovePermission`.
pub(super) fn function_removed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    removed(&FUNCTION, record, place)
}

/// Lambda `AddLayerVersionPermission`.
pub(super) fn layer_added(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    added(&LAYER, &statement_facet(record)?, record, place)
}

/// Lambda `RemoveLayerVersionPermission`.
pub(super) fn layer_removed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    removed(&LAYER, record, place)
}

/// SQS `AddPermission`.
pub(super) fn queue_added(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    added(&QUEUE, FACET, record, place)
}

/// SNS `AddPermission`.
pub(super) fn topic_added(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    added(&TOPIC, FACET, record, place)
}

/// SQS and SNS `RemovePermission`: what other statements still allow, the record does not say.
pub(super) fn label_removed(_: &CloudTrailRecord, _: &Place) -> Result<Derived, Undecidable> {
    Err(Undecidable::NeedsState)
}

/// EventBridge `PutPermission`: a whole policy, or one statement.
pub(super) fn bus_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    match EVENT_BUS.policy_of(record) {
        Some(_) => super::put(&EVENT_BUS, record, place),
        None => added(&EVENT_BUS, &statement_facet(record)?, record, place),
    }
}

/// EventBridge `RemovePermission`: one statement, or all.
pub(super) fn bus_removed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    if record.request_text("statementId").is_some() {
        return removed(&EVENT_BUS, record, place);
    }
    super::deleted(&EVENT_BUS, record, place)
}

fn added(held: &Held, facet: &str, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let request = record.request().ok_or(Undecidable::UnknownShape)?;
    let document = Document::from_serialize(&statement(request).ok_or(Undecidable::UnknownShape)?);
    let evaluation = policy::evaluate(document.root(), held.holder, &place.account)?;
    let resource = named(held, record, place)?;
    let mut changes = told(&resource, held.surface, facet, &evaluation);
    changes.retain(|change| !change.effect.ends());
    Ok(changes.into())
}

fn removed(held: &Held, record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    let resource = named(held, record, place)?;
    let facet = statement_facet(record)?;
    Ok(ended(&resource, held.surface, &facet, "the permission was removed").into())
}

/// The resource; of a layer, the version that the permission is for.
fn named(held: &Held, record: &CloudTrailRecord, place: &Place) -> Result<Resource, Undecidable> {
    let mut resource = held.resource(record, place)?;
    let version = record.request().and_then(|request| text_of(request, "versionNumber"));
    if let Some(version) = version.filter(|_| resource.kind == "AWS::Lambda::LayerVersion") {
        resource.arn = format!("{}:{version}", resource.arn).into();
        resource.name = format!("{}:{version}", resource.name);
    }
    Ok(resource)
}

fn statement_facet(record: &CloudTrailRecord) -> Result<String, Undecidable> {
    let id = record.request_text("statementId").ok_or(Undecidable::UnknownShape)?;
    Ok(match record.request_text("qualifier") {
        Some(qualifier) => format!("permission|{qualifier}|{id}"),
        None => format!("permission|{id}"),
    })
}

/// The statement that a call adds, as a policy of its own.
fn statement(request: Node<'_>) -> Option<Value> {
    let action = ["action", "actions", "actionName", "actionNames"]
        .iter()
        .find_map(|key| request.get_ignore_case(key))
        .map(|node| texts(node).iter().map(|text| with_service(text)).collect::<Vec<_>>());
    Some(json!({"Statement": {
        "Effect": "Allow",
        "Principal": principal(request)?,
        "Action": action.unwrap_or_else(|| vec!["*".to_owned()]),
        "Condition": condition(request),
    }}))
}

fn principal(request: Node<'_>) -> Option<Value> {
    if let Some(name) = text_of(request, "principal") {
        let is_service = name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
        return Some(if is_service { json!({"Service": name}) } else { json!({"AWS": name}) });
    }
    let keys = ["aWSAccountIds", "aWSAccountId", "accountIds"];
    let accounts = keys.iter().find_map(|key| request.get_ignore_case(key)).map(texts)?;
    Some(json!({"AWS": accounts}))
}

/// What limits the statement (Lambda API reference, `AddPermission`; EventBridge API reference, `Condition`).
fn condition(request: Node<'_>) -> Value {
    const KEYS: [(&str, &str, &str); 4] = [
        ("sourceArn", "ArnLike", "aws:SourceArn"),
        ("sourceAccount", "StringEquals", "aws:SourceAccount"),
        ("principalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("organizationId", "StringEquals", "aws:PrincipalOrgID"),
    ];
    let mut conditions = Map::new();
    for (parameter, operator, key) in KEYS {
        if let Some(value) = text_of(request, parameter) {
            let keys = conditions.entry(operator).or_insert_with(|| json!({}));
            if let Value::Object(keys) = keys {
                keys.insert(key.to_owned(), json!(value));
            }
        }
    }
    let given = request.get_ignore_case("condition");
    let part = |key| given.and_then(|node| text_of(node, key));
    if let (Some(operator), Some(key), Some(value)) = (part("type"), part("key"), part("value")) {
        conditions.insert(operator.into_owned(), json!({ key.as_ref(): value }));
    }
    Value::Object(conditions)
}

/// SQS and SNS name actions without their service; all that is added so gives access to messages.
fn with_service(action: &str) -> String {
    if action.contains(':') || action == "*" { action.to_owned() } else { format!("*:{action}") }
}

fn texts(node: Node<'_>) -> Vec<String> {
    node.list().into_iter().filter_map(|item| item.scalar_text().map(std::borrow::Cow::into_owned)).collect()
}
