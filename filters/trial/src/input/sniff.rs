//! The form of an input from its first lines.

use super::form::Form;
use super::{cri, docker};
use crate::json::{Verdict, judge};

/// Lines that are looked at.
const LINES: usize = 20;

/// The form of most of the first lines; empty ones do not count.
///
/// Never [`Form::Records`]: such lines look like those of an application, so that one is asked for.
pub(super) fn form(sample: &[u8]) -> Form {
    let lines: Vec<&[u8]> = sample
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .filter(|line| !line.is_empty())
        .take(LINES)
        .collect();
    let most = |is: fn(&[u8]) -> bool| {
        let count = lines.iter().filter(|line| is(line)).count();
        count > 0 && count * 2 >= lines.len()
    };
    if most(|line| cri::parse(line).is_some()) {
        Form::Cri
    } else if most(is_docker) {
        Form::Docker
    } else if most(|line| judge(line) == Verdict::Object) {
        Form::Json
    } else {
        Form::Text
    }
}

fn is_docker(line: &[u8]) -> bool {
    // A first line that is longer than the sample cannot be judged as a whole.
    docker::parse(line).is_some_and(|(_, stream)| !stream.is_empty())
        || (line.starts_with(br#"{"log":""#) && judge(line) == Verdict::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let cri = b"\n2026-01-02T03:04:05.6Z stdout F x\nnot\n";
        assert_eq!(form(cri), Form::Cri);
        let docker = br#"{"log":"x\n","stream":"stdout","time":"t"}"#;
        assert_eq!(form(docker), Form::Docker);
        assert_eq!(form(b"{\"log\":\"x\"}\n"), Form::Json);
        assert_eq!(form(b"{\"level\":\"x\"}\n{\"a\":1}"), Form::Json);
        assert_eq!(form(b"hello\n{\"a\":1}\nx"), Form::Text);
        assert_eq!(form(b""), Form::Text);
    }
}
