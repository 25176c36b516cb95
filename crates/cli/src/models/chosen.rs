//! The models that a command is about: all that are loaded, or those of the applications that are named.

use std::path::PathBuf;

use clap::Args;
use tattletrail_engine::finding::RuleInfo;
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::sigma::nearest;
use tattletrail_engine::threat_model::{ThreatModel, Vector};

use crate::scan::load_with;
use crate::{Console, Exit};

/// Where rules and models are.
#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// Use the rules and models in this folder, file or bundle (*.ttrules) instead of the built-in ones (repeatable)
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,

    /// Add the rules and models in this folder or file to the others (repeatable)
    #[arg(long, value_name = "DIR")]
    add: Vec<PathBuf>,
}

impl RulesArguments {
    /// The rules with the models that are named, or with all if none is. What is wrong is said, and the exit is returned.
    pub(super) fn load(&self, names: &[String], console: &mut Console) -> Result<Chosen, Exit> {
        let set = load_with(&self.rules, &self.add, console)?;
        let known: Vec<&str> = set.models().iter().map(|model| &*model.application).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
            let help = nearest(name, known.iter().copied()).map_or_else(
                || {
                    format!(
                        "there are {}",
                        if known.is_empty() { "none".to_owned() } else { known.join(", ") }
                    )
                },
                |near| format!("did you mean {near}"),
            );
            console.say(&format!(
                "tattletrail: no threat model of `{name}` among {}\n  help: {help}\n",
                known.len()
            ));
            return Err(Exit::Usage);
        }
        if known.is_empty() {
            console.say(
                "tattletrail: no threat model among the rules\n  \
                 help: a model is a file with the key `threat_model`; name its folder with --add\n",
            );
            return Err(Exit::Usage);
        }
        Ok(Chosen { names: names.to_vec(), set })
    }
}

/// Rules, and the models that are asked for.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) set: RuleSet,
    names: Vec<String>,
}

impl Chosen {
    /// The models, by application.
    pub(super) fn models(&self) -> impl Iterator<Item = &ThreatModel> {
        self.set.models().iter().filter(|model| self.is_asked_for(&model.application))
    }

    /// True if the application's model is one of them.
    pub(super) fn is_asked_for(&self, application: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| name == application)
    }

    /// The rules that a vector names, in its order. A correlation that a bundle left out is not among them.
    pub(super) fn rules_of<'c>(&'c self, vector: &'c Vector) -> impl Iterator<Item = &'c RuleInfo> {
        vector.rules.iter().filter_map(|rule| self.set.named(rule.named()))
    }
}
