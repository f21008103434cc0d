//! Lines into records, by form.

use super::LIMIT;
use super::cri::Cri;
use super::docker::Docker;
use super::form::Form;
use super::lines::Line;
use crate::json::write_string;

/// The decoder of one file.
pub(super) enum Decoder {
    Cri(Cri),
    Docker(Docker),
    Text,
    Records,
}

impl Decoder {
    pub(super) fn new(form: Form) -> Self {
        match form {
            Form::Pods | Form::Cri => Decoder::Cri(Cri::new(LIMIT)),
            Form::Docker => Decoder::Docker(Docker::new(LIMIT)),
            Form::Json | Form::Text => Decoder::Text,
            Form::Records => Decoder::Records,
        }
    }

    /// Takes a line; true when `record` holds a record now.
    pub(super) fn line(&mut self, line: Line<'_>, record: &mut Vec<u8>) -> bool {
        match self {
            Decoder::Cri(cri) => cri.line(line, record),
            Decoder::Docker(docker) => docker.line(line, record),
            Decoder::Text => {
                write_text(record, line.bytes);
                true
            }
            Decoder::Records => {
                record.extend_from_slice(line.bytes);
                true
            }
        }
    }

    /// A record that waits for its end which will not come, with the number of its last line.
    pub(super) fn finish(&mut self, record: &mut Vec<u8>) -> Option<u64> {
        match self {
            Decoder::Cri(cri) => cri.finish(record),
            Decoder::Docker(docker) => docker.finish(record),
            Decoder::Text | Decoder::Records => None,
        }
    }

    /// Joined lines that were cut because they became too long.
    pub(super) fn splits(&self) -> u64 {
        match self {
            Decoder::Cri(cri) => cri.splits(),
            Decoder::Docker(docker) => docker.splits(),
            Decoder::Text | Decoder::Records => 0,
        }
    }
}

/// The record of a line without any form.
pub(super) fn write_text(record: &mut Vec<u8>, line: &[u8]) {
    record.extend_from_slice(br#"{"log":"#);
    write_string(record, line);
    record.push(b'}');
}
