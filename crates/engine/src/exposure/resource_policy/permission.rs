//! Statements added to a policy one by one: `AddPermission` of Lambda, SQS and SNS, `PutPermission` of EventBridge.
//!
//! In: the parameters of such a call. Out: what the one statement opens. Where it has an id by which it can be removed, it
//! is a facet of its own: `permission|<id>`. Queues, topics and event buses keep such statements in the policy that
//! other calls replace as a whole: what then becomes of the facet, only state can tell.

use serde_json::{Map, Value, json};

use super::held::{EVENT_BUS, FUNCTION, Held, LAYER, QUEUE, TOPIC};
use super::{FACET, ended, told};
use crate::exposure::ingress::text_of;
use crate::exposure::policy;
use crate::exposure::{Derived, Surface, Undecidable, function_url};
use crate::json::{Document, Node};
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{Place, capped};

/// Lambda `AddPermission`.
pub(super) fn function_added(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    added(&FUNCTION, &statement_facet(record, place)?, record, place)
}

/// Lambda `RemovePermission`.
pub(super) fn function_removed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    removed(&FUNCTION, record, place)
}

/// Lambda `AddLayerVersionPermission`.
pub(super) fn layer_added(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    added(&LAYER, &statement_facet(record, place)?, record, place)
}

/// Lambda `RemoveLayerVersionPermission`.
pub(super) fn layer_removed(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    removed(&LAYER, record, place)
}

/// SQS `AddPermission`.
pub(super) fn queue_added(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    added(&QUEUE, &label_facet(record), record, place)
}

/// SNS `AddPermission`.
pub(super) fn topic_added(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    added(&TOPIC, &label_facet(record), record, place)
}

/// SQS and SNS `RemovePermission`: what other statements still allow, the record does not say.
pub(super) fn label_removed(_: &CloudTrailRecord, _: &Place) -> Result<Derived, Undecidable> {
    Err(Undecidable::NeedsState)
}

/// The resource and the facet that a `RemovePermission` of SQS or SNS is about.
pub(in crate::exposure) fn label_of(record: &CloudTrailRecord, place: &Place) -> Option<(Resource, String)> {
    let held = match (record.event_source()?, record.action()?) {
        ("sqs.amazonaws.com", "RemovePermission") => &QUEUE,
        ("sns.amazonaws.com", "RemovePermission") => &TOPIC,
        _ => return None,
    };
    Some((held.resource(record, place).ok()?, label_facet(record)))
}

/// The version of a layer that a call is about.
pub(in crate::exposure) fn layer(record: &CloudTrailRecord, place: &Place) -> Result<Resource, Undecidable> {
    named(&LAYER, record, place)
}

/// A statement of a queue or topic goes by its label (SQS and SNS API reference, `AddPermission`).
fn label_facet(record: &CloudTrailRecord) -> String {
    record
        .request_text("label")
        .map_or_else(|| FACET.to_owned(), |label| format!("permission|{}", capped(label)))
}

/// EventBridge `PutPermission`: a whole policy, or one statement.
pub(super) fn bus_put(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    match EVENT_BUS.policy_of(record) {
        Some(_) => super::put(&EVENT_BUS, record, place),
        None => added(&EVENT_BUS, &statement_facet(record, place)?, record, place),
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
    let facet = statement_facet(record, place)?;
    Ok(ended(&resource, held.surface, &facet, "the permission was removed").into())
}

/// The resource; of a layer, the version that the permission is for; a function without its version or alias, which is
/// in the facet.
fn named(held: &Held, record: &CloudTrailRecord, place: &Place) -> Result<Resource, Undecidable> {
    if held.surface == Surface::FunctionPermission {
        return function_url::function_of(record, place)
            .map(|(function, _)| function)
            .ok_or(Undecidable::UnknownShape);
    }
    let mut resource = held.resource(record, place)?;
    let version = record.request().and_then(|request| text_of(request, "versionNumber"));
    if let Some(version) = version.filter(|_| resource.kind == "AWS::Lambda::LayerVersion") {
        resource.arn = format!("{}:{version}", resource.arn).into();
        resource.name = format!("{}:{version}", resource.name);
    }
    Ok(resource)
}

fn statement_facet(record: &CloudTrailRecord, place: &Place) -> Result<String, Undecidable> {
    let id = record.request_text("statementId").ok_or(Undecidable::UnknownShape)?;
    Ok(match function_url::function_of(record, place) {
        Some((_, Some(qualifier))) => format!("permission|{qualifier}|{id}"),
        _ => format!("permission|{id}"),
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
