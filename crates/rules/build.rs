//! Embeds the rule files, so that the one binary needs nothing beside it.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../rules");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut table = String::from("&[\n");
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_dir() {
            println!("cargo::rerun-if-changed={}", entry.path().display());
        } else if is_rule(entry.path()) {
            let path = fs::canonicalize(entry.path())?;
            let name = Path::new("rules").join(entry.path().strip_prefix(&root)?);
            writeln!(
                table,
                "    ({:?}, include_str!({:?})),",
                name.display().to_string(),
                path.display().to_string()
            )?;
        }
    }
    table.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("builtin_rules.rs"), table)?;
    Ok(())
}

/// The Sigma rules under `rules/aws`; cases (`*.test.yml`), threat models and filters are other things.
fn is_rule(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.components().any(|part| part.as_os_str() == "aws")
        && name.ends_with(".yml")
        && !name.ends_with(".test.yml")
}
