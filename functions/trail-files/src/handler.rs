//! One invocation.

use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use tattletrail_runtime::function::{Function, Payload};

/// Takes in the payload, delivers what it comes to, and answers.
pub(crate) async fn handle(function: &Function, event: LambdaEvent<Payload>) -> Result<Value, Error> {
    function.files(event).await
}
