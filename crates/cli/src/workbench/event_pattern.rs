//! `tattletrail rules event-pattern`: what EventBridge has to let through, so that every rule can fire.
//!
//! In: rules. Out: patterns of EventBridge, or which rules cannot fire behind the patterns that somebody has.

// What a pattern asks of one field.
mod ask;

// One way for an event to be of use.
mod branch;

// All ways, each once.
mod gather;

// Patterns within EventBridge's limits.
mod pack;

// Patterns that somebody has.
mod bus;

// Rules that cannot fire.
mod blind;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use tattletrail_engine::ruleset::RuleSet;

use super::json::pretty;
use crate::output::place::put;
use crate::scan::load_rules;
use crate::{Console, Exit};
use branch::Branch;
use bus::Bus;

const EXAMPLES: &str = "\
The output is an object: `state`, which the rules of EventBridge need (ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS if a rule
waits for a call that only reads), and `patterns`, a list of patterns, each of which wants a rule of its own. An event that
some rule can match passes one of them. What EventBridge cannot ask for (the middle of a text whatever its capitals, regular
expressions, numbers) is left out, which lets more through and never less.

Examples:
  tattletrail rules event-pattern > infra/event-pattern.json
  tattletrail rules event-pattern rules/ my-rules/ -o infra/event-pattern.json
  tattletrail rules event-pattern --check infra/event-pattern.json rules/ my-rules/
      can each rule fire behind these patterns?
  aws events describe-rule --name tattletrail-api-events-1 | tattletrail rules event-pattern --check -
      can they behind this rule alone?

Exit codes:
  0  the patterns are written, or every rule can fire
  1  with --check: some rule cannot fire
  2  wrong usage, or something could not be read or written
  3  a rule does not load";

/// Print the event patterns by which EventBridge lets through what rules wait for, or check those that you have.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct PatternArguments {
    /// Rules, folders of them, or bundles [default: those inside this program]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Write the patterns to this file, over what is there, instead of standard output
    #[arg(long, short, value_name = "FILE", conflicts_with = "check")]
    output: Option<PathBuf>,

    /// Say which rules cannot fire behind the patterns in this file (`-` for standard input): what this command has
    /// written, a pattern, a list of patterns, or what `aws events describe-rule` prints
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,

    /// The most characters of a pattern: AWS's limit is 2048, and can be raised to 4096 for an account
    #[arg(long, value_name = "NUMBER", default_value_t = 2048, value_parser = clap::value_parser!(u16).range(256..=4096), conflicts_with = "check")]
    most: u16,
}

/// Prints the patterns, or checks some.
pub(super) fn run(arguments: &PatternArguments, console: &mut Console) -> Exit {
    let rules = match load_rules(&arguments.paths, console) {
        Ok(rules) => rules,
        Err(exit) => return exit,
    };
    match &arguments.check {
        Some(file) => check(file, &rules, console),
        None => write(arguments, &rules, console),
    }
}

fn write(arguments: &PatternArguments, rules: &RuleSet, console: &mut Console) -> Exit {
    let branches = gather::of_rules(rules);
    let patterns = match pack::pack(&branches, usize::from(arguments.most)) {
        Ok(patterns) => patterns,
        Err(why) => return refuse(&format!("{why}\n  help: raise --most"), console),
    };
    let state = if branches.iter().any(Branch::may_read) { bus::ALL } else { "ENABLED" };
    console.say(&format!("{} rules, {} patterns, state {state}\n", rules.len(), patterns.len()));
    for notice in blind::wide(rules).iter().chain(&blind::notices(rules)) {
        console.say(notice);
    }
    put(&pretty(&json!({ "state": state, "patterns": patterns })), arguments.output.as_deref(), console)
}

fn check(file: &Path, rules: &RuleSet, console: &mut Console) -> Exit {
    let bus = match read(file) {
        Ok(bus) => bus,
        Err(why) => return refuse(&format!("{}: {why}", file.display()), console),
    };
    let blind = blind::blind(rules, &bus);
    for one in &blind {
        console.print(one);
    }
    console.say(&format!("{} rules, {} cannot fire behind these patterns\n", rules.len(), blind.len()));
    for notice in blind::notices(rules) {
        console.say(&notice);
    }
    if blind.is_empty() { Exit::Clean } else { Exit::Findings }
}

fn read(file: &Path) -> Result<Bus, String> {
    let text = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin())
    } else {
        fs::read_to_string(file)
    };
    let text = text.map_err(|error| error.to_string())?;
    let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let values: Vec<Value> =
        values.collect::<Result<_, _>>().map_err(|error| format!("this is no JSON: {error}"))?;
    Bus::read(&Value::Array(values))
}

fn refuse(why: &str, console: &mut Console) -> Exit {
    console.say(&format!("tattletrail: {why}\n"));
    Exit::Usage
}
