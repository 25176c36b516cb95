//! Rules from a file beside the function, or none.

use super::*;
use crate::health::Source as Function;

fn begun(path: &Path, sha256: Option<&str>) -> Result<Rules, RulesError> {
    let settings = RulesSettings {
        from: RulesFrom::File(path.to_owned()),
        sha256: sha256.map(str::to_owned),
        max_age: Duration::ZERO,
    };
    let config = SdkConfig::builder().build();
    let health = Health { source: Function::ApiEvents, profile: tattletrail_engine::metrics::Profile::Free };
    begin(Some(&settings), &config, health).map(|(rules, _)| rules)
}

#[test]
fn a_file_with_a_fault_ends_the_start() {
    let path = std::env::temp_dir().join(format!("{}.ttrules", std::process::id()));
    fs::write(&path, samples::bundle("a")).unwrap();
    let rules = begun(&path, None).unwrap();
    assert_eq!((rules.engine.rules().len(), &*rules.version), (1, "file"));
    assert!(begun(&path, Some(&rules.hash)).is_ok());
    let other = begun(&path, Some(&"0".repeat(64))).unwrap_err().to_string();
    fs::write(&path, "title: a rule").unwrap();
    let told = begun(&path, None).unwrap_err().to_string();
    fs::remove_file(&path).unwrap();
    assert!(other.contains("expected 000") && other.contains(&rules.hash), "{other}");
    assert!(told.contains("can't load the bundle") && told.contains("not a bundle of rules"), "{told}");
    assert!(begun(&path, None).unwrap_err().to_string().contains("can't read the bundle"));
}

#[test]
fn without_settings_the_rules_are_those_of_the_build() {
    let health = Health { source: Function::ApiEvents, profile: tattletrail_engine::metrics::Profile::Free };
    let (rules, lookout) = begin(None, &SdkConfig::builder().build(), health).unwrap();
    assert!(!rules.engine.rules().is_empty() && lookout.is_none());
    assert_eq!((rules.hash.len(), &*rules.version), (64, "built-in"));
}
