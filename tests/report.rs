//! A scan as a page: files in, what a browser shows out. What is on the page is judged by scripts beside this module, which
//! count from the JSON Lines of the same scan.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tattletrail_cli::Exit;
use tattletrail_engine::attack::{TACTICS, TECHNIQUES};
use tattletrail_engine::render::text::neutralise;
use tattletrail_engine::ruleset::RuleSet;
use tempfile::TempDir;

use crate::harness::browser::script;
use crate::harness::{root, run_binary, tattletrail};

// Logs made for a purpose.
mod logs;

/// The sample trail, the rules of the repository, and a threat model of an application in the trail instead of those of the
/// repository.
fn sample() -> Vec<String> {
    let path = |name: &str| root().join(name).display().to_string();
    let [trail, rules] = [trail(), path("rules/aws")];
    vec![trail, "--rules".to_owned(), rules, "--add".to_owned(), path("tests/fixtures/report/shop.yml")]
}

fn trail() -> String {
    root().join("tests/fixtures/sample-trail/AWSLogs").display().to_string()
}

/// A page made by the binary, in a folder that goes away with it.
struct Page {
    folder: TempDir,
    exit: Option<i32>,
}

impl Page {
    fn of(input: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.html").display().to_string();
        let mut arguments = vec!["report"];
        arguments.extend(input.iter().map(String::as_str));
        arguments.extend(["-o", &path, "--quiet"]);
        let output = run_binary(&arguments);
        assert!(output.stdout.is_empty());
        Self { folder, exit: output.status.code() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("report.html")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// A file beside it.
    fn beside(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// The findings of the same scan, as JSON Lines.
    fn findings(&self, input: &[String]) -> (PathBuf, Vec<Value>, String) {
        let mut arguments = vec!["scan".to_owned()];
        arguments.extend(input.iter().cloned());
        arguments.extend(["--format".to_owned(), "jsonl".to_owned()]);
        let run = tattletrail(arguments);
        (self.beside("findings.jsonl", &run.out), run.json_lines(), run.err)
    }
}

/// How many rules that are looked for stand in each cell of the matrix, and what ATT&CK says of tactics.
fn matrix() -> Value {
    let set = RuleSet::from_sources(tattletrail_rules::built_in()).unwrap();
    let mut looked = serde_json::Map::new();
    for info in set.infos().filter(|info| !info.is_experimental() && !set.is_silent(&info.id)) {
        for id in &info.techniques {
            let known = TECHNIQUES.iter().find(|technique| technique.id == id.as_str());
            let own: Vec<&str> = known.map_or_else(
                || info.tactics.iter().map(String::as_str).collect(),
                |known| known.tactics.to_vec(),
            );
            let both: Vec<&str> = own
                .iter()
                .copied()
                .filter(|tactic| info.tactics.iter().any(|named| named == tactic))
                .collect();
            for tactic in if both.is_empty() { own } else { both } {
                let tactic = TACTICS.iter().find(|one| one.name == tactic).unwrap().id;
                let count = looked.entry(format!("{tactic} {id}")).or_insert(json!(0));
                *count = json!(count.as_u64().unwrap() + 1);
            }
        }
    }
    let tactics: serde_json::Map<_, _> =
        TACTICS.iter().map(|tactic| (tactic.name.to_owned(), json!(tactic.id))).collect();
    let techniques: serde_json::Map<_, _> =
        TECHNIQUES.iter().map(|known| (known.id.to_owned(), json!(known.tactics))).collect();
    json!({ "tactics": tactics, "techniques": techniques, "looked": looked })
}

#[test]
fn the_numbers_are_those_of_the_scan() {
    let page = Page::of(&sample());
    assert_eq!(page.exit, Some(1));
    let (findings, _, said) = page.findings(&sample());
    // `records     509 read: ...`
    let line = said.lines().find(|line| line.starts_with("records ")).unwrap();
    let records: u64 = line.split_whitespace().nth(1).unwrap().replace(',', "").parse().unwrap();
    let mut attack = matrix();
    attack["records"] = json!(records);
    attack["rejected"] = json!(0);
    let attack = page.beside("attack.json", attack.to_string());
    script("numbers.mjs", &[&page.path(), &findings, &attack]);
}

#[test]
fn filters_search_and_sorting_find_what_is_there() {
    let page = Page::of(&sample());
    let (findings, ..) = page.findings(&sample());
    script("use.mjs", &[&page.path(), &findings]);
}

#[test]
fn everything_can_be_done_with_the_keyboard() {
    script("keyboard.mjs", &[&Page::of(&sample()).path()]);
}

#[test]
fn the_page_can_be_printed() {
    let page = Page::of(&sample());
    let (_, lines, _) = page.findings(&sample());
    script("paper.mjs", &[&page.path(), Path::new(&lines.len().to_string())]);
}

#[test]
fn no_findings_make_a_page_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let log = logs::quiet(folder.path());
    let page = Page::of(&[log]);
    assert_eq!(page.exit, Some(0));
    script("empty.mjs", &[&page.path(), Path::new("1")]);
}

#[test]
fn everybody_can_use_it() {
    let folder = tempfile::tempdir().unwrap();
    let page = Page::of(&sample());
    let empty = Page::of(&[logs::quiet(folder.path())]);
    script("axe.mjs", &[&page.path(), &empty.path()]);
}

#[test]
fn nothing_of_a_hostile_log_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (input, texts) = logs::hostile(folder.path());
    let page = Page::of(&input);
    assert_eq!(page.exit, Some(1));
    let seen: Vec<String> = texts.iter().map(|text| neutralise(text).into_owned()).collect();
    let texts = page.beside("texts.json", json!(seen).to_string());
    script("hostile.mjs", &[&page.path(), &texts]);
    let html = page.text();
    for mark in ["<img", "<svg", "<!--", "gpj.exe", "long long"] {
        assert!(!html.contains(mark), "`{mark}` stands in the page");
    }
    assert_eq!(html.matches("</script>").count(), 2, "the data and the script");
}

#[test]
fn very_many_findings_are_no_burden() {
    const MANY: usize = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let page = Page::of(&[logs::many(folder.path(), MANY)]);
    script("many.mjs", &[&page.path(), Path::new(&MANY.to_string())]);
}

#[test]
fn the_page_is_made_beside_the_findings_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html").display().to_string();
    let trail = trail();
    let alone = Page::of(std::slice::from_ref(&trail));
    let run = tattletrail(["scan", &trail, "--format", "jsonl", "--report", &path]);
    assert_eq!(run.exit, Exit::Findings);
    assert_eq!(run.out, tattletrail(["scan", &trail, "--format", "jsonl"]).out);
    assert_eq!(fs::read_to_string(&path).unwrap(), alone.text(), "the same scan makes the same page");
    let out = tattletrail(["report", &trail, "-o", "-"]);
    assert_eq!((out.out, out.exit), (alone.text(), Exit::Findings));
}

