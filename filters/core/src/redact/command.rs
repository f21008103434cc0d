//! Passwords on the command lines of known tools, behind options of one letter: `mysql -pX`, `curl -u user:X`.

use super::mark;
use super::spoken;
use super::text::{Match, View};
use super::value;
use crate::policy::PASSWORD;

/// How far behind the tool's name its option is looked for, in bytes.
const MAX_LINE: usize = 192;

/// Where the password stands.
#[derive(Clone, Copy)]
enum Form {
    /// Behind the option, with or without a space: `-p X`, `-pX`.
    Option(u8),
    /// In the same word as the option: `-pX`. `-p x` is something else.
    Joined(u8),
    /// Behind the option and a user's name: `-u user:X`.
    User(u8, u8),
    /// The third word of those without dashes.
    Third,
}

/// The first characters of command lines (policy's `MARKERS` has them too), and where their manuals put the password.
const TOOLS: &[(&[u8], Form)] = &[
    // https://dev.mysql.com/doc/refman/8.4/en/command-line-options.html
    (b"mysql", Form::Joined(b'p')),
    (b"mariadb", Form::Joined(b'p')),
    // https://www.mongodb.com/docs/mongodb-shell/reference/options/
    (b"mongo", Form::Option(b'p')),
    (b"sshpass ", Form::Option(b'p')),
    // https://docs.docker.com/reference/cli/docker/login/
    (b"docker login", Form::Option(b'p')),
    (b"podman login", Form::Option(b'p')),
    (b"az login", Form::Option(b'p')),
    // https://curl.se/docs/manpage.html#-u
    (b"curl ", Form::User(b'u', b':')),
    // https://redis.io/docs/latest/develop/tools/cli/
    (b"redis-cli ", Form::Option(b'a')),
    (b"valkey-cli ", Form::Option(b'a')),
    // https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility
    (b"sqlcmd ", Form::Option(b'P')),
    (b"zip ", Form::Option(b'P')),
    (b"unzip ", Form::Option(b'P')),
    // https://www.openldap.org/software/man.cgi?query=ldapsearch
    (b"ldap", Form::Option(b'w')),
    (b"smbclient ", Form::User(b'U', b'%')),
    (b"lftp ", Form::User(b'u', b',')),
    // https://httpd.apache.org/docs/2.4/programs/htpasswd.html
    (b"htpasswd -", Form::Third),
    (b"rabbitmqctl add_user ", Form::Third),
    (b"rabbitmqctl change_password ", Form::Third),
];

/// The password on the command line at `at`, which begins a word. Other secrets may stand in front of it.
pub(super) fn line(view: &View, at: usize) -> Option<Match> {
    let text = view.text.get(at..)?;
    let (tool, form) = TOOLS.iter().find(|(tool, _)| text.starts_with(tool))?;
    let line = text.get(..MAX_LINE.min(text.len()))?;
    let line = line.iter().position(|byte| *byte == b'\n').map_or(line, |end| line.get(..end).unwrap_or_default());
    let (start, end) = match form {
        Form::Third => third(view, at, line.len())?,
        Form::Option(letter) | Form::Joined(letter) | Form::User(letter, _) => {
            let mut places = line.windows(3).enumerate().skip(tool.len().saturating_sub(1));
            places.find_map(|(n, found)| {
                // Other letters may stand in front: `-sSu user:x`.
                let [front @ (b' ' | b'"' | b'\''), b'-', option] = found else { return None };
                if option != letter {
                    return None;
                }
                let joined = at + n + 3;
                let behind = match view.byte(joined) {
                    b' ' if matches!(form, Form::Joined(_)) => return None,
                    b' ' => value::spaces(view, joined),
                    b'=' => joined + 1,
                    // `'-u', 'x'`
                    b'"' | b'\'' if view.byte(joined) == *front => value::spaces(view, joined + 2),
                    _ => joined,
                };
                word(view, behind, *front)
            })?
        }
    };
    let start = match form {
        Form::User(_, separator) => {
            start + view.text.get(start..end)?.iter().position(|byte| byte == separator)? + 1
        }
        _ => start,
    };
    let content = view.text.get(start..end)?;
    const NAMES: &[&[u8]] = &[b"password", b"passwd", b"pass", b"pwd", b"mypassword", b"yourpassword"];
    let named = NAMES.iter().any(|name| name.eq_ignore_ascii_case(content));
    let secret = content.len() >= 2
        && !named
        && !matches!(content.first()?, b'-' | b'$' | b'/')
        && !content.starts_with(mark::OPEN)
        && !value::is_placeholder(content);
    secret.then(|| Match::new(start, end, PASSWORD))
}

/// The word at `at`, also in quotes; `front` is what stands in front of its option.
fn word(view: &View, at: usize, front: u8) -> Option<(usize, usize)> {
    let ends = |byte: u8| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'\\') || byte == front;
    spoken::string(view, at).or_else(|| {
        let rest = view.text.get(at..)?;
        let length = rest.iter().take(MAX_LINE).take_while(|byte| !ends(**byte)).count();
        (length > 0).then_some((at, at + length))
    })
}

/// The last of the three words without dashes behind the tool's name, or of the two behind its command.
fn third(view: &View, at: usize, length: usize) -> Option<(usize, usize)> {
    let line = view.text.get(at..at + length)?;
    let batch = !line.starts_with(b"ht") || line.windows(3).any(|option| matches!(option, [b' ', b'-', b'b'] | [b'-', _, b'b']));
    let mut words = 0;
    let mut start = 0;
    for (n, &byte) in line.iter().enumerate() {
        if byte == b' ' {
            start = n + 1;
        }
        let last = line.get(n + 1).is_none_or(|next| *next == b' ');
        if last && n + 1 > start && line.get(start) != Some(&b'-') {
            words += 1;
            if words == 4 {
                return batch.then_some((at + start, at + n + 1));
            }
        }
    }
    None
}

/// The password that a command is given through a pipe, whose word is at `at`: `echo x | sudo -S`, `echo u:x | chpasswd`.
pub(super) fn piped(view: &View, at: usize) -> Option<Match> {
    let text = view.text.get(at..)?;
    let user = text.starts_with(b"chpasswd");
    if !user && !text.starts_with(b"sudo -S") && !text.starts_with(b"docker login") {
        return None;
    }
    let from = view.from.max(at.saturating_sub(MAX_LINE));
    let front = view.text.get(from..at)?.strip_suffix(b"| ")?;
    let echo = front.windows(5).rposition(|found| found == b"echo ")? + 5;
    let (start, end) = word(view, from + echo, b' ')?;
    let content = view.text.get(start..end)?;
    let start = if user { start + content.iter().position(|byte| *byte == b':')? + 1 } else { start };
    let content = view.text.get(start..end)?;
    let stdin = user || text.starts_with(b"sudo") || text.get(..MAX_LINE.min(text.len()))?.windows(14).any(|o| o == b"password-stdin");
    (stdin && !content.is_empty() && !content.starts_with(b"$") && !content.starts_with(mark::OPEN) && !value::is_placeholder(content))
        .then(|| Match::new(start, end, PASSWORD))
}
