//! Secrets in sentences: "the password is x".

use super::content::{self, is_strong};
use super::name::MAX_NAME;
use super::spoken::{self, MAX_SENTENCE, Name, bare, is_sql};
use super::text::View;
use super::value;
use super::words::{Words, behind, ends_in, find, first_of, is_one, until};
use crate::policy::{COOKIE, PASSWORD, SECRET};

/// "password is x", "Password for u is x", "token x was revoked", `requirepass x`.
#[inline(never)]
pub(super) fn sentence(view: &View, name: &Name) -> Option<(usize, usize)> {
    let at = value::spaces(view, name.end);
    let label = view.part(name.start, name.end);
    let password = name.rule == PASSWORD;
    let said = verb(view, at, password);
    // Cisco's types of passwords: https://community.cisco.com/t5/-/-/ta-p/3163457
    let typed = matches!((view.byte(at), view.byte(at + 1)), (b'0' | b'5'..=b'9', b' '));
    // `Map(password -> x)` of Scala
    let arrow = || view.part(at, at + 3) == b"-> ";
    // "reset password to x"
    let near = view.part(view.from.max(name.start.saturating_sub(MAX_TYPE)), name.start);
    let set =
        || password && [b"set ".as_slice(), b"hange", b"pdate", b"eset "].iter().any(|verb| find(near, verb).is_some());
    let said = said.or_else(|| (view.part(at, at + 3) == b"to " && set()).then_some(at + 3));
    // "reset password for u to x"
    let aim = || {
        let line = view.part(at, until(view.text, at, MAX_SENTENCE, b""));
        find(line, b" to ").filter(|_| first_of(line, &[b"for ", b"of "]).is_some()).map(|to| at + to + 4)
    };
    let said = said.or_else(|| if set() { aim() } else { None });
    // "his password ("x") was"
    let bracket = || view.byte(at) == b'(' && matches!(view.byte(at + 1), b'"' | b'\'' | b'`');
    let said = said.or_else(|| bracket().then_some(at + 1));
    let said = said.or_else(|| if view.byte(at) == b'-' && arrow() { Some(at + 3) } else { None });
    let said = said.or_else(|| if password { pointed(view, at) } else { None });
    let start = said.unwrap_or(at + if typed { 2 } else { 0 });
    // "secret for u: 'x'"
    let owned = || {
        let line = view.part(at, until(view.text, at, MAX_SENTENCE, b""));
        find(line, b": ").filter(|_| line.starts_with(b"for ")).map(|colon| at + colon + 2)
    };
    let owned = if said.is_none() && name.rule == SECRET { owned() } else { None };
    let start = owned.filter(|owned| spoken::string(view, *owned).is_some()).unwrap_or(start);
    let string = spoken::string(view, start);
    let (start, end) = string.unwrap_or_else(|| (start, bare(view, start)));
    let content = view.part(start, end);
    let number = content.len() >= 6 && content.iter().all(u8::is_ascii_digit);
    let hyphens = content.iter().filter(|byte| **byte == b'-').count();
    if hyphens > 1 && content.len() >= 16 && ends_in(label, &[b"passphrase", b"Passphrase"]) {
        return Some((start, end));
    }
    // Most are the next word of the sentence.
    if string.is_none() && !number && !is_strong(content, 4) {
        return None;
    }
    let login = is_behind_user(view, name.start);
    if (said.is_some() || login) && number {
        return Some((start, end));
    }
    let word = label.iter().all(u8::is_ascii_alphabetic);
    let least = if said.is_some() {
        if string.is_some() { 4 } else { 6 }
    } else if label == b"PASS" && is_strong(content, 8) {
        // Of FTP and POP3, in the words of the protocol.
        return Some((start, end));
    } else if is_one(label, &[b"pass"]) && !login && !view.part(view.from, name.start).ends_with(b"> ") {
        // A word that has other meanings needs a user in front.
        return content::is_mixed(content).then_some((start, end));
    } else if string.is_some() {
        // `proxy_set_header Cookie "a=b"` of nginx
        if (password && is_sql(view, name)) || (name.rule == COOKIE && content.contains(&b'=')) {
            return Some((start, end));
        }
        if password { 6 } else { 16 }
    } else if typed || login {
        4
    } else if name.rule == SECRET && word {
        // The name of a thing of Kubernetes is in lower case.
        return content::is_mixed(content).then_some((start, end));
    } else {
        let front = view.part(view.from.max(name.start.saturating_sub(MAX_TYPE)), name.start);
        match (password, word && is_one(label, &[b"password", b"passwd", b"passphrase", b"token"])) {
            // "wrong password x for u"
            (true, true) if ends_in(front, TRIED) || first_of(view.part(end, usize::MAX), JUDGED).is_some() => 6,
            (true, true) => 8,
            (true, false) => 4,
            (false, false) => 12,
            (false, true) => 16,
        }
    };
    // A phrase of words.
    let called = said.is_some() || ends_in(label, &[b"passphrase", b"Passphrase"]);
    let phrase = called && string.is_some() && password && content.len() >= 16;
    (phrase || is_strong(content, least)).then_some((start, end))
}

