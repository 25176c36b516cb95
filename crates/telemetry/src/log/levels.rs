//! What is logged: by level, ours and that of libraries.

use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Filter};

/// What targets of ours begin with: the crates and the functions.
const OWN: [&str; 4] = ["tattletrail", "api_events", "trail_logs", "trail_files"];

/// True for a target of ours.
pub(super) fn is_own(target: &str) -> bool {
    OWN.iter().any(|own| target.starts_with(own))
}

/// The least level that is logged, by target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    own: LevelFilter,
    foreign: LevelFilter,
    /// Targets that `RUST_LOG` names, the longest first.
    named: Vec<(String, LevelFilter)>,
}

impl Levels {
    /// Levels as variables have them, the first that says something first: our own setting, Lambda's
    /// `AWS_LAMBDA_LOG_LEVEL`, `RUST_LOG`. Without any it is INFO. Libraries are at WARN, and at more where `RUST_LOG` names
    /// them. What can't be read says nothing.
    pub fn of_variables(own: Option<&str>, lambda: Option<&str>, rust_log: Option<&str>) -> Self {
        let rust_log: Targets = rust_log.and_then(|text| text.parse().ok()).unwrap_or_default();
        let set = own.and_then(level_of).or_else(|| lambda.and_then(level_of));
        let level = set.or(rust_log.default_level()).unwrap_or(LevelFilter::INFO);
        let is_wanted = |target: &str| set.is_none() || !is_own(target);
        let named = rust_log.iter().filter(|(target, _)| is_wanted(target));
        let mut named: Vec<_> = named.map(|(target, level)| (target.to_owned(), level)).collect();
        named.sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
        Self { own: level, foreign: level.min(LevelFilter::WARN), named }
    }

    /// Levels by how often `-v` was given: warnings, information, debug lines, everything.
    pub fn of_verbosity(count: u8) -> Self {
        let own = match count {
            0 => LevelFilter::WARN,
            1 => LevelFilter::INFO,
            2 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        };
        Self { own, foreign: LevelFilter::ERROR, named: Vec::new() }
    }

    /// True for what is logged.
    pub(super) fn show(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.of(metadata.target())
    }

    /// True for a target that `RUST_LOG` names.
    pub(super) fn name(&self, target: &str) -> bool {
        self.named_level(target).is_some()
    }

    fn of(&self, target: &str) -> LevelFilter {
        let other = if is_own(target) { self.own } else { self.foreign };
        self.named_level(target).unwrap_or(other)
    }

    fn named_level(&self, target: &str) -> Option<LevelFilter> {
        self.named.iter().find(|(name, _)| target.starts_with(name)).map(|(_, level)| *level)
    }

    fn most(&self) -> LevelFilter {
        self.named.iter().map(|(_, level)| *level).chain([self.own, self.foreign]).max().unwrap_or(self.own)
    }
}

/// A level by its word, in any case; Lambda has one above ERROR (Lambda developer guide, "Log-level filtering").
fn level_of(word: &str) -> Option<LevelFilter> {
    let word = word.trim();
    if word.eq_ignore_ascii_case("fatal") {
        return Some(LevelFilter::ERROR);
    }
    if word.is_empty() { None } else { word.parse().ok() }
}

/// What a layer of lines is asked about: all spans of ours, whatever is logged, and debug lines of ours where they are kept.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub(super) levels: Levels,
    pub(super) keeps_debug: bool,
}

impl Wanted {
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let is_own = is_own(metadata.target());
        if metadata.is_span() {
            return is_own;
        }
        let is_kept = self.keeps_debug && is_own && *metadata.level() <= Level::DEBUG;
        is_kept || self.levels.show(metadata)
    }
}

impl<S: Subscriber> Filter<S> for Wanted {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.wants(metadata) { Interest::always() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // Spans are made with the least of levels that are kept.
        Some(self.levels.most().max(LevelFilter::DEBUG))
    }
}
