//! The dashboard of the pipeline's own health: is what happens taken in, matched and told?

use serde_json::Value;
use tattletrail_engine::metrics::{Home, Profile, SOURCES, dimension, name};

use super::super::grid::{Grid, Place, Widget};
use super::super::queries;
use super::super::settings::Settings;
use super::super::widgets::{Series, View, chart, found, log, metric, text};

/// How it is read.
const ABOUT: &str = "\
# Health of Tattletrail

**Received** without a gap: CloudTrail is never silent for an hour. **Undelivered** and **rejected** at nothing. Dead \
letters are worked through with `tattletrail redrive`; what they are is in docs/observability.md. A trail that stops, a \
rule of EventBridge that is disabled or a function that is deleted is a finding by itself.";

/// The dashboard.
pub(in super::super) fn dashboard(profile: Profile, settings: &Settings) -> Value {
    let mut grid = Grid::default();
    grid.row(health(profile, settings));
    grid.row(functions(profile, settings));
    grid.row(around(profile, settings));
    grid.row(logs(settings));
    grid.body()
}

/// What the functions count.
fn health(profile: Profile, settings: &Settings) -> Vec<(Place, Widget)> {
    let received = of(profile, settings, "Received");
    let lost: Vec<Series> = ["Undelivered", "Rejected", "SinkFailed", "SinkRefused"]
        .iter()
        .flat_map(|name| of(profile, settings, name))
        .collect();
    let heart = received
        .iter()
        .map(|one| Series { label: format!("{} in the time shown", one.label), ..one.clone() });
    let heart: Vec<Series> = heart.collect();
    let mut widgets = vec![
        (Place(0, 0, 6, 6), text(ABOUT.to_owned())),
        (Place(6, 0, 8, 6), chart(settings, "Received: the heartbeat", View::Lines, &received)),
        (Place(14, 0, 6, 6), chart(settings, "Not delivered, not readable", View::Lines, &lost)),
        (Place(20, 0, 4, 6), chart(settings, "Received", View::Numbers, &heart)),
    ];
    if profile == Profile::Standard {
        let what: Vec<Series> = ["Matched", "Suppressed", "Undecidable", "Copies"]
            .iter()
            .flat_map(|name| of(profile, settings, name))
            .collect();
        let detection = |name: &str, stat: &'static str, label: &str| {
            Series::own(settings, Home::Detection, name, &[], stat, label)
        };
        let findings = [
            detection(name::FINDINGS, "Sum", "opened"),
            detection(name::FINDINGS_CLOSED, "Sum", "closed"),
            detection(name::SERIES_FOLDED, "Sum", "without a series of their own"),
        ];
        let told: Vec<Series> = ["ReportsSent", "ReportsDropped", "SpansDropped"]
            .iter()
            .flat_map(|name| of(profile, settings, name))
            .collect();
        widgets.extend([
            (Place(0, 6, 10, 5), chart(settings, "What became of records", View::Lines, &what)),
            (Place(10, 6, 7, 5), chart(settings, "Findings", View::Lines, &findings)),
            (Place(17, 6, 7, 5), chart(settings, "Error reports, spans", View::Lines, &told)),
        ]);
    }
    widgets
}

/// A count of health: for each function, or for all where the profile has it so. None where it has it not.
fn of(profile: Profile, settings: &Settings, name: &str) -> Vec<Series> {
    let series = |dimensions: &[(&str, &str)], label: &str| {
        profile
            .find(Home::Health, name, dimensions)
            .map(|metric| Series::own(settings, Home::Health, metric.name, dimensions, "Sum", label))
    };
    if let Some(one) = series(&[], name) {
        return vec![one];
    }
    SOURCES
        .iter()
        .filter_map(|source| series(&[(dimension::SOURCE, source)], &format!("{name}, {source}")))
        .collect()
}