/// The value that signs point to or enclose: `password [x]`, `password - x`, `Password --> x`.
#[inline(never)]
fn pointed(view: &View, at: usize) -> Option<usize> {
    let rest = view.part(at, at + 16);
    // `password <- "x"` of R, `passwd <<< x` of a shell
    if let Some(into) = first_of(rest, &[b"<- ", b"<<< ", b"<<<"]) {
        return Some(at + into.len());
    }
    if matches!(view.byte(at), b'[' | b'(' | b'<' | b'{') {
        // No version, as in `passwd (1:4.13)`.
        return view.byte(at + 1).is_ascii_alphabetic().then_some(at + 1);
    }
    if rest.starts_with(b"--") {
        let line = rest.iter().take_while(|byte| matches!(**byte, b'-' | b'>' | b' ')).count();
        return Some(at + line);
    }
    const ARROWS: &[&[u8]] = &[b"- ", b">> ", b"\xe2\x80\x93 ", b"\xe2\x80\x94 ", b"\xe2\x86\x92 ", b"\xe2\x9e\x9c "];
    first_of(rest, ARROWS).map(|arrow| at + arrow.len())
}

/// A type between a name and its value is shorter than this, in bytes.
const MAX_TYPE: usize = 32;

/// Where the value begins of a sentence that goes on at `at` and says one: "is x", "for u is: x", "provided: x".
#[inline(never)]
pub(super) fn verb(view: &View, at: usize, password: bool) -> Option<usize> {
    let line = || view.part(at, until(view.text, at, MAX_SENTENCE, b""));
    let rest = view.part(at, at + MAX_SENTENCE);
    const FIRST: &[&[u8]] = &[
        b"for ",
        b"f\xc3\xbcr ",
        b"of ",
        b"de ",
        b"del ",
        b"do ",
        b"da ",
        b"van ",
        b"voor ",
        b"on ",
        b"at ",
        b"f\xc3\xb6r ",
        b"u\xc5\xbeivatele ",
        b"temporaire ",
        b"provisoire ",
        b"generada ",
        b"in ",
        b"is generated ",
        b"to proceed ",
        b"provided: ",
        b"(",
    ];
    if first_of(rest, FIRST).is_some() {
        let line = line();
        let colon = find(line, b": ").filter(|_| password || line.starts_with(b"provided") || line.starts_with(b"("));
        // "(reset with `x -u y`): z", "reset. New value: z"
        let is = || IS.iter().find_map(|verb| find(line, verb).map(|found| found + verb.len() - 2));
        let to = || CHANGED.iter().find_map(|verb| find(line, verb).map(|found| found + verb.len() - 2));
        return colon.or_else(is).or_else(|| if password { to() } else { None }).map(|found| at + found + 2);
    }
    // `SET PASSWORD FOR 'u'@'h' = 'x'`
    if password && rest.starts_with(b"FOR ") {
        return find(line(), b"= ").map(|found| at + found + 2);
    }
    // `password ........ x`
    if rest.starts_with(b"..") {
        let dots = rest.iter().take_while(|byte| matches!(**byte, b'.' | b' ')).count();
        return Some(at + dots);
    }
    // `Dim password As String = "x"`, `DECLARE @password NVARCHAR(50) = N'x'`
    let near = rest.get(..MAX_TYPE.min(rest.len())).unwrap_or_default();
    let is_type = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'(' | b')');
    if let Some(equals) = find(near, b" = ").filter(|equals| near.iter().take(*equals).all(is_type)) {
        let start = at + equals + 3;
        let start = start + usize::from(view.byte(start) == b'N');
        return matches!(view.byte(start), b'"' | b'\'').then_some(start);
    }
    const VERBS: &[&[u8]] = &[
        b"is: ",
        b"ist ",
        b"est ",
        b"lautet ",
        b"lautet: ",
        b"is ",
        b"was ",
        b"BY ",
        b"set to ",
        b"used: ",
        b"} => ",
        b"updated to ",
        b"rotated to ",
        b"is now ",
        b"to: ",
        b"es ",
        b"\xc3\xa9 ",
        b"changed to ",
        b"changed from ",
        b"reset to ",
        b"reset to: ",
        b"given: ",
        b"| ",
        b"|| ",
        b"?? ",
        b"{ get; set; } = ",
        b"--body ",
        b"# => ",
    ];
    first_of(rest, VERBS).map(|verb| at + verb.len())
}

/// Words in front of the name of a password that somebody gave.
const TRIED: &[&[u8]] = &[b"rong ", b"nvalid ", b"ncorrect ", b"bad ", b"entered ", b"tried "];

/// Words behind a password that somebody gave.
const JUDGED: &[&[u8]] = &[b" accepted", b" rejected", b" refused", b" is wrong", b" is invalid"];

