//! The rules that a function was built with.

use tattletrail_engine::engine::Engine;
use tattletrail_engine::ruleset::BundleError;

/// An engine with the rules that were there, and right, when the function was built.
pub fn engine() -> Result<Engine, BundleError> {
    tattletrail_rules::load().map(Engine::new)
}
