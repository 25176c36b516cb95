//! The file: a template with style, script, a summary for browsers without script, and the data.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tattletrail_engine::finding::Level;
use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::ruleset::RuleSet;

use super::assets;
use super::catalogue::Catalogue;
use super::counts::Counts;
use super::findings::Findings;
use crate::scan::Tally;
use crate::scan::summary::grouped;

/// The form of the data in a page.
const FORMAT: &str = "tattletrail.report/1";

/// What the scan was asked to show.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The least level.
    pub(crate) least: Level,
    /// Findings of rules that are being tried out.
    pub(crate) experimental: bool,
}

#[derive(Serialize)]
struct Data<'a> {
    format: &'static str,
    version: &'static str,
    scan: Counts,
    #[serde(flatten)]
    catalogue: Catalogue<'a>,
    #[serde(flatten)]
    findings: &'a Findings,
}

/// Writes the page.
pub(crate) fn write(
    out: &mut dyn Write,
    findings: &Findings,
    tally: &Tally,
    rules: &RuleSet,
    asked: Asked,
) -> io::Result<()> {
    let catalogue = Catalogue::of(rules, findings, asked);
    let (style, script) = (assets::style(), assets::script());
    let policy = policy(&style, &script);
    let summary = summary(findings, tally, rules, catalogue.len());
    let data = Data {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION"),
        scan: Counts::of(tally),
        catalogue,
        findings,
    };
    // Every mark of the template begins a piece; what is put in is not looked at again.
    for piece in assets::TEMPLATE.split("{{") {
        let Some((mark, rest)) = piece.split_once("}}") else {
            out.write_all(piece.as_bytes())?;
            continue;
        };
        match mark {
            "policy" => out.write_all(policy.as_bytes())?,
            "style" => out.write_all(style.as_bytes())?,
            "script" => out.write_all(script.as_bytes())?,
            "summary" => out.write_all(summary.as_bytes())?,
            "data" => write_data(out, &data)?,
            _ => return Err(io::Error::other(format!("the template has the unknown mark `{mark}`"))),
        }
        out.write_all(rest.as_bytes())?;
    }
    Ok(())
}

/// JSON, compressed, in base64: nothing in it can end the element that it stands in.
fn write_data(out: &mut dyn Write, data: &Data<'_>) -> io::Result<()> {
    let mut zip = GzEncoder::new(EncoderWriter::new(out, &STANDARD), Compression::default());
    serde_json::to_writer(&mut zip, data)?;
    zip.finish()?.finish()?;
    Ok(())
}

/// Nothing may run but this script, nothing look but by this style, and nothing be fetched at all.
fn policy(style: &str, script: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hash(script),
        hash(style)
    )
}

/// The numbers, for a browser without script.
fn summary(findings: &Findings, tally: &Tally, rules: &RuleSet, looked_for: usize) -> String {
    let mut text = format!(
        "<p>{} findings in {} records; {} records could not be read. {} rules were looked for.</p>\n",
        grouped(tally.findings),
        grouped(tally.records),
        grouped(tally.rejected_total()),
        grouped(looked_for as u64),
    );
    let mut rows: Vec<(usize, &str, Level)> = Vec::new();
    for (id, count) in findings.rules() {
        let info = rules.infos().find(|info| info.id == *id);
        rows.extend(info.map(|info| (count, info.title.as_str(), info.level)));
    }
    rows.sort_by(|a, b| b.2.cmp(&a.2).then(b.0.cmp(&a.0)).then(a.1.cmp(b.1)));
    if !rows.is_empty() {
        text.push_str("<table><thead><tr><th>Level</th><th>Findings</th><th>Rule</th></tr></thead><tbody>\n");
        for (count, title, level) in rows {
            let (level, title) = (level.as_str(), escaped(title));
            text.push_str(&format!("<tr><td>{level}</td><td>{count}</td><td>{title}</td></tr>\n"));
        }
        text.push_str("</tbody></table>\n");
    }
    text
}

/// A text as text of HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in neutralise(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_text_is_text() {
        assert_eq!(
            escaped("<b a='1'>\"&\u{202e}</b>"),
            "&lt;b a=&#39;1&#39;&gt;&quot;&amp;\\u{202e}&lt;/b&gt;"
        );
    }

    #[test]
    fn the_policy_lets_nothing_in() {
        let policy = policy("a{}", "1");
        assert!(
            policy.starts_with(
                "default-src 'none'; script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"
            ),
            "{policy}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains("connect-src") && !policy.contains('"'));
    }
}
