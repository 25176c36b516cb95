//! Where a result goes: to a file, or to standard output.

use std::fs;
use std::path::Path;

use crate::{Console, Exit};

/// Writes the text to the file, over what is there, with the folders on the way; or prints it where there is no file.
pub(crate) fn put(text: &str, output: Option<&Path>, console: &mut Console) -> Exit {
    let Some(path) = output else {
        console.print(text);
        return Exit::Clean;
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let written = folder.map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    match written {
        Ok(()) => Exit::Clean,
        Err(error) => {
            console.say(&format!("tattletrail: can't write `{}`: {error}\n", path.display()));
            Exit::Usage
        }
    }
}
