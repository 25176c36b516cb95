//! `tattletrail threat-model cost`: what dashboards, metrics and alarms of models would cost, in numbers and dollars.
//!
//! In: models with their rules, a profile, and what there is to do. Out: a table, or JSON. [`over_free`] says what is more
//! than AWS gives for nothing.

// What AWS asks for.
mod prices;

// How many of everything.
mod count;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tattletrail_engine::metrics::{FREE_SERIES, Profile};

use super::chosen::RulesArguments;
use super::render::outline::Outline;
use super::render::settings::{ProfileArgument, Settings};
use crate::workbench::json::pretty;
use crate::{Console, Exit};
use count::{Counts, Load};
use prices::Price;

const EXAMPLES: &str = "\
List prices of us-east-1. A series is paid for by the hour in which it has a value, so that `at most` is rarely reached.

Examples:
  tattletrail threat-model cost
  tattletrail threat-model cost cruddur --profile free
  tattletrail threat-model cost --add my-rules/ --findings-per-day 200 --events-per-month 50000000 --format json

Exit codes:
  0  the models were read
  2  wrong usage, or a file could not be read
  3  a rule or a model does not load";

/// Say what metrics, alarms, dashboards and logs of threat models would cost.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct CostArguments {
    /// Only the models of these applications [default: all]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,

    #[command(flatten)]
    rules: RulesArguments,

    /// The profile of metrics (`TATTLETRAIL_METRICS_PROFILE`)
    #[arg(long, value_enum, value_name = "PROFILE", default_value_t = ProfileArgument::Standard)]
    profile: ProfileArgument,

    /// How many findings there are on a day
    #[arg(long, value_name = "N", default_value_t = 20)]
    findings_per_day: u32,

    /// How many events are taken in, in a month
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    events_per_month: u32,

    /// How often each dashboard is opened on a day
    #[arg(long, value_name = "N", default_value_t = 1)]
    looks_per_day: u32,

    /// How it is written
    #[arg(long, short, value_enum, default_value_t = CostFormat::Table)]
    format: CostFormat,
}

/// How costs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CostFormat {
    /// For people
    Table,
    /// A JSON object
    Json,
}

/// A line of the bill.
#[derive(Debug)]
struct Item {
    price: Price,
    count: f64,
    /// The count that could be reached, where that is more.
    most: f64,
}

impl Item {
    fn dollars(&self, count: f64) -> f64 {
        (count - self.price.free).max(0.0) * self.price.dollars
    }
}

/// Prints the bill.
pub(super) fn run(arguments: &CostArguments, console: &mut Console) -> Exit {
    let chosen = match arguments.rules.load(&arguments.models, console) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let outlines = Outline::all(&chosen);
    let load = Load {
        findings: f64::from(arguments.findings_per_day),
        events: f64::from(arguments.events_per_month),
        looks: f64::from(arguments.looks_per_day),
    };
    let profile = Profile::from(arguments.profile);
    let settings = Settings::default();
    let items = items(&count::count(&outlines, profile, load, &settings));
    let over = if profile == Profile::Free { over_free(&outlines, &settings) } else { Vec::new() };
    console.print(&match arguments.format {
        CostFormat::Table => table(&items, &over),
        CostFormat::Json => pretty(&object(&outlines, profile, &items, &over)),
    });
    Exit::Clean
}

/// What of these models, in the profile `free`, is more than costs nothing: metrics, alarms, dashboards.
pub(crate) fn over_free(outlines: &[Outline<'_>], settings: &Settings) -> Vec<String> {
    let load = Load { findings: 0.0, events: 0.0, looks: 0.0 };
    let counts = count::count(outlines, Profile::Free, load, settings);
    let mut over = Vec::new();
    let mut add = |what: &str, found: usize, most: usize| {
        if found > most {
            over.push(format!("found {found} {what}, expected at most {most}"));
        }
    };
    add("custom metrics", counts.series, FREE_SERIES);
    add("alarm metrics", counts.alarms, 10);
    add("dashboards", counts.small_dashboards + counts.large_dashboards, 3);
    add("dashboards of more than 50 metrics", counts.large_dashboards, 0);
    over
}

fn items(counts: &Counts) -> Vec<Item> {
    let of = |price: Price, count: f64| Item { price, count, most: count };
    let whole = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    vec![
        Item { price: prices::METRICS, count: counts.months, most: whole(counts.series) },
        of(prices::ALARMS, whole(counts.alarms)),
        of(prices::DASHBOARDS, whole(counts.small_dashboards)),
        of(prices::LARGE_DASHBOARDS, whole(counts.large_dashboards)),
        of(prices::CALLS, counts.calls),
        of(prices::LOGS, counts.log_gb),
        of(prices::SCANNED, counts.read_gb),
        of(prices::CONTRIBUTORS, whole(counts.contributors)),
    ]
}

fn table(items: &[Item], over: &[String]) -> String {
    let head = ["A MONTH", "COUNT", "FREE", "DOLLARS", "AT MOST", "DOLLARS"];
    let mut text = line(&head.map(str::to_owned));
    let amount = |number: f64| {
        if number.fract().abs() < 0.005 { format!("{number:.0}") } else { format!("{number:.2}") }
    };
    let dollars = |number: f64| format!("{number:.2}");
    for item in items {
        text.push_str(&line(&[
            item.price.what.to_owned(),
            amount(item.count),
            amount(item.price.free),
            dollars(item.dollars(item.count)),
            amount(item.most),
            dollars(item.dollars(item.most)),
        ]));
    }
    let (expected, most) = totals(items);
    text.push_str(&line(&["together", "", "", &dollars(expected), "", &dollars(most)].map(str::to_owned)));
    for over in over {
        text.push_str(&format!("more than is free: {over}\n"));
    }
    text
}

fn line(cells: &[String; 6]) -> String {
    let [what, count, free, dollars, most, most_dollars] = cells;
    format!("{what:<34}{count:>9}{free:>9}{dollars:>9}{most:>9}{most_dollars:>9}\n")
}

fn totals(items: &[Item]) -> (f64, f64) {
    let sum = |of: fn(&Item) -> f64| items.iter().map(of).sum();
    (sum(|item| item.dollars(item.count)), sum(|item| item.dollars(item.most)))
}

fn object(outlines: &[Outline<'_>], profile: Profile, items: &[Item], over: &[String]) -> Value {
    let cents = |dollars: f64| (dollars * 100.0).round() / 100.0;
    let item = |item: &Item| {
        json!({
            "what": item.price.what,
            "count": cents(item.count),
            "free": item.price.free,
            "price": item.price.dollars,
            "dollars": cents(item.dollars(item.count)),
            "at_most": cents(item.most),
            "at_most_dollars": cents(item.dollars(item.most)),
        })
    };
    let (expected, most) = totals(items);
    json!({
        "applications": outlines.iter().map(Outline::application).collect::<Vec<_>>(),
        "profile": profile.as_str(),
        "items": items.iter().map(item).collect::<Vec<_>>(),
        "dollars": cents(expected),
        "at_most_dollars": cents(most),
        "more_than_free": over,
    })
}
