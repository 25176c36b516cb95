//! What others say to the files under `infra/dashboards`: Grafana's own types, AWS's linter of templates, and a stand-in of
//! CloudWatch that takes them. The tests make their own Python environment from `tests/validators/dashboards.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};
use tattletrail_engine::metrics::Profile;

use super::render::{checked_in, dashboards, read};
use crate::harness::python::environment;
use crate::harness::servers::{Ministack, Moto};
use crate::harness::{files, root};

/// The templates of CloudFormation among the files.
const TEMPLATES: [&str; 4] = [
    "cloudwatch/alarms.free.json",
    "cloudwatch/alarms.standard.json",
    "logs-insights/queries.json",
    "metric-filters/cis.json",
];

/// The Python of an environment with the validators.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| environment("test-python-dashboards", "tests/validators/dashboards.txt"))
}

/// The exit code of a validator, and what it said.
fn run(command: &mut Command) -> (Option<i32>, String) {
    let output = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

fn grafana(paths: &[PathBuf]) -> (Option<i32>, String) {
    run(Command::new(python()).arg(root().join("tests/validators/grafana.py")).args(paths))
}

fn lint(path: &Path) -> (Option<i32>, String) {
    run(Command::new(python().with_file_name("cfn-lint")).args(["--regions", "us-east-1", "--"]).arg(path))
}

#[test]
fn dashboards_of_grafana_fit_its_types() {
    let all = files(&checked_in().join("grafana"), ".json");
    assert!(all.len() >= 3);
    let (code, said) = grafana(&all);
    assert_eq!(code, Some(0), "{said}");
}

/// A dashboard with one fault each: the types refuse what Grafana would pass over.
#[test]
fn what_grafana_would_not_understand_is_refused() {
    let good = read("grafana/cruddur.json");
    let place = |kind: &str| {
        good["panels"].as_array().unwrap().iter().position(|panel| panel["type"] == kind).unwrap()
    };
    let (chart, table) = (place("timeseries"), place("table"));
    let of = |at: usize, rest: &str| format!("/panels/{at}/{rest}");
    for (pointer, key, value, words) in [
        (String::new(), "titel", json!("a"), "titel: no such member"),
        (of(chart, "targets/0"), "metricNam", json!("a"), "metricNam: no such member"),
        (of(chart, "targets/0"), "period", json!(300), "period: found 300"),
        (of(chart, "options/legend"), "placement", json!("top"), "placement: found 'top'"),
        (of(chart, "fieldConfig/defaults/custom"), "drawStyle", json!("barrs"), "draw_style: found 'barrs'"),
        (of(chart, "gridPos"), "w", json!(25), "is not on the grid"),
        (of(table, "targets/0"), "logGroupName", json!(["a"]), "logGroupName: no such member"),
        ("/templating/list/0".to_owned(), "type", json!("datasorce"), "found 'datasorce'"),
    ] {
        let mut bad = good.clone();
        bad.pointer_mut(&pointer).unwrap()[key] = value;
        let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        fs::write(file.path(), bad.to_string()).unwrap();
        let (code, said) = grafana(&[file.path().to_owned()]);
        assert!(code == Some(1) && said.contains(words), "{pointer} {key}: {said}");
    }
}

#[test]
fn files_that_provision_grafana_are_yaml_of_its_form() {
    let script = "import sys, yaml\n\
        for path in sys.argv[1:]:\n\
        \x20   document = yaml.safe_load(open(path))\n\
        \x20   assert document['apiVersion'] == 1, path\n\
        \x20   one, = document.get('datasources') or document['providers']\n\
        \x20   assert one['name'] and one['type'] in ('cloudwatch', 'file'), path\n";
    let all = files(&checked_in().join("grafana/provisioning"), ".yml");
    assert_eq!(all.len(), 2);
    let (code, said) = run(Command::new(python()).args(["-c", script]).args(all));
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn templates_pass_the_linter_of_cloudformation() {
    for name in TEMPLATES {
        let (code, said) = lint(&checked_in().join(name));
        assert_eq!(code, Some(0), "{name}: {said}");
    }
}

#[test]
fn the_linter_refuses_what_is_misspelt() {
    let mut template = read("cloudwatch/alarms.free.json");
    let alarm = template["Resources"].as_object_mut().unwrap().values_mut().next().unwrap();
    alarm["Properties"]["Treshold"] = json!(1);
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    fs::write(file.path(), template.to_string()).unwrap();
    let (code, said) = lint(file.path());
    assert!(code != Some(0) && said.contains("Treshold"), "{said}");
}

#[test]
fn cloudwatch_takes_every_dashboard_and_gives_it_back() {
    let aws = Ministack::shared().aws();
    let moto = Moto::shared().aws();
    for profile in Profile::ALL {
        for (path, body) in dashboards(profile) {
            let name: String = path.trim_end_matches(".json").replace(['/', '.'], "-");
            let parameters = json!({"DashboardName": name, "DashboardBody": body.to_string()});
            for aws in [&aws, &moto] {
                let answer = aws.call("cloudwatch", "put_dashboard", parameters.clone());
                let messages = answer["DashboardValidationMessages"].as_array().map_or(0, Vec::len);
                assert_eq!(messages, 0, "{path}: {answer}");
                let back = aws.call("cloudwatch", "get_dashboard", json!({"DashboardName": name}));
                let kept: Value = serde_json::from_str(back["DashboardBody"].as_str().unwrap()).unwrap();
                assert_eq!(kept, body, "{path}");
            }
        }
    }
}

/// The properties of a template's resources of a kind, its parameters filled in.
fn resources(path: &str, kind: &str) -> Vec<Value> {
    let text = read(path).to_string();
    let text = text
        .replace("{\"Ref\":\"AlertTopic\"}", "\"arn:aws:sns:us-east-1:123456789012:alerts\"")
        .replace("{\"Ref\":\"TrailLogGroup\"}", "\"dashboards-trail\"");
    let template: Value = serde_json::from_str(&text).unwrap();
    let all = template["Resources"].as_object().unwrap().values();
    let own: Vec<Value> =
        all.filter(|one| one["Type"] == kind).map(|one| one["Properties"].clone()).collect();
    assert!(!own.is_empty(), "{path} has {kind}");
    own
}

#[test]
fn cloudwatch_takes_every_alarm() {
    let aws = Ministack::shared().aws();
    for path in ["cloudwatch/alarms.free.json", "cloudwatch/alarms.standard.json", "metric-filters/cis.json"]
    {
        for alarm in resources(path, "AWS::CloudWatch::Alarm") {
            aws.call("cloudwatch", "put_metric_alarm", alarm.clone());
            let known =
                aws.call("cloudwatch", "describe_alarms", json!({"AlarmNames": [alarm["AlarmName"]]}));
            assert_eq!(known["MetricAlarms"][0]["MetricName"], alarm["MetricName"], "{known}");
        }
    }
}

#[test]
fn cloudwatch_takes_every_metric_filter_and_contributor_rule() {
    let aws = Ministack::shared().aws();
    aws.call("logs", "create_log_group", json!({"logGroupName": "dashboards-trail"}));
    for filter in resources("metric-filters/cis.json", "AWS::Logs::MetricFilter") {
        let change = &filter["MetricTransformations"][0];
        let transformation = json!({"metricName": change["MetricName"], "metricNamespace": change["MetricNamespace"],
            "metricValue": change["MetricValue"], "defaultValue": change["DefaultValue"]});
        let parameters = json!({"logGroupName": filter["LogGroupName"], "filterName": filter["FilterName"],
            "filterPattern": filter["FilterPattern"], "metricTransformations": [transformation]});
        aws.call("logs", "put_metric_filter", parameters);
    }
    let known = aws.call("logs", "describe_metric_filters", json!({"logGroupName": "dashboards-trail"}));
    assert_eq!(known["metricFilters"].as_array().unwrap().len(), 14);
    // The first stand-in has none of these.
    let moto = Moto::shared().aws();
    for file in files(&checked_in().join("contributor-insights"), ".json") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let definition = fs::read_to_string(&file).unwrap();
        moto.call("cloudwatch", "put_insight_rule", json!({"RuleName": name, "RuleDefinition": definition}));
    }
    let rules = moto.call("cloudwatch", "describe_insight_rules", json!({}));
    assert_eq!(rules["InsightRules"].as_array().unwrap().len(), 5, "{rules}");
}
