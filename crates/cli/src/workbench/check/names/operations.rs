//! The table of event sources and event names: `tables/operations.txt`, made by the script beside it.

use std::sync::LazyLock;

/// A line a source: its name without `.amazonaws.com`, then its event names, sorted.
const TABLE: &str = include_str!("../../../../tables/operations.txt");

/// Stands for names that nobody lists.
const OPEN: &str = "*";

static SHARED: LazyLock<Operations> = LazyLock::new(|| Operations::of(TABLE));

/// All event sources.
#[derive(Debug)]
pub(in crate::workbench) struct Operations {
    sources: Vec<Source>,
}

/// One event source with its event names.
#[derive(Debug)]
pub(in crate::workbench) struct Source {
    name: &'static str,
    names: Vec<&'static str>,
}

impl Operations {
    /// The table in the program.
    pub(in crate::workbench) fn shared() -> &'static Self {
        &SHARED
    }

    fn of(text: &'static str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let sources = lines.filter_map(|line| {
            let mut words = line.split(' ');
            Some(Source { name: words.next()?, names: words.collect() })
        });
        Self { sources: sources.collect() }
    }

    /// The sources, by name.
    pub(in crate::workbench) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The source that `eventSource` names.
    pub(in crate::workbench) fn source(&self, host: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.host().eq_ignore_ascii_case(host))
    }
}

impl Source {
    /// As `eventSource` has it.
    pub(in crate::workbench) fn host(&self) -> String {
        format!("{}.amazonaws.com", self.name)
    }

    /// The event names.
    pub(in crate::workbench) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied().filter(|name| *name != OPEN)
    }

    /// True if there may be more names than are listed.
    pub(in crate::workbench) fn is_open(&self) -> bool {
        self.names.contains(&OPEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_as_it_is_read() {
        let sources = Operations::shared().sources();
        assert!(sources.len() > 400, "{}", sources.len());
        assert!(sources.is_sorted_by(|a, b| a.name < b.name));
        for source in sources {
            assert!(!source.names.is_empty() && source.names.is_sorted(), "{}", source.name);
            assert_eq!(source.name, source.name.to_lowercase());
        }
    }

    /// One of each kind of spelling that is not just an operation of the source's model.
    #[test]
    fn the_names_are_as_cloudtrail_writes_them() {
        let pairs = [
            ("cloudtrail", "DeleteTrail"),
            ("lambda", "CreateFunction20150331"),
            ("lambda", "UpdateFunctionCode20150331v2"),
            ("cloudfront", "CreateDistribution2020_05_31"),
            ("s3", "PutBucketPublicAccessBlock"),
            ("signin", "ConsoleLogin"),
            ("kms", "RotateKey"),
            ("monitoring", "PutMetricAlarm"),
            ("elasticloadbalancing", "ModifyListener"),
            ("states", "StartExecution"),
            ("tagging", "TagResources"),
            ("ecr", "PutImage"),
            ("ses", "SendEmail"),
            ("sso", "CreatePermissionSet"),
        ];
        for (source, name) in pairs {
            let found = Operations::shared().source(&format!("{source}.amazonaws.com"));
            assert!(found.is_some_and(|found| found.names().any(|known| known == name)), "{source} {name}");
        }
        assert!(Operations::shared().source("cloudwatch2.amazonaws.com").is_none());
    }
}
