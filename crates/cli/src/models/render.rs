//! `tattletrail threat-model render`: dashboards, alarms and questions, made from threat models.
//!
//! `models and rules -> outline -> files`; the same models, rules and names make the same files, byte by byte.

// Names of what is deployed.
pub(crate) mod settings;

// Models with their rules.
pub(crate) mod outline;

// Texts of models as Markdown.
mod markdown;

// What dashboards say.
mod words;

// Questions to logs.
mod queries;

// Widgets on a grid.
mod grid;

// Widgets of CloudWatch.
mod widgets;

// Dashboards of CloudWatch.
mod cloudwatch;

// Is this the body of a dashboard?
mod body;

// Templates of CloudFormation.
mod template;

// Alarms.
mod alarms;

// Definitions of questions.
mod insights;

// Rules of Contributor Insights.
mod contributors;

// Metric filters of CIS.
mod cis;

// Dashboards of Grafana.
mod grafana;

// JSON that people read.
mod layout;

// All files.
pub(crate) mod files;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use tattletrail_engine::metrics::Profile;
use walkdir::WalkDir;

use super::chosen::RulesArguments;
use crate::{Console, Exit};
use files::{FOLDERS, File};
use outline::Outline;
use settings::{ProfileArgument, Settings};

const EXAMPLES: &str = "\
Examples:
  tattletrail threat-model render -o dashboards/
      of the models inside this program
  tattletrail threat-model render shop --add my-rules/ -o dashboards/ --region eu-central-1
      of a model of your own
  tattletrail threat-model render --add my-rules/ -o dashboards/ --check
      in CI: are the files those that the models make?
  tattletrail threat-model render -o template/ --region '${AWS::Region}' --function-prefix '${AWS::StackName}'
      for Fn::Sub in a template
  aws cloudwatch put-dashboard --dashboard-name cruddur --dashboard-body file://dashboards/cloudwatch/cruddur.json

Exit codes:
  0  the files are written, or are right
  1  with --check: some are not
  2  wrong usage, or a file could not be read or written
  3  a rule or a model does not load";

/// Write dashboards, alarms, log queries and metric filters, made from threat models.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct RenderArguments {
    /// Only the models of these applications [default: all]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,

    #[command(flatten)]
    rules: RulesArguments,

    /// The folder that the files are written to
    #[arg(long, short, value_name = "FOLDER")]
    output: PathBuf,

    /// Only what this profile of metrics (`TATTLETRAIL_METRICS_PROFILE`) needs [default: that of both]
    #[arg(long, value_enum, value_name = "PROFILE")]
    profile: Option<ProfileArgument>,

    /// Write nothing; say which files are not as they should be
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    settings: Settings,
}

/// Writes the files, or compares them.
pub(super) fn run(arguments: &RenderArguments, console: &mut Console) -> Exit {
    let chosen = match arguments.rules.load(&arguments.models, console) {
        Ok(chosen) => chosen,
        Err(exit) => return exit,
    };
    let outlines = Outline::all(&chosen);
    let files = match files::all(&outlines, arguments.profile.map(Profile::from), &arguments.settings) {
        Ok(files) => files,
        Err(faults) => {
            console.say(&faults.iter().map(|fault| format!("tattletrail: {fault}\n")).collect::<String>());
            return Exit::Usage;
        }
    };
    // Files of applications that were not asked for may be there.
    let is_whole = arguments.models.is_empty() && arguments.profile.is_none();
    let stale = if is_whole { stale(&arguments.output, &files) } else { Vec::new() };
    if arguments.check {
        return compare(&arguments.output, &files, &stale, console);
    }
    for file in &files {
        if let Err(exit) = write(&arguments.output.join(&file.path), &file.text, console) {
            return exit;
        }
    }
    for path in &stale {
        console.say(&format!("tattletrail: no model makes `{}` any more; delete it\n", path.display()));
    }
    console.say(&format!("{} files written\n", files.len()));
    Exit::Clean
}

fn write(path: &Path, text: &str, console: &mut Console) -> Result<(), Exit> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|error| {
        console.say(&format!("tattletrail: can't write `{}`: {error}\n", path.display()));
        Exit::Usage
    })
}

/// Names the files that are missing, other than they should be, or too many.
fn compare(folder: &Path, files: &[File], stale: &[PathBuf], console: &mut Console) -> Exit {
    let mut lines = String::new();
    for file in files {
        let path = folder.join(&file.path);
        match fs::read_to_string(&path) {
            Ok(text) if text == file.text => {}
            Ok(_) => lines.push_str(&format!("{}: is not what the models make\n", path.display())),
            Err(_) => lines.push_str(&format!("{}: is missing\n", path.display())),
        }
    }
    for path in stale {
        lines.push_str(&format!("{}: no model makes it any more\n", path.display()));
    }
    console.print(&lines);
    let wrong = lines.lines().count();
    console.say(&format!("{} files, {wrong} not as they should be\n", files.len()));
    if wrong == 0 {
        return Exit::Clean;
    }
    console.say("  help: the same command without `--check` writes them anew\n");
    Exit::Findings
}

/// Files in folders of ours that nothing makes.
fn stale(folder: &Path, files: &[File]) -> Vec<PathBuf> {
    let made: BTreeSet<PathBuf> = files.iter().map(|file| folder.join(&file.path)).collect();
    let folders = FOLDERS.iter().map(|name| folder.join(name)).filter(|path| path.is_dir());
    let entries = folders.flat_map(|path| WalkDir::new(path).sort_by_file_name()).flatten();
    let paths = entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    paths.filter(|path| !made.contains(path)).collect()
}
