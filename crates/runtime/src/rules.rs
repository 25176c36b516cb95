//! The rules that a function was built with.

use tattletrail_engine::engine::Engine;
use tattletrail_engine::ruleset::RuleSet;

/// An engine with the rules that were there when the function was built; the error names every fault of every rule.
pub fn engine() -> Result<Engine, String> {
    RuleSet::from_sources(tattletrail_rules::built_in())
        .map(Engine::new)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}
