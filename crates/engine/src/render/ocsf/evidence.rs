//! `evidences`: the call with its caller, then the fields that the rule looked at.
//!
//! Source: <https://schema.ocsf.io/1.6.0/objects/evidences>

use std::net::IpAddr;

use serde_json::Value;

use super::super::object::{Object, to_value};
use super::account_of;
use crate::finding::{Actor, Finding};
use crate::ids::EventId;

/// The evidence of a finding.
pub(super) fn of(finding: &Finding) -> Vec<Value> {
    let mut evidences = vec![call(finding)];
    if !finding.evidence.is_empty() {
        let fields = Object::new().with("fields", to_value(&finding.evidence));
        evidences
            .push(Object::new().with("name", "Fields the rule matched").with("data", fields.build()).build());
    }
    evidences
}

fn call(finding: &Finding) -> Value {
    Object::new()
        .with("name", "CloudTrail record")
        .maybe("uid", finding.event.id.as_ref().map(EventId::as_str))
        .maybe("api", api(finding))
        .with("actor", Object::new().with("user", user(&finding.actor)).build())
        .maybe("src_endpoint", finding.actor.source_ip.as_deref().and_then(endpoint))
        .maybe("http_request", finding.actor.user_agent.as_deref().and_then(http_request))
        .build()
}

/// `operation` is required: a record without a name has no `api`.
fn api(finding: &Finding) -> Option<Value> {
    let operation = finding.event.name.as_deref().filter(|name| !name.trim().is_empty())?;
    let service = finding.event.source.as_deref().filter(|name| !name.trim().is_empty()).map(service);
    let error =
        finding.event.error_code.as_deref().map(|code| Object::new().maybe("error", Some(code)).build());
    Some(
        Object::new().with("operation", operation).maybe("service", service).maybe("response", error).build(),
    )
}

/// The service called. Some readers of OCSF want a version, which CloudTrail does not give.
fn service(name: &str) -> Value {
    Object::new().with("name", name).with("uid", name).with("version", "unspecified").build()
}

fn user(actor: &Actor) -> Value {
    let is_arn = actor.name.starts_with("arn:");
    let short = if is_arn { actor.name.rsplit(['/', ':']).next() } else { Some(actor.name.as_str()) };
    let (type_id, of_type) = user_type(actor);
    Object::new()
        .with("name", short.filter(|name| !name.trim().is_empty()).unwrap_or("unknown"))
        .maybe("uid", is_arn.then_some(actor.name.as_str()))
        .with("type_id", type_id)
        .with("type", of_type)
        .maybe("account", actor.account.as_ref().and_then(|account| account_of(account.as_str())))
        .maybe("programmatic_credentials", actor.access_key_id.as_deref().and_then(access_key))
        .build()
}

fn access_key(id: &str) -> Option<Vec<Value>> {
    (!id.trim().is_empty())
        .then(|| vec![Object::new().with("type", "AWS access key").with("uid", id).build()])
}

/// OCSF's kinds of users; CloudTrail's other ones (roles, federated users) are "Other" under their own name.
fn user_type(actor: &Actor) -> (i64, &str) {
    match actor.kind.as_deref() {
        None => (0, "Unknown"),
        Some("IAMUser") => (1, "User"),
        Some("Root") => (2, "Admin"),
        Some("AWSService") => (4, "Service"),
        Some(other) => (99, if other.trim().is_empty() { "Other" } else { other }),
    }
}

/// An address, or the name of the service that made the call.
fn endpoint(source: &str) -> Option<Value> {
    let source = source.trim();
    let endpoint = match source.parse::<IpAddr>() {
        Ok(address) => Object::new().with("ip", address.to_string()),
        Err(_) if source.ends_with(".amazonaws.com") => Object::new().with("svc_name", source),
        Err(_) if source.is_empty() => return None,
        Err(_) => Object::new().with("name", source),
    };
    Some(endpoint.build())
}

fn http_request(user_agent: &str) -> Option<Value> {
    (!user_agent.trim().is_empty()).then(|| Object::new().with("user_agent", user_agent).build())
}
