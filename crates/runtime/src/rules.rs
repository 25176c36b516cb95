//! The rules that a function was built with.

use tattletrail_engine::engine::Engine;
use tattletrail_engine::ruleset::BundleError;

/// An engine with the rules that were there, and right, when the function was built. Which correlations are not among them
/// is said: an invocation sees too little to count events.
pub fn engine() -> Result<Engine, BundleError> {
    let rules = tattletrail_rules::load()?;
    for id in rules.left_out() {
        tracing::info!(
            rule_id = id.as_str(),
            "functions do not run this correlation; `tattletrail scan` does"
        );
    }
    Ok(Engine::new(rules))
}
