//! The rules of a function: those that it was built with, or those of a bundle beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tattletrail_engine::engine::Engine;
use tattletrail_engine::ruleset::{BundleError, RuleSet};

/// Why there are no rules to work with.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The bundle could not be read.
    #[error("can't read the bundle `{}`: {source}", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not one that this version takes.
    #[error("can't load the bundle `{}`: {source}", path.display())]
    Bundle {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: BundleError,
    },
    /// The built-in rules do not load.
    #[error(transparent)]
    BuiltIn(#[from] BundleError),
}

/// An engine with the rules of that bundle, or with those that were there, and right, when the function was built. How many
/// correlations are not among them is said: an invocation sees too little to count events.
pub fn engine(bundle: Option<&Path>) -> Result<Engine, RulesError> {
    let rules = match bundle {
        Some(path) => load(path)?,
        None => tattletrail_rules::load()?,
    };
    let count = rules.left_out().len();
    if count > 0 {
        tracing::info!(count, "functions do not run correlations; `tattletrail scan` does");
    }
    Ok(Engine::new(rules))
}

fn load(path: &Path) -> Result<RuleSet, RulesError> {
    let bytes = fs::read(path).map_err(|source| RulesError::Unreadable { path: path.to_owned(), source })?;
    RuleSet::from_bundle(bytes).map_err(|source| RulesError::Bundle { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_from_the_bundle_that_is_named() {
        let path = std::env::temp_dir().join(format!("{}.ttrules", std::process::id()));
        fs::write(&path, RuleSet::default().to_bundle().unwrap()).unwrap();
        assert!(engine(Some(&path)).unwrap().rules().is_empty());
        fs::write(&path, "title: a rule").unwrap();
        let told = engine(Some(&path)).unwrap_err().to_string();
        fs::remove_file(&path).unwrap();
        assert!(told.contains("can't load the bundle") && told.contains("not a bundle of rules"), "{told}");
        assert!(engine(Some(&path)).unwrap_err().to_string().contains("can't read the bundle"));
        assert!(!engine(None).unwrap().rules().is_empty());
    }
}
