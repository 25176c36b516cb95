//! Inputs that could not be read, in full or at all.

use std::path::{Path, PathBuf};

use tattletrail_engine::ingest::Ending;
use tattletrail_engine::render::text::neutralise;

/// A file or folder, and what is wrong with it.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) path: PathBuf,
    pub(super) trouble: Trouble,
}

/// What is wrong with an input.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Trouble {
    #[error("no files in this folder")]
    NoFiles,
    #[error("not a regular file")]
    NotAFile,
    #[error("a link back to `{}`: not followed again", neutralise(&.0.display().to_string()))]
    LinkLoop(PathBuf),
    #[error("{0}")]
    Unreadable(String),
    #[error(transparent)]
    Ended(Ending),
}

impl Problem {
    pub(super) fn new(path: &Path, trouble: Trouble) -> Self {
        Self { path: path.to_owned(), trouble }
    }

    /// One line: which file, and why.
    pub(super) fn line(&self) -> String {
        format!("{}: {}", neutralise(&self.path.display().to_string()), self.trouble)
    }

    /// True if records may have been missed because of it. A file lying in a folder that is no log, and a link that
    /// leads back, hold nothing that was not read.
    pub(super) fn loses_records(&self, named: bool) -> bool {
        match &self.trouble {
            Trouble::Ended(Ending::NotALog(_) | Ending::Empty) => named,
            Trouble::NotAFile | Trouble::LinkLoop(_) => false,
            Trouble::NoFiles | Trouble::Unreadable(_) | Trouble::Ended(_) => true,
        }
    }
}
