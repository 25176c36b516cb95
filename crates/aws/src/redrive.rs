//! `tattletrail redrive`: the messages of a dead-letter queue, once more.
//!
//! `queue -> message -> letter (what it is, what is in it) -> the functions' way -> outcome -> removed, or left`

// One run through a queue.
mod round;

// The queue.
mod queue;

// What a message is, and what is in it.
mod letter;

// What is in a payload, in a few words.
mod contents;

// What became of a message.
mod outcome;

// Messages and counts as text.
mod listing;

use clap::Args;
use tattletrail_cli::kit::Style;
use tattletrail_cli::{Console, Exit};
use tattletrail_engine::engine::Engine;
use tattletrail_engine::render::text::neutralise;

use crate::connect::{DeliveryArguments, Needs, connect, rules_of_functions};
use crate::layout::{Format, Page};
use listing::Listing;
use round::Round;

const EXAMPLES: &str = "\
Examples:
  tattletrail redrive https://sqs.eu-west-1.amazonaws.com/111122223333/tattletrail-dead --dry-run
      what is in the queue, why it is there, and what would be sent? Nothing is sent or removed
  tattletrail redrive tattletrail-dead
      deliver what can be delivered and remove it; leave the rest, and say why
  tattletrail redrive arn:aws:sqs:eu-west-1:111122223333:tattletrail-dead --max 10
  tattletrail redrive tattletrail-dead --dry-run -f jsonl | jq 'select(.outcome == \"unreadable\")'

A message may be any payload that the functions take (EventBridge event, CloudWatch Logs
subscription, S3 notification, list of keys; also within SNS), what Lambda gave to an on-failure
destination, a dead letter of EventBridge, SNS or Lambda, or what the functions put where
TATTLETRAIL_REJECTED says. Settings are those of the functions (docs/functions.md). Set the same
TATTLETRAIL_LEDGER_TABLE, so that nothing is sent twice.

Exit codes:
  0  everything was delivered and removed (with --dry-run: everything can be read)
  2  wrong usage or settings, the queue can't be read, or a message can't (it is left in the queue)
  4  something was not delivered (it is left in the queue); the same command tries again";

/// Take in the messages of a dead-letter queue once more.
///
/// What is delivered to every sink is removed from the queue. What is not is left there, with the reason told: a sink
/// that is down, a message that nobody can read. Stopped at any moment, it loses nothing and sends nothing twice.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct RedriveArguments {
    /// The queue: its URL, its ARN or its name
    #[arg(value_name = "QUEUE")]
    queue: String,

    #[command(flatten)]
    delivery: DeliveryArguments,

    /// How messages are written
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Stop after so many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max: Option<u32>,

    /// No summary; problems are still told
    #[arg(long, short)]
    quiet: bool,
}

/// Takes the messages in, and says what became of each.
pub(crate) fn run(arguments: &RedriveArguments, console: &mut Console) -> Exit {
    let rules = match rules_of_functions(arguments.delivery.step(), console) {
        Ok(rules) => rules,
        Err(exit) => return exit,
    };
    let delivery = &arguments.delivery;
    let needs = Needs { dry_run: delivery.dry_run, calls_aws: true, min_level: None, step: delivery.step() };
    let connection = match connect(Engine::new(rules), &needs, console) {
        Ok(connection) => connection,
        Err(exit) => return exit,
    };
    let style = Style::of_results(console);
    let listing = Listing::new(arguments.format, style, arguments.delivery.dry_run);
    let mut round = Round::new(&connection, arguments, listing, Page::of(console));
    let result = connection.runtime.block_on(round.run());
    let Round { page, totals, .. } = round;
    if let Err(problem) = &result {
        console.say(&format!("tattletrail: {}\n", neutralise(problem)));
    }
    if !arguments.quiet && (result.is_ok() || totals.seen > 0) {
        console.say(&totals.summary(arguments.delivery.dry_run, connection.has_table));
    }
    let unwritten = page.failure();
    if let Some(problem) = &unwritten {
        console.say(&format!("tattletrail: can't write what became of the messages: {problem}\n"));
    }
    match totals.exit() {
        Exit::Clean if result.is_err() || unwritten.is_some() => Exit::Usage,
        exit => exit,
    }
}
