//! The tables of `docs/permissions.md`: what each function may do, with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::harness::root;

/// One line of the table.
pub(crate) struct Row {
    pub(crate) actions: Vec<String>,
    /// The first letters of functions: `E`, `L`, `F`.
    pub(crate) functions: Vec<String>,
    /// The number of the note that says why its resource is `*`.
    pub(crate) note: Option<String>,
    /// The files that it names.
    pub(crate) files: BTreeSet<String>,
}

/// The document.
pub(crate) struct Document {
    pub(crate) rows: Vec<Row>,
    /// Those of other tables that name files.
    pub(crate) others: Vec<Row>,
    /// What each letter stands for.
    pub(crate) letters: BTreeMap<String, String>,
    /// The numbers of the notes about `*`.
    pub(crate) notes: BTreeSet<String>,
}

impl Document {
    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(root().join("docs/permissions.md")).unwrap();
        let functions = section(&text, "## The functions");
        let letters: BTreeMap<String, String> = functions
            .split(['.', ',', '\n'])
            .filter_map(|part| part.trim().split_once(" = `"))
            .map(|(letter, name)| (letter.to_owned(), name.trim_end_matches('`').to_owned()))
            .collect();
        let rows = rows(functions, &letters);
        let sections = text.split("\n## ").filter(|section| !section.starts_with("The functions\n"));
        let others = sections.flat_map(|section| self::rows(section, &letters));
        let others = others.filter(|row| !row.files.is_empty()).collect();
        let notes = section(&text, "## Where a resource is `*`");
        let notes =
            notes.lines().filter_map(|line| line.split_once(". ").map(|(number, _)| number.to_owned()));
        let notes = notes.filter(|number| number.parse::<u8>().is_ok()).collect();
        Self { rows, others, letters, notes }
    }

    /// The actions that a function has a reason for.
    pub(crate) fn actions(&self, krate: &str) -> BTreeSet<String> {
        self.of(krate).flat_map(|row| row.actions.clone()).collect()
    }

    /// The rows of a function.
    pub(crate) fn of<'d>(&'d self, krate: &'d str) -> impl Iterator<Item = &'d Row> {
        let is_its = move |letter: &String| self.letters.get(letter).is_some_and(|name| name == krate);
        self.rows.iter().filter(move |row| row.functions.iter().any(is_its))
    }
}

fn section<'t>(text: &'t str, heading: &str) -> &'t str {
    let found =
        text.split(heading).nth(1).unwrap_or_else(|| panic!("docs/permissions.md has no `{heading}`"));
    found.split("\n## ").next().unwrap_or_default()
}

/// The rows of a table of five columns.
fn rows(section: &str, letters: &BTreeMap<String, String>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let is_row = |line: &&str| line.starts_with("| `") && line.split('|').count() == 7;
    for line in section.lines().filter(is_row) {
        let mut row = row(line, letters);
        if line.ends_with("| the same |") {
            row.files = rows.last().map(|before| before.files.clone()).unwrap_or_default();
        }
        rows.push(row);
    }
    rows
}

fn row(line: &str, letters: &BTreeMap<String, String>) -> Row {
    let cells: Vec<&str> = line.split('|').skip(1).map(str::trim).collect();
    let [actions, whose, on, _, code] = cells[..5] else { panic!("{line}") };
    // "the first of E, L, F that there is", "E L F, with `SecurityHub` …"
    let named =
        if whose.starts_with("the first") { whose } else { whose.split(',').next().unwrap_or_default() };
    let named =
        named.split([' ', ',']).filter(|word| letters.contains_key(*word)).map(str::to_owned).collect();
    let note = on.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(note, _)| note.to_owned());
    let note = note.filter(|note| note.parse::<u8>().is_ok());
    let files = quoted(code).filter(|word| word.ends_with(".rs")).map(str::to_owned).collect();
    Row { actions: named_in(actions), functions: named, note, files }
}

/// `sqs:ReceiveMessage`, `DeleteMessage`: what has no service has the one before.
fn named_in(cell: &str) -> Vec<String> {
    let mut service = "";
    let mut found = Vec::new();
    for word in quoted(cell) {
        let (before, action) = word.split_once(':').unwrap_or((service, word));
        service = before;
        found.push(format!("{service}:{action}"));
    }
    found
}

/// The actions in the tables of another document's section "What each may do".
pub(crate) fn actions_of(document: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let lines = section(&text, "## What each may do").lines().filter(|line| line.starts_with("| `"));
    lines.flat_map(|line| named_in(line.split('|').nth(1).unwrap_or_default())).collect()
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
