//! Compiled rules as one text: what a build makes of rule files, so that a start need not.
//!
//! A bundle is for the build that it is part of. It has no version, and nothing in it is checked again: what is wrong
//! with a rule is found when [`RuleSet::from_sources`] reads it, before there can be a bundle.

use super::{CompiledRule, RuleSet};

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

impl RuleSet {
    /// The rules as one text, for [`RuleSet::from_bundle`].
    ///
    /// # Errors
    /// Where the text would not give exactly these rules.
    pub fn to_bundle(&self) -> Result<String, BundleError> {
        let text = sonic_rs::to_string(&self.rules).map_err(BundleError::Form)?;
        let again = sonic_rs::to_string(&Self::from_bundle(&text)?.rules).map_err(BundleError::Form)?;
        if again == text { Ok(text) } else { Err(BundleError::Changed) }
    }

    /// The rules of a bundle: the very ones it was made of.
    pub fn from_bundle(text: &str) -> Result<Self, BundleError> {
        let rules: Vec<CompiledRule> = sonic_rs::from_str(text).map_err(BundleError::Form)?;
        Ok(Self::indexed(rules))
    }
}
