//! Embeds the rules, so that the one binary needs nothing beside it: compiled, in the form that loads at once, and their
//! texts. A rule that does not load ends the build, with every fault of every rule.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tattletrail_engine::ruleset::{RuleSet, RuleSource};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../rules");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut sources = Vec::new();
    let mut table = String::from("&[\n");
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_dir() {
            println!("cargo::rerun-if-changed={}", entry.path().display());
        } else if is_rule(entry.path()) {
            let name = Path::new("rules").join(entry.path().strip_prefix(&root)?).display().to_string();
            let path = fs::canonicalize(entry.path())?.display().to_string();
            table += &format!("    ({name:?}, include_str!({path:?})),\n");
            sources.push(RuleSource::new(name, fs::read_to_string(path)?));
        }
    }
    table.push_str("]\n");
    fs::write(out.join("builtin_rules.rs"), table)?;
    match RuleSet::from_sources(sources) {
        Ok(rules) => fs::write(out.join("bundle.json"), rules.to_bundle()?)?,
        // Cargo stops at these, and shows them.
        Err(errors) => errors.iter().flat_map(lines).for_each(|line| println!("cargo::error={line}")),
    }
    Ok(())
}

/// The lines of a message; cargo takes one at a time.
fn lines(error: &impl ToString) -> Vec<String> {
    error.to_string().lines().map(str::to_owned).collect()
}

/// The Sigma rules under `rules/aws`; cases (`*.test.yml`), threat models and filters are other things.
fn is_rule(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.components().any(|part| part.as_os_str() == "aws")
        && name.ends_with(".yml")
        && !name.ends_with(".test.yml")
}
