//! What a message of a dead-letter queue is, why it is there, and the payload in it.
//!
//! Sources: Lambda developer guide, "Capturing records of Lambda asynchronous invocations" (destinations: `version`,
//! `requestContext`, `requestPayload`, `responsePayload`; dead-letter queues: the event, attributes `RequestID`,
//! `ErrorCode`, `ErrorMessage`); EventBridge user guide, "Using dead-letter queues" (the event, attributes `ERROR_CODE`,
//! `ERROR_MESSAGE`, `RULE_ARN`, ...); SNS developer guide, "Amazon SNS dead-letter queues" (what the subscriber would
//! have got).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tattletrail_runtime::rejected::RejectedMessage;

use super::queue::DeadLetter;

/// How many wrappers are taken off: a topic's around what a destination wrote, around what a topic wrote.
const MOST_WRAPPERS: usize = 4;

/// A message of a dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) form: Form,
    /// Why it is in the queue, in the words of whoever put it there.
    pub(super) why: Option<String>,
    /// What a function would be given; or why there is nothing to be given.
    pub(super) payload: Result<String, String>,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Whoever sent the payload itself.
    Payload,
    /// SNS.
    Topic,
    /// EventBridge, for a target.
    Target,
    /// Lambda, for a dead-letter queue.
    Invocation,
    /// Lambda, for an on-failure destination.
    Destination,
    /// The functions, of what they could not read.
    Rejected,
}

impl Form {
    /// The form in a word or two.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Payload => "payload",
            Self::Topic => "SNS",
            Self::Target => "EventBridge",
            Self::Invocation => "Lambda",
            Self::Destination => "destination",
            Self::Rejected => "rejected",
        }
    }
}

/// The members by which wrappers are told apart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wrapper {
    schema: Option<String>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    #[serde(rename = "Message")]
    message: Option<String>,
    #[serde(rename = "requestContext")]
    context: Option<Context>,
    #[serde(rename = "requestPayload")]
    request: Option<Box<RawValue>>,
    #[serde(rename = "responsePayload")]
    response: Option<Box<RawValue>>,
    reasons: Vec<String>,
    payload: Option<String>,
    object: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Context {
    condition: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Response {
    error_type: Option<String>,
    error_message: Option<String>,
}

impl Letter {
    /// Takes the wrappers off a message.
    pub(super) fn open(message: &DeadLetter) -> Self {
        let (form, why) = of_attributes(&message.attributes);
        let mut letter = Self { form, why, payload: Ok(message.body.clone()) };
        for _ in 0..MOST_WRAPPERS {
            let Ok(body) = &letter.payload else { break };
            let Some(inner) = serde_json::from_str::<Wrapper>(body).ok().and_then(unwrap) else { break };
            // The outermost that says something says why the message is here.
            letter.form = if letter.form == Form::Payload { inner.form } else { letter.form };
            letter.why = letter.why.or(inner.why);
            letter.payload = inner.payload;
        }
        letter
    }
}

/// Who writes such attributes, and what they say.
fn of_attributes(attributes: &BTreeMap<String, String>) -> (Form, Option<String>) {
    let said = |code: &str, message: &str| {
        let parts = [attributes.get(code), attributes.get(message)].into_iter().flatten();
        let parts: Vec<_> = parts.map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(": "))
    };
    if let Some(why) = said("ERROR_CODE", "ERROR_MESSAGE") {
        return (Form::Target, Some(why));
    }
    match said("ErrorCode", "ErrorMessage") {
        Some(why) => (Form::Invocation, Some(why)),
        None => (Form::Payload, None),
    }
}

/// What is in a wrapper; nothing if it is none.
fn unwrap(wrapper: Wrapper) -> Option<Letter> {
    if wrapper.schema.as_deref() == Some(RejectedMessage::SCHEMA) {
        return Some(of_rejected(wrapper));
    }
    if let Some(context) = &wrapper.context {
        let why = Some(why_of(context, wrapper.response.as_deref()));
        let missing =
            || "it names an invocation without its payload: look for the event where it came from".to_owned();
        let payload = wrapper.request.map(|request| request.get().to_owned()).ok_or_else(missing);
        return Some(Letter { form: Form::Destination, why, payload });
    }
    let message = wrapper.message.filter(|_| wrapper.kind.as_deref() == Some("Notification"))?;
    Some(Letter { form: Form::Topic, why: None, payload: Ok(message) })
}

fn of_rejected(wrapper: Wrapper) -> Letter {
    let object = wrapper.object.as_deref().and_then(|object| object.strip_prefix("s3://")?.split_once('/'));
    let payload = match (wrapper.payload, object) {
        (Some(payload), _) => Ok(payload),
        (None, Some((bucket, key))) => Ok(json!({"bucket": bucket, "keys": [key]}).to_string()),
        (None, None) => {
            Err("the message was too long to go with its rejection: send it again from where it came \
                             from"
                .to_owned())
        }
    };
    Letter { form: Form::Rejected, why: wrapper.reasons.into_iter().next(), payload }
}

fn why_of(context: &Context, response: Option<&RawValue>) -> String {
    let response =
        response.and_then(|raw| serde_json::from_str::<Response>(raw.get()).ok()).unwrap_or_default();
    let parts = [context.condition.clone(), response.error_type, response.error_message];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests;
