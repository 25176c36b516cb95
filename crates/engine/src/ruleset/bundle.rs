//! Compiled rules as one text: what a build makes of rule files, so that a start need not.
//!
//! A bundle is for the build that it is part of. It has no version, and nothing in it is checked again: what is wrong
//! with a rule is found when [`RuleSet::from_sources`] reads it, before there can be a bundle.

use serde::{Deserialize, Serialize};

use super::{CompiledFilter, CompiledRule, RuleSet};
use crate::ids::RuleId;

/// Why rules cannot be bundled, or a bundle cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It is not what this build of the engine would write.
    #[error("not a bundle of this build")]
    Form(#[source] sonic_rs::Error),
    /// Read back, the rules would be others.
    #[error("the rules do not survive being bundled")]
    Changed,
}

/// What a bundle holds. Correlations are not in it: what functions see one by one, they cannot count.
#[derive(Debug, Serialize, Deserialize)]
struct Bundled {
    rules: Vec<CompiledRule>,
    filters: Vec<CompiledFilter>,
    /// Rules that are there for correlations only.
    silent: Vec<RuleId>,
    /// The correlations that are left out.
    left_out: Vec<RuleId>,
}

impl RuleSet {
    /// The rules and filters as one text, for [`RuleSet::from_bundle`]. Correlations are left out, and
    /// [`RuleSet::left_out`] names them.
    ///
    /// # Errors
    /// Where the text would not give exactly these rules.
    pub fn to_bundle(&self) -> Result<String, BundleError> {
        let text = self.written()?;
        let again = Self::from_bundle(&text)?.written()?;
        if again == text { Ok(text) } else { Err(BundleError::Changed) }
    }

    fn written(&self) -> Result<String, BundleError> {
        let silent = self.rules.iter().map(|rule| &rule.info().id).filter(|id| self.links.is_silent(id));
        let correlations = self.correlations.iter().map(|correlation| &correlation.info().id);
        let bundled = Bundled {
            rules: self.rules.clone(),
            filters: self.filters.clone(),
            silent: silent.cloned().collect(),
            left_out: self.left_out.iter().chain(correlations).cloned().collect(),
        };
        sonic_rs::to_string(&bundled).map_err(BundleError::Form)
    }

    /// The rules of a bundle: the very ones it was made of.
    pub fn from_bundle(text: &str) -> Result<Self, BundleError> {
        let Bundled { rules, filters, silent, left_out } =
            sonic_rs::from_str(text).map_err(BundleError::Form)?;
        let mut set = Self::linked(rules, Vec::new(), filters, &[], &mut Vec::new());
        set.links.silence(silent);
        set.left_out = left_out;
        Ok(set)
    }
}
