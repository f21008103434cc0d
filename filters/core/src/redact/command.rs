//! Passwords on the command lines of known tools, behind options of one letter: `mysql -pX`, `curl -u user:X`.

use super::spoken;
use super::text::{Match, View};
use super::value;
use super::words::{Pairs, find, first_of, until};
use crate::policy::{COOKIE, PASSWORD};

/// How far behind the tool's name its option is looked for, in bytes.
const MAX_LINE: usize = 192;

/// The first characters of command lines (the policy's `MARKERS` has them too), and where the password stands: behind
/// the option of this letter, with or without a space, and behind a user's name and this separator. A dot instead of it
/// says that there is none and that the option and its value are one word: `mysql -p x` names a database.
const TOOLS: &[(&[u8], u8, u8)] = &[
    // https://dev.mysql.com/doc/refman/8.4/en/command-line-options.html
    (b"mysql", b'p', b'.'),
    (b"mariadb", b'p', b'.'),
    // https://www.mongodb.com/docs/mongodb-shell/reference/options/
    (b"mongo", b'p', 0),
    (b"sshpass", b'p', 0),
    // https://docs.docker.com/reference/cli/docker/login/
    (b"docker login", b'p', 0),
    (b"podman login", b'p', 0),
    (b"az login", b'p', 0),
    // https://curl.se/docs/manpage.html#-u
    (b"curl ", b'u', b':'),
    // https://redis.io/docs/latest/develop/tools/cli/
    (b"redis-cli ", b'a', 0),
    (b"valkey-cli ", b'a', 0),
    // https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility
    (b"sqlcmd ", b'P', 0),
    (b"zip ", b'P', 0),
    (b"unzip ", b'P', 0),
    // https://www.openldap.org/software/man.cgi?query=ldapsearch
    (b"ldap", b'w', 0),
    (b"smbclient ", b'U', b'%'),
    (b"rpcclient ", b'U', b'%'),
    // https://mosquitto.org/man/mosquitto_pub-1.html
    (b"mosquitto_", b'P', 0),
    (b"cqlsh ", b'p', 0),
    (b"helm registry login", b'p', 0),
    (b"oc login", b'p', 0),
    (b"bcp ", b'P', 0),
    (b"rdesktop ", b'p', 0),
    (b"psexec", b'p', 0),
    (b"PsExec", b'p', 0),
    // https://httpie.io/docs/cli/authentication
    (b"http ", b'a', b':'),
    (b"useradd ", b'p', 0),
    // `-pX` and no space.
    (b"7z ", b'p', b'.'),
    (b"rar ", b'p', b'.'),
    (b"unrar ", b'p', b'.'),
    (b"openssl enc", b'k', 0),
    // `--user name:password` only.
    (b"etcdctl ", 0, b':'),
    (b"lftp ", b'u', b','),
];

/// A tool of [`TOOLS`] whose arguments are the elements of a list.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    /// What its name goes on with: `login` of `docker login`.
    second: &'static [u8],
    option: u8,
    user: u8,
    /// The last element was the option.
    expected: bool,
}

impl Tool {
    /// The tool that an element names, perhaps with a path in front.
    pub(crate) fn of(element: &[u8]) -> Option<Tool> {
        let name = element.rsplit(|byte| *byte == b'/').next()?;
        let begins = name.first_chunk::<2>()?;
        TOOLS.iter().filter(|(tool, ..)| tool.starts_with(begins)).find_map(|(tool, option, user)| {
            let (first, second) = tool.split_at(tool.iter().position(|byte| *byte == b' ').unwrap_or(tool.len()));
            // Of some the table has the beginning only: `mysqldump`.
            let is_it = name == first || (tool.len() == first.len() && name.starts_with(first));
            let second = second.get(1..).unwrap_or_default();
            is_it.then_some(Tool { second, option: *option, user: *user, expected: false })
        })
    }

