//! `threat-model render` and `threat-model cost`; and that the files under `infra/dashboards` are what the models make, show
//! what the functions publish, and keep to what is free where they promise it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tattletrail_engine::metrics::{Home, Profile};
use tattletrail_engine::ruleset::RuleSet;
use tattletrail_engine::threat_model::ThreatModel;

use super::{json, model};
use crate::harness::{files, root};

/// The files of the repository.
pub(super) fn checked_in() -> PathBuf {
    root().join("infra/dashboards")
}

pub(super) fn read(path: &str) -> Value {
    let text = fs::read_to_string(checked_in().join(path)).expect(path);
    serde_json::from_str(&text).expect(path)
}

/// The dashboards of CloudWatch of a profile.
pub(super) fn dashboards(profile: Profile) -> Vec<(String, Value)> {
    let folder = if profile == Profile::Free { "cloudwatch/free" } else { "cloudwatch" };
    let all = files(&checked_in().join(folder), ".json");
    let own = all.iter().filter(|path| path.parent().unwrap().ends_with(folder));
    let names = own.map(|path| format!("{folder}/{}", path.file_name().unwrap().to_string_lossy()));
    names.filter(|path| !path.contains("alarms.")).map(|path| (path.clone(), read(&path))).collect()
}

fn shipped() -> RuleSet {
    RuleSet::from_sources(tattletrail_rules::built_in()).unwrap()
}

/// A series: namespace, name and dimensions.
type Series = (String, String, Vec<(String, String)>);

/// Series that a dashboard shows.
fn series(dashboard: &Value) -> Vec<Series> {
    let widgets = dashboard["widgets"].as_array().unwrap();
    let metrics = widgets.iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    let one = |metric: &Value| {
        let texts: Vec<String> =
            metric.as_array().unwrap().iter().filter_map(|text| text.as_str().map(str::to_owned)).collect();
        let (namespace, rest) = texts.split_first()?;
        let (name, rest) = rest.split_first()?;
        let pairs = rest.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        Some((namespace.clone(), name.clone(), pairs))
    };
    metrics.filter_map(one).collect()
}

/// Whether the functions publish a series in a profile; `None` for those of AWS.
fn is_published(
    profile: Profile,
    namespace: &str,
    name: &str,
    dimensions: &[(String, String)],
) -> Option<bool> {
    let home = match namespace {
        "Tattletrail/Detection" => Home::Detection,
        "Tattletrail/Health" => Home::Health,
        _ => return None,
    };
    let dimensions: Vec<(&str, &str)> =
        dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Some(profile.find(home, name, &dimensions).is_some())
}

#[test]
fn the_dashboards_are_what_the_models_make() {
    let run = model(&["render", "--check", "-o", "../infra/dashboards"]);
    let help = "run `cargo run -- threat-model render -o infra/dashboards`, and read what changes";
    assert_eq!((run.exit.code(), run.out.as_str()), (0, ""), "{help}");
}

#[test]
fn a_file_that_is_changed_missing_or_left_over_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    assert_eq!(model(&["render", "-o", &path]).exit.code(), 0);
    assert_eq!(model(&["render", "--check", "-o", &path]).exit.code(), 0);
    fs::write(folder.path().join("cloudwatch/cruddur.json"), "{}").unwrap();
    fs::remove_file(folder.path().join("grafana/cruddur.json")).unwrap();
    fs::write(folder.path().join("cloudwatch/gone.json"), "{}").unwrap();
    let run = model(&["render", "--check", "-o", &path]);
    let said: Vec<&str> =
        run.out.lines().map(|line| line.rsplit_once("dashboards/").map_or(line, |(_, end)| end)).collect();
    assert_eq!(run.exit.code(), 1);
    let ends = [
        "cruddur.json: is not what the models make",
        "cruddur.json: is missing",
        "gone.json: no model makes it any more",
    ];
    assert_eq!(said.len(), ends.len(), "{said:?}");
    assert!(said.iter().zip(ends).all(|(line, end)| line.ends_with(end)), "{said:?}");
}

