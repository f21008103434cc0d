//! The modules that WASM filters name, and the functions in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use podsieve_core::Function;

use super::Options;
use super::model::Section;
use crate::Module;

/// Where modules are found, and those that were read.
pub(super) struct Modules<'a> {
    folder: &'a Path,
    options: &'a Options,
    read: BTreeMap<PathBuf, Known>,
}

/// What is known of a module.
#[derive(Clone)]
pub(super) enum Known {
    /// It has these functions.
    Functions(Vec<String>),
    /// It is there, and what it holds is not known: machine code, or a module of somebody else's that this host cannot
    /// load.
    Opaque,
    /// It should be there and is not: the path that was tried.
    Missing(PathBuf),
    /// It is on another machine.
    Elsewhere,
    /// The path is not known.
    Unknown,
    /// It is no module that Fluent Bit could load.
    Refused(String),
}

impl<'a> Modules<'a> {
    pub(super) fn new(configuration: &'a Path, options: &'a Options) -> Self {
        let folder = configuration.parent().unwrap_or(Path::new(""));
        Modules { folder, options, read: BTreeMap::new() }
    }

    /// The module of a WASM filter.
    pub(super) fn of(&mut self, filter: &Section) -> Known {
        let path = match self.path(filter) {
            Ok(path) => path,
            Err(known) => return known,
        };
        let known = self.read.entry(path.clone()).or_insert_with(|| read(&path)).clone();
        match known {
            Known::Refused(_) if !self.is_podsieve(filter) => Known::Opaque,
            known => known,
        }
    }

    /// Whether the filter's module is podsieve, by its name.
    pub(super) fn is_podsieve(&self, filter: &Section) -> bool {
        let named = filter.get("wasm_path").is_some_and(|path| path.raw.to_lowercase().contains("podsieve"));
        self.options.module.is_some() || named
    }

    fn path(&self, filter: &Section) -> Result<PathBuf, Known> {
        if let Some(path) = &self.options.module {
            return Ok(path.clone());
        }
        let Some(path) = filter.get("wasm_path").filter(|path| path.is_known()) else {
            return Err(Known::Unknown);
        };
        let path = Path::new(&path.value);
        // A path of a container, on whatever system this runs.
        let absolute = path.to_str().and_then(|path| path.strip_prefix('/'));
        let found = match (absolute, &self.options.root) {
            (Some(below), Some(root)) => root.join(below),
            (Some(_), None) if path.exists() => path.to_path_buf(),
            (Some(_), None) => return Err(Known::Elsewhere),
            // Fluent Bit looks in the folder that it is started in.
            (None, _) if path.exists() => path.to_path_buf(),
            (None, _) => self.folder.join(path),
        };
        if found.is_file() { Ok(found) } else { Err(Known::Missing(found)) }
    }
}

/// The functions that podsieve has.
pub(super) fn functions_of_podsieve() -> Vec<String> {
    Function::ALL.iter().map(|function| function.name().to_owned()).collect()
}

fn read(path: &Path) -> Known {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Known::Refused(format!("cannot be read: {error}")),
    };
    if bytes == crate::built_in_module() {
        return Known::Functions(functions_of_podsieve());
    }
    // An object of wamrc's, which this host does not run.
    if bytes.starts_with(b"\0aot") {
        return Known::Opaque;
    }
    match Module::compile(&bytes) {
        Ok(module) => Known::Functions(module.functions().map(str::to_owned).collect()),
        Err(error) => Known::Refused(error.to_string()),
    }
}
