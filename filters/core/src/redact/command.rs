//! Passwords on the command lines of known tools, behind options of one letter: `mysql -pX`, `curl -u user:X`; where else a
//! command has them: `htpasswd -b file user X`; and those that it reads: `echo X | sudo -S`.

use super::text::{Match, View};
use super::words::{Pairs, behind, ends_in, find, first_of, until};
use super::{content, spoken, value};
use crate::policy::{API_KEY, COOKIE, PASSWORD, RuleId, SECRET, TOKEN};

/// How far behind the tool's name its option is looked for, in bytes.
const MAX_LINE: usize = 192;

/// Letters of options; zeros are none.
type Letters = [u8; 3];

const fn one(letter: u8) -> Letters {
    [letter, 0, 0]
}

/// The first characters of command lines (the policy's `MARKERS` has them too), and where the password stands: behind
/// one of the options of these letters, with or without a space, and behind a user's name and this separator. A dot instead
/// of it says that there is none and that the option and its value are one word: `mysql -p x` names a database.
const TOOLS: &[(&[u8], Letters, u8)] = &[
    // https://dev.mysql.com/doc/refman/8.4/en/command-line-options.html
    (b"mysql", one(b'p'), b'.'),
    (b"mariadb", one(b'p'), b'.'),
    // https://www.mongodb.com/docs/mongodb-shell/reference/options/
    (b"mongo", one(b'p'), 0),
    (b"sshpass", one(b'p'), 0),
    // https://docs.docker.com/reference/cli/docker/login/
    (b"docker login", one(b'p'), 0),
    (b"podman login", one(b'p'), 0),
    (b"az login", one(b'p'), 0),
    // https://curl.se/docs/manpage.html#-u
    (b"curl ", one(b'u'), b':'),
    // https://redis.io/docs/latest/develop/tools/cli/
    (b"redis-cli ", one(b'a'), 0),
    (b"valkey-cli ", one(b'a'), 0),
    (b"redis-benchmark ", one(b'a'), 0),
    // https://learn.microsoft.com/sql/tools/sqlcmd/sqlcmd-utility
    (b"sqlcmd ", one(b'P'), 0),
    (b"isql ", one(b'P'), 0),
    (b"zip ", one(b'P'), 0),
    (b"unzip ", one(b'P'), 0),
    // https://www.openldap.org/software/man.cgi?query=ldappasswd
    (b"ldappasswd ", [b'w', b'a', b's'], 0),
    // https://www.openldap.org/software/man.cgi?query=ldapsearch
    (b"ldap", one(b'w'), 0),
    (b"smbclient ", one(b'U'), b'%'),
    // https://www.samba.org/samba/docs/current/man-html/net.8.html
    (b"net ads", one(b'U'), b'%'),
    (b"rpcclient ", one(b'U'), b'%'),
    // https://mosquitto.org/man/mosquitto_pub-1.html
    (b"mosquitto_", one(b'P'), 0),
    (b"cqlsh ", one(b'p'), 0),
    (b"helm registry login", one(b'p'), 0),
    (b"oc login", one(b'p'), 0),
    // Of registries and platforms: buildah, skopeo, oras, cf.
    (b"login -u", one(b'p'), 0),
    (b"cf login", one(b'p'), 0),
    (b"tsql ", one(b'P'), 0),
    (b"hydra ", one(b'p'), 0),
    (b"winrs ", one(b'p'), 0),
    (b"kadmin ", one(b'w'), 0),
    (b"ipa-client-install", one(b'w'), 0),
    // https://ss64.com/mac/security.html
    (b"security unlock-keychain", one(b'p'), 0),
    (b"security import", one(b'P'), 0),
    (b"beeline ", one(b'p'), 0),
    (b"usermod ", one(b'p'), 0),
    (b"bcp ", one(b'P'), 0),
    (b"rdesktop ", one(b'p'), 0),
    (b"psexec", one(b'p'), 0),
    (b"PsExec", one(b'p'), 0),
    // https://httpie.io/docs/cli/authentication
    (b"http ", one(b'a'), b':'),
    (b"xh ", one(b'a'), b':'),
    (b"useradd ", one(b'p'), 0),
    // `-pX` and no space.
    (b"7z ", one(b'p'), b'.'),
    (b"7za ", one(b'p'), b'.'),
    (b"rar ", one(b'p'), b'.'),
    (b"unrar ", one(b'p'), b'.'),
    (b"openssl enc", one(b'k'), 0),
    // `--user name:password` only.
    (b"etcdctl ", [0; 3], b':'),
    (b"lftp ", one(b'u'), b','),
    // https://www.rabbitmq.com/docs/management-cli
    (b"rabbitmqadmin ", one(b'p'), 0),
    // https://neo4j.com/docs/operations-manual/current/cypher-shell/
    (b"cypher-shell ", one(b'p'), 0),
    // https://www.net-snmp.org/docs/man/snmpcmd.html
    (b"snmp", [b'A', b'X', 0], 0),
    // https://twine.readthedocs.io/en/stable/
    (b"twine upload", one(b'p'), 0),
    // https://man.openbsd.org/ssh-keygen.1
    (b"ssh-keygen ", [b'N', b'P', 0], 0),
    // https://github.com/ipmitool/ipmitool
    (b"ipmitool ", one(b'P'), 0),
    (b"ncftp", one(b'p'), 0),
    (b"crackmapexec ", one(b'p'), 0),
    // https://learn.microsoft.com/windows-server/administration/windows-commands/certutil
    (b"certutil ", one(b'p'), 0),
];