#[test]
fn every_series_that_is_shown_is_published() {
    for profile in Profile::ALL {
        let mut shown = 0;
        for (path, dashboard) in dashboards(profile) {
            for (namespace, name, dimensions) in series(&dashboard) {
                let Some(is_published) = is_published(profile, &namespace, &name, &dimensions) else {
                    continue;
                };
                assert!(is_published, "{path}: {namespace} {name} {dimensions:?}");
                shown += 1;
            }
        }
        assert!(shown >= 10, "{profile:?}: {shown}");
    }
}

#[test]
fn every_vector_has_a_row_in_every_kind_of_dashboard() {
    let set = shipped();
    for model in set.models() {
        let (own, free) = (
            format!("cloudwatch/{}.json", model.application),
            format!("cloudwatch/free/{}.json", model.application),
        );
        for path in [own, free] {
            let dashboard = read(&path);
            for vector in &model.vectors {
                assert_eq!(
                    rows(&dashboard, model, &vector.id),
                    (1, usize::from(!vector.rules.is_empty())),
                    "{path}: {}",
                    vector.id
                );
            }
        }
        let grafana = read(&format!("grafana/{}.json", model.application)).to_string();
        let missing = model
            .vectors
            .iter()
            .find(|one| !one.rules.is_empty() && !grafana.contains(&pattern(model, &one.id)));
        assert!(missing.is_none(), "{missing:?}");
    }
}

fn pattern(model: &ThreatModel, vector: &str) -> String {
    format!("{}:([^ ]*,)?{vector}(,| |$)", model.application)
}

/// How many texts have the vector's title, and how many questions ask for it.
fn rows(dashboard: &Value, model: &ThreatModel, vector: &str) -> (usize, usize) {
    let title = &model.vectors.iter().find(|one| &*one.id == vector).unwrap().title;
    let properties = || dashboard["widgets"].as_array().unwrap().iter().map(|widget| &widget["properties"]);
    let plain = |text: &Value| text.as_str().map(|text| text.replace('\\', "")).unwrap_or_default();
    let texts = properties().filter(|one| plain(&one["markdown"]).starts_with(&format!("## {title}\n")));
    let asks = properties()
        .filter(|one| one["query"].as_str().is_some_and(|query| query.contains(&pattern(model, vector))));
    (texts.count(), asks.count())
}

#[test]
fn rows_of_exposures_show_what_is_open_and_others_do_not() {
    let set = shipped();
    let is_exposure =
        |id: &str| set.rules().iter().any(|rule| rule.is_exposure() && rule.info().id.as_str() == id);
    let dashboard = read("cloudwatch/cruddur.json");
    let mut open = BTreeSet::new();
    for (_, name, dimensions) in series(&dashboard) {
        let rule = dimensions.iter().find(|(name, _)| name == "RuleId").map(|(_, rule)| rule.clone());
        if name == "OpenExposures" {
            assert!(rule.as_deref().is_none_or(&is_exposure), "{rule:?}");
            open.extend(rule);
        }
    }
    let model = set.models().iter().find(|model| &*model.application == "cruddur").unwrap();
    let named =
        model.vectors.iter().flat_map(|vector| &vector.rules).filter_map(|rule| set.named(rule.named()));
    let exposures: BTreeSet<String> =
        named.map(|info| info.id.as_str().to_owned()).filter(|id| is_exposure(id)).collect();
    assert_eq!(open, exposures);
}

