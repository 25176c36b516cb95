//! EventBridge events of CloudTrail, alone or in batches of a queue: in; findings: out.
//!
//! `docs/functions.md` tells what it takes, how it is set up, and what it promises.

// One invocation.
mod handler;

use lambda_runtime::Error;
use tattletrail_runtime::function::{Function, serve};
use tattletrail_runtime::health::Source;
use tattletrail_runtime::observe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let observer = observe::start(Source::ApiEvents)?;
    let function = Function::start(&observer).await?;
    serve(&observer, |event| handler::handle(&function, event)).await
}
