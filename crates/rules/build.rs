//! Embeds the rules, so that the one binary needs nothing beside it. A rule that does not load ends the build, with every
//! fault of every rule.

// From the folder of rules to what the binary holds.
#[path = "build/embed.rs"]
mod embed;

use std::env;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../rules");
    for line in embed::embed(&root, &PathBuf::from(env::var("OUT_DIR")?))? {
        println!("{line}");
    }
    Ok(())
}
