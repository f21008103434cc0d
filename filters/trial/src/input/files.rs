//! Files and folders that were named.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;

/// The log files at a path: the file itself, or those below a folder, sorted by path.
///
/// Below a folder, log files are those that are called `*.log` or `*.log.<suffix>` (rotated), except
/// compressed ones.
///
/// # Errors
/// When the path does not exist, cannot be read, or is a folder without any log file.
pub fn expand(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let metadata = fs::metadata(path).map_err(|error| cannot_open(path, &error))?;
    if !metadata.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| cannot_open(&folder, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| cannot_open(&folder, &error))?.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if is_log(&path) && path.is_file() {
                found.push(path);
            }
        }
    }
    if found.is_empty() {
        return Err(Error::new(
            path.display().to_string(),
            "holds no log files",
            "name the files one by one if they are not called *.log",
        ));
    }
    found.sort();
    Ok(found)
}

pub(super) fn cannot_open(path: &Path, error: &std::io::Error) -> Error {
    Error::new(path.display().to_string(), format!("cannot be opened: {error}"), "check the path and its permissions")
}

fn is_log(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (name.ends_with(".log") || name.contains(".log."))
        && !["gz", "zst", "xz", "bz2"].iter().any(|suffix| name.ends_with(&format!(".{suffix}")))
}