/// What Lambda says of the functions.
fn functions(profile: Profile, settings: &Settings) -> Vec<(Place, Widget)> {
    let of = |metric: &str, stat: &'static str| -> Vec<Series> {
        let one = |name: &String| Series::of("AWS/Lambda", metric, &[("FunctionName", name)], stat, name);
        settings.functions().iter().map(one).collect()
    };
    let mut widgets = vec![
        (Place(0, 0, 6, 5), chart(settings, "Errors of functions", View::Lines, &of("Errors", "Sum"))),
        (Place(6, 0, 6, 5), chart(settings, "Throttles", View::Lines, &of("Throttles", "Sum"))),
        (
            Place(12, 0, 6, 5),
            chart(settings, "Duration, 95 % within (ms)", View::Lines, &of("Duration", "p95")),
        ),
        (Place(18, 0, 6, 5), chart(settings, "Invocations", View::Areas, &of("Invocations", "Sum"))),
    ];
    if profile == Profile::Standard {
        let age = of("AsyncEventAge", "Maximum");
        let copies = of("ConcurrentExecutions", "Maximum");
        let dropped = of("AsyncEventsDropped", "Sum");
        widgets.extend([
            (
                Place(0, 5, 8, 5),
                chart(settings, "Age of events when they are taken in (ms)", View::Lines, &age),
            ),
            (Place(8, 5, 8, 5), chart(settings, "Copies at the same time", View::Lines, &copies)),
            (Place(16, 5, 8, 5), chart(settings, "Events that Lambda gave up", View::Lines, &dropped)),
        ]);
    }
    widgets
}

/// Queues, the ledger, the logs and rules that feed the functions.
fn around(profile: Profile, settings: &Settings) -> Vec<(Place, Widget)> {
    let queue = |end: &str, metric: &str, label: &str| {
        Series::of("AWS/SQS", metric, &[("QueueName", &settings.name(end))], "Maximum", label)
    };
    let waiting = [
        queue("dead-letters", "ApproximateNumberOfMessagesVisible", "dead letters"),
        queue("rejected", "ApproximateNumberOfMessagesVisible", "rejected records"),
    ];
    let age = [
        queue("dead-letters", "ApproximateAgeOfOldestMessage", "oldest dead letter"),
        queue("events", "ApproximateAgeOfOldestMessage", "oldest event that waits"),
    ];
    let group = settings.trail_log_group.as_str();
    let log_group =
        |metric: &str, label: &str| Series::of("AWS/Logs", metric, &[("LogGroupName", group)], "Sum", label);
    let trail = [log_group("IncomingLogEvents", "records in the trail's log group")];
    let mut widgets = vec![
        (Place(0, 0, 6, 5), chart(settings, "Dead letters", View::Lines, &waiting)),
        (Place(6, 0, 6, 5), chart(settings, "What waits longest (s)", View::Lines, &age)),
        (Place(12, 0, 6, 5), chart(settings, "Trail", View::Lines, &trail)),
    ];
    if profile == Profile::Free {
        return widgets;
    }
    let table = settings.name("ledger");
    let search = |id: &str, schema: &str, words: &str, label: &str| {
        found(&format!("SEARCH('{{{schema}}} {words}', 'Sum', 3600)"), id, label)
    };
    let ledger = vec![
        search(
            "throttled",
            "AWS/DynamoDB,TableName,Operation",
            &format!("MetricName=\"ThrottledRequests\" TableName=\"{table}\""),
            "",
        ),
        search(
            "failed",
            "AWS/DynamoDB,TableName,Operation",
            &format!("MetricName=\"SystemErrors\" TableName=\"{table}\""),
            "",
        ),
    ];
    let delivery = "AWS/Logs,DestinationType,FilterName,LogGroupName";
    let logs = vec![
        search("errors", delivery, &format!("MetricName=\"DeliveryErrors\" LogGroupName=\"{group}\""), ""),
        search(
            "throttled",
            delivery,
            &format!("MetricName=\"DeliveryThrottling\" LogGroupName=\"{group}\""),
            "",
        ),
    ];
    let prefix = &settings.function_prefix;
    let rules = vec![search(
        "failed",
        "AWS/Events,RuleName",
        &format!("MetricName=\"FailedInvocations\" {prefix}"),
        "",
    )];
    widgets.extend([
        (Place(18, 0, 6, 5), metric(settings, "Ledger: throttled, failed", View::Lines, ledger)),
        (
            Place(0, 5, 12, 5),
            metric(settings, "Subscription of the trail: errors, throttles", View::Lines, logs),
        ),
        (
            Place(12, 5, 12, 5),
            metric(settings, "EventBridge: events that reached no function", View::Lines, rules),
        ),
    ]);
    widgets
}

/// What the logs say.
fn logs(settings: &Settings) -> Vec<(Place, Widget)> {
    let groups = settings.log_groups();
    let table = |title: &str, query: &str| log(settings, title, "table", &groups, query);
    vec![
        (Place(0, 0, 12, 6), table("Errors by what they are about", &queries::errors())),
        (Place(12, 0, 12, 6), table("What was rejected or not delivered", &queries::rejected())),
        (Place(0, 6, 12, 6), table("Slowest invocations", &queries::slowest())),
        (Place(12, 6, 12, 6), table("Latest findings", &queries::latest())),
    ]
}
