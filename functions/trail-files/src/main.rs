//! Trail files in S3, by notifications of any kind or by a list of keys: in; findings: out.
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
    let observer = observe::start(Source::TrailFiles)?;
    let function = Function::start(&observer).await?;
    serve(&observer, |event| handler::handle(&function, event)).await
}
