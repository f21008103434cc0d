//! What is known by its first characters: vendors' tokens, and the beginnings of all else that has some.
//!
//! Checksums ([GitHub's and npm's CRC32](https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/))
//! decide nothing here: a token that was mistyped or cut off is secret too, and the prefixes that have one are never prose.

#[cfg(feature = "custom")]
use super::custom;
use super::run::Kind;
use super::text::{Match, View};
use super::{call, jwt, pem, scheme, webhook};
use crate::lanes;
use crate::policy::{API_KEY, AZURE, Ask, Charset, GOOGLE, Known, RuleId, TOKEN, Token};

/// The token or key that begins at `at`, if a word begins there.
pub(crate) fn word(view: &View, at: usize) -> Option<Match> {
    let known = view.policy.may_begin(lanes::load(view.text, at)) && view.word_begins(at);
    if known { begun(view, at).found } else { None }
}

/// What a word begins.
pub(super) struct Begun {
    /// A token, a key or the credentials of a scheme.
    pub(super) found: Option<Match>,
    /// Bit n: it begins as what the n-th of [`Ask`] is for.
    asks: u16,
    /// It begins as something known.
    pub(super) known: bool,
    /// What a rule of the policy's own found near it.
    #[cfg(feature = "custom")]
    pub(super) custom: Option<Match>,
}

impl Begun {
    /// Whether it begins as what one of `asks` is for.
    pub(super) fn asks(&self, asks: &[Ask]) -> bool {
        asks.iter().any(|ask| self.asks >> *ask as u16 & 1 != 0)
    }
}

/// What begins at `at`, where a word begins.
#[inline(never)]
pub(super) fn begun(view: &View, at: usize) -> Begun {
    let mut begun = Begun {
        found: None,
        asks: 0,
        known: false,
        #[cfg(feature = "custom")]
        custom: None,
    };
    // The longest prefix comes last, and says most; the rest says more than a vendor's prefix.
    let mut vendors = None;
    #[cfg(feature = "custom")]
    let mut custom: Option<Match> = None;
    for known in view.policy.heads_of(lanes::load(view.text, at)).filter_map(|head| head.known(view.policy)) {
        begun.known = true;
        match known {
            Known::Token(token) => vendors = vendor(token, view, at).or(vendors),
            #[cfg(feature = "custom")]
            Known::Keyword(keyword) => {
                let found = view.policy.custom.and_then(|custom| custom::find(view, custom, keyword, at));
                custom = custom.into_iter().chain(found).min_by_key(|found| found.start);
            }
            Known::Marker(ask) => {
                begun.asks |= 1 << ask as u16;
                begun.found = begun.found.or_else(|| marked(ask, view, at));
            }
        }
    }
    begun.found = begun.found.or(vendors);
    #[cfg(feature = "custom")]
    {
        begun.custom = custom;
    }
    begun
}

/// The token or key whose beginning asks for it.
fn marked(ask: Ask, view: &View, at: usize) -> Option<Match> {
    match ask {
        Ask::Scheme => scheme::scheme(view, at),
        Ask::Jwt => jwt::json_web_token(view, at),
        Ask::Pem => pem::key(view, at),
        Ask::Signature => signed(view, at.checked_sub(1)?),
        Ask::Webhook => webhook::path(view, at),
        Ask::Named => scheme::named(view, at),
        Ask::Call => call::secret(view, at),
        Ask::Encoded | Ask::Spoken | Ask::Command | Ask::Pair | Ask::Piped | Ask::Base64 => None,
    }
}

/// A token that its vendor marks in its middle or at its end.
struct Signature {
    mark: &'static [u8],
    /// How many characters of which kind stand in front.
    front: usize,
    kind: Kind,
    /// How many characters follow: at least, and at most.
    min: usize,
    max: usize,
    rule: RuleId,
}

const fn signature(mark: &'static [u8], front: usize, kind: Kind, min: usize, max: usize, rule: RuleId) -> Signature {
    Signature { mark, front, kind, min, max, rule }
}