/// A tool of [`TOOLS`] whose arguments are the elements of a list.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    /// What its name goes on with: `login` of `docker login`.
    second: &'static [u8],
    options: Letters,
    user: u8,
    /// The last element was the option.
    expected: bool,
}

impl Tool {
    /// The tool that an element names, perhaps with a path in front.
    pub(crate) fn of(element: &[u8]) -> Option<Tool> {
        let name = element.rsplit(|byte| *byte == b'/').next()?;
        let begins = name.first_chunk::<2>()?;
        TOOLS.iter().filter(|(tool, ..)| tool.starts_with(begins)).find_map(|(tool, options, user)| {
            let (first, second) = tool.split_at(tool.iter().position(|byte| *byte == b' ').unwrap_or(tool.len()));
            // Of some the table has the beginning only: `mysqldump`.
            let is_it = name == first || (tool.len() == first.len() && name.starts_with(first));
            let second = second.get(1..).unwrap_or_default();
            is_it.then_some(Tool { second, options: *options, user: *user, expected: false })
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
            [b'-', letter] if self.options.contains(letter) => {
                self.expected = self.user != b'.';
                return None;
            }
            [b'-', letter, b'=', _, ..] if self.options.contains(letter) => 3,
            [b'-', letter, ..] if self.options.contains(letter) => 2,
            _ => return None,
        };
        self.expected = false;
        let value = element.get(at..)?;
        let separator = if matches!(self.user, 0 | b'.') { 0 } else { find(value, &[self.user])? + 1 };
        may_be_one(value.get(separator..)?).then_some(at + separator)
    }
}

/// A command whose secret is a word of its own.
struct Place {
    /// What the command begins with, and what stands on its line in front of the secret; `*` is anything.
    front: &'static [u8],
    /// How many words without dashes stand between.
    words: u8,
    /// It is behind this byte of its word, or 0.
    user: u8,
    /// How long and strong it is at least ([`content::is_strong`]); [`ANY`] and [`NO_WORD`] ask less, [`QUOTED`] for quotes.
    least: u8,
    rule: RuleId,
}

/// Whatever is no placeholder.
const ANY: u8 = 0;
/// No word without digits and signs either.
const NO_WORD: u8 = 1;
/// Added to the least length.
const QUOTED: u8 = 0x80;

const fn place(front: &'static [u8], words: u8, least: u8, rule: RuleId) -> Place {
    Place { front, words, user: 0, least, rule }
}

/// The secret is behind a user's name and this byte, in the word that `front` ends in or that follows.
const fn behind_user(front: &'static [u8], user: u8) -> Place {
    Place { front, words: 0, user, least: NO_WORD, rule: PASSWORD }
}

/// The policy's `MARKERS` has their beginnings too. Of two that begin alike the first one is asked first.
const PLACES: &[Place] = &[
    // https://httpd.apache.org/docs/2.4/programs/htpasswd.html
    place(b"htpasswd -nb", 1, ANY, PASSWORD),
    place(b"htpasswd -b", 2, ANY, PASSWORD),
    place(b"htpasswd -cb", 2, ANY, PASSWORD),
    place(b"htpasswd -Bb", 2, ANY, PASSWORD),
    // https://www.rabbitmq.com/docs/man/rabbitmqctl.8
    place(b"rabbitmqctl add_user ", 1, ANY, PASSWORD),
    place(b"rabbitmqctl change_password ", 1, ANY, PASSWORD),
    // https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/cc771865(v=ws.11)
    place(b"net user ", 1, ANY, PASSWORD),
    // https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
    place(b"sentinel auth-pass ", 1, 6, PASSWORD),
    // https://mosquitto.org/man/mosquitto_passwd-1.html
    place(b"mosquitto_passwd -b", 2, ANY, PASSWORD),
    // https://docs.openssl.org/master/man1/openssl-passwd/
    place(b"openssl passwd ", 0, 6, PASSWORD),
    // https://docs.oracle.com/en/database/oracle/oracle-database/19/sutil/
    behind_user(b"impdp ", b'/'),
    behind_user(b"expdp ", b'/'),
    behind_user(b"sqlldr ", b'/'),
    // https://docs.oracle.com/en/database/oracle/oracle-database/19/sqpug/CONNECT.html
    behind_user(b"CONNECT ", b'/'),
    behind_user(b"rman target ", b'/'),
    behind_user(b"sqlldr*userid=", b'/'),
    // https://docs.fedoraproject.org/en-US/fedora/f36/install-guide/appendixes/Kickstart_Syntax_Reference/
    place(b"rootpw --plaintext ", 0, ANY, PASSWORD),
    // https://www.ibm.com/docs/en/db2/11.5?topic=commands-connect-using-clp
    place(b"db2 connect*using ", 0, ANY, PASSWORD),
    // https://jetmore.org/john/code/swaks/latest/doc/ref.txt
    place(b"swaks*-ap ", 0, ANY, PASSWORD),
    // https://manpages.debian.org/wpa_passphrase.8
    place(b"wpa_passphrase ", 1, 8, PASSWORD),
    // https://www.zetetic.net/sqlcipher/sqlcipher-api/#PRAGMA_key
    place(b"PRAGMA key", 1, QUOTED + 4, PASSWORD),
    // https://networkmanager.dev/docs/api/latest/nmcli.html
    place(b"nmcli *password ", 0, NO_WORD, PASSWORD),
    // https://python-poetry.org/docs/repositories/#configuring-credentials
    place(b"poetry config pypi-token.", 1, 16, TOKEN),
    // https://docs.npmjs.com/cli/commands/npm-config
    place(b"npm config set *_auth ", 0, 12, TOKEN),
    // https://learn.microsoft.com/windows/win32/seccrypto/signtool
    place(b"signtool*/p ", 0, NO_WORD, PASSWORD),
    // https://getcomposer.org/doc/articles/authentication-for-private-packages.md
    place(b"composer config *oauth.", 1, 16, TOKEN),
    // https://doc.rust-lang.org/cargo/commands/cargo-login.html
    place(b"cargo login ", 0, 20, TOKEN),
    // https://docs.codecov.com/docs/codecov-uploader
    place(b"codecov*-t ", 0, 20, TOKEN),
    // https://docs.snyk.io/snyk-cli/commands/auth
    place(b"snyk auth ", 0, 20, TOKEN),
    // https://developer.hashicorp.com/vault/docs/commands/login
    place(b"vault login ", 0, 20, TOKEN),
    // https://min.io/docs/minio/linux/reference/minio-mc/mc-alias-set.html
    place(b"mc alias set ", 3, 8, API_KEY),
    // https://www.net-snmp.org/docs/man/snmpd.conf.html
    place(b"createUser * SHA", 1, 6, PASSWORD),
    place(b"createUser * MD5", 1, 6, PASSWORD),
    place(b"createUser * AES", 1, 6, PASSWORD),
    place(b"createUser * DES", 1, 6, PASSWORD),
    // https://www.cisco.com/c/en/us/td/docs/ios-xml/ios/snmp/command/nm-snmp-cr-book.html
    place(b"snmp-server community ", 0, 6, PASSWORD),
    // https://www.cisco.com/c/en/us/td/docs/ios-xml/ios/security/s1/sec-s1-cr-book.html
    place(b"tacacs-server host*key 0 ", 0, ANY, PASSWORD),
    place(b"tacacs-server key ", 0, 6, PASSWORD),
    place(b"radius-server *key ", 0, 6, PASSWORD),
    place(b"crypto isakmp key ", 0, 6, PASSWORD),
    place(b"pre-shared-key ascii-text ", 0, 6, PASSWORD),
    place(b"pre-shared-key ", 0, 6, PASSWORD),
    place(b"key-string ", 0, 6, PASSWORD),
    // A server of SMTP asks for a password (https://datatracker.ietf.org/doc/html/draft-murchison-sasl-login).
    place(b"UGFzc3dvcmQ6\n", 0, 8, PASSWORD),
    place(b"snmp-server user * auth sha ", 0, 6, PASSWORD),
    place(b"snmp-server user * auth md5 ", 0, 6, PASSWORD),
    place(b"snmp-server user * priv aes ", 1, 6, PASSWORD),
    place(b"snmp-server user * des ", 0, 6, PASSWORD),
    // https://ppp.samba.org/pppd.html: client, server, secret
    place(b"ppp: secret ", 2, 6, PASSWORD),
    // https://www.rfc-editor.org/rfc/rfc9051#name-login-command
    place(LOGIN, 1, 6, PASSWORD),
    // https://redis.io/docs/latest/commands/auth/, with and without a user
    place(b"AUTH\" \"", 1, QUOTED + 6, PASSWORD),
    place(b"AUTH\" ", 0, QUOTED + 6, PASSWORD),
    place(b"auth\" \"", 1, QUOTED + 6, PASSWORD),
    place(b"auth\" ", 0, QUOTED + 6, PASSWORD),
    // https://redis.io/docs/latest/commands/acl-setuser/
    behind_user(b"ACL SETUSER * >", b'>'),
    place(b"HSET * secret ", 0, 8, SECRET),
    place(b"SETEX *token", 2, 16, TOKEN),
    // https://security.appspot.com/vsftpd/vsftpd_conf.html
    place(b"FTP command: *\"PASS ", 0, ANY, PASSWORD),
    place(b"ftp -*; user ", 1, 4, PASSWORD),
    // A here-document.
    place(b"ftp -*\nuser ", 1, 4, PASSWORD),
    // https://core.tcl-lang.org/expect/
    place(b"expect *assword*send ", 0, QUOTED + 4, PASSWORD),
];

/// Options of these commands that have a value behind a space.
const VALUED: &[&[u8]] = &[b"-in ", b"-salt ", b"-C ", b"--registry "];

/// Commands that have a secret on one of the next lines.
const SCRIPTS: &[&[u8]] = &[b"ftp -", b"expect ", b"UGFzc3dvcmQ6"];

/// In front of it stands the tag of the command.
const LOGIN: &[u8] = b"LOGIN ";

impl Place {
    /// What the command begins with.
    fn begin(&self) -> &'static [u8] {
        self.front.split(|byte| *byte == b'*').next().unwrap_or_default()
    }

