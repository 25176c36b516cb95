//! `tattletrail rules schema`: the JSON Schemas of what people write, for editors that know YAML.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{Console, Exit};

const EXAMPLES: &str = "\
With a schema an editor completes keys, marks what is misspelt and shows what a key means, while one types. `tattletrail
rules check` knows more: a schema cannot read conditions, paths, regular expressions or names of events. There is no schema
of threat models yet.

Examples:
  tattletrail rules schema rule -o .schemas/rule.json
  tattletrail rules schema cases -o .schemas/cases.json
      then in Visual Studio Code, with the YAML extension, in .vscode/settings.json:
      \"yaml.schemas\": {
        \".schemas/cases.json\": \"rules/**/*.test.yml\",
        \".schemas/rule.json\": [\"rules/**/*.yml\", \"!rules/**/*.test.yml\"]
      }
      or in any editor with yaml-language-server, as the first line of a file:
      # yaml-language-server: $schema=../.schemas/rule.json
  tattletrail rules schema | jq '.properties | keys'

Exit codes:
  0  the schema is written
  2  wrong usage; the file could not be written";

/// Print the JSON Schema (draft-07) of rules, cases, filters or correlations.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct SchemaArguments {
    /// What the schema is of
    #[arg(value_enum, value_name = "KIND", default_value_t = Kind::Rule)]
    kind: Kind,

    /// Write it to this file, over what is there, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A rule: `<behaviour>.yml`
    Rule,
    /// The cases of a rule: `<behaviour>.test.yml`
    Cases,
    /// A Sigma filter with its owner, reason and day of expiry
    Filter,
    /// A Sigma correlation
    Correlation,
}

impl Kind {
    fn schema(self) -> &'static str {
        match self {
            Self::Rule => include_str!("../../schemas/rule.json"),
            Self::Cases => include_str!("../../schemas/cases.json"),
            Self::Filter => include_str!("../../schemas/filter.json"),
            Self::Correlation => include_str!("../../schemas/correlation.json"),
        }
    }
}

/// Prints or writes the schema.
pub(super) fn run(arguments: &SchemaArguments, console: &mut Console) -> Exit {
    let schema = arguments.kind.schema();
    let Some(path) = &arguments.output else {
        console.print(schema);
        return Exit::Clean;
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = folder.map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, schema));
    match written {
        Ok(()) => Exit::Clean,
        Err(error) => {
            console.say(&format!("tattletrail: can't write `{}`: {error}\n", path.display()));
            Exit::Usage
        }
    }
}
