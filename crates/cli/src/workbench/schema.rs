//! `tattletrail rules schema`: the JSON Schemas of what people write, for editors that know YAML.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::json::pretty;
use crate::output::place::put;
use crate::{Console, Exit};

const EXAMPLES: &str = "\
With a schema an editor completes keys, marks what is misspelt and shows what a key means, while one types. `tattletrail
rules check` knows more: a schema cannot read conditions, paths, regular expressions or names of events, nor can it tell
whether a threat model names rules that there are.

Examples:
  tattletrail rules schema -o .schemas/rules.json
  tattletrail rules schema cases -o .schemas/cases.json
      then in Visual Studio Code, with the YAML extension, in .vscode/settings.json:
      \"yaml.schemas\": {
        \".schemas/cases.json\": \"rules/**/*.test.yml\",
        \".schemas/rules.json\": [\"rules/**/*.yml\", \"!rules/**/*.test.yml\"]
      }
      or in any editor with yaml-language-server, as the first line of a file:
      # yaml-language-server: $schema=../.schemas/rules.json
  tattletrail rules schema threat-model -o .schemas/threat-model.json
  tattletrail rules schema rule | jq '.properties | keys'

Exit codes:
  0  the schema is written
  2  wrong usage; the file could not be written";

/// Print the JSON Schema (draft-07) of rules, cases, filters, correlations or threat models.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct SchemaArguments {
    /// What the schema is of
    #[arg(value_enum, value_name = "KIND", default_value_t = Kind::File)]
    kind: Kind,

    /// Write it to this file, over what is there, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Any document of a file of rules: rule, correlation, filter or threat model
    File,
    /// A rule: `<behaviour>.yml`
    Rule,
    /// The cases of a rule: `<behaviour>.test.yml`
    Cases,
    /// A Sigma filter with its owner, reason and day of expiry
    Filter,
    /// A Sigma correlation
    Correlation,
    /// The threat model of an application: `threat-models/<application>.yml`
    ThreatModel,
}

impl Kind {
    fn schema(self) -> String {
        match self {
            Self::File => file(),
            kind => kind.text().to_owned(),
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::File | Self::Rule => include_str!("../../schemas/rule.json"),
            Self::Cases => include_str!("../../schemas/cases.json"),
            Self::Filter => include_str!("../../schemas/filter.json"),
            Self::Correlation => include_str!("../../schemas/correlation.json"),
            Self::ThreatModel => include_str!("../../schemas/threat-model.json"),
        }
    }
}

/// A document has the schema of what it is by its keys.
fn file() -> String {
    let kinds = [
        ("rule", Kind::Rule),
        ("correlation", Kind::Correlation),
        ("filter", Kind::Filter),
        ("threat-model", Kind::ThreatModel),
    ];
    let within = |(name, kind): (&str, Kind)| {
        let text = kind.text().replace("#/definitions/", &format!("#/definitions/{name}/definitions/"));
        (name.to_owned(), serde_json::from_str(&text).unwrap_or_default())
    };
    let definitions: Map<String, Value> = kinds.into_iter().map(within).collect();
    let of = |name: &str| json!({ "$ref": format!("#/definitions/{name}") });
    pretty(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Document of a file of rules",
        "if": { "required": ["correlation"] },
        "then": of("correlation"),
        "else": {
            "if": { "required": ["filter"], "not": { "required": ["detection"] } },
            "then": of("filter"),
            "else": {
                "if": { "required": ["threat_model"] },
                "then": of("threat-model"),
                "else": { "if": { "required": ["action"] }, "then": true, "else": placeholders(&of("rule")) },
            },
        },
        "definitions": definitions,
    }))
}

/// A document without a detection may fill in placeholders: names, each with its values.
fn placeholders(rule: &Value) -> Value {
    let word = json!({ "type": ["string", "number"] });
    json!({
        "if": { "required": ["placeholders"], "not": { "required": ["detection"] } },
        "then": {
            "properties": {
                "placeholders": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": { "anyOf": [word, { "type": "array", "minItems": 1, "items": word }] },
                },
            },
        },
        "else": rule,
    })
}

/// Prints or writes the schema.
pub(super) fn run(arguments: &SchemaArguments, console: &mut Console) -> Exit {
    put(&arguments.kind.schema(), arguments.output.as_deref(), console)
}
