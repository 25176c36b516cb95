//! Invocation after invocation: each in its trace, none in the way of the next.

use std::time::{Duration, UNIX_EPOCH};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tracing::Instrument as _;

use super::Payload;
use crate::deadline::Deadline;
use crate::observe::Observer;

/// How long before Lambda stops waiting the answer is given, whatever else there is to tell.
const RESERVE: Duration = Duration::from_millis(100);

/// Serves invocations until the process is ended.
///
/// # Errors
/// Where Lambda can't be asked for them.
pub async fn serve<H, F>(observer: &Observer, handler: H) -> Result<(), Error>
where
    H: Fn(LambdaEvent<Payload>) -> F,
    F: Future<Output = Result<Value, Error>>,
{
    lambda_runtime::run(service_fn(|event| one(observer, event, &handler))).await
}

async fn one<H, F>(observer: &Observer, event: LambdaEvent<Payload>, handler: &H) -> Result<Value, Error>
where
    H: Fn(LambdaEvent<Payload>) -> F,
    F: Future<Output = Result<Value, Error>>,
{
    let ends = UNIX_EPOCH + Duration::from_millis(event.context.deadline);
    let until = Deadline::of_invocation(ends, RESERVE);
    let run = observer.begin(&event.context);
    let answer = handler(event).instrument(run.span()).await;
    observer.end(run, until).await;
    answer
}
