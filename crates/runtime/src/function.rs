//! A function from its start to its answer: what the three of them share.

// From the settings to everything that is needed.
mod assemble;

// Trail files in S3.
mod files;

// Files of a history.
mod history;

// What did not get through, once more.
mod again;

// Invocations, one after the other.
mod serve;

use std::panic::Location;
use std::time::{Duration, UNIX_EPOCH};

use lambda_runtime::{Context, Error, LambdaEvent};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tattletrail_engine::ingest::{self, Ending, Item};
use tattletrail_telemetry::errors::Place;
use tattletrail_telemetry::trace::{Stage, spans};

use crate::deadline::Deadline;
use crate::dispatch::{Dispatcher, Handled, Intake};
use crate::health::Health;
use crate::history as asked;
use crate::late::Late;
use crate::receive::{Message, Received, is_own};
use crate::refresh;
use crate::rejected::{RejectedMessage, Rejects};
use crate::rules::Lookout;

pub use again::{Again, Became};
pub use assemble::StartError;
pub(crate) use assemble::{configurations, sdk_config, store};
pub use serve::serve;

/// A payload as Lambda gives it: its text, whatever is in it.
pub type Payload = Box<RawValue>;

/// How long before Lambda stops waiting a function stops trying, to say what is not done.
const RESERVE: Duration = Duration::from_millis(750);

/// The most reasons that go with a rejected message.
const MOST_REASONS: usize = 100;

/// A function that was started.
#[derive(Debug)]
pub struct Function {
    health: Health,
    dispatcher: Dispatcher,
    /// Who looks for other rules, where they come from the network.
    lookout: Option<Lookout>,
    rejects: Option<Rejects>,
    store: Late<aws_sdk_s3::Client>,
}

/// Why an invocation is an error: something is not delivered. Its words are ours: ids, places of files and codes of services
/// are all that they quote.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{messages} message(s) not delivered, the first: {why}")]
pub struct NotDelivered {
    messages: usize,
    why: String,
    place: &'static Location<'static>,
}

impl NotDelivered {
    /// So many messages, and why the first of them.
    #[track_caller]
    pub fn new(messages: usize, why: impl Into<String>) -> Self {
        Self { messages, why: why.into(), place: Location::caller() }
    }

    /// Where it was noticed.
    pub fn place(&self) -> Place {
        Place::of(self.place)
    }
}

/// One invocation.
struct Invocation<'f> {
    function: &'f Function,
    request_id: String,
    deadline: Deadline,
    intake: Intake<'f>,
    rejected: Vec<(usize, RejectedMessage)>,
    /// The message that asks to tell open findings again.
    schedule: Option<usize>,
}

impl Function {
    /// Handles records that come in the payload itself: EventBridge events and CloudWatch Logs subscriptions, alone or in
    /// batches of a queue.
    ///
    /// # Errors
    /// Whatever was not delivered, unless the payload is a batch of a queue: then the answer names the messages.
    pub async fn records(&self, event: LambdaEvent<Payload>) -> Result<Value, Error> {
        let received = read(event.payload.get());
        let mut invocation = self.begin(&event.context).await;
        for (number, message) in received.messages.iter().enumerate() {
            invocation.message(number, message).await;
        }
        invocation.end(&received).await
    }

    /// Handles notifications of trail files in S3, lists of keys, and what is asked for a history.
    ///
    /// # Errors
    /// As [`Function::records`].
    pub async fn files(&self, event: LambdaEvent<Payload>) -> Result<Value, Error> {
        if let Some(task) = asked::task(event.payload.get()) {
            return self.history(task, &event.context).await;
        }
        let received = read(event.payload.get());
        let mut invocation = self.begin(&event.context).await;
        for (number, message) in received.messages.iter().enumerate() {
            invocation.objects(number, message).await;
        }
        invocation.end(&received).await
    }

    /// An invocation begins: with the rules that are in use now, and to its end with those.
    async fn begin(&self, context: &Context) -> Invocation<'_> {
        let ends = UNIX_EPOCH + Duration::from_millis(context.deadline);
        let deadline = Deadline::of_invocation(ends, RESERVE);
        let in_use = &self.dispatcher.rules;
        if let Some(lookout) = &self.lookout {
            lookout.look(in_use, deadline).await;
        }
        spans::rules(&in_use.get().hash);
        Invocation {
            function: self,
            request_id: context.request_id.clone(),
            deadline,
            intake: self.dispatcher.intake(deadline),
            rejected: Vec::new(),
            schedule: None,
        }
    }
}

