//! The record that is asked about.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use tattletrail_engine::case::{self, Case};
use tattletrail_engine::ids::EventId;
use tattletrail_engine::ingest::{self, Ending, Item};
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::render::text::neutralise;
use walkdir::WalkDir;

use crate::workbench::files;
use crate::workbench::test::outcome;

/// How many records are named where one was meant.
const NAMED: usize = 5;

/// What a file holds, as far as it is asked about.
#[derive(Default)]
struct Records {
    /// The first record that is asked about.
    first: Option<CloudTrailRecord>,
    /// How many are.
    fitting: usize,
    all: usize,
    /// The first few, to choose from.
    named: Vec<String>,
    /// Why something is no record.
    rejected: Option<String>,
}

/// The one record of a file, or the one with that id; the error is for people.
pub(in crate::workbench) fn read(path: &Path, id: Option<&str>) -> Result<CloudTrailRecord, String> {
    let shown = path.display();
    let mut records = Records::default();
    let ending = if path.is_dir() {
        read_folder(path, id, &mut records)?
    } else {
        ingest::read(open(path)?, &mut |item| records.add(item, id))
    };
    let Records { first, fitting, all, named, rejected } = records;
    match (first, fitting, id) {
        // The same record may be in a file twice.
        (Some(record), 1, _) | (Some(record), _, Some(_)) => Ok(record),
        (Some(_), several, None) => {
            let more = if several > named.len() { "\n  ..." } else { "" };
            Err(format!(
                "`{shown}` holds {several} records; choose one with --event-id\n  {}{more}",
                named.join("\n  ")
            ))
        }
        (None, _, Some(id)) if all > 0 => Err(format!(
            "none of the {all} records in `{shown}` has the eventID `{}`\n  {}",
            neutralise(id),
            named.join("\n  ")
        )),
        (None, ..) => {
            let why = rejected.or_else(|| (!ending.is_complete()).then(|| ending.to_string()));
            Err(format!(
                "no CloudTrail record in `{shown}`{}",
                why.map(|why| format!(": {why}")).unwrap_or_default()
            ))
        }
    }
}

fn open(path: &Path) -> Result<Box<dyn Read>, String> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| format!("can't read `{}`: {error}", path.display()))?;
    Ok(Box::new(file))
}

/// Reads every file of a folder; what is no log is passed over.
fn read_folder(folder: &Path, id: Option<&str>, records: &mut Records) -> Result<Ending, String> {
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| format!("can't read `{}`: {error}", folder.display()))?;
        if entry.file_type().is_file() {
            ingest::read(open(entry.path())?, &mut |item| records.add(item, id));
        }
    }
    Ok(Ending::Complete)
}

/// The record of a case, by the case's name or its line; with neither, the cases are named.
pub(super) fn of_case(path: &Path, case: &str) -> Result<CloudTrailRecord, String> {
    let shown = path.display().to_string();
    let file = case::parse(&shown, &files::text(path)?)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let is_it = |one: &&Case| one.name == case || case.parse() == Ok(one.line);
    if let Some(found) = file.cases.iter().find(is_it) {
        return outcome::record(path, &found.record);
    }
    let cases: Vec<String> =
        file.cases.iter().map(|one| format!("  {} {}", one.line, neutralise(&one.name))).collect();
    let problem = match case {
        "" => format!("choose a case of `{shown}` with --case"),
        other => format!("no case `{}` in `{shown}`", neutralise(other)),
    };
    Err(format!("{problem}; by line and name:\n{}", cases.join("\n")))
}

impl Records {
    fn add(&mut self, item: Item, id: Option<&str>) {
        let record = match item {
            Item::Record(record) => record,
            Item::Rejected(rejected) => {
                self.rejected.get_or_insert_with(|| format!("{} ({})", rejected.reason, rejected.place));
                return;
            }
            Item::Skipped(_) => return,
        };
        self.all += 1;
        if self.named.len() < NAMED {
            self.named.push(name(&record));
        }
        let own = record.event_id();
        if id.is_none_or(|id| own.as_ref().is_some_and(|own| own.as_str() == id)) {
            self.fitting += 1;
            self.first.get_or_insert(record);
        }
    }
}

/// A record in a few words.
pub(super) fn name(record: &CloudTrailRecord) -> String {
    let id = record.event_id();
    let words = [id.as_ref().map(EventId::as_str), record.event_time(), record.event_name()];
    neutralise(&words.map(|word| word.unwrap_or("-")).join(" ")).into_owned()
}
