//! From YAML to a model: every member checked, every name followed to what it means.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::form::Form;
use super::{
    Component, FORMAT, Gap, Impact, Instrument, Likelihood, Log, Named, RuleRef, Scope, Standing, Technique,
    ThreatModel, Vector,
};
use crate::attack;
use crate::sigma::RuleSource;
use crate::sigma::document::Document;
use crate::sigma::error::{Code, Position, Problems, shown};
use crate::sigma::nearest;
use crate::sigma::reference;
use crate::sigma::yaml::{Yaml, show};

const MODEL: &[&str] = &[
    "threat_model",
    "application",
    "title",
    "description",
    "owner",
    "attack",
    "scope",
    "components",
    "instrumentation",
    "vectors",
    "gaps",
];
const SCOPE: &[&str] = &["accounts", "regions", "resources", "tags"];
const COMPONENT: &[&str] = &["id", "title", "type", "resources"];
const INSTRUMENT: &[&str] = &["id", "source", "title", "status", "services"];
const VECTOR: &[&str] = &[
    "id",
    "title",
    "description",
    "impact",
    "likelihood",
    "techniques",
    "components",
    "instrumentation",
    "rules",
    "response",
];
const GAP: &[&str] = &["vector", "gap", "reason", "rules", "until"];

/// Reads a model; `None` after an error that leaves none.
pub(crate) fn read(source: &RuleSource, document: &Document, problems: &mut Problems) -> Option<ThreatModel> {
    let form = Form::new(&document.yaml, "a threat model", MODEL, problems)?;
    version(form, "threat_model", FORMAT, "write `threat_model: 1`", problems);
    version(form, "attack", attack::VERSION, "its ids are checked against that version", problems);
    let (application, at) = form.name("application", problems);
    let model = ThreatModel {
        application,
        title: form.required("title", "say in a few words what the application is", problems),
        description: form.text("description", problems).unwrap_or_default(),
        owner: form.required("owner", "name who answers for it: a team, a mailbox", problems),
        scope: scope(form, problems),
        components: each(form, "components", "a component", COMPONENT, problems, component),
        instrumentation: each(form, "instrumentation", "instrumentation", INSTRUMENT, problems, instrument),
        vectors: each(form, "vectors", "an attack vector", VECTOR, problems, vector),
        gaps: each(form, "gaps", "a gap", GAP, problems, gap),
        path: source.path.clone(),
        hash: document.hash.clone(),
        at,
    };
    if model.vectors.is_empty() {
        form.lacks("vectors", "a model says how the application is attacked", problems);
    }
    links(&model, problems);
    Some(model)
}

fn version(form: Form<'_>, key: &str, expected: &str, hint: &str, problems: &mut Problems) {
    match form.get(key) {
        None => form.lacks(key, hint, problems),
        Some(value) if value.scalar() == Some(expected) => {}
        Some(value) => {
            let message = format!("found {} as `{key}`, expected `{expected}`", show(value));
            problems.add_with_hint(Code::Model, value.at, message, hint);
        }
    }
}