    /// The secret of such a command at `at`, which ends in front of `to`.
    #[inline(never)]
    fn find(&self, view: &View, at: usize, to: usize) -> Option<Match> {
        if self.front == LOGIN && !is_tagged(view, at) {
            return None;
        }
        let mut start = at;
        for part in self.front.split(|byte| *byte == b'*') {
            start += find(view.part(start, to), part)? + part.len();
        }
        // What ends in a part of a word has all of it: `-b` may be one of `-bB`.
        while start > at && view.byte(start - 1) > b' ' {
            start -= 1;
        }
        let word = behind_words(view, start, to, self.words)?;
        let (mut start, mut end) = closed(view, word)?;
        if self.least & QUOTED != 0 && start == word {
            return None;
        }
        if self.user != 0 {
            let user = find(view.part(start, end), &[self.user])?;
            // `parfile=/home`
            if self.user == b'/' && !view.before(start + user).is_ascii_alphanumeric() {
                return None;
            }
            start += user + 1;
            end = until(view.text, start, end - start, b"@");
        }
        let content = view.part(start, end);
        let secret = may_be_one(content)
            && match self.least & !QUOTED {
                ANY => true,
                NO_WORD => !content::is_words(content),
                least => content::is_strong(content, least.into()),
            };
        (secret && start >= view.from).then(|| Match::new(start, end, self.rule))
    }
}