    /// From which byte on the next element is a password.
    pub(crate) fn argument(&mut self, element: &[u8]) -> Option<usize> {
        if !self.second.is_empty() {
            if element == self.second {
                self.second = b"";
            }
            return None;
        }
        let at = match element {
            _ if self.expected => 0,
            [b'-', letter] if *letter == self.option => {
                self.expected = self.user != b'.';
                return None;
            }
            [b'-', letter, b'=', _, ..] if *letter == self.option => 3,
            [b'-', letter, ..] if *letter == self.option => 2,
            _ => return None,
        };
        self.expected = false;
        let value = element.get(at..)?;
        let separator = if matches!(self.user, 0 | b'.') { 0 } else { find(value, &[self.user])? + 1 };
        let password = value.get(separator..)?;
        (!matches!(password.first()?, b'-' | b'$' | b'/') && spoken::is_secret(password)).then_some(at + separator)
    }
}

/// Commands whose password is the fourth word without dashes, the tool being the first.
// https://httpd.apache.org/docs/2.4/programs/htpasswd.html, https://www.rabbitmq.com/docs/man/rabbitmqctl.8
const FOURTH: &[&[u8]] = &[
    b"htpasswd -b",
    b"htpasswd -cb",
    b"rabbitmqctl add_user ",
    b"rabbitmqctl change_password ",
    // https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/cc771865(v=ws.11)
    b"net user ",
];

/// What command lines of Windows begin with.
const OF_WINDOWS: &[&[u8]] = &[b"ConvertTo-SecureString", b"xfreerdp", b"net use "];

/// What any command line begins with.
const FIRST: Pairs = {
    let mut pairs = Pairs::NONE.and_all(FOURTH).and_all(OF_WINDOWS);
    let mut n = 0;
    while n < TOOLS.len() {
        pairs = pairs.and(TOOLS[n].0);
        n += 1;
    }
    pairs
};

/// Where the password stands on one of them.
#[inline(never)]
fn of_windows(view: &View, line: &[u8], at: usize) -> Option<(usize, usize)> {
    let first = |text: &[u8]| text.first().copied().unwrap_or(b'/');
    if line.starts_with(b"ConvertTo-SecureString") {
        return spoken::string(view, at + line.iter().position(|byte| matches!(byte, b'"' | b'\''))?);
    }
    if line.starts_with(b"xfreerdp") {
        return word(view, at + find(line, b" /p:")? + b" /p:".len());
    }
    // `net use Z: \\host\share x /user:y`, `net use \\host\share /user:y x`
    let user = line.starts_with(b"net use ").then(|| find(line, b" /user:"))??;
    let next = value::spaces(view, until(view.text, at + user + 1, MAX_LINE, b" "));
    let found = (next, until(view.text, next, MAX_LINE, b" "));
    if !matches!(first(view.part(found.0, found.1)), b'/' | b'&' | b'|') {
        return Some(found);
    }
    let end = at + user;
    let start = end - line.get(..user)?.iter().rev().take_while(|byte| **byte > b' ').count();
    (!matches!(first(view.part(start, end)), b'\\' | b'*') && view.before(end) != b':').then_some((start, end))
}

