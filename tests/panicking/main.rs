//! A function that panics as its payload says: what `serve` makes of that is seen from outside. It is a crate of its own
//! with what functions depend on, so that it is built with them.
#![expect(clippy::panic, clippy::indexing_slicing, clippy::unwrap_used, reason = "it is there to panic")]

use lambda_runtime::{Error, LambdaEvent};
use serde_json::{Value, json};
use tattletrail_runtime::function::{NotDelivered, Payload, serve};
use tattletrail_runtime::health::Source;
use tattletrail_runtime::observe;
use tattletrail_telemetry::errors::hook;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    serve(&observe::start(Source::ApiEvents)?, handle).await
}

/// `how` says what becomes of it, `secret` is what nobody may read.
async fn handle(event: LambdaEvent<Payload>) -> Result<Value, Error> {
    let payload: Value = serde_json::from_str(event.payload.get())?;
    let text = |name: &str| payload[name].as_str().unwrap_or_default().to_owned();
    hook::takes_in(&text("eventID"));
    let secret = text("secret");
    match text("how").as_str() {
        "literal" => panic!("the ledger is upside down"),
        "formatted" => panic!("no such user: {secret}"),
        "index" => Ok(secret.as_bytes()[secret.len() + 7].into()),
        "result" => Ok(std::hint::black_box(Err::<Value, _>(secret)).unwrap()),
        "task" => {
            let task = tokio::spawn(async move { panic!("in a task: {secret}") });
            Ok(json!({"task": if task.await.is_err() { "panicked" } else { "ended" }}))
        }
        "thread" => {
            let ended = std::thread::spawn(move || panic!("in a thread: {secret}")).join();
            Ok(json!({"thread": if ended.is_err() { "panicked" } else { "ended" }}))
        }
        "not-delivered" => Err(NotDelivered::new(3, "sns: Throttling").into()),
        "error" => Err(secret.into()),
        _ => Ok(json!({"well": true})),
    }
}
