//! `tattletrail scan`: logs in, findings out.
//!
//! `paths -> inputs -> crew of workers (ingest, engine) -> merge (copies, order, counts) -> output`, and a summary of
//! everything that was counted on the way.

// The files.
mod inputs;

// What a file's S3 key says about its records.
mod key;

// What is looked for, and where.
mod choice;

// Where findings go.
mod desk;

// A run as a trace.
mod trace;

// Which records are asked about.
pub(crate) mod filter;

// Inputs that could not be read.
mod problem;

// One file through the engine.
mod worker;

// Many files at once.
mod crew;

// Records met before.
mod seen;

// Where the files come together.
mod merge;

// The days that the records span.
pub(crate) mod days;

// What is counted.
pub(crate) mod tally;

// What filters did.
pub(crate) mod exceptions;

// The counts as words.
pub(crate) mod summary;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use tattletrail_engine::engine::Engine;
use tattletrail_engine::finding::Level;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::timeline::{Timeline, Told, Verdict};

use crate::output::{Format, Style, Writer};
use crate::progress::Progress;
use crate::report::Place;
use crate::rules::{self, RulesError};
use crate::told::took_ms;
use crate::{Console, Exit};
pub(crate) use choice::Choice;
pub(crate) use desk::scan_to;
use filter::Filter;
pub use merge::Reading;
use merge::{Merge, Taker};
pub use tally::Tally;
use trace::Traced;
use worker::{Work, stage_of};

const EXAMPLES: &str = "\
Examples:
  tattletrail scan AWSLogs/
      a trail's bucket, or any part of it, on disk
  aws s3 sync s3://my-trail-bucket/AWSLogs ./AWSLogs && tattletrail scan ./AWSLogs --from 2026-11-01
  aws cloudtrail lookup-events --output json | tattletrail scan -
  tattletrail scan logs/ --format jsonl --min-level high | jq -r '.title'
  tattletrail scan logs/ --rules my-rules/ --rules sigma/rules/cloud/aws/
  tattletrail scan logs/ --add my-filters/
      the built-in rules, with exceptions of your own
  OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 tattletrail scan logs/ --trace
      look at the run in Jaeger or Grafana; docs/observability.md has more places

Exit codes:
  0  everything was read, nothing was found
  1  everything was read, there are findings
  2  wrong usage, or some input could not be read in full (findings in the rest are printed)
  3  a rule does not load; nothing was scanned";

/// Find exposures and attack techniques in CloudTrail logs.
///
/// Reads files and folders (`-` for standard input): trail files, JSON Lines, output of `aws cloudtrail
/// lookup-events` and `aws logs filter-log-events`, EventBridge events, CloudWatch Logs subscription payloads; plain
/// or gzip. What a file holds is read off its content. Findings go to standard output, a summary of everything
/// counted to standard error.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ScanArguments {
    /// How findings are written
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Write findings to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write a page for people to this file as well: what `tattletrail report` writes
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Send a trace of the run by OTLP over HTTP to `OTEL_EXPORTER_OTLP_ENDPOINT` (a collector on this machine if that is
    /// not set), with `OTEL_EXPORTER_OTLP_HEADERS`
    #[arg(long)]
    trace: bool,

    #[command(flatten)]
    choice: Choice,
}

/// What is read, and how.
#[derive(Debug, Args)]
pub struct InputArguments {
    /// Files or folders; `-` for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only records from this time on (2026-11-20 or 2026-11-20T09:30:00Z)
    #[arg(long, value_name = "TIME", value_parser = filter::parse_time)]
    pub(crate) from: Option<Timestamp>,

    /// Only records before this time
    #[arg(long, value_name = "TIME", value_parser = filter::parse_time)]
    pub(crate) to: Option<Timestamp>,

    /// Only records of this account (repeatable)
    #[arg(long, value_name = "ID")]
    account: Vec<String>,

    /// Only records of this Region (repeatable)
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,

    /// How many files to read at once [default: the number of cores]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,

    /// No summary and no progress bar; problems are still told
    #[arg(long, short)]
    pub quiet: bool,
}

