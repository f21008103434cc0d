//! Log files as the records that Fluent Bit would hand over.
//!
//! A [`Source`] reads one file, or standard input, as a stream, and [`Fed`] what comes in pieces: their memory does not
//! grow with the input. What is read is never dropped: a line that does not have the form of its file becomes a
//! text record. Records are what Fluent Bit makes with `multiline.parser cri` or `docker`, with
//! `json.escape_unicode off`:
//!
//! | form | line | record |
//! | --- | --- | --- |
//! | [`Form::Cri`] | `<time> stderr F text` | `{"time":"<time>","stream":"stderr","_p":"F","log":"text"}` |
//! | [`Form::Docker`] | `{"log":"text\n","stream":"stdout",...}` | the same, with partial lines joined |
//! | [`Form::Json`], [`Form::Text`] | any line | `{"log":"<the line>"}` |
//! | [`Form::Records`] | a record | the line itself |
//!
//! Partial lines are joined for each stream on its own, keep the fields of their first piece, and
//! come out where the line stands that completes them, or at the end of the file. Lines, and joined
//! lines, that are longer than [`LIMIT`] are split into several records ([`Source::splits`]), except
//! for [`Form::Records`], where each line is one record whatever its length.

mod cri;
mod decode;
mod docker;
mod fed;
mod files;
mod form;
mod lines;
mod sniff;
mod source;
mod tag;

pub use fed::Fed;
pub use files::expand;
pub use form::Form;
pub use source::{Item, Options, Source};
pub use tag::{is_pod_log, tag_for_path};

/// Bytes of text that one record can take: 16 MiB.
pub const LIMIT: usize = 16 << 20;
