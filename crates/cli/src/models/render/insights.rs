//! Questions to keep: definitions of Logs Insights for each vector and for the whole.
//!
//! Source: CloudFormation, `AWS::Logs::QueryDefinition` (a name with `/` makes folders; at most 10,000 characters).

use serde_json::{Value, json};

use super::markdown::plain;
use super::outline::Outline;
use super::queries;
use super::settings::Settings;
use super::template::{TRAIL, logical, resource, sub, template, trail};

/// The template.
pub(super) fn definitions(outlines: &[Outline<'_>], settings: &Settings) -> Value {
    let groups: Vec<Value> = settings.log_groups().iter().map(|group| sub(group)).collect();
    let functions = Value::from(groups);
    let the_trail = json!([{ "Ref": TRAIL }]);
    let mut resources = Vec::new();
    let mut add = |name: &str, query: String, groups: &Value| {
        let properties =
            json!({ "Name": format!("tattletrail/{name}"), "QueryString": query, "LogGroupNames": groups });
        resources
            .push((format!("{}Query", logical(name)), resource("AWS::Logs::QueryDefinition", &properties)));
    };
    add("latest findings", queries::latest(), &functions);
    add("findings by rule", queries::by_rule(), &functions);
    add("errors", queries::errors(), &functions);
    add("rejected records", queries::rejected(), &functions);
    add("slowest invocations", queries::slowest(), &functions);
    add("calls by principal", queries::by_principal(), &the_trail);
    add("calls by address", queries::by_address(), &the_trail);
    add("refused calls", queries::refused_calls(), &the_trail);
    for outline in outlines {
        let application = outline.application();
        add(&format!("{application}/all"), queries::latest_in(application), &functions);
        for row in outline.rows.iter().filter(|row| !row.rules.is_empty()) {
            let query = format!(
                "# {}\n{}",
                plain(&row.vector.title, 120),
                queries::latest_of(application, &row.vector.id)
            );
            add(&format!("{application}/{}", row.vector.id), query, &functions);
        }
    }
    template(
        "Questions to the logs of Tattletrail and of the trail",
        &[trail(&settings.trail_log_group)],
        resources,
    )
}
