//! What dashboards say of a model and its vectors, as Markdown.

use tattletrail_engine::threat_model::{Gap, Instrument, Standing};

use super::markdown::{line, technique, text};
use super::outline::{Outline, Row};

/// The longest title.
const TITLE: usize = 120;

/// The longest text of a vector or a gap: whoever reads a dashboard looks for what to do.
const TEXT: usize = 1500;

/// What the application is, whose it is, and how to read what follows.
pub(super) fn of_model(outline: &Outline<'_>) -> String {
    let model = outline.model;
    let vectors = outline.rows.len();
    let seen = outline.rows.iter().filter(|row| !row.rules.is_empty()).count();
    let mut text_of = format!("# {}\n\n", line(&model.title, TITLE));
    if !model.description.is_empty() {
        text_of.push_str(&format!("{}\n\n", text(&model.description, TEXT)));
    }
    text_of.push_str(&format!(
        "Owner: {}. {vectors} attack vectors, a row each; rules see {seen} of them.\n",
        line(&model.owner, TITLE)
    ));
    text_of
}

/// A vector: what it is, what sees it, what to do.
pub(super) fn of_vector(outline: &Outline<'_>, row: &Row<'_>) -> String {
    let vector = row.vector;
    let mut parts = vec![format!("## {}", line(&vector.title, TITLE))];
    let mut words = Vec::new();
    words.extend(vector.impact.map(|impact| format!("impact **{}**", impact.as_str())));
    words.extend(vector.likelihood.map(|likelihood| format!("likelihood **{}**", likelihood.as_str())));
    if !words.is_empty() {
        parts.push(words.join(", "));
    }
    parts
        .push(vector.techniques.iter().map(|one| technique(one.id.as_str())).collect::<Vec<_>>().join(" · "));
    parts.push(text(&vector.description, TEXT));
    if !vector.response.is_empty() {
        parts.push(format!("**Do:** {}", text(&vector.response, TEXT)));
    }
    let instruments: Vec<&Instrument> = outline.model.instruments_of(vector).collect();
    if !instruments.is_empty() {
        let heading = if row.rules.is_empty() { "No rule sees it. What would show it" } else { "Shown by" };
        let all: Vec<String> = instruments.iter().map(|one| instrument(one)).collect();
        parts.push(format!("**{heading}:**\n\n{}", all.join("\n")));
    }
    parts.extend(outline.model.gaps_of(vector).map(gap));
    if !row.rules.is_empty() {
        parts.push(rules(row));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// The gaps that are about no vector.
pub(super) fn of_gaps(outline: &Outline<'_>) -> Option<String> {
    let gaps: Vec<String> = outline.model.gaps.iter().filter(|gap| gap.vector.is_none()).map(gap).collect();
    (!gaps.is_empty()).then(|| format!("## What is not seen at all\n\n{}", gaps.join("\n\n")))
}

fn instrument(instrument: &Instrument) -> String {
    let standing = match instrument.status {
        Standing::On => "",
        Standing::Off => ", **off**",
        Standing::Planned => ", **planned**",
    };
    format!("- {} ({}{standing})", line(&instrument.title, TITLE), instrument.source.as_str())
}

fn gap(gap: &Gap) -> String {
    let until = gap.until.as_ref().map_or(String::new(), |day| format!(" Look again by {day}."));
    format!("**Not seen:** {}. {}{until}", text(&gap.gap, TEXT), text(&gap.reason, TEXT))
}

fn rules(row: &Row<'_>) -> String {
    let one = |rule: &super::outline::Rule| {
        let id: String = rule.id.chars().take(8).collect();
        format!("| {} | {} | `{}` |", rule.level.as_str(), line(&rule.title, TITLE), line(&id, 8))
    };
    let lines: Vec<String> = row.rules.iter().map(one).collect();
    format!("| level | rule | id |\n|---|---|---|\n{}", lines.join("\n"))
}