/// Where the word begins, on a line that ends in front of `to`, that has this many in front of it from `start` on, options and
/// what belongs to them not counted.
#[inline(never)]
fn behind_words(view: &View, start: usize, to: usize, words: u8) -> Option<usize> {
    let (mut start, mut words) = (start, words);
    while start < to {
        let end = until(view.text, start, to - start, b" ");
        if first_of(view.part(start, to), VALUED).is_some() {
            words += 1;
        } else if end > start && view.byte(start) != b'-' {
            if words == 0 {
                return Some(start);
            }
            words -= 1;
        }
        start = end + 1;
    }
    None
}

/// Whether the tag of a command of IMAP stands in front of `at`, as clients make them: a letter, or capitals, and digits.
#[inline(never)]
fn is_tagged(view: &View, at: usize) -> bool {
    if view.before(at) != b' ' {
        return false;
    }
    let digits = behind(view.text, view.from, at - 1, b"0123456789");
    digits < at - 1 && view.before(digits).is_ascii_alphabetic() && !view.before(digits - 1).is_ascii_lowercase()
}

/// What command lines of Windows begin with.
const OF_WINDOWS: &[&[u8]] = &[b"ConvertTo-SecureString", b"xfreerdp", b"net use ", b"schtasks "];

/// What any command line begins with.
const FIRST: Pairs = {
    let mut pairs = Pairs::NONE.and_all(OF_WINDOWS);
    let mut n = 0;
    while n < TOOLS.len() {
        pairs = pairs.and(TOOLS[n].0);
        n += 1;
    }
    n = 0;
    while n < PLACES.len() {
        pairs = pairs.and(PLACES[n].front);
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
    if line.starts_with(b"schtasks") {
        return word(view, at + find(line, b" /rp ")? + b" /rp ".len());
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

/// Where the command line at `at` ends, which begins with `known`. The line ends where this comes for the fourth time, as
/// it may be the name of a host, but not each of many commands should look to its end. With `lines`, more of them follow.
#[inline(never)]
fn end_of(view: &View, at: usize, known: &[u8], lines: bool) -> usize {
    let end = if lines { view.text.len().min(at + MAX_LINE) } else { until(view.text, at, MAX_LINE, b"") };
    let mut next = at;
    for _ in 0..4 {
        next = find(view.part(next, end), known).map_or(end, |found| next + found + known.len());
    }
    next
}

/// The secret on the command line at `at`, which begins a word. Other secrets may stand in front of it. When the line was
/// found to have one that ends where the view begins, the next one.
#[inline(never)]
pub(super) fn line(view: &View, at: usize) -> Option<Match> {
    if !FIRST.has(view.byte(at), view.byte(at + 1)) {
        return None;
    }
    let text = view.part(at, at + MAX_LINE);
    let first = text.first()?;
    let tool = TOOLS.iter().find(|(tool, ..)| tool.first() == Some(first) && begins_with(text, tool));
    if let Some(found) = tool.and_then(|tool| of_tool(view, at, tool)) {
        return Some(found);
    }
    if let Some(known) = first_of(text, OF_WINDOWS) {
        let line = view.part(at, end_of(view, at, known, false));
        return password(view, of_windows(view, line, at).filter(|(start, _)| *start >= view.from)?);
    }
    let mut places =
        PLACES.iter().filter(|place| place.front.first() == Some(first) && text.starts_with(place.begin()));
    // Most words are none of these.
    let mut to = 0;
    places.find_map(|place| {
        if to == 0 {
            to = end_of(view, at, place.begin(), first_of(text, SCRIPTS).is_some());
        }
        place.find(view, at, to)
    })
}

/// Whether a line begins with a tool, also as auditd quotes it: `a0="curl" a1="-u"`.
#[inline(always)]
fn begins_with(line: &[u8], tool: &[u8]) -> bool {
    line.starts_with(tool)
        || tool.split_last().is_some_and(|(last, name)| {
            *last == b' ' && line.strip_prefix(name).is_some_and(|rest| rest.starts_with(b"\" a"))
        })
}

/// The secret of a tool of [`TOOLS`] whose command line begins at `at`.
#[inline(never)]
fn of_tool(view: &View, at: usize, (tool, options, user): &(&[u8], Letters, u8)) -> Option<Match> {
    let from = at + tool.len() - 1;
    // `sshpass -p x ssh -p 22`
    if view.from > from && options[1] == 0 && *user != b':' {
        return None;
    }
    let (from, to) = (from.max(view.from), end_of(view, at, tool, false));
    if let Some(found) = behind_option(view, from, to, *options, *user) {
        let (start, end) = found;
        return if start < end { password(view, found) } else { key(view, end) };
    }
    // `curl -b "sid=x"`; without `=` it names a file.
    let cookie = if *tool == b"curl " { behind_option(view, from, to, one(b'b'), 0)? } else { return None };
    view.part(cookie.0, cookie.1).contains(&b'=').then(|| Match::new(cookie.0, cookie.1, COOKIE))
}

/// A key that stands where a user's name would, with no password behind its colon: `curl -u x:`.
#[inline(never)]
fn key(view: &View, end: usize) -> Option<Match> {
    let end = end.checked_sub(1)?;
    let start = end
        - view.part(view.from, end).iter().rev().take_while(|byte| !matches!(**byte, 0..=b' ' | b'"' | b'\'')).count();
    let content = view.part(start, end);
    (content::is_strong(content, 16) || content::is_mixed(content)).then(|| Match::new(start, end, API_KEY))
}

/// What was found on a command line, if it may be a password.
#[inline(never)]
fn password(view: &View, (start, end): (usize, usize)) -> Option<Match> {
    let content = view.part(start, end);
    // `mysql -psecret`
    let joined = content == b"secret" && view.before(start) == b'p';
    (joined || may_be_one(content)).then(|| Match::new(start, end, PASSWORD))
}

/// Whether a word is neither an option, a variable, a path nor a placeholder.
#[inline(never)]
fn may_be_one(content: &[u8]) -> bool {
    !matches!(content.first(), None | Some(b'-' | b'$' | b'/')) && content::is_secret(content)
}

/// The value of one of the `options` on the line at `from`, or of what is behind the user's name in it.
fn behind_option(view: &View, from: usize, to: usize, options: Letters, user: u8) -> Option<(usize, usize)> {
    let mut at = from;
    // `--user`, `--proxy-user` of curl, `--auth` of HTTPie.
    let long = || {
        let line = view.part(from, to);
        let name = find(line, b"user ").or_else(|| find(line, b"auth ")).filter(|_| user == b':')?;
        Some(from + name + b"user ".len())
    };
    let (start, end) = loop {
        if at >= to {
            break word(view, value::spaces(view, long()?))?;
        }
        let front = view.byte(at);
        // `-hpX` of rar.
        let hidden = user == b'.' && view.byte(at + 2) == b'h' && options.contains(&view.byte(at + 3));
        let is_it = hidden || options.contains(&view.byte(at + 2));
        if matches!(front, b' ' | b'"' | b'\'') && view.byte(at + 1) == b'-' && is_it {
            let joined = at + 3 + usize::from(hidden);
            let next = view.byte(joined);
            if next != b' ' || user != b'.' {
                let behind = match next {
                    b' ' => value::spaces(view, joined),
                    b'=' => joined + 1,
                    // `'-u', 'x'`
                    b'"' | b'\'' if next == front => numbered(view, joined + 2),
                    _ => joined,
                };
                break word(view, behind)?;
            }
        }
        at += 1;
    };
    if matches!(user, 0 | b'.') {
        return Some((start, end));
    }
    // `-u <user:password>` of an example, and `-u ada:'x'`, `-u "ada":"x"`
    if view.byte(start) == b'<' {
        return None;
    }
    let content = view.part(start, end);
    let Some(separator) = find(content, &[user]) else {
        let quoted = view.byte(end + 1) == user && matches!(view.byte(end), b'"' | b'\'');
        return if quoted { spoken::string(view, end + 2) } else { None };
    };
    if separator + 1 == content.len()
        && let Some(found) = spoken::string(view, end)
    {
        return Some(found);
    }
    Some((start + separator + 1, end))
}

/// Where the next argument begins behind the comma or space in front of `at`: auditd numbers them, `a2="x"`.
#[inline(never)]
fn numbered(view: &View, at: usize) -> usize {
    let start = value::spaces(view, at);
    let end = until(view.text, start, 6, b"=\"' ");
    if view.byte(start) == b'a' && view.byte(end) == b'=' { end + 1 } else { start }
}

/// The word at `at`, also in quotes.
#[inline(never)]
fn word(view: &View, at: usize) -> Option<(usize, usize)> {
    spoken::string(view, at).or_else(|| Some((at, until(view.text, at, MAX_LINE, b" \"'\\"))))
}

/// The same without the brackets and the punctuation behind a word.
#[inline(never)]
fn closed(view: &View, at: usize) -> Option<(usize, usize)> {
    let (start, end) = word(view, at)?;
    Some((start, if start > at { end } else { behind(view.text, at, end, b",;)]}") }))
}

/// What reads a password that is given through a pipe or a here-string: commands, and options of any command.
const READERS: &[&[u8]] = &[
    b"chpasswd",
    b"sudo -S",
    b"password-stdin",
    b"passwd-on-stdin",
    b"passwd ",
    b"with-token",
    b"pass insert",
    b"kinit ",
    b"smbpasswd ",
    b"passphrase-fd 0",
    b"cryptsetup ",
];

/// A file that is none.
const SUBSTITUTED: &[u8] = b"password-file=<(echo ";

/// The password that a command is given through a pipe, whose word is at `at`: `echo x | sudo -S`, `echo u:x | chpasswd`,
/// `sudo -S <<< x`.
#[inline(never)]
pub(super) fn piped(view: &View, at: usize) -> Option<Match> {
    let text = view.part(at, at + MAX_LINE);
    let (start, end, reader) = if text.starts_with(SUBSTITUTED) {
        let (start, end) = closed(view, at + SUBSTITUTED.len())?;
        (start, end, SUBSTITUTED)
    } else {
        let reader = first_of(text, READERS)?;
        let command = text.get(..until(text, 0, MAX_LINE, b"|;&"))?;
        let here = find(command, b"<<<").map(|here| value::spaces(view, at + here + 3));
        let (start, end) = if let Some(here) = here { closed(view, here)? } else { echoed(view, at)? };
        (start, end, reader)
    };
    let user = if reader == b"chpasswd" { find(view.part(start, end), b":")? + 1 } else { 0 };
    let content = view.part(start + user, end);
    let rule = if reader == b"with-token" { TOKEN } else { PASSWORD };
    // `echo YOUR_TOKEN`
    let told = content.contains(&b'_') && content.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    (!content.starts_with(b"$") && !told && content::is_secret(content)).then(|| Match::new(start + user, end, rule))
}

/// What is printed into the pipe of the command that the word at `at` belongs to: `echo x | `, `printf '%s\n' x | `,
/// `yes x | `.
#[inline(never)]
fn echoed(view: &View, at: usize) -> Option<(usize, usize)> {
    const PRINTERS: &[&[u8]] = &[b"echo ", b"printf ", b"yes "];
    let from = view.from.max(at.saturating_sub(MAX_LINE));
    let front = view.part(from, at);
    let pipe = front.iter().rposition(|byte| matches!(byte, b'|' | b';' | b'&' | b'\n'))?;
    // A shell that traces prints the two commands of a pipe on lines of their own, `+ ` in front of each.
    let traced = view.byte(from + pipe) == b'\n' && view.part(from + pipe + 1, at).starts_with(b"+ ");
    let front = if traced { front.get(..pipe)? } else { front.get(..=pipe)?.strip_suffix(b"|")? };
    let mut printed = pipe;
    while printed > 0 && !ends_in(front.get(..printed)?, PRINTERS) {
        printed -= 1;
    }
    if printed == 0 {
        return None;
    }
    let pipe = from + pipe;
    let mut found = word(view, behind_words(view, from + printed, pipe, 0)?)?;
    if find(view.part(found.0, found.1), b"%s").is_some() {
        found = word(view, value::spaces(view, found.1 + 1))?;
    }
    (behind(view.text, from, pipe, b" \"'") == found.1).then_some(found)
}
