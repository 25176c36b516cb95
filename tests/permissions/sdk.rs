//! The operations of each service, from the sources of its SDK crate: no list of ours that could be out of date.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What the services can be asked.
#[derive(Default)]
pub(crate) struct Sdk {
    services: BTreeMap<String, Service>,
}

/// One crate of the SDK.
pub(crate) struct Service {
    /// What requests are signed for; IAM has the same word before its actions, with exceptions.
    pub(crate) signed_for: String,
    /// By the client's method: `put_events`, `PutEvents`.
    pub(crate) operations: BTreeMap<String, String>,
}

/// A service of a test's own: its crate, what its requests are signed for, its methods and operations.
pub(crate) type Invented<'t> = (&'t str, &'t str, &'t [(&'t str, &'t str)]);

impl Sdk {
    /// The SDK crates that `cargo metadata` has.
    pub(crate) fn of(metadata: &Value) -> Self {
        let mut sdk = Self::default();
        for package in metadata["packages"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap();
            if let Some(service) = name.strip_prefix("aws-sdk-") {
                let folder = PathBuf::from(package["manifest_path"].as_str().unwrap());
                let service = service.replace('-', "_");
                sdk.services.insert(service, Service::read(&folder.with_file_name("src")));
            }
        }
        sdk
    }

    /// Invented services, for sources of a test's own.
    pub(crate) fn with(services: &[Invented<'_>]) -> Self {
        let text = |text: &&str| (*text).to_owned();
        let services = services.iter().map(|(name, signed_for, operations)| {
            let operations =
                operations.iter().map(|(method, operation)| (text(method), text(operation))).collect();
            (text(name), Service { signed_for: text(signed_for), operations })
        });
        Self { services: services.collect() }
    }

    /// The services that have such a method.
    pub(crate) fn having(&self, method: &str) -> BTreeSet<String> {
        let has = |service: &&String| self.services[*service].operations.contains_key(method);
        self.services.keys().filter(has).cloned().collect()
    }

    /// One of them.
    pub(crate) fn service(&self, name: &str) -> &Service {
        &self.services[name]
    }
}

impl Service {
    fn read(source: &Path) -> Self {
        let config = fs::read_to_string(source.join("config.rs")).unwrap();
        let signed_for = between(&config, "::aws_types::SigningName::from_static(\"", "\"");
        let mut operations = BTreeMap::new();
        for entry in fs::read_dir(source.join("operation")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let operation = between(&text, "orchestrator::Metadata::new(", ",");
                let operation = operation.trim().trim_matches('"').to_owned();
                operations.insert(path.file_stem().unwrap().display().to_string(), operation);
            }
        }
        assert!(!operations.is_empty(), "no operation in {}", source.display());
        Self { signed_for, operations }
    }
}

fn between(text: &str, begin: &str, end: &str) -> String {
    let found = text.split(begin).nth(1).and_then(|rest| rest.split(end).next());
    found
        .unwrap_or_else(|| panic!("the SDK's sources are not of the form that this test knows: no `{begin}`"))
        .to_owned()
}
