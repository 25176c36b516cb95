//! What is wrong with models that load: attacks that nobody would see, and what does not hang together.

use std::path::Path;

use jiff::civil::Date;
use tattletrail_engine::sigma::Position;
use tattletrail_engine::threat_model::{Instrument, ThreatModel, Vector};

use super::cost::over_free;
use super::load::Loaded;
use super::render::outline::Outline;
use super::render::settings::Settings;
use super::survey::{Level, Seen, Survey, Surveyed, SurveyedVector};
use crate::workbench::check::diagnostic::{Diagnostic, Severity};

type Lint = (&'static str, &'static str, Severity);

/// Code, words, and how much it matters.
pub(crate) const LINTS: [Lint; 16] = [
    NO_RULE,
    NO_LOG,
    BLIND,
    BLIND_RULE,
    UNTESTED,
    UNTESTED_RULE,
    UNUSED_RULE,
    OLD_TECHNIQUE,
    FILE_NAME,
    GAP_ENDED,
    NO_TECHNIQUE,
    NO_RESPONSE,
    UNUSED_LOG,
    UNUSED_COMPONENT,
    OTHER_TECHNIQUE,
    NOT_FREE,
];

const NO_RULE: Lint = ("TT120", "an attack vector has no rule", Severity::Error);
const NO_LOG: Lint = ("TT121", "an attack vector has no instrumentation", Severity::Error);
const BLIND: Lint = ("TT122", "no log that is there shows an attack vector", Severity::Error);
const BLIND_RULE: Lint = ("TT123", "a rule is fed by no log of its attack vector", Severity::Error);
const UNTESTED: Lint = ("TT124", "no case fires for an attack vector", Severity::Error);
const UNTESTED_RULE: Lint = ("TT125", "a rule of an attack vector has no case that fires", Severity::Warning);
const UNUSED_RULE: Lint = ("TT126", "no threat model names a rule", Severity::Warning);
const OLD_TECHNIQUE: Lint = ("TT127", "a technique has another id by now", Severity::Warning);
const FILE_NAME: Lint =
    ("TT128", "a threat model's file has another name than its application", Severity::Warning);
const GAP_ENDED: Lint = ("TT129", "a gap was to be looked at again", Severity::Warning);
const NO_TECHNIQUE: Lint = ("TT130", "an attack vector has no technique", Severity::Warning);
const NO_RESPONSE: Lint = ("TT131", "an attack vector has no response", Severity::Warning);
const UNUSED_LOG: Lint = ("TT132", "no attack vector is shown by a log", Severity::Warning);
const UNUSED_COMPONENT: Lint = ("TT133", "no attack vector is about a component", Severity::Warning);
const OTHER_TECHNIQUE: Lint =
    ("TT134", "no rule of an attack vector is about its techniques", Severity::Warning);

const NOT_FREE: Lint = ("TT135", "the models need more than AWS gives for nothing", Severity::Error);

/// What the metrics, alarms and dashboards of the profile `free` have too many of.
pub(super) fn not_free(loaded: &Loaded) -> Vec<Diagnostic> {
    let over = over_free(&Outline::of_set(&loaded.rules), &Settings::default());
    let first = loaded.rules.models().first();
    let tell = |(model, message): (&ThreatModel, String)| {
        let help = "watch fewer applications with this profile, or take `standard`; `threat-model cost` says what that costs";
        diagnostic(NOT_FREE, &model.path, model.at, message, help)
    };
    first.into_iter().flat_map(|model| over.iter().map(move |told| (model, told.clone()))).map(tell).collect()
}

/// Everything, model by model.
pub(super) fn lint(loaded: &Loaded, today: Date) -> Vec<Diagnostic> {
    let survey = Survey::of(&loaded.rules, &loaded.cases, &Seen::default());
    let mut found = Vec::new();
    for surveyed in survey.applications.iter().filter(|one| loaded.is_own(&one.model.path)) {
        let mut look = Look { model: surveyed.model, found: &mut found };
        look.at_model(today);
        look.at_logs(surveyed);
        for vector in &surveyed.vectors {
            look.at_vector(vector);
        }
    }
    unused(loaded, &survey, &mut found);
    found.sort_by(|a, b| (&a.path, a.line, a.column, a.code).cmp(&(&b.path, b.line, b.column, b.code)));
    found
}