/// The password behind the one that ends at `end`, if the words between say that they are two of one kind: "x replaced
/// by y", `x -> y`, "x and y".
#[inline(never)]
pub(super) fn another(view: &View, end: usize) -> Option<(usize, usize)> {
    const WORDS: Words<23> = Words::new(&[
        "and", "or", "to", "with", "by", "replaced", "changed", "new", "old", "now", "was", "is", "want", "wanted",
        "got", "expected", "but", "vs", "not", "then", "the", "one", "password",
    ]);
    // `password="x" user_ada="y"` of [Kafka](https://kafka.apache.org/documentation/#security_sasl_plain_brokerconfig)
    if let Some(users) = first_of(view.part(end, usize::MAX), &[b"\" user_", b"\\\" user_"]) {
        let equals = until(view.text, end + users.len(), MAX_NAME, b"= ");
        return spoken::string(view, equals + 1);
    }
    let mut start = end;
    for n in 0..MAX_WORDS {
        start = until_word(view, start)?;
        let last = until(view.text, start, MAX_SENTENCE, b" \"'`<>\\|,;:=()[]{}");
        let word = view.part(start, last);
        // "from 'x' to 'y'"
        let arrow =
            || [b"->".as_slice(), b"=>", b"!="].iter().any(|arrow| find(view.part(end, start), arrow).is_some());
        let quoted =
            (n > 0 || arrow()) && view.byte(last) == view.before(start) && matches!(view.byte(last), b'"' | b'\'');
        if content::is_mixed(word) || (quoted && is_strong(word, 6)) {
            return Some((start, last));
        }
        if !WORDS.has(word) {
            return None;
        }
        start = last;
    }
    None
}

/// So many words are between two passwords at most, and so many signs and spaces between two words.
const MAX_WORDS: usize = 5;
const MAX_SIGNS: usize = 8;

/// Where the next word of the line begins, behind `at`.
fn until_word(view: &View, at: usize) -> Option<usize> {
    let signs = |byte: &&u8| {
        matches!(
            **byte,
            b' ' | b'"'
                | b'\''
                | b'`'
                | b'<'
                | b'>'
                | b'\\'
                | b'|'
                | b','
                | b';'
                | b':'
                | b'='
                | b'('
                | b')'
                | b'['
                | b']'
                | b'/'
                | b'-'
                | b'!'
                | b'.'
        )
    };
    let count = view.part(at, at + MAX_SIGNS).iter().take_while(signs).count();
    (0 < count && count < MAX_SIGNS).then_some(at + count)
}

/// The password in front of the word that says so: "x is the new password", `x as password`.
#[inline(never)]
pub(super) fn in_front(view: &View, name: &Name) -> Option<(usize, usize)> {
    const SAID: &[&[u8]] = &[b" as ", b" is the ", b" is my ", b" is your ", b" is a "];
    let front = view.part(view.from.max(name.start.saturating_sub(MAX_SENTENCE)), name.start);
    // `'*94BD...','N','mysql_native_password'`
    if view.part(name.start, name.end) == b"mysql_native_password" {
        let star = front.iter().rposition(|byte| *byte == b'*')?;
        let start = name.start - front.len() + star + 1;
        let hash = view.part(start, start + 40);
        return (hash.len() == 40 && hash.iter().all(u8::is_ascii_hexdigit)).then_some((start, start + 40));
    }
    // "as the new root password"
    let words =
        front.iter().rev().take(MAX_TYPE).take_while(|byte| byte.is_ascii_lowercase() || **byte == b' ').count();
    let near = front.get(front.len() - words..)?;
    let said = SAID.iter().find_map(|said| find(near, said)).or_else(|| front.strip_suffix(b" (").map(|_| words))?;
    let end = name.start - words + said - if said == words { 2 } else { 0 };
    let end = behind(view.text, view.from, end, b",)");
    let quote = matches!(view.before(end), b'"' | b'\'' | b'`');
    let end = end - usize::from(quote);
    let word = front.get(..end.checked_sub(name.start - front.len())?)?;
    let length = word.iter().rev().take_while(|byte| !matches!(**byte, b' ' | b'"' | b'\'' | b'`' | b'(')).count();
    let content = view.part(end - length, end);
    (content::is_mixed(content) || (quote && is_strong(content, 6))).then_some((end - length, end))
}

/// What a password is, in some languages.
const IS: &[&[u8]] = &[
    b" is now ",
    b" is ",
    b" est d\xc3\xa9sormais ",
    b" est ",
    b" ist jetzt ",
    b" ist ",
    b" lautet ",
    b" es ",
    b" \xc3\xa9 ",
    b"' = ",
];

/// What happened to a password, in front of the new one.
const CHANGED: &[&[u8]] =
    &[b" wurde auf ", b" alterada para ", b" changed to ", b" set to ", b" reset to ", b" updated to "];

/// Whether a word in front of the one at `at` is a user's name: `USER u PASS x`, `login u password x`.
#[inline(never)]
fn is_behind_user(view: &View, at: usize) -> bool {
    let mut end = at;
    for n in 0..2 {
        end = behind(view.text, view.from, end, b" \n\r");
        let mut start = end;
        while end - start < MAX_NAME && view.before(start) > b' ' {
            start -= 1;
        }
        if n == 1 {
            return is_one(view.part(start, end), &[b"user", b"login", b"username"]);
        }
        end = start;
    }
    false
}
