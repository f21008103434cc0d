//! The objects of an archive: files, or what a bucket holds.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::s3::{self, Bucket};
use crate::Error;

/// One object.
pub(super) struct Object {
    /// Its path, or its address in the bucket.
    pub(super) name: String,
    /// Bytes as it is stored.
    pub(super) size: u64,
    place: Place,
}

enum Place {
    File(PathBuf),
    /// The number of its bucket, and what else the bucket's list says.
    Bucket(usize, s3::Listed),
}

/// All objects that were named, in the order of their names, each once.
pub(super) struct Objects {
    pub(super) all: Vec<Object>,
    buckets: Vec<Bucket>,
}

impl Objects {
    /// # Errors
    /// A path is not there, a bucket cannot be listed, or there is no object at all.
    pub(super) fn find(sources: &[String], endpoint: Option<&str>) -> Result<Objects, Error> {
        let mut objects = Objects { all: Vec::new(), buckets: Vec::new() };
        for source in sources {
            match s3::address(source) {
                Some(address) => {
                    let bucket = Bucket::open(&address, endpoint)?;
                    let number = objects.buckets.len();
                    objects.all.extend(bucket.list(address.prefix)?.into_iter().map(|listed| Object {
                        name: bucket.name_of(&listed.key),
                        size: listed.size,
                        place: Place::Bucket(number, listed),
                    }));
                    objects.buckets.push(bucket);
                }
                None => files(Path::new(source), &mut objects.all)?,
            }
        }
        objects.all.sort_by(|a, b| a.name.cmp(&b.name));
        objects.all.dedup_by(|a, b| a.name == b.name);
        if objects.all.is_empty() {
            return Err(Error::new(
                sources.join(", "),
                "holds no objects",
                "give a file, a folder or s3://bucket/prefix",
            ));
        }
        Ok(objects)
    }

    /// The plain text of an object, whatever its name says: gzip is seen by its first bytes. What is read of the stored
    /// bytes is added to `read`.
    ///
    /// # Errors
    /// It cannot be opened, or is compressed in another way.
    pub(super) fn open<'a>(&'a self, object: &'a Object, read: &'a AtomicU64) -> io::Result<Box<dyn Read + 'a>> {
        let stored: Box<dyn Read + 'a> = match &object.place {
            Place::File(path) => Box::new(File::open(path)?),
            Place::Bucket(number, listed) => match self.buckets.get(*number) {
                Some(bucket) => Box::new(bucket.get(listed)),
                None => return Err(io::ErrorKind::NotFound.into()),
            },
        };
        let mut stored = Counted { reader: stored, read };
        let mut first = Vec::new();
        stored.by_ref().take(4).read_to_end(&mut first)?;
        let is_gzip = first.starts_with(b"\x1f\x8b");
        let is_zstd = first == b"\x28\xb5\x2f\xfd";
        let whole = io::Cursor::new(first).chain(stored);
        match (is_gzip, is_zstd) {
            (true, _) => Ok(Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(128 << 10, whole)))),
            (_, true) => Err(io::Error::other("is compressed with zstd; only gzip can be read")),
            _ => Ok(Box::new(whole)),
        }
    }
}

/// A file, or all files below a folder but hidden ones.
fn files(path: &Path, found: &mut Vec<Object>) -> Result<(), Error> {
    let wrong = |path: &Path, error: &io::Error| {
        let what = format!("cannot be opened: {error}");
        Error::new(path.display().to_string(), what, "check the path and its permissions")
    };
    let mut add = |path: PathBuf, size| {
        found.push(Object { name: path.display().to_string(), size, place: Place::File(path) });
    };
    let metadata = fs::metadata(path).map_err(|error| wrong(path, &error))?;
    if !metadata.is_dir() {
        add(path.to_owned(), metadata.len());
        return Ok(());
    }
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| wrong(&folder, &error))? {
            let path = entry.map_err(|error| wrong(&folder, &error))?.path();
            if path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b".")) {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else {
                // One that cannot be opened is told when it is read.
                let size = fs::metadata(&path).map_or(0, |metadata| metadata.len());
                add(path, size);
            }
        }
    }
    Ok(())
}

struct Counted<'a> {
    reader: Box<dyn Read + 'a>,
    read: &'a AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