impl InputArguments {
    /// Everything under these paths.
    pub(crate) fn over(paths: Vec<PathBuf>) -> Self {
        let (account, region) = (Vec::new(), Vec::new());
        Self { paths, from: None, to: None, account, region, jobs: None, quiet: false }
    }
}

/// Sigma's levels as a command-line value.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[expect(missing_docs, reason = "the words say it")]
pub enum LevelArgument {
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl From<LevelArgument> for Level {
    fn from(argument: LevelArgument) -> Self {
        match argument {
            LevelArgument::Informational => Self::Informational,
            LevelArgument::Low => Self::Low,
            LevelArgument::Medium => Self::Medium,
            LevelArgument::High => Self::High,
            LevelArgument::Critical => Self::Critical,
        }
    }
}

/// Runs a scan.
pub(crate) fn run(arguments: &ScanArguments, console: &mut Console) -> Exit {
    let choice = &arguments.choice;
    if !arguments.trace {
        let _told = choice.verbosity.start(console);
        return scan(arguments, None, console);
    }
    let (_told, traced) = trace::start(choice.verbosity, console);
    scan(arguments, traced, console)
}

fn scan(arguments: &ScanArguments, traced: Option<Traced>, console: &mut Console) -> Exit {
    let report = match arguments.report.as_deref().map(|path| report_place(path, arguments)).transpose() {
        Ok(report) => report,
        Err(line) => {
            console.say(&line);
            return Exit::Usage;
        }
    };
    let make_writer = &mut |console: &mut Console| writer(arguments, console).map(Some);
    scan_to(&arguments.choice, make_writer, report, traced, console)
}

/// Findings and a page cannot share one stream.
fn report_place(path: &Path, arguments: &ScanArguments) -> Result<Place, String> {
    match Place::of(path)? {
        Place::Out if arguments.output.is_none() => {
            Err("tattletrail: found `--report -` while findings go to standard \
             output, too; name a file for one of them, or use `tattletrail report`\n"
                .to_owned())
        }
        place => Ok(place),
    }
}

/// Says what could not be read and, unless that is not wanted, what was counted, with `results` in its midst.
pub(crate) fn say_summary(tally: &Tally, quiet: bool, results: &str, console: &mut Console) {
    for line in &tally.told {
        console.say(&format!("tattletrail: {line}\n"));
    }
    if !quiet {
        console.say(&summary::text(tally, results));
    }
}

/// Reads all inputs; `teller` gets what they come to, in the order of time. Where the run is traced, it takes part in that.
pub(crate) fn read_all(
    arguments: &InputArguments,
    engine: &Engine,
    least: Level,
    (console, traced): (&Console, Option<&Traced>),
    teller: &mut dyn FnMut(Told<'_>, &mut Tally),
) -> Tally {
    let started = Instant::now();
    let mut timeline = Timeline::new(engine, least);
    if let Some(traced) = traced {
        timeline = timeline.watched(|step| traced.enter(step.map(stage_of)));
    }
    let mut tally = read_traced(arguments, engine, (console, traced), &mut |reading, tally| {
        timeline.add(reading.read, &mut |told| tell(told, tally, teller));
        true
    });
    let counts = timeline.finish(&mut |told| tell(told, &mut tally, teller));
    tally.below_level = counts.below_level;
    tally.timeline = counts;
    tally.elapsed = started.elapsed();
    let Tally { files, records, matched, findings, .. } = tally;
    tracing::info!(files, records, matched, findings, took_ms = took_ms(started), "scan done");
    tally
}

/// Counts what became of a record; hands everything else on.
fn tell(told: Told<'_>, tally: &mut Tally, teller: &mut dyn FnMut(Told<'_>, &mut Tally)) {
    match told {
        Told::Record(Verdict::Matched) => tally.matched += 1,
        Told::Record(Verdict::Undecidable) => tally.undecidable += 1,
        Told::Record(Verdict::Suppressed) => tally.suppressed += 1,
        Told::Record(Verdict::Unmatched) => tally.unmatched += 1,
        Told::Suppressed(filtered) => tally.filters.suppressed(filtered),
        Told::Lapsed(filtered) => tally.filters.lapsed(filtered),
        told => teller(told, tally),
    }
}

/// Reads all inputs; `taker` gets what may come to something, each record once, in the order of the files, and says
/// whether to go on. Everything else is counted.
pub fn read_records(
    arguments: &InputArguments,
    engine: &Engine,
    console: &Console,
    taker: Taker<'_>,
) -> Tally {
    read_traced(arguments, engine, (console, None), taker)
}

fn read_traced(
    arguments: &InputArguments,
    engine: &Engine,
    (console, traced): (&Console, Option<&Traced>),
    taker: Taker<'_>,
) -> Tally {
    let started = Instant::now();
    let filter = Filter {
        from: arguments.from,
        to: arguments.to,
        accounts: arguments.account.clone(),
        regions: arguments.region.clone(),
    };
    let inputs = inputs::collect(&arguments.paths, &filter);
    let bytes = inputs.files.iter().map(|file| file.bytes).sum();
    let files = inputs.files.len();
    tracing::info!(files, bytes, took_ms = took_ms(started), "inputs found");
    let progress = Progress::start(bytes, arguments.quiet, console);
    let mut merge = Merge::new(taker, traced);
    merge.tally.files_ruled_out = inputs.ruled_out;
    for problem in &inputs.problems {
        merge.tally.problem(problem, false);
    }
    let work = Work { engine, filter: &filter, is_timed: traced.is_some() };
    crew::run(&inputs.files, jobs(arguments), &work, |file, message, bytes_read| {
        progress.advance(bytes_read, || merge.take(file, message))
    });
    drop(progress);
    let mut tally = merge.finish();
    let rejected = tally.rejected_total();
    let Tally { files, records, .. } = tally;
    tracing::info!(files, records, rejected, took_ms = took_ms(started), "records read");
    tally.check_that_anything_was_read();
    tally
}

fn jobs(arguments: &InputArguments) -> usize {
    arguments.jobs.map_or_else(|| thread::available_parallelism().map_or(1, usize::from), usize::from)
}

fn writer(arguments: &ScanArguments, console: &mut Console) -> Result<Writer, String> {
    let (sink, to_terminal): (Box<dyn Write + Send>, bool) = match &arguments.output {
        None => (std::mem::replace(&mut console.out, Box::new(io::sink())), console.out_is_terminal),
        Some(path) => match File::create(path) {
            Ok(file) => (Box::new(file), false),
            Err(error) => return Err(format!("tattletrail: can't write to `{}`: {error}\n", path.display())),
        },
    };
    let style = Style { color: to_terminal && console.color, width: console.width.filter(|_| to_terminal) };
    Ok(Writer::new(arguments.format, style, Box::new(BufWriter::with_capacity(64 * 1024, sink))))
}

/// The rules in these folders, files and bundles, or the built-in ones if there are none. What is wrong with them is said, and the
/// exit is returned.
pub fn load_rules(paths: &[PathBuf], console: &mut Console) -> Result<RuleSet, Exit> {
    load_with(paths, &[], console)
}

/// The same, with what is in these other folders and files.
pub(crate) fn load_with(paths: &[PathBuf], add: &[PathBuf], console: &mut Console) -> Result<RuleSet, Exit> {
    let started = Instant::now();
    let rules = rules::load(paths, add).map_err(|error| refuse_rules(&error, console))?;
    tracing::info!(count = rules.len(), took_ms = took_ms(started), "rules loaded");
    Ok(rules)
}

/// Says why there are no rules to work with.
pub(crate) fn refuse_rules(error: &RulesError, console: &mut Console) -> Exit {
    if let RulesError::Bad(errors) = error {
        for error in errors {
            console.say(&format!("{error}\n"));
        }
        console.say(&format!("tattletrail: {error}; nothing was read\n"));
        return Exit::BadRule;
    }
    console.say(&format!("tattletrail: {error}\n"));
    match error {
        RulesError::Unreadable { .. } | RulesError::NoTexts { .. } => Exit::Usage,
        RulesError::None { .. } | RulesError::Bad(_) | RulesError::Bundle { .. } => Exit::BadRule,
    }
}