/// The bar of the issue, from the files alone: ten metrics, ten alarms, three dashboards of at most fifty metrics.
#[test]
fn the_web_application_is_free() {
    let boards = ["cloudwatch/free/cruddur.json", "cloudwatch/free/pipeline.json"];
    assert!(boards.len() <= 3);
    let mut own = BTreeSet::new();
    for path in boards {
        let all = series(&read(path));
        assert!((1..=50).contains(&all.len()), "{path}: {} metrics", all.len());
        assert!(
            !fs::read_to_string(checked_in().join(path)).unwrap().contains("SEARCH"),
            "{path}: who knows how many"
        );
        own.extend(all.into_iter().filter(|(namespace, ..)| namespace.starts_with("Tattletrail/")));
    }
    let alarms = read("cloudwatch/alarms.free.json");
    let alarms = alarms["Resources"].as_object().unwrap();
    assert!((1..=10).contains(&alarms.len()), "{} alarms", alarms.len());
    for (name, alarm) in alarms {
        let properties = &alarm["Properties"];
        assert!(
            properties["Metrics"].is_null() && properties["MetricName"].is_string(),
            "{name} looks at one metric"
        );
        let dimension = |one: &Value| (text(&one["Name"]), text(&one["Value"]));
        let dimensions = properties["Dimensions"].as_array().unwrap().iter().map(dimension).collect();
        let namespace = text(&properties["Namespace"]);
        if namespace.starts_with("Tattletrail/") {
            own.insert((namespace, text(&properties["MetricName"]), dimensions));
        }
    }
    assert!(own.len() <= 10, "{own:?}");
    for (namespace, name, dimensions) in &own {
        assert_eq!(
            is_published(Profile::Free, namespace, name, dimensions),
            Some(true),
            "{name} {dimensions:?}"
        );
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn alarms_look_at_what_is_published() {
    for profile in Profile::ALL {
        for (name, alarm) in
            read(&format!("cloudwatch/alarms.{}.json", profile.as_str()))["Resources"].as_object().unwrap()
        {
            let properties = &alarm["Properties"];
            let dimension = |one: &Value| (text(&one["Name"]), text(&one["Value"]));
            let dimensions: Vec<_> =
                properties["Dimensions"].as_array().unwrap().iter().map(dimension).collect();
            let found = is_published(
                profile,
                &text(&properties["Namespace"]),
                &text(&properties["MetricName"]),
                &dimensions,
            );
            assert_ne!(found, Some(false), "{name}");
        }
    }
}

/// The texts of a model mean nothing in a dashboard but themselves.
#[test]
fn a_hostile_model_breaks_no_dashboard() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let run = model(&["render", "--add", "fixtures/threat-models/hostile.yml", "hostile", "-o", &path]);
    assert_eq!(run.exit.code(), 0, "{}", run.err);
    for file in files(folder.path(), "hostile.json") {
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("${AWS") && !text.contains('\u{202e}'), "{}", file.display());
        for markdown in markdown(&serde_json::from_str(&text).unwrap()) {
            let told = markdown.replace("\\](javascript:", "").replace("\\!", "");
            let found = ["<script", "<img", "](javascript:", "![", "\n# b"]
                .into_iter()
                .find(|word| told.contains(word));
            assert_eq!(found, None, "{}: {markdown}", file.display());
        }
        assert!(text.contains("AWS::AccountId"), "{} has the text itself", file.display());
    }
}

/// The texts of a dashboard that are Markdown, of CloudWatch or of Grafana.
fn markdown(dashboard: &Value) -> Vec<String> {
    let list = |key: &str| dashboard[key].as_array().cloned().unwrap_or_default();
    let of_grafana = list("panels")
        .into_iter()
        .filter_map(|panel| panel["options"]["content"].as_str().map(str::to_owned));
    let own = list("widgets")
        .into_iter()
        .filter_map(|widget| widget["properties"]["markdown"].as_str().map(str::to_owned));
    let all: Vec<String> = own.chain(of_grafana).collect();
    assert!(all.len() >= 3, "a text of the model, and of each vector");
    all
}

