//! The rules that Tattletrail comes with, inside the binary: a function or a laptop needs nothing beside it.
//!
//! With the feature `compiled` the build reads and checks them, and fails where one of them is wrong; what a program then
//! loads is the outcome.

use tattletrail_engine::ruleset::RuleSource;
#[cfg(feature = "compiled")]
use tattletrail_engine::ruleset::{BundleError, Header, RuleSet};

/// The rule files of the repository, as they were when the binary was built: path and text.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

/// The same rules, compiled.
#[cfg(feature = "compiled")]
const BUNDLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin.ttrules"));

/// The rules, ready to match: exactly those that [`RuleSet::from_sources`] makes of [`built_in`], in a fraction of the
/// time.
#[cfg(feature = "compiled")]
pub fn load() -> Result<RuleSet, BundleError> {
    RuleSet::from_bundle(BUNDLE)
}

/// What stands before those rules in their bundle: their hash, and how many they are.
#[cfg(feature = "compiled")]
pub fn header() -> Result<Header, BundleError> {
    Header::of_bundle(BUNDLE)
}

/// The sources of the rules.
pub fn built_in() -> impl Iterator<Item = RuleSource> {
    BUILT_IN.iter().map(|(path, text)| RuleSource::new(*path, *text))
}

// What the build does.
#[cfg(test)]
#[path = "../build/embed.rs"]
mod embed;

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "compiled")]
    #[test]
    fn the_bundle_holds_the_rules_of_the_files() {
        let (bundled, read) = (load().unwrap(), RuleSet::from_sources(built_in()).unwrap());
        assert!(bundled.len() > 60, "{}", bundled.len());
        for (bundled, read) in bundled.rules().iter().zip(read.rules()) {
            assert_eq!(format!("{:?}", bundled.info()), format!("{:?}", read.info()));
            assert_eq!(bundled.required_event_names(), read.required_event_names());
        }
        // All there is to a rule.
        assert_eq!(read.to_bundle().unwrap(), BUNDLE);
        assert_eq!(bundled.to_bundle().unwrap(), BUNDLE);
    }

    #[test]
    fn a_rule_that_does_not_load_stops_the_build() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("rules");
        let service = root.join("aws/cloudtrail/s3");
        std::fs::create_dir_all(&service).unwrap();
        let head = "title: t\nlogsource: {product: aws, service: cloudtrail}\n";
        let good = format!("{head}detection:\n  s:\n    a: 1\n  condition: s\n");
        std::fs::write(service.join("good.yml"), &good).unwrap();
        std::fs::write(service.join("bad.test.yml"), "not a rule").unwrap();
        let errors = |said: &[String]| said.iter().filter(|line| line.starts_with("cargo::error=")).count();
        assert_eq!(errors(&embed::embed(&root, folder.path()).unwrap()), 0);
        let bad = good.replace("a: 1", "a|re: '('").replace("condition: s", "condition: s and u");
        std::fs::write(service.join("bad.yml"), bad).unwrap();
        let said = embed::embed(&root, folder.path()).unwrap();
        let told = said.join("\n");
        assert!(
            told.contains(
                "\ncargo::error=rules/aws/cloudtrail/s3/bad.yml:5:11: found the regular expression"
            ),
            "{told}"
        );
        assert!(
            told.contains("\ncargo::error=rules/aws/cloudtrail/s3/bad.yml:6:20: found `u` in the condition"),
            "{told}"
        );
    }
}
