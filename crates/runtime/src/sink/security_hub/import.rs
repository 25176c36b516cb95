//! `BatchImportFindings` with our own JSON as its body.
//!
//! The SDK has a type for each of the hundreds of members of a finding and reads none of them from JSON. The renderer's
//! JSON is what the service wants already: it replaces the body that the SDK made of an empty list, before that is
//! signed, so that signing, endpoints, credentials and the reading of answers stay the SDK's.

use aws_sdk_securityhub::operation::batch_import_findings::BatchImportFindingsOutput;
use tattletrail_engine::render::asff;

use super::super::courier::{Courier, Entry, Limits, Verdict};
use super::super::patience::{self, Fault};
use super::super::words;
use super::clients::Clients;
use super::move_in::{Place, move_in};
use super::{Home, Settings};
use crate::deadline::Deadline;
use crate::parcel::Parcel;

/// One finding as an entry: its id in Security Hub, and its JSON.
pub(super) type Finding = Entry<Json>;

/// An element of `Findings`.
#[derive(Debug, Clone)]
pub(super) struct Json {
    id: String,
    text: String,
}

/// What stands around the elements of `Findings`, and what 99 commas count for.
const AROUND: usize = 128;

/// The finding of a parcel and where it goes; a reason where it cannot be sent.
pub(super) fn finding(parcel: &Parcel, settings: &Settings) -> Option<Result<(Place, Finding), String>> {
    let asff = parcel.asff.as_ref()?;
    let (Some(from), Some(id)) = (Place::of(asff), asff.get("Id").and_then(|id| id.as_str())) else {
        return Some(Err("not a finding: it lacks Id, AwsAccountId or ProductArn".to_owned()));
    };
    let to = from.target(settings);
    let mut moved = asff.clone();
    if to != from || settings.home == Home::Central {
        move_in(&mut moved, &from, &to);
    }
    let text = moved.to_string();
    if text.len() > asff::FINDING_BYTES {
        return Some(Err(format!("{} bytes; a finding may have {}", text.len(), asff::FINDING_BYTES)));
    }
    let bytes = text.len();
    let body = Json { id: id.to_owned(), text };
    Some(Ok((to, Entry { finding: parcel.finding.clone(), bytes, body })))
}

/// The call at one place.
pub(super) struct Import<'a> {
    pub(super) clients: &'a Clients,
    pub(super) place: Place,
}

impl Courier for Import<'_> {
    type Body = Json;

    /// 100 findings and 6 MB a call; MB are taken for the smaller ones.
    const LIMITS: Limits = Limits { entries: 100, bytes: 6_000_000 - AROUND };

    async fn call(&self, batch: &[&Finding], until: Deadline) -> Result<Vec<Verdict>, Fault> {
        let client = self.clients.client(&self.place, until).await?;
        self.clients.turn(&self.place, until).await?;
        let body = body(batch);
        let call = client.batch_import_findings().set_findings(Some(Vec::new())).customize().mutate_request(
            move |request| {
                request.headers_mut().insert("content-length", body.len().to_string());
                *request.body_mut() = body.clone().into();
            },
        );
        let answer = patience::within(until, call.send()).await;
        if answer.as_ref().is_err_and(|fault| fault.kind == patience::Kind::Blocked) {
            // Credentials may have been revoked: the next delivery takes on the role again.
            self.clients.forget(&self.place);
        }
        let answer = answer?;
        Ok(batch.iter().map(|finding| verdict(&answer, &finding.body.id)).collect())
    }
}

fn body(batch: &[&Finding]) -> String {
    let findings: Vec<_> = batch.iter().map(|finding| finding.body.text.as_str()).collect();
    format!(r#"{{"Findings":[{}]}}"#, findings.join(","))
}

/// What was not named as failed was taken, as far as the counts agree.
///
/// AWS lists no codes for this call. Those of its sister call are: API reference,
/// `BatchUpdateFindingsUnprocessedFinding`; of them `InvalidInput` and `FindingSizeExceededError` are the finding's own.
fn verdict(answer: &BatchImportFindingsOutput, id: &str) -> Verdict {
    let failed = answer.failed_findings();
    if let Some(failed) = failed.iter().find(|failed| failed.id() == Some(id)) {
        let code = failed.error_code().unwrap_or("unknown");
        return Verdict::of(code, words::reason(code, failed.error_message()));
    }
    let named =
        i32::try_from(failed.iter().filter(|failed| failed.id().is_some()).count()).unwrap_or(i32::MAX);
    if answer.failed_count().unwrap_or(0) > named {
        // Some failed that are not named: a second copy of a finding changes nothing, a lost one does.
        return Verdict::Again("failures without names".to_owned());
    }
    Verdict::Done
}