/// Reads each item of a list; what cannot be read at all is left out, and told.
fn each<T>(
    form: Form<'_>,
    key: &str,
    what: &'static str,
    keys: &[&str],
    problems: &mut Problems,
    read: impl Fn(Form<'_>, &mut Problems) -> T,
) -> Vec<T> {
    let mut all = Vec::new();
    for item in form.items(key) {
        let Some(form) = Form::new(item, what, keys, problems) else { continue };
        all.push(read(form, problems));
    }
    all
}

fn scope(form: Form<'_>, problems: &mut Problems) -> Scope {
    let Some(yaml) = form.get("scope") else { return Scope::default() };
    let Some(form) = Form::new(yaml, "`scope`", SCOPE, problems) else { return Scope::default() };
    let accounts = form.texts("accounts", problems);
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    expect(&accounts, is_account, "an account", "an account has twelve digits; quote it", problems);
    let regions = form.texts("regions", problems);
    expect(&regions, is_region, "a Region", "write it as `eu-central-1`", problems);
    Scope {
        accounts: words(accounts),
        regions: words(regions),
        resources: arns(form, problems),
        tags: tags(form, problems),
    }
}

fn expect(
    texts: &[(String, Position)],
    fits: impl Fn(&str) -> bool,
    what: &str,
    hint: &str,
    problems: &mut Problems,
) {
    for (text, at) in texts.iter().filter(|(text, _)| !fits(text)) {
        problems.add_with_hint(Code::Model, *at, format!("found {}, expected {what}", shown(text)), hint);
    }
}

fn words(texts: Vec<(String, Position)>) -> Vec<String> {
    texts.into_iter().map(|(text, _)| text).collect()
}

/// Such as `us-gov-west-1`: letters, and a number at the end.
fn is_region(text: &str) -> bool {
    let Some((name, number)) = text.rsplit_once('-') else { return false };
    let fits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    name.contains('-') && name.split('-').all(fits) && number.parse::<u8>().is_ok()
}

fn arns(form: Form<'_>, problems: &mut Problems) -> Vec<String> {
    let patterns = form.texts("resources", problems);
    let is_arn = |text: &str| text == "*" || (text.starts_with("arn:") && text.splitn(6, ':').count() == 6);
    let hint = "an ARN has six parts; each may have wildcards: `arn:aws:s3:::cruddur-*`";
    expect(&patterns, is_arn, "the pattern of an ARN", hint, problems);
    words(patterns)
}

fn tags(form: Form<'_>, problems: &mut Problems) -> BTreeMap<String, String> {
    let Some(yaml) = form.get("tags") else { return BTreeMap::new() };
    let mut tags = BTreeMap::new();
    for entry in yaml.entries().unwrap_or_default() {
        if let Some(value) = entry.value.scalar() {
            tags.insert(entry.key.clone(), value.to_owned());
        }
    }
    if tags.is_empty() || Some(tags.len()) != yaml.entries().map(<[_]>::len) {
        let message = format!("found {} as `tags`, expected names with a text each", yaml.kind());
        problems.add_with_hint(Code::Model, yaml.at, message, "write `tags: {App: cruddur}`");
    }
    tags
}

fn component(form: Form<'_>, problems: &mut Problems) -> Component {
    Component {
        id: form.name("id", problems).0,
        title: form.required("title", "say what it is", problems),
        kind: form.text("type", problems),
        resources: arns(form, problems),
    }
}

fn instrument(form: Form<'_>, problems: &mut Problems) -> Instrument {
    let (id, at) = form.name("id", problems);
    if form.get("source").is_none() {
        form.lacks("source", "such as `source: cloudtrail-management`", problems);
    }
    let source = form.word("source", Log::ALL, Log::as_str, problems);
    let status = form.word("status", Standing::ALL, Standing::as_str, problems).unwrap_or(Standing::On);
    let services = words(form.texts("services", problems));
    if source == Some(Log::CloudTrailData) && services.is_empty() {
        let hint = "data events are logged for chosen resources: `services: [s3.amazonaws.com]`";
        form.lacks("services", hint, problems);
    }
    let title = form.text("title", problems).unwrap_or_default();
    // A model with a fault is never used; its names still count, so that one fault is told once.
    Instrument { id, title, source: source.unwrap_or(Log::ApplicationLogs), status, services, at }
}

fn vector(form: Form<'_>, problems: &mut Problems) -> Vector {
    let (id, at) = form.name("id", problems);
    Vector {
        id,
        title: form.required("title", "name the attack in a few words", problems),
        description: form.text("description", problems).unwrap_or_default(),
        impact: form.word("impact", Impact::ALL, Impact::as_str, problems),
        likelihood: form.word("likelihood", Likelihood::ALL, Likelihood::as_str, problems),
        techniques: techniques(form, problems),
        components: named(form, "components", problems),
        instrumentation: named(form, "instrumentation", problems),
        rules: rules(form, problems),
        response: form.text("response", problems).unwrap_or_default(),
        at,
    }
}

fn rules(form: Form<'_>, problems: &mut Problems) -> Vec<RuleRef> {
    let read = |value| reference::read_value(value, Code::Model, problems);
    form.get("rules").map(read).unwrap_or_default().into_iter().map(RuleRef).collect()
}

fn techniques(form: Form<'_>, problems: &mut Problems) -> Vec<Technique> {
    let mut techniques = Vec::new();
    for (written, at) in form.texts("techniques", problems) {
        let known = attack::resolve(&written).filter(|id| attack::technique(id.as_str()).is_some());
        if let Some(id) = known {
            techniques.push(Technique { id, written, at });
            continue;
        }
        let message =
            format!("found the technique {}, expected one of ATT&CK {}", shown(&written), attack::VERSION);
        let ids = attack::TECHNIQUES.iter().map(|technique| technique.id);
        let hint = nearest(&written, ids).map_or_else(
            || "ids are on https://attack.mitre.org, matrices Cloud and Containers".to_owned(),
            |near| format!("did you mean `{near}`"),
        );
        problems.add_with_hint(Code::Tag, at, message, hint);
    }
    techniques
}

fn named(form: Form<'_>, key: &str, problems: &mut Problems) -> Vec<Named> {
    let texts = form.texts(key, problems);
    texts.into_iter().map(|(text, at)| Named { id: text.into(), at }).collect()
}

fn gap(form: Form<'_>, problems: &mut Problems) -> Gap {
    let vector = form.text("vector", problems).zip(form.get("vector"));
    let until = form.text("until", problems);
    if let (Some(text), Some(value)) = (&until, form.get("until")) {
        let day: Option<jiff::civil::Date> = text.parse().ok();
        if day.is_none_or(|day| day.to_string() != *text) {
            let message = format!("found {} as `until`, expected a day such as `2027-06-30`", shown(text));
            problems.add_with_hint(
                Code::Model,
                value.at,
                message,
                "there is no such day, or it is written otherwise",
            );
        }
    }
    Gap {
        vector: vector.map(|(text, value): (String, &Yaml)| Named { id: text.into(), at: value.at }),
        gap: form.required("gap", "say what is not seen", problems),
        reason: form.required("reason", "say why that is borne", problems),
        rules: rules(form, problems),
        until,
        at: form.at(),
    }
}

/// Names are used once, and lead somewhere.
fn links(model: &ThreatModel, problems: &mut Problems) {
    let components: Vec<&Arc<str>> = model.components.iter().map(|one| &one.id).collect();
    let instruments: Vec<&Arc<str>> = model.instrumentation.iter().map(|one| &one.id).collect();
    let vectors: Vec<&Arc<str>> = model.vectors.iter().map(|one| &one.id).collect();
    once(&components, "component", model, problems);
    once(&instruments, "instrumentation", model, problems);
    once(&vectors, "vector", model, problems);
    for vector in &model.vectors {
        known(&vector.components, &components, "component", problems);
        known(&vector.instrumentation, &instruments, "instrumentation", problems);
    }
    for gap in &model.gaps {
        known(gap.vector.as_slice(), &vectors, "vector", problems);
        borne(gap, model, problems);
    }
}

/// A gap names rules of its vector.
fn borne(gap: &Gap, model: &ThreatModel, problems: &mut Problems) {
    let about = gap.vector.as_ref().and_then(|named| model.vectors.iter().find(|one| one.id == named.id));
    let has = |rule: &RuleRef| {
        about.is_some_and(|vector| vector.rules.iter().any(|one| one.named() == rule.named()))
    };
    for rule in gap.rules.iter().filter(|rule| !has(rule)) {
        let message = format!("found the rule {} in a gap, expected one of its vector", shown(rule.named()));
        let hint = "name the `vector`, and the rule as it is named there";
        problems.add_with_hint(Code::ModelLink, rule.at(), message, hint);
    }
}

fn once(ids: &[&Arc<str>], what: &str, model: &ThreatModel, problems: &mut Problems) {
    for (place, id) in ids.iter().enumerate() {
        if ids.get(..place).is_some_and(|before| before.contains(id)) {
            let twice = model.vectors.iter().filter(|vector| vector.id == **id).nth(1);
            let at = twice.filter(|_| what == "vector").map_or(model.at, |vector| vector.at);
            let message = format!("found the {what} {} twice, expected each once", shown(id));
            problems.add_with_hint(Code::ModelLink, at, message, "give each a name of its own");
        }
    }
}

fn known(named: &[Named], ids: &[&Arc<str>], what: &str, problems: &mut Problems) {
    for one in named.iter().filter(|one| !ids.contains(&&one.id)) {
        let message = format!("found the {what} {}, expected one of the model", shown(&one.id));
        let hint = nearest(&one.id, ids.iter().map(|id| &***id)).map_or_else(
            || format!("the model has {} of this kind", ids.len()),
            |near| format!("did you mean `{near}`"),
        );
        problems.add_with_hint(Code::ModelLink, one.at, message, hint);
    }
}