#[test]
fn a_page_with_nowhere_to_go_is_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let trail = trail();
    let nowhere = folder.path().join("no/such/report.html").display().to_string();
    for arguments in [&["report", &trail, "-o", &nowhere][..], &["scan", &trail, "--report", &nowhere]] {
        let run = tattletrail(arguments.iter().copied());
        assert_eq!((run.exit, run.out.as_str()), (Exit::Usage, ""));
        assert!(run.err.contains("there is no folder") && run.err.contains("make it first"), "{}", run.err);
        assert!(!run.err.contains("records"), "{}", run.err);
    }
    let is_folder = folder.path().display().to_string();
    assert!(
        tattletrail(["report", &trail, "-o", &is_folder]).err.contains("found a folder, expected a file")
    );
    let both = tattletrail(["scan", &trail, "--report", "-"]);
    assert!(both.err.contains("name a file for one of them"), "{}", both.err);
    assert_eq!((both.exit, both.out.as_str()), (Exit::Usage, ""));
}

#[test]
fn exits_are_those_of_a_scan() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html").display().to_string();
    let rules = root().join("tests/fixtures/broken-rules").display().to_string();
    let trail = trail();
    let exit = |more: &[&str]| tattletrail(["report", "-o", &page].iter().chain(more).copied()).exit;
    assert_eq!(exit(&[&trail, "--rules", &rules]), Exit::BadRule);
    assert!(!Path::new(&page).exists(), "a page of rules that do not load");
    assert_eq!(exit(&["/no/such/path"]), Exit::Usage);
    assert!(Path::new(&page).exists(), "what could be read has a page, which says that it is not all");
    let high = root().join("rules/aws/cloudtrail/ec2/ssh_open_to_world.yml").display().to_string();
    assert_eq!(exit(&[&trail, "--rules", &high]), Exit::Findings);
    assert_eq!(exit(&[&trail, "--rules", &high, "--min-level", "critical"]), Exit::Clean);
}
