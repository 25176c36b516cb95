//! `tattletrail rules new`: a rule and its cases, begun from one event.
//!
//! In: a record. Out: two files that pass `rules check` and `rules test` as they are, and the words that say what is left
//! to do. What belongs to somebody (accounts, addresses, names, keys) is replaced before anything is written.

// Ids of new rules.
mod id;

// Names of files.
mod file_name;

// What belongs to somebody, replaced.
mod scrub;

// Values and keys as YAML.
mod yaml;

// The text of the rule.
mod rule;

// The text of the cases.
mod cases;

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;
use tattletrail_engine::exposure::{self, ExposureChange};
use tattletrail_engine::finding::Level;
use tattletrail_engine::record::CloudTrailRecord;
use tattletrail_engine::render::text::neutralise;

use super::explain::event;
use crate::{Console, Exit};
use file_name::{plain, snake_case};
use id::random_id;

const EXAMPLES: &str = "\
The two files load and hold as they are: the rule fires on the event, and on nothing else that is in the cases. What only
you can say is marked in them: the description, the tags of ATT&CK, who else does this, and which parameters matter.
If the event opens something to somebody, the rule is one about exposures: it covers every call that opens the same.

Account ids, addresses, names of users and roles, and keys are replaced by those reserved for documentation, each by the
same everywhere. Names of resources stay: read the files before you share them.

Examples:
  tattletrail rules new --from event.json
  tattletrail rules new --from AWSLogs/ --event-id 6f4d9c5e-... -o my-rules --title 'Trail deleted' --level high
  aws cloudtrail lookup-events --output json | tattletrail rules new --from - --event-id 6f4d9c5e-...

Exit codes:
  0  both files are written
  2  wrong usage; the event could not be read; a file is there already";

/// Begin a rule and its cases from an event.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct NewArguments {
    /// Where the event is: a file or folder in any form that `tattletrail scan` reads, or `-` for standard input
    #[arg(long, value_name = "EVENT")]
    from: PathBuf,

    /// Which record, where there are several
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,

    /// The folder of the rules; the files go into a folder of the service below it
    #[arg(long, short, value_name = "FOLDER", default_value = "rules")]
    output: PathBuf,

    /// What the rule finds, in a line
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// How bad it is [default: medium, or that of the exposure]
    #[arg(long, value_parser = Level::ALL.map(Level::as_str))]
    level: Option<String>,
}

/// What a rule is begun from.
struct Draft {
    /// The record without what belongs to somebody.
    record: Value,
    /// The first thing that it opens.
    change: Option<ExposureChange>,
    /// The name of the two files, without an ending.
    behaviour: String,
    service: String,
    title: String,
    level: Level,
    id: String,
    /// Today.
    date: String,
}

/// Writes the files.
pub(super) fn run(arguments: &NewArguments, console: &mut Console) -> Exit {
    match begin(arguments) {
        Ok(words) => {
            console.print(&words);
            Exit::Clean
        }
        Err(problem) => {
            console.say(&format!("tattletrail: {problem}\n"));
            Exit::Usage
        }
    }
}

fn begin(arguments: &NewArguments) -> Result<String, String> {
    let record = event::read(&arguments.from, arguments.event_id.as_deref())?;
    let draft = draft(&record, arguments)?;
    let folder = arguments.output.join(&draft.service);
    let rule = folder.join(format!("{}.yml", draft.behaviour));
    let cases = folder.join(format!("{}.test.yml", draft.behaviour));
    for path in [&rule, &cases] {
        if path.exists() {
            let path = path.display();
            return Err(format!(
                "`{path}` is there already, and is left as it is\n  help: name another folder with -o"
            ));
        }
    }
    let texts = [(&rule, rule::text(&draft)), (&cases, cases::text(&draft))];
    fs::create_dir_all(&folder).map_err(|error| format!("can't make `{}`: {error}", folder.display()))?;
    for (path, text) in texts {
        write_new(path, &text).map_err(|error| format!("can't write `{}`: {error}", path.display()))?;
    }
    Ok(next_steps(&draft, &rule, &cases))
}

fn draft(record: &CloudTrailRecord, arguments: &NewArguments) -> Result<Draft, String> {
    let read: Value =
        serde_json::from_str(&record.root().to_compact_json()).map_err(|error| error.to_string())?;
    let id = random_id()?;
    let scrubbed = scrub::scrub(&read, &random_id()?);
    let again = CloudTrailRecord::parse(&scrubbed.to_string()).map_err(|error| error.to_string())?;
    let change = exposure::derive(&again).changes.into_iter().next();
    let name = record.event_name().ok_or("the record has no `eventName`, so there is nothing to look for")?;
    let host =
        record.event_source().ok_or("the record has no `eventSource`, so there is nothing to look for")?;
    let service = plain(host.split('.').next().unwrap_or_default(), '-');
    let title = arguments.title.clone().unwrap_or_else(|| format!("{name} of {service}"));
    let level = arguments.level.as_deref().and_then(Level::from_word);
    let of_change = change.as_ref().and_then(ExposureChange::severity);
    Ok(Draft {
        change,
        behaviour: snake_case(name),
        service,
        title: neutralise(&title).into_owned(),
        level: level.or(of_change).unwrap_or(Level::Medium),
        id,
        date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
        record: scrubbed,
    })
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

fn next_steps(draft: &Draft, rule: &Path, cases: &Path) -> String {
    let (rule, cases) = (rule.display(), cases.display());
    let narrow = if draft.change.is_some() {
        "narrow the selection: the lines that are comments; read \"How closing works\" in rules/README.md, and add the call\n     \
         that ends the exposure to the cases"
    } else {
        "choose which of the parameters matter: the lines that are comments"
    };
    neutralise(&format!("wrote {rule}")).into_owned()
        + &format!("\nwrote {}\n", neutralise(&cases.to_string()))
        + &format!(
            "\nwhat is left to do:\n  \
             1. say what happened and why it matters: `title`, `description`, `level`, `references`\n  \
             2. tag it with tactics and techniques of ATT&CK: `attack.persistence`, `attack.t1098`\n  \
             3. {narrow}\n  \
             4. say in `falsepositives` who else does this\n  \
             5. make the look-alike in the cases the one that worries you most\n  \
             6. read both files for names that are yours; then\n     \
             tattletrail rules check --strict {rule}\n     \
             tattletrail rules test {rule}\n"
        )
}
