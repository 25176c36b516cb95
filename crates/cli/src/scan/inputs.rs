//! The files a scan reads: paths walked, sorted by time, and what can't be read said.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::filter::Filter;
use super::key::TrailKey;
use super::problem::{Problem, Trouble};

/// One file, or standard input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Input {
    /// Delivery time from the key in seconds; files without one come first.
    delivered: i64,
    /// The file; `-` is standard input.
    pub(super) path: PathBuf,
    /// Its size in bytes; 0 where unknown.
    pub(super) bytes: u64,
    /// True if the user named the file itself, not a folder above it.
    pub(super) named: bool,
}

/// Everything the paths lead to.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// In the order in which they are read: by delivery, then by path.
    pub(super) files: Vec<Input>,
    /// Files that their key rules out.
    pub(super) ruled_out: u64,
    /// What could not be followed.
    pub(super) problems: Vec<Problem>,
}

/// Walks the paths.
pub(super) fn collect(paths: &[PathBuf], filter: &Filter) -> Inputs {
    let mut inputs = Inputs::default();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.files.push(Input { delivered: i64::MIN, path: path.clone(), bytes: 0, named: true });
        } else {
            walk(path, filter, &mut inputs);
        }
    }
    inputs.files.sort();
    inputs.files.dedup_by(|a, b| a.path == b.path);
    inputs
}

fn walk(path: &Path, filter: &Filter, inputs: &mut Inputs) {
    let before = inputs.files.len() as u64 + inputs.ruled_out + inputs.problems.len() as u64;
    let mut named = true;
    for entry in WalkDir::new(path).follow_links(true) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => named = false,
            Ok(entry) => add(&entry, named, filter, inputs),
            Err(error) => inputs.problems.push(problem_of(&error, path)),
        }
    }
    if inputs.files.len() as u64 + inputs.ruled_out + inputs.problems.len() as u64 == before {
        inputs.problems.push(Problem::new(path, Trouble::NoFiles));
    }
}

fn add(entry: &walkdir::DirEntry, named: bool, filter: &Filter, inputs: &mut Inputs) {
    // A pipe that the user names (process substitution) is an input; one lying in a folder would only block.
    if !entry.file_type().is_file() && !named {
        return inputs.problems.push(Problem::new(entry.path(), Trouble::NotAFile));
    }
    let key = TrailKey::of(entry.path());
    if key.as_ref().is_some_and(|key| key.is_ruled_out_by(filter)) {
        inputs.ruled_out += 1;
        return;
    }
    inputs.files.push(Input {
        delivered: key.map_or(i64::MIN, |key| key.delivered().as_second()),
        path: entry.path().to_owned(),
        bytes: entry.metadata().map_or(0, |metadata| metadata.len()),
        named,
    });
}

fn problem_of(error: &walkdir::Error, root: &Path) -> Problem {
    let path = error.path().unwrap_or(root);
    if let Some(ancestor) = error.loop_ancestor() {
        return Problem::new(path, Trouble::LinkLoop(ancestor.to_owned()));
    }
    let reason = match error.io_error().map(io::Error::kind) {
        Some(io::ErrorKind::NotFound) => "no such file or folder".to_owned(),
        Some(io::ErrorKind::PermissionDenied) => "permission denied".to_owned(),
        _ => error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
    };
    Problem::new(path, Trouble::Unreadable(reason))
}