/// Rules in the named files that no model names.
fn unused(loaded: &Loaded, survey: &Survey<'_>, found: &mut Vec<Diagnostic>) {
    if survey.applications.is_empty() {
        return;
    }
    let used = survey.used();
    let counted = |id| loaded.rules.is_silent(id);
    let own = loaded.rules.infos().filter(|info| loaded.is_own(&info.path) && !counted(&info.id));
    for info in own.filter(|info| !used.contains(info.id.as_str())) {
        let message =
            format!("found the rule `{}` in no threat model, expected one that names it", info.title);
        let help = format!("add {} to the attack vector that it sees", info.id);
        found.push(diagnostic(UNUSED_RULE, &info.path, Position::START, message, &help));
    }
}

fn diagnostic(
    (code, _, severity): Lint,
    path: &str,
    at: Position,
    message: String,
    help: &str,
) -> Diagnostic {
    let Position { line, column } = at;
    Diagnostic { severity, code, path: path.to_owned(), line, column, message, help: Some(help.to_owned()) }
}

/// A model that is looked at.
struct Look<'m> {
    model: &'m ThreatModel,
    found: &'m mut Vec<Diagnostic>,
}

impl Look<'_> {
    fn tell(&mut self, lint: Lint, at: Position, message: String, help: &str) {
        self.found.push(diagnostic(lint, &self.model.path, at, message, help));
    }

    fn at_model(&mut self, today: Date) {
        let model = self.model;
        let stem = Path::new(&model.path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if stem != &*model.application {
            let message = format!(
                "found the application `{}` in the file `{stem}`, expected one name",
                model.application
            );
            self.tell(FILE_NAME, model.at, message, "name the file after the application");
        }
        for gap in &model.gaps {
            let until = gap.until.as_deref().and_then(|day| day.parse::<Date>().ok());
            if let Some(day) = until.filter(|day| *day < today) {
                let message = format!("found a gap that is borne until {day}, expected a day to come");
                self.tell(
                    GAP_ENDED,
                    gap.at,
                    message,
                    "look again: close the gap, or say until when it is borne now",
                );
            }
        }
    }

    fn at_logs(&mut self, surveyed: &Surveyed<'_>) {
        let vectors = &surveyed.model.vectors;
        for instrument in &surveyed.model.instrumentation {
            if !vectors
                .iter()
                .flat_map(|vector| &vector.instrumentation)
                .any(|named| named.id == instrument.id)
            {
                let message = format!(
                    "found the instrumentation `{}` in no vector, expected one that it shows",
                    instrument.id
                );
                self.tell(
                    UNUSED_LOG,
                    instrument.at,
                    message,
                    "name it where it shows something, or take it out",
                );
            }
        }
        for component in &surveyed.model.components {
            if !vectors.iter().flat_map(|vector| &vector.components).any(|named| named.id == component.id) {
                let message =
                    format!("found the component `{}` in no vector, expected an attack on it", component.id);
                self.tell(UNUSED_COMPONENT, self.model.at, message, "say how it is attacked, or take it out");
            }
        }
    }

    fn at_vector(&mut self, surveyed: &SurveyedVector<'_>) {
        let vector = surveyed.vector;
        let (id, at) = (&vector.id, vector.at);
        for technique in vector
            .techniques
            .iter()
            .filter(|technique| !technique.written.eq_ignore_ascii_case(technique.id.as_str()))
        {
            let message = format!(
                "found the technique `{}`, expected its id by now, {}",
                technique.written, technique.id
            );
            self.tell(OLD_TECHNIQUE, technique.at, message, "write the id of the pinned version");
        }
        if vector.techniques.is_empty() {
            let message = format!("found no technique of the vector `{id}`, expected what ATT&CK calls it");
            self.tell(NO_TECHNIQUE, at, message, "such as `techniques: [T1530]`");
        }
        if vector.response.is_empty() {
            let message =
                format!("found no response to the vector `{id}`, expected what to do when it fires");
            self.tell(NO_RESPONSE, at, message, "say what whoever is woken up does first, or link to it");
        }
        self.at_sight(surveyed);
        self.at_rules(surveyed);
    }

    /// What shows the vector. A gap that says why not is an answer: for a vector without rules any, else one that names them.
    fn at_sight(&mut self, surveyed: &SurveyedVector<'_>) {
        let (vector, model) = (surveyed.vector, self.model);
        let (id, at) = (&vector.id, vector.at);
        let is_borne = model.gaps_of(vector).next().is_some();
        if vector.instrumentation.is_empty() {
            let message = format!("found no instrumentation of the vector `{id}`, expected what shows it");
            self.tell(
                NO_LOG,
                at,
                message,
                "name a log or an agent under `instrumentation`, planned ones included",
            );
        } else if self.is_dark(surveyed) {
            let message =
                format!("found only logs that are off for the vector `{id}`, expected one that is on");
            self.tell(
                BLIND,
                at,
                message,
                "turn one on, or name the rules in a gap that says why that is borne",
            );
        }
        if vector.rules.is_empty() && !is_borne {
            let message = format!("found no rule of the vector `{id}`, expected one that sees it, or a gap");
            self.tell(NO_RULE, at, message, "name rules by id, or say under `gaps` why there are none");
        }
    }

    /// No log of the vector is there, and no gap says why that is borne.
    fn is_dark(&self, surveyed: &SurveyedVector<'_>) -> bool {
        let vector = surveyed.vector;
        let is_borne = match vector.rules.as_slice() {
            [] => self.model.gaps_of(vector).next().is_some(),
            rules => rules.iter().all(|rule| self.is_borne(vector, rule.named())),
        };
        !is_borne && !self.model.instruments_of(vector).any(Instrument::shows_something)
    }

    /// A gap says why no log feeds the rule.
    fn is_borne(&self, vector: &Vector, named: &str) -> bool {
        self.model.gaps_of(vector).flat_map(|gap| &gap.rules).any(|rule| rule.named() == named)
    }

    fn at_rules(&mut self, surveyed: &SurveyedVector<'_>) {
        let vector = surveyed.vector;
        let (id, at) = (&vector.id, vector.at);
        let has_log = !vector.instrumentation.is_empty() && !self.is_dark(surveyed);
        for rule in surveyed.rules.iter().filter(|rule| rule.level == Level::Blind && has_log) {
            if self.is_borne(vector, rule.named) {
                continue;
            }
            let feeds: Vec<String> = rule.lacks.iter().map(super::feeds::Feed::in_words).collect();
            let message = format!(
                "found the rule `{}` in the vector `{id}`, expected a log that feeds it: {}",
                rule.info.title,
                feeds.join(", ")
            );
            self.tell(
                BLIND_RULE,
                at,
                message,
                "log these events, name the log, or name the rule in a gap that says why that is borne",
            );
        }
        let tested = surveyed.rules.iter().filter(|rule| rule.cases > 0).count();
        if tested == 0 && !surveyed.rules.is_empty() {
            let message = format!(
                "found no case that fires for the vector `{id}`, expected one of its rules to be tested"
            );
            self.tell(UNTESTED, at, message, "write a case beside the rule: a record on which it must fire");
        } else {
            for rule in surveyed.rules.iter().filter(|rule| rule.cases == 0) {
                let message =
                    format!("found no case that fires of the rule `{}`, expected one", rule.info.title);
                self.tell(
                    UNTESTED_RULE,
                    at,
                    message,
                    "write a case beside the rule: a record on which it must fire",
                );
            }
        }
        self.at_techniques(surveyed);
    }

    /// A sub-technique and its technique are about the same.
    fn at_techniques(&mut self, surveyed: &SurveyedVector<'_>) {
        let base = |id: &str| id.split('.').next().unwrap_or_default().to_owned();
        let own: Vec<String> = surveyed.vector.techniques.iter().map(|one| base(one.id.as_str())).collect();
        let theirs = surveyed.rules.iter().flat_map(|rule| &rule.info.techniques);
        let mut theirs = theirs.map(|id| base(id.as_str()));
        if own.is_empty() || surveyed.rules.is_empty() || theirs.any(|id| own.contains(&id)) {
            return;
        }
        let (id, at) = (&surveyed.vector.id, surveyed.vector.at);
        let message = format!(
            "found other techniques in the rules of the vector `{id}`, expected one of {}",
            own.join(", ")
        );
        self.tell(
            OTHER_TECHNIQUE,
            at,
            message,
            "either the techniques or the rules are those of another attack",
        );
    }
}
