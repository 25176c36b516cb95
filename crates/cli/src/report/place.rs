//! Where a page is written: looked at before the scan, so that nobody waits for what cannot be kept.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::Console;

/// The file of a page, or standard output.
#[derive(Debug)]
pub(crate) enum Place {
    /// A file in a folder that is there.
    File(PathBuf),
    /// `-`.
    Out,
}

impl Place {
    /// The place with this name, or a line that says why there can be no page.
    pub(crate) fn of(path: &Path) -> Result<Self, String> {
        if path.as_os_str() == "-" {
            return Ok(Self::Out);
        }
        let shown = path.display();
        if path.is_dir() {
            return Err(format!(
                "tattletrail: can't write the report to `{shown}`: found a folder, expected a file; name one in it\n"
            ));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        match folder {
            Some(folder) if !folder.is_dir() => Err(format!(
                "tattletrail: can't write the report to `{shown}`: there is no folder `{}`; make it first, or name another file\n",
                folder.display()
            )),
            _ => Ok(Self::File(path.to_owned())),
        }
    }

    /// Hands the place to somebody who writes; a file is made now, and not before.
    pub(crate) fn write(
        &self,
        console: &mut Console,
        writing: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Self::Out => {
                writing(&mut console.out)?;
                console.out.flush()
            }
            Self::File(path) => {
                let mut file = BufWriter::with_capacity(64 * 1024, File::create(path)?);
                writing(&mut file)?;
                file.flush()
            }
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Out => "standard output".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}