/// The password on the command line at `at`, which begins a word. Other secrets may stand in front of it.
#[inline(never)]
pub(super) fn line(view: &View, at: usize) -> Option<Match> {
    if !FIRST.has(view.byte(at), view.byte(at + 1)) {
        return None;
    }
    let text = view.part(at, at + MAX_LINE);
    let first = text.first()?;
    let tool = TOOLS.iter().find(|(tool, ..)| tool.first() == Some(first) && text.starts_with(tool));
    // Most words are none of these. The line ends where the name comes for the fourth time, as it may be that of a host, but
    // not each of many commands should look to its end.
    let known =
        tool.map(|(tool, ..)| *tool).or_else(|| first_of(text, FOURTH)).or_else(|| first_of(text, OF_WINDOWS))?;
    let line = text.get(..until(text, 0, MAX_LINE, b""))?;
    let mut length = 0;
    for _ in 0..4 {
        length += find(line.get(length..)?, known).map_or(line.len() - length, |next| next + known.len());
    }
    let line = line.get(..length)?;
    let (start, end) = match tool {
        Some((tool, option, user)) => {
            let (from, to) = (at + tool.len() - 1, at + line.len());
            if let Some(found) = behind_option(view, from, to, *option, *user) {
                found
            } else {
                // `curl -b "sid=x"`; without `=` it names a file.
                let cookie = if tool == b"curl " { behind_option(view, from, to, b'b', 0)? } else { return None };
                let random = view.part(cookie.0, cookie.1).contains(&b'=');
                return random.then(|| Match::new(cookie.0, cookie.1, COOKIE));
            }
        }
        None if first_of(line, FOURTH).is_none() => of_windows(view, line, at)?,
        None => {
            let mut words = 0;
            let mut start = at;
            loop {
                let end = until(view.text, start, MAX_LINE, b" ");
                words += u8::from(view.byte(start) != b'-' && end > start);
                if words == 4 {
                    break (start, end);
                }
                if end >= at + line.len() {
                    return None;
                }
                start = end + 1;
            }
        }
    };
    let content = view.part(start, end);
    // `mysql -psecret`
    let joined = content == b"secret" && view.before(start) == b'p';
    let secret = !matches!(content.first()?, b'-' | b'$' | b'/') && (joined || spoken::is_secret(content));
    secret.then(|| Match::new(start, end, PASSWORD))
}

/// The value of `option` on the line at `from`, or of what is behind the user's name in it.
fn behind_option(view: &View, from: usize, to: usize, option: u8, user: u8) -> Option<(usize, usize)> {
    let mut at = from;
    // `--user`, `--proxy-user` of curl.
    let long = || find(view.part(from, to), b"user ").filter(|_| user == b':').map(|at| from + at + 5);
    let (start, end) = loop {
        if at >= to {
            break word(view, long()?)?;
        }
        let front = view.byte(at);
        // `-hpX` of rar.
        let hidden = user == b'.' && view.byte(at + 2) == b'h' && view.byte(at + 3) == option;
        let is_it = hidden || view.byte(at + 2) == option;
        if matches!(front, b' ' | b'"' | b'\'') && view.byte(at + 1) == b'-' && is_it {
            let joined = at + 3 + usize::from(hidden);
            let next = view.byte(joined);
            if next != b' ' || user != b'.' {
                let behind = match next {
                    b' ' => value::spaces(view, joined),
                    b'=' => joined + 1,
                    // `'-u', 'x'`
                    b'"' | b'\'' if next == front => value::spaces(view, joined + 2),
                    _ => joined,
                };
                break word(view, behind)?;
            }
        }
        at += 1;
    };
    let separator = if !matches!(user, 0 | b'.') { find(view.part(start, end), &[user])? + 1 } else { 0 };
    Some((start + separator, end))
}

/// The word at `at`, also in quotes.
#[inline(never)]
fn word(view: &View, at: usize) -> Option<(usize, usize)> {
    spoken::string(view, at).or_else(|| Some((at, until(view.text, at, MAX_LINE, b" \"'\\"))))
}

/// The password that a command is given through a pipe, whose word is at `at`: `echo x | sudo -S`, `echo u:x | chpasswd`.
#[inline(never)]
pub(super) fn piped(view: &View, at: usize) -> Option<Match> {
    let text = view.part(at, usize::MAX);
    let reader = first_of(text, &[b"chpasswd", b"sudo -S", b"docker login", b"podman login"])?;
    if reader.ends_with(b"login") && find(text.get(..until(text, 0, MAX_LINE, b"|"))?, b"-stdin").is_none() {
        return None;
    }
    let from = view.from.max(at.saturating_sub(MAX_LINE));
    let here = at + reader.len();
    let (start, end) = if view.part(here, here + 5) == b" <<< " {
        word(view, here + 5)?
    } else {
        let echo = find(view.part(from, at).strip_suffix(b"| ")?, b"echo ")? + 5;
        word(view, from + echo)?
    };
    let user = if reader == b"chpasswd" { find(view.part(start, end), b":")? + 1 } else { 0 };
    let content = view.part(start + user, end);
    (!content.starts_with(b"$") && spoken::is_secret(content)).then(|| Match::new(start + user, end, PASSWORD))
}
