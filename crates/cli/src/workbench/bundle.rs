//! `tattletrail rules bundle`: rules as one file, and what is in such a file.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::ruleset::{CompiledFilter, CompiledRule, Correlation, Header, RuleSet};

use super::json::pretty;
use super::wrap::{labelled, wrap};
use crate::output::Style;
use crate::rules::{self, RulesError};
use crate::scan::{load_rules, refuse_rules};
use crate::{Console, Exit};

const EXAMPLES: &str = "\
A bundle holds compiled rules: it loads in a fraction of the time, it is read wherever rules are (`--rules FILE`), and the
same rules always make the same bytes. It is for programs of one version: another one refuses it and says so.

Examples:
  tattletrail rules bundle my-rules/ --output my-rules.ttrules
  tattletrail scan AWSLogs/ --rules my-rules.ttrules
  tattletrail rules bundle --check my-rules.ttrules
      is it whole, and what is in it?
  tattletrail rules bundle --check my-rules.ttrules --format json | jq -r '.rules[] | [.id, .sha256] | @tsv'

Exit codes:
  0  the bundle is written, or is right
  2  wrong usage, or something could not be read or written
  3  a rule, or the bundle, does not load";

/// Make one file of rules that loads at once, or check such a file, and list what is in it.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct BundleArguments {
    /// Rules, folders of them, or bundles [default: those inside this program]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The file to write; its name ends in `.ttrules`, by which other commands know it
    #[arg(long, short, value_name = "FILE", required_unless_present = "check", value_parser = named_so)]
    output: Option<PathBuf>,

    /// Check this bundle instead of writing one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "output"])]
    check: Option<PathBuf>,

    /// Leave correlations out, and name them; a bundle is for functions, which see too little at once to count events
    #[arg(long, conflicts_with = "check")]
    without_correlations: bool,

    /// How the contents are written
    #[arg(long, short, value_enum, default_value_t = BundleFormat::Text)]
    format: BundleFormat,
}

/// How the contents of a bundle are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BundleFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// The columns of the labels.
const LABEL: usize = 17;

/// What follows the first line about a rule.
const INDENT: usize = 2;

fn named_so(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.extension().is_some_and(|ending| ending == rules::BUNDLE) {
        Ok(path)
    } else {
        Err(format!("expected a name that ends in `.{}`", rules::BUNDLE))
    }
}

/// A bundle, and the rules that were read back from it.
struct Bundle {
    bytes: usize,
    header: Header,
    rules: RuleSet,
}

