//! URLs of Lambda functions that anybody may call.
//!
//! In: a call that makes, changes or deletes a URL. Out: at most one change with the facet `function_url`, or
//! `function_url|<alias>` for the URL of an alias.
//!
//! A URL with the auth type `NONE` asks nobody who they are, but the function's policy must still let everybody in:
//! that is another call, so what is opened has no verdict (Lambda developer guide, "Control access to Lambda function
//! URLs").

use super::ingress::text_of;
use super::{Confidence, Derived, Effect, ExposureChange, Reach, Surface, Undecidable, Verdict};
use crate::record::CloudTrailRecord;
use crate::resource::Resource;
use crate::resource::place::{ArnForm, Place, Scope, capped};

const FUNCTION: ArnForm = ArnForm::new("AWS::Lambda::Function", "lambda", Scope::Regional, "function:");

/// `CreateFunctionUrlConfig`: a URL that is new has nothing to end.
pub(super) fn created(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    match asks_nobody(record) {
        Some(true) => Ok(vec![opened(record, place)].into()),
        Some(false) => Ok(Derived::default()),
        None => Err(Undecidable::UnknownShape),
    }
}

/// `UpdateFunctionUrlConfig`, which may be about something else than who is let in.
pub(super) fn updated(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    record.request().ok_or(Undecidable::UnknownShape)?;
    match asks_nobody(record) {
        Some(true) => Ok(vec![opened(record, place)].into()),
        Some(false) => Ok(vec![closed(record, place, "callers of the URL must sign")].into()),
        None => Ok(Derived::default()),
    }
}

/// `DeleteFunctionUrlConfig`.
pub(super) fn deleted(record: &CloudTrailRecord, place: &Place) -> Result<Derived, Undecidable> {
    record.request().ok_or(Undecidable::UnknownShape)?;
    Ok(vec![closed(record, place, "the URL was deleted")].into())
}

/// Whether the auth type is `NONE`; nothing where the call names none.
fn asks_nobody(record: &CloudTrailRecord) -> Option<bool> {
    let kind = text_of(record.request()?, "authType")?;
    match kind.to_ascii_uppercase().as_str() {
        "NONE" => Some(true),
        "AWS_IAM" => Some(false),
        _ => None,
    }
}

fn opened(record: &CloudTrailRecord, place: &Place) -> ExposureChange {
    let mut change = change(record, place, Effect::Opened)
        .because("the URL asks nobody who they are; the policy of the function decides as well");
    change.confidence = Confidence::Medium;
    change
}

fn closed(record: &CloudTrailRecord, place: &Place, reason: &str) -> ExposureChange {
    change(record, place, Effect::Closed).because(reason)
}

fn change(record: &CloudTrailRecord, place: &Place, effect: Effect) -> ExposureChange {
    let (resource, alias) =
        function_of(record, place).unwrap_or_else(|| (place.resource(FUNCTION, ""), None));
    let facet = alias.map_or_else(|| "function_url".to_owned(), |alias| format!("function_url|{alias}"));
    let mut change = ExposureChange::new(resource, Surface::FunctionUrl, effect, Reach::World, facet);
    change.verdict = Verdict::Unknown;
    change
}

/// The function of a call, and the version or alias that it is about. A call may name a function by its name, its ARN or
/// a part of that, with or without either (Lambda API reference, `FunctionName`, `Qualifier`).
pub(super) fn function_of(record: &CloudTrailRecord, place: &Place) -> Option<(Resource, Option<String>)> {
    let request = record.request()?;
    // An anonymised record has no name: its exposure counts none the less.
    let given = text_of(request, "functionName").unwrap_or_default();
    let name = given.rsplit_once("function:").map_or(&*given, |(_, name)| name);
    let (name, of_name) = match name.split_once(':') {
        Some((name, alias)) => (name, Some(alias)),
        None => (name, None),
    };
    let qualifier = text_of(request, "qualifier").filter(|qualifier| !qualifier.is_empty());
    let part = qualifier.as_deref().or(of_name).filter(|part| *part != "$LATEST").map(capped);
    Some((place.resource(FUNCTION, name), part))
}

/// What `DeleteFunction` and `DeleteAlias` delete: a function as a whole, or one version or alias of it.
pub(super) fn deleted_part(record: &CloudTrailRecord, place: &Place) -> (Resource, Option<String>) {
    let alias = record.request_text("name").filter(|_| record.action() == Some("DeleteAlias")).map(capped);
    match function_of(record, place) {
        Some((function, part)) => (function, alias.or(part)),
        None => (place.resource(FUNCTION, ""), None),
    }
}
