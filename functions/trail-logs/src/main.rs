//! A CloudWatch Logs subscription to a trail's log group: in; findings: out.
//!
//! `docs/functions.md` tells what it takes, how it is set up, and what it promises.

// One invocation.
mod handler;

use lambda_runtime::Error;
use tattletrail_runtime::function::{Function, serve};
use tattletrail_runtime::health::Source;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let function = Function::start(Source::TrailLogs).await?;
    serve(Source::TrailLogs, |event| handler::handle(&function, event)).await
}
