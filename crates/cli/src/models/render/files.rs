//! All files, with their paths.

use std::collections::BTreeSet;

use serde_json::Value;
use tattletrail_engine::metrics::Profile;

use super::outline::Outline;
use super::settings::Settings;
use super::{alarms, body, cis, cloudwatch, contributors, grafana, insights, layout};

/// The folders that hold nothing but files of these.
pub(super) const FOLDERS: [&str; 5] =
    ["cloudwatch", "grafana", "logs-insights", "contributor-insights", "metric-filters"];

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Its path within the folder of all of them.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
}

impl File {
    fn json(path: String, value: &Value) -> Self {
        Self { path, text: layout::lines(value) }
    }
}

/// The files of a profile, or of both; or why there are none.
pub(crate) fn all(
    outlines: &[Outline<'_>],
    profile: Option<Profile>,
    settings: &Settings,
) -> Result<Vec<File>, Vec<String>> {
    let profiles = profile.map_or(Profile::ALL.to_vec(), |profile| vec![profile]);
    let mut files = Vec::new();
    let mut faults = Vec::new();
    for profile in profiles {
        for (path, dashboard) in dashboards(outlines, profile, settings) {
            faults.extend(body::faults(&dashboard).into_iter().map(|fault| format!("{path}: {fault}")));
            files.push(File::json(path, &dashboard));
        }
        let path = format!("cloudwatch/alarms.{}.json", profile.as_str());
        files.push(File::json(path, &alarms::alarms(profile, settings)));
    }
    // Without a series for each rule its panels would be empty.
    if profile != Some(Profile::Free) {
        files.extend(outlines.iter().map(|outline| {
            File::json(
                format!("grafana/{}.json", outline.application()),
                &grafana::dashboard(outline, settings),
            )
        }));
        files.extend(grafana::provisioning(settings).map(|(path, text)| File { path, text }));
    }
    files.push(File::json(
        "logs-insights/queries.json".to_owned(),
        &insights::definitions(outlines, settings),
    ));
    for (name, rule) in contributors::rules(settings) {
        files.push(File::json(format!("contributor-insights/{name}.json"), &rule));
    }
    files.push(File::json("metric-filters/cis.json".to_owned(), &cis::filters(settings)));
    faults.extend(twice(&files));
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}

/// Dashboards of CloudWatch with their paths.
pub(crate) fn dashboards(
    outlines: &[Outline<'_>],
    profile: Profile,
    settings: &Settings,
) -> Vec<(String, Value)> {
    let folder = match profile {
        Profile::Standard => "cloudwatch",
        Profile::Free => "cloudwatch/free",
    };
    let mut all = Vec::new();
    for outline in outlines {
        let pages = match profile {
            Profile::Standard => cloudwatch::dashboards(outline, settings),
            Profile::Free => cloudwatch::free::dashboards(outline, settings),
        };
        for (at, page) in pages.into_iter().enumerate() {
            // The name of an application has no dot, so that no other one has this path.
            let number = if at == 0 { String::new() } else { format!(".{}", at + 1) };
            all.push((format!("{folder}/{}{number}.json", outline.application()), page));
        }
    }
    all.push((format!("{folder}/pipeline.json"), cloudwatch::pipeline::dashboard(profile, settings)));
    all
}

/// How many metrics a dashboard has.
pub(crate) fn metrics(dashboard: &Value) -> usize {
    body::metrics(dashboard)
}

/// How many metrics the alarms of a profile look at: each at one.
pub(crate) fn alarms(profile: Profile, settings: &Settings) -> usize {
    alarms::alarms(profile, settings)
        .get("Resources")
        .and_then(Value::as_object)
        .map_or(0, serde_json::Map::len)
}

/// How many rules of Contributor Insights there are.
pub(crate) fn contributors(settings: &Settings) -> usize {
    contributors::rules(settings).len()
}

/// A path may be there once: an application that is called `pipeline` has no place.
fn twice(files: &[File]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let again = files.iter().filter(|file| !seen.insert(file.path.as_str()));
    again
        .map(|file| format!("found two files `{}`, expected one; rename the application", file.path))
        .collect()
}
