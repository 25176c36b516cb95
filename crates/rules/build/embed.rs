//! From the folder of rules to what the binary holds.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

#[cfg(any(feature = "compiled", test))]
use tattletrail_engine::ruleset::{RuleSet, RuleSource};

/// A rule file: the path to show, and the path on this machine.
struct File {
    name: String,
    path: PathBuf,
}

/// Writes the texts of the rules into the folder `out`, and the rules themselves where they are to come compiled. The
/// answer is what there is to say to cargo; then it stops the build where a rule is wrong.
pub(crate) fn embed(root: &Path, out: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut said = vec![format!("cargo::rerun-if-changed={}", root.display())];
    let files = files(root, &mut said)?;
    fs::write(out.join("builtin_rules.rs"), table(&files))?;
    #[cfg(any(feature = "compiled", test))]
    said.extend(compiled(files, out)?);
    Ok(said)
}

/// Writes the rules, compiled; says what is wrong with them.
#[cfg(any(feature = "compiled", test))]
fn compiled(files: Vec<File>, out: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut sources = Vec::new();
    for File { name, path } in files {
        sources.push(RuleSource::new(name, fs::read_to_string(path)?));
    }
    match RuleSet::from_sources(sources) {
        Ok(rules) => {
            fs::write(out.join("builtin.ttrules"), rules.to_bundle()?)?;
            Ok(Vec::new())
        }
        Err(errors) => {
            // Cargo takes a message line by line.
            let told = errors.iter().map(|error| error.to_string().replace('\n', "\ncargo::error="));
            Ok(told.map(|error| format!("cargo::error={error}")).collect())
        }
    }
}

fn files(root: &Path, said: &mut Vec<String>) -> Result<Vec<File>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry?;
        let inside = entry.path().strip_prefix(root)?;
        if entry.file_type().is_dir() {
            said.push(format!("cargo::rerun-if-changed={}", entry.path().display()));
        } else if is_rule(inside) {
            let name = Path::new("rules").join(inside).display().to_string();
            files.push(File { name, path: fs::canonicalize(entry.path())? });
        }
    }
    Ok(files)
}

/// A Rust expression: paths and texts.
fn table(files: &[File]) -> String {
    let row = |file: &File| {
        format!("    ({:?}, include_str!({:?})),\n", file.name, file.path.display().to_string())
    };
    format!("&[\n{}]\n", files.iter().map(row).collect::<String>())
}

/// The Sigma rules and correlations under `rules/aws`, the filters under `rules/filters`, and the threat models; cases
/// (`*.test.yml`) are something else.
fn is_rule(inside: &Path) -> bool {
    let name = inside.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    ["aws", "filters", "threat-models"].iter().any(|folder| inside.starts_with(folder))
        && name.ends_with(".yml")
        && !name.ends_with(".test.yml")
}