/// Many vectors with many rules: more dashboards, none above the limits, and what is left out of a chart is told.
#[test]
fn a_huge_model_goes_on_in_another_dashboard() {
    let set = shipped();
    let ids: Vec<&str> = set.rules().iter().map(|rule| rule.info().id.as_str()).take(90).collect();
    let vectors: Vec<Value> = (0..60)
        .map(|at| json!({"id": format!("v{at}"), "title": format!("Vector {at}"), "instrumentation": ["trail"], "rules": ids}))
        .collect();
    let huge = json!({"threat_model": 1, "application": "huge", "title": "Huge", "owner": "o", "attack": "19.1", "scope": {},
        "instrumentation": [{"id": "trail", "source": "cloudtrail-management", "title": "Trail"}], "vectors": vectors});
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("huge.yml"), folder.path().join("out"));
    fs::write(&file, huge.to_string()).unwrap();
    let run =
        model(&["render", "--add", &file.display().to_string(), "huge", "-o", &out.display().to_string()]);
    assert_eq!(run.exit.code(), 0, "{}", run.err);
    let mut titles = 0;
    let pages: Vec<PathBuf> = files(&out.join("cloudwatch"), ".json")
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("/huge"))
        .collect();
    assert!(pages.len() > 4, "{pages:?}");
    for page in pages {
        let dashboard: Value = serde_json::from_str(&fs::read_to_string(&page).unwrap()).unwrap();
        let widgets = dashboard["widgets"].as_array().unwrap();
        assert!(widgets.len() <= 500 && series(&dashboard).len() <= 2500, "{}", page.display());
        titles += widgets
            .iter()
            .filter(|one| {
                one["properties"]["markdown"].as_str().is_some_and(|text| text.starts_with("## Vector"))
            })
            .count();
        if page.parent().unwrap().ends_with("cloudwatch") {
            assert!(dashboard.to_string().contains("(60 of 90 rules)"), "{}", page.display());
        }
    }
    assert_eq!(titles, 120, "each vector once in each profile");
}

#[test]
fn names_and_regions_go_into_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let run = model(&[
        "render",
        "-o",
        &path,
        "--region",
        "${AWS::Region}",
        "--function-prefix",
        "shop",
        "--profile",
        "free",
    ]);
    assert_eq!(run.exit.code(), 0, "{}", run.err);
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let pipeline = text("cloudwatch/free/pipeline.json");
    assert!(
        pipeline.contains("\"${AWS::Region}\"") && pipeline.contains("/aws/lambda/shop-api-events"),
        "{pipeline}"
    );
    assert!(!pipeline.contains("us-east-1") && !pipeline.contains("tattletrail-api-events"));
    assert!(
        !folder.path().join("cloudwatch/cruddur.json").exists() && !folder.path().join("grafana").exists()
    );
    let run = model(&["render", "-o", &path, "--region", "eu'"]);
    assert_eq!(run.exit.code(), 2);
    assert!(run.err.contains("expected a Region"), "{}", run.err);
}

#[test]
fn the_cost_of_what_is_free_is_what_is_read() {
    let free =
        json(&model(&["cost", "--profile", "free", "cruddur", "--looks-per-day", "0", "--format", "json"]));
    assert_eq!((&free["dollars"], &free["at_most_dollars"]), (&json!(0.0), &json!(0.0)), "{free}");
    assert_eq!(free["more_than_free"], json!([]));
    let all = json(&model(&["cost", "--profile", "free", "--format", "json"]));
    assert_eq!(all["more_than_free"], json!(["found 5 dashboards, expected at most 3"]));
    let item = |bill: &Value, what: &str| {
        bill["items"].as_array().unwrap().iter().find(|item| item["what"] == what).unwrap().clone()
    };
    assert_eq!(item(&free, "custom metrics")["at_most"], 10.0);
    let standard = |findings: &str| {
        json(&model(&["cost", "cruddur", "--findings-per-day", findings, "--format", "json"]))
    };
    let (few, many) = (standard("1"), standard("100000"));
    let metrics = [&few, &many].map(|bill| item(bill, "custom metrics")["count"].as_f64().unwrap());
    assert!(metrics[0] < metrics[1], "{metrics:?}");
    assert_eq!(item(&few, "custom metrics")["at_most"], item(&many, "custom metrics")["at_most"]);
    // Ten million events of 1,800 bytes, less 5 GB, at half a dollar.
    let busy = json(&model(&[
        "cost",
        "--events-per-month",
        "10000000",
        "--findings-per-day",
        "0",
        "--format",
        "json",
    ]));
    assert_eq!(item(&busy, "GB of logs")["dollars"], 6.5);
    assert_eq!(model(&["cost", "nobody"]).exit.code(), 2);
}
