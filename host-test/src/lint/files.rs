//! The files of a configuration: each is read once, and what it includes with it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::classic;
use super::model::{Configuration, Place};
use super::yaml;
use crate::Error;

/// Bytes of one file.
const LARGEST: u64 = 16 << 20;

/// A configuration has so many files at most.
const MOST: usize = 1000;

/// Includes in includes.
const DEEPEST: usize = 32;

/// What is being read.
pub(super) struct Files {
    pub(super) configuration: Configuration,
    /// The folder of the file that was named.
    folder: PathBuf,
    seen: BTreeSet<PathBuf>,
    depth: usize,
}

/// Reads a file and all that it includes.
pub(super) fn read(path: &Path) -> Result<Configuration, Error> {
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut files = Files { configuration: Configuration::default(), folder, seen: BTreeSet::new(), depth: 0 };
    files.read(path, None)?;
    files.configuration.set_variables();
    Ok(files.configuration)
}

impl Files {
    fn read(&mut self, path: &Path, from: Option<Place>) -> Result<(), Error> {
        let name = path.display().to_string();
        let place = from.map_or(name.clone(), |from| self.place(from));
        let fail = |what: String, advice| Err(Error::new(place.clone(), what, advice));
        let whose = if from.is_some() { format!("the included file {name}") } else { "the file".to_owned() };
        let known = match fs::canonicalize(path) {
            Ok(known) => known,
            Err(error) => return fail(format!("{whose} cannot be read: {error}"), "check the path"),
        };
        if !self.seen.insert(known) {
            return fail(format!("{whose} is included twice"), "include it once: Fluent Bit does not start");
        }
        if self.seen.len() > MOST || self.depth > DEEPEST {
            return fail("there are too many files".to_owned(), "include fewer");
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.len() > LARGEST => {
                return fail(format!("{whose} is too large"), "is it the right file?");
            }
            Ok(metadata) if metadata.is_dir() => return fail(format!("{whose} is a folder"), "name the file in it"),
            _ => {}
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => return fail(format!("{whose} cannot be read: {error}"), "check the path"),
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let file = self.configuration.files.len();
        self.configuration.files.push(name);
        self.depth += 1;
        let is_yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        let read = if is_yaml { yaml::read(self, file, path, &text) } else { classic::read(self, file, &text) };
        self.depth -= 1;
        read
    }

    /// A file and a line, for people.
    pub(super) fn place(&self, place: Place) -> String {
        let name = self.configuration.files.get(place.file).map_or("", String::as_str);
        format!("{name}:{}", place.line)
    }

    pub(super) fn error(&self, place: Place, what: impl Into<String>, advice: &'static str) -> Error {
        Error::new(self.place(place), what, advice)
    }

    /// Includes the files of a path, which may have stars: beside the file that was named in the classic form, and
    /// beside the one that includes it in YAML.
    pub(super) fn include(&mut self, named: &str, beside: Option<&Path>, place: Place) -> Result<(), Error> {
        let path = beside.and_then(Path::parent).unwrap_or(&self.folder).join(named);
        if !named.contains('*') {
            return self.read(&path, Some(place));
        }
        let found = matching(&path);
        if found.is_empty() {
            let what = format!("no file is like {}", path.display());
            return Err(self.error(place, what, "check the path: Fluent Bit does not start"));
        }
        found.iter().try_for_each(|path| self.read(path, Some(place)))
    }
}

/// The paths that a path with stars stands for, in order.
fn matching(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in path.components() {
        let part = component.as_os_str();
        let text = part.to_string_lossy();
        let Component::Normal(_) = component else {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        };
        if !text.contains('*') {
            found.iter_mut().for_each(|path| path.push(part));
            found.retain(|path| path.exists());
            continue;
        }
        let mut next = Vec::new();
        for folder in &found {
            let folder_to_read = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let Ok(entries) = fs::read_dir(folder_to_read) else { continue };
            let names = entries.filter_map(Result::ok).map(|entry| entry.file_name());
            next.extend(names.filter(|name| is_like(name, &text)).map(|name| folder.join(name)));
            if next.len() > MOST {
                break;
            }
        }
        next.sort();
        found = next;
    }
    found
}

fn is_like(name: &OsStr, pattern: &str) -> bool {
    let name = name.to_string_lossy();
    !name.starts_with('.') && !name.contains('*') && super::pattern::covers(pattern, &name)
}