/// Those in which the mark begins with what separates words, or `=` comes behind it, are found anywhere; those of
/// [`padded`] behind a separator only, because nothing looks into the middle of a word.
const SIGNATURES: &[Signature] = &[
    // https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens
    signature(b".atlasv1.", 14, Kind::Alphanumeric, 40, 80, TOKEN),
    // https://dev.maxmind.com/license-key/
    signature(b"_mmk", 36, Kind::Word, 0, 0, API_KEY),
    // https://mailchimp.com/developer/marketing/docs/fundamentals/
    signature(b"-us", 32, Kind::Hex, 1, 2, API_KEY),
    // https://learn.microsoft.com/purview/sit-defn-azure-container-registry-access-key and those beside it
    signature(b"+ACR", 42, Kind::SixBits, 6, 6, AZURE),
    signature(b"+AStZ", 76, Kind::SixBits, 5, 5, AZURE),
    signature(b"+ASb", 33, Kind::SixBits, 6, 6, AZURE),
    signature(b"+AEh", 33, Kind::SixBits, 6, 6, AZURE),
    signature(b"+ARm", 33, Kind::SixBits, 6, 6, AZURE),
    signature(b"+ABa", 76, Kind::SixBits, 6, 6, AZURE),
    signature(b"AzFu", 44, Kind::SixBits, 6, 6, AZURE),
    signature(b"ACDb", 76, Kind::SixBits, 6, 6, AZURE),
    signature(b"AIoT", 33, Kind::SixBits, 6, 6, AZURE),
    signature(b"AzCa", 33, Kind::SixBits, 6, 6, AZURE),
    // https://learn.microsoft.com/purview/sit-defn-azure-ad-client-secret and those beside it
    signature(b"Q~", 4, Kind::Alphanumeric, 31, 40, AZURE),
    signature(b"AzSe", 42, Kind::Alphanumeric, 6, 6, AZURE),
    signature(b"AZDO", 76, Kind::Alphanumeric, 4, 4, AZURE),
    signature(b"JQQJ99", 52, Kind::Alphanumeric, 26, 26, AZURE),
];

/// The token that has its mark at `at`.
#[inline(never)]
fn signed(view: &View, at: usize) -> Option<Match> {
    let rest = view.text.get(at..)?;
    let found = SIGNATURES.iter().find(|signature| rest.starts_with(signature.mark))?;
    let start = at.checked_sub(found.front).filter(|start| *start >= view.from)?;
    let behind = at + found.mark.len();
    let kind = if found.mark == b"Q~" { Kind::Credential } else { Kind::Base64Url };
    let length = view.run(kind, behind) - behind;
    let fits = view.run(found.kind, start) >= at && (found.min..=found.max).contains(&length);
    fits.then(|| Match::new(start, view.run(Kind::Padding, behind + length), found.rule))
}

/// The token of a kind of [`signed`] that ends with the `=` at `at`, or is the value behind this separator.
#[inline(always)]
pub(crate) fn padded(view: &View, at: usize) -> Option<Match> {
    let mut start = at + 1;
    while matches!(view.byte(start), b' ' | b'"' | b'\'' | b'\\') && start < at + 9 {
        start += 1;
    }
    let has = |place: usize, first: u8| view.byte(start + place) == first;
    let signed = |place: usize, first: u8| if has(place, first) { signed(view, start + place) } else { None };
    let ended = at.checked_sub(10).filter(|mark| matches!(view.byte(*mark), b'A' | b'+'));
    if ended.is_none() && !has(4, b'Q') && !has(42, b'A') && !has(52, b'J') && !has(76, b'A') {
        return None;
    }
    ended
        .and_then(|mark| self::signed(view, mark))
        .or_else(|| signed(4, b'Q'))
        .or_else(|| signed(42, b'A'))
        .or_else(|| signed(52, b'J'))
        .or_else(|| signed(76, b'A'))
}

