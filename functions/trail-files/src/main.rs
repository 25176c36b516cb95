//! Trail files in S3, by notifications of any kind or by a list of keys: in; findings: out.
//!
//! `docs/functions.md` tells what it takes, how it is set up, and what it promises.

// One invocation.
mod handler;

use lambda_runtime::{Error, Runtime, service_fn};
use tattletrail_runtime::function::Function;
use tattletrail_runtime::health::Source;
use tattletrail_runtime::observe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    observe::start(Source::TrailFiles);
    let function = Function::start(Source::TrailFiles).await?;
    Runtime::new(service_fn(|event| handler::handle(&function, event))).run().await
}