impl Invocation<'_> {
    /// Takes in one message.
    async fn message(&mut self, number: usize, message: &Message) {
        if is_own(&message.body) {
            tracing::debug!(message_number = number, kind = "own event", "a message was passed over");
            return self.intake.skip("own event");
        }
        if self.is_schedule(number, message) {
            return;
        }
        self.intake.stages().enter(Some(Stage::Decode));
        let (items, ending) = ingest::decode(message.body.as_bytes());
        self.intake.stages().enter(None);
        let mut reasons = Vec::new();
        for item in items {
            if let Item::Rejected(rejected) = &item {
                reasons.push(rejected.to_string());
            }
            self.intake.add(number, item).await;
        }
        if !ending.is_complete() {
            self.intake.reject(kind_of(&ending));
            reasons.push(ending.to_string());
        }
        let (records, rejected) = (self.intake.counts().received, reasons.len());
        tracing::debug!(
            message_number = number,
            bytes = message.body.len(),
            records,
            rejected,
            "a message was read"
        );
        if !reasons.is_empty() {
            let rejected = self.rejected(reasons, None).with_payload(&message.body);
            self.rejected.push((number, rejected));
        }
    }

    /// Notes that open findings are to be told again, if that is what a message says.
    fn is_schedule(&mut self, number: usize, message: &Message) -> bool {
        let is = refresh::is_schedule(&message.body);
        if is {
            tracing::debug!(message_number = number, "open findings are to be told again");
            self.schedule = Some(number);
            self.intake.skip("schedule");
        }
        is
    }

    fn rejected(&self, mut reasons: Vec<String>, object: Option<String>) -> RejectedMessage {
        let rejected = reasons.len();
        reasons.truncate(MOST_REASONS);
        RejectedMessage {
            schema: RejectedMessage::SCHEMA,
            function: self.function.health.source.as_str().to_owned(),
            request_id: self.request_id.clone(),
            reasons,
            rejected,
            object,
            payload: None,
        }
    }

    /// Delivers what is left, hands over what was rejected, writes the line of health, and answers.
    async fn end(self, received: &Received) -> Result<Value, Error> {
        let Self { function, deadline, intake, rejected, schedule, .. } = self;
        let mut handled = intake.finish().await;
        if let Some(number) = schedule {
            let refresh = Box::pin(function.dispatcher.refresh(deadline, &mut handled.counts));
            let refreshed = deadline.limit(refresh).await;
            let refreshed = refreshed.unwrap_or_else(|| Err(refresh::TIME_OVER.to_owned()));
            handled.lost.extend(refreshed.err().map(|why| (number, why)));
        }
        for (number, message) in rejected {
            let why = function.hand_over(number, &message, received, deadline).await;
            tracing::warn!(
                message_number = number,
                rejected = message.rejected,
                "some of a message could not be read"
            );
            if let Some(why) = why {
                handled.lost.entry(number).or_insert(why);
            }
        }
        function.health.write(&handled.counts);
        for (number, why) in &handled.lost {
            tracing::error!(message_number = number, why, "not delivered");
        }
        answer(received, &handled)
    }
}

impl Function {
    /// What could not be read goes where it was set to go. Where that fails, and for messages of a queue where nothing is
    /// set, the message must come again, until the queue gives it to its dead letters; elsewhere coming again helps nobody.
    /// Says why it must.
    async fn hand_over(
        &self,
        number: usize,
        message: &RejectedMessage,
        received: &Received,
        deadline: Deadline,
    ) -> Option<String> {
        let Some(rejects) = &self.rejects else {
            // The reasons quote the message: they are for whoever has it.
            return received.from_queue.then(|| "some of it could not be read".to_owned());
        };
        let taken = deadline.grace().limit(rejects.take(message, number)).await;
        let error = taken.unwrap_or_else(|| Err("no answer in time".to_owned())).err()?;
        Some(format!("what could not be read could not be handed over: {error}"))
    }
}

/// Takes a payload apart.
fn read(payload: &str) -> Received {
    let received = Received::of(payload);
    let kind = if received.from_queue { "queue" } else { "direct" };
    tracing::debug!(kind, bytes = payload.len(), messages = received.messages.len(), "a payload came in");
    received
}

/// To a queue: the messages that must come again (Lambda developer guide, "Reporting batch item failures"). To others: the
/// counts, or an error.
fn answer(received: &Received, handled: &Handled) -> Result<Value, Error> {
    if received.from_queue {
        let lost = handled.lost.keys().filter_map(|number| received.messages.get(*number));
        let failures: Vec<_> = lost.map(|message| json!({"itemIdentifier": message.id})).collect();
        return Ok(json!({"batchItemFailures": failures}));
    }
    if let Some(why) = handled.lost.values().next() {
        return Err(NotDelivered::new(handled.lost.len(), why).into());
    }
    let counts = &handled.counts;
    Ok(json!({
        "received": counts.received,
        "matched": counts.matched,
        "suppressed": counts.suppressed,
        "unmatched": counts.unmatched,
        "undecidable": counts.undecidable,
        "copies": counts.copies,
        "rejected": counts.all_rejected(),
        "skipped": counts.skipped.values().sum::<u64>(),
        "opened": counts.opened,
        "closed": counts.closed,
        "refreshed": counts.refreshed,
    }))
}

/// A short stable word for a message that is not read to its end, for counts.
fn kind_of(ending: &Ending) -> &'static str {
    match ending {
        Ending::Empty => "empty",
        Ending::NotALog(_) => "not a log",
        Ending::Damaged(_) => "damaged",
        Ending::BrokenList(_) => "broken list",
        _ => "not read",
    }
}