/// A token that begins with the digit at `at`: [Asana's](https://developers.asana.com/docs/personal-access-token)
/// (`1/<number>:<hex>`), [Google's](https://developers.google.com/identity/protocols/oauth2) for refreshing (`1//0...`),
/// [ClickHouse's](https://clickhouse.com/docs/cloud/manage/openapi) (`4b1d...`).
#[inline(never)]
pub(crate) fn numbered(view: &View, at: usize) -> Option<Match> {
    let text = view.text.get(at..)?;
    let front = view.text.get(view.from..at)?;
    if text.starts_with(b"4b1d") {
        return (view.run(Kind::Alphanumeric, at) == at + 42).then(|| Match::new(at, at + 42, API_KEY));
    }
    if front.ends_with(b"1//") {
        let end = view.run(Kind::Base64Url, at);
        return (end >= at + 40).then(|| Match::new(at - 3, end, GOOGLE));
    }
    let digits = text.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let end = view.run(Kind::Hex, at + digits + 1);
    if view.byte(at + digits) != b':' || digits < 13 || end != at + digits + 33 {
        return None;
    }
    let numbers = front.iter().rev().take(20).take_while(|byte| byte.is_ascii_digit() || **byte == b'/').count();
    Some(Match::new(at - numbers, end, TOKEN))
}

/// The vendor's token at `at`, where as much of its prefix stands as a head has.
fn vendor(token: &Token, view: &View, at: usize) -> Option<Match> {
    let prefix = token.prefix.as_bytes();
    // `o.s.web` is a package.
    if (prefix.len() == 2 && view.before(at) == b'.') || (prefix.len() > 8 && !view.text.get(at..)?.starts_with(prefix))
    {
        return None;
    }
    length(token, view, at).map(|length| Match::new(at, at + length, token.rule))
}

/// How much of a token of any length decides whether it is one, in bytes.
const MAX_HEAD: usize = 256;

/// How much of the text at `at`, which begins with the token's prefix, is the token.
fn length(token: &Token, view: &View, at: usize) -> Option<usize> {
    let start = at + token.prefix.len();
    let all = view.run(Kind::of(token.charset), start) - start;
    let limit = if token.max == 0 { MAX_HEAD } else { usize::from(token.max) };
    if token.max != 0 && all > limit && view.byte(start + limit) != b'.' {
        return None;
    }
    let mut count = all.min(limit);
    if matches!(token.charset, Charset::Dotted | Charset::Full | Charset::Odd | Charset::Snowflake) {
        // A full stop at the end belongs to the sentence.
        while count > 0 && matches!(view.byte(start + count - 1), b'.' | b':') {
            count -= 1;
        }
    }
    if count < usize::from(token.min) {
        return None;
    }
    let has = |others: Kind| view.run(others, start) < start + count;
    let formed = match token.charset {
        Charset::Mixed => has(Kind::NoDigit) && has(Kind::NoUpper) && has(Kind::NoLower),
        Charset::Lower32 | Charset::Numbered => has(Kind::NoDigit),
        // The number that is encoded, a time and a signature, with full stops between.
        Charset::Snowflake => {
            let id = view.run(Kind::Alphanumeric, start);
            let time = view.run(Kind::Base64Url, id + 1);
            (16..=28).contains(&(id - start)) && time == id + 7 && start + count >= time + 28
        }
        Charset::Uuid => {
            let dash = |n: &usize| view.byte(start + n) == b'-';
            (0..count).all(|n| dash(&n) == matches!(n, 8 | 13 | 18 | 23))
        }
        _ => true,
    };
    // `ghp_xxxxxxxx` of an example.
    let crossed = |byte: &u8| matches!(byte, b'x' | b'X' | b'-' | b'_' | b'.');
    if !formed || view.part(start, start + count).iter().all(crossed) {
        return None;
    }
    Some(token.prefix.len() + if count == MAX_HEAD { all } else { count })
}