/// Writes a bundle, or checks one, and lists it.
pub(super) fn run(arguments: &BundleArguments, console: &mut Console) -> Exit {
    let made = match (&arguments.check, &arguments.output) {
        (Some(path), _) => read(path, console).map(|bundle| (path, bundle)),
        (None, Some(path)) => write(arguments, path, console).map(|bundle| (path, bundle)),
        (None, None) => Err(Exit::Usage),
    };
    let (path, bundle) = match made {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    console.print(&match arguments.format {
        BundleFormat::Text => text(path, &bundle, Style::of_results(console)),
        BundleFormat::Json => pretty(&object(path, &bundle)),
    });
    Exit::Clean
}

fn write(arguments: &BundleArguments, output: &Path, console: &mut Console) -> Result<Bundle, Exit> {
    let set = load_rules(&arguments.paths, console)?;
    leave_out(set.correlations(), arguments.without_correlations, console)?;
    let refused = |error| RulesError::Bundle { path: output.to_owned(), error };
    let bytes = set.to_bundle().map_err(|error| refuse_rules(&refused(error), console))?;
    if let Err(error) = fs::write(output, &bytes) {
        console.say(&format!("tattletrail: can't write to `{}`: {error}\n", output.display()));
        return Err(Exit::Usage);
    }
    opened(output, &bytes, console)
}

/// Names the correlations, which a bundle cannot hold; an exit, unless they may be left out.
fn leave_out(correlations: &[Correlation], may: bool, console: &mut Console) -> Result<(), Exit> {
    for correlation in correlations {
        let info = correlation.info();
        let word = if may { "left out" } else { "can't be in a bundle" };
        console.say(&format!(
            "{}: {word}: the correlation \"{}\"\n",
            neutralise(&info.path),
            neutralise(&info.title)
        ));
    }
    if correlations.is_empty() || may {
        return Ok(());
    }
    console.say(
        "tattletrail: a bundle is for functions, which see too little at once to count events\n  \
         help: leave correlations out by --without-correlations; `tattletrail scan` runs them from their files\n",
    );
    Err(Exit::BadRule)
}

fn read(path: &Path, console: &mut Console) -> Result<Bundle, Exit> {
    let bytes = rules::bytes(path).map_err(|error| refuse_rules(&error, console))?;
    opened(path, &bytes, console)
}

fn opened(path: &Path, bytes: &[u8], console: &mut Console) -> Result<Bundle, Exit> {
    let open = || Ok((Header::of_bundle(bytes)?, RuleSet::check_bundle(bytes.to_vec())?));
    let refused = |error| RulesError::Bundle { path: path.to_owned(), error };
    let (header, rules) = open().map_err(|error| refuse_rules(&refused(error), console))?;
    Ok(Bundle { bytes: bytes.len(), header, rules })
}

/// The rules, then the bundle as a whole.
fn text(path: &Path, bundle: &Bundle, style: Style) -> String {
    let columns = style.columns();
    let mut text = String::new();
    for rule in bundle.rules.rules() {
        let info = rule.info();
        let words = format!("{} {} {}", info.path, info.id, info.hash);
        for (index, line) in wrap(&words, columns.saturating_sub(INDENT)).iter().enumerate() {
            let indent = if index == 0 { 0 } else { INDENT };
            text.push_str(&format!("{:indent$}{line}\n", ""));
        }
    }
    text.push('\n');
    let header = &bundle.header;
    for (label, words) in [
        ("bundle", path.display().to_string()),
        ("rules", header.rules.to_string()),
        ("filters", bundle.rules.filters().len().to_string()),
        ("threat models", models(bundle).join(", ")),
        ("left out", left_out(bundle).join(", ")),
        ("bytes", bundle.bytes.to_string()),
        ("rule version", header.rule_version.to_string()),
        ("ATT&CK", header.attack_version.clone()),
        ("SHA-256", header.sha256.clone()),
    ] {
        text.push_str(&labelled(label, &words, LABEL, columns));
    }
    text
}

/// The ids of the correlations that are not in it.
fn left_out(bundle: &Bundle) -> Vec<String> {
    bundle.rules.left_out().iter().map(ToString::to_string).collect()
}

fn object(path: &Path, bundle: &Bundle) -> Value {
    let rule = |rule: &CompiledRule| {
        let info = rule.info();
        json!({ "id": info.id.as_str(), "path": info.path, "sha256": info.hash.as_str() })
    };
    let filter = |filter: &CompiledFilter| {
        let info = filter.info();
        json!({ "id": info.id.as_str(), "path": info.path, "sha256": info.hash.as_str() })
    };
    let header = &bundle.header;
    json!({
        "bundle": path.display().to_string(),
        "bytes": bundle.bytes,
        "rule_version": header.rule_version,
        "attack_version": header.attack_version,
        "sha256": header.sha256,
        "rules": bundle.rules.rules().iter().map(rule).collect::<Vec<_>>(),
        "filters": bundle.rules.filters().iter().map(filter).collect::<Vec<_>>(),
        "threat_models": models(bundle),
        "left_out": left_out(bundle),
    })
}

/// The applications whose findings say so.
fn models(bundle: &Bundle) -> Vec<&str> {
    bundle.rules.models().iter().map(|model| &*model.application).collect()
}
