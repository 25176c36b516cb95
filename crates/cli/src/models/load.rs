//! Models and rules that paths lead to.

use std::path::{Path, PathBuf};

use tattletrail_engine::ruleset::{RuleError, RuleSet, RuleSource};

use super::cases::Cases;
use crate::rules::RulesError;
use crate::scan::refuse_rules;
use crate::workbench::check::diagnostic::with_needed;
use crate::workbench::files::{self, Files};
use crate::{Console, Exit};

/// The folder that is read where no path is given.
const DEFAULT: &str = "rules";

/// What there is to look at.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The rules, those that are needed from inside the program included, with the models.
    pub(crate) rules: RuleSet,
    /// The cases of the rules.
    pub(crate) cases: Cases,
    /// The paths of the files that were named.
    pub(crate) own: Vec<String>,
}

/// What paths lead to: with none, the folder `rules` here, else (`None`) what is inside the program.
pub(super) fn files(paths: &[PathBuf], console: &mut Console) -> Result<Option<Files>, Exit> {
    if paths.is_empty() && !Path::new(DEFAULT).is_dir() {
        return Ok(None);
    }
    files::collect(paths, console).map(Some)
}

/// Rules and models of files, with those inside the program that they name, or all of these; every fault otherwise.
pub(super) fn together(files: Option<&Files>) -> Result<Loaded, Vec<RuleError>> {
    let paths = |sources: &[RuleSource]| sources.iter().map(|source| source.path.clone()).collect();
    let Some(files) = files else {
        let sources: Vec<RuleSource> = tattletrail_rules::built_in().collect();
        let own = paths(&sources);
        return Ok(Loaded { rules: RuleSet::from_sources(sources)?, cases: Cases::built_in(), own });
    };
    let rules = RuleSet::from_sources(with_needed(files))?;
    let at_hand = files.rules.iter().map(|source| source.path.as_str());
    Ok(Loaded { rules, cases: Cases::of(&files.cases, at_hand), own: paths(&files.rules) })
}

/// The same; what is wrong is said, and the exit is returned.
pub(crate) fn load(paths: &[PathBuf], console: &mut Console) -> Result<Loaded, Exit> {
    let files = files(paths, console)?;
    let loaded =
        together(files.as_ref()).map_err(|errors| refuse_rules(&RulesError::Bad(errors), console))?;
    if loaded.rules.models().is_empty() {
        return Err(no_model(console));
    }
    Ok(loaded)
}

/// Says that there is no model.
pub(super) fn no_model(console: &mut Console) -> Exit {
    console.say(
        "tattletrail: no threat model there\n  \
         help: a threat model is a YAML file with the key `threat_model`; docs/threat-models.md shows one\n",
    );
    Exit::Usage
}

impl Loaded {
    /// True if it comes from a file that was named.
    pub(crate) fn is_own(&self, path: &str) -> bool {
        self.own.iter().any(|own| own == path)
    }
}
