//! What is redacted, kept, enriched and routed, as data: the core has no such constants of its own.

mod names;
mod rules;
mod tokens;

use names::NAMES;
use rules::{RULES, rule};
use tokens::TOKENS;

/// Index into [`Policy::rules`].
pub type RuleId = u16;

/// The whole behaviour of an [`Engine`](crate::Engine).
#[derive(Debug)]
pub struct Policy {
    /// Keys that may hold the application's log line, in order of preference.
    pub body_keys: &'static [&'static str],
    /// Put in front of the name of a lifted field that meets another field (or a reserved name), until it is free.
    pub conflict_prefix: &'static str,
    /// Names that only the collector or podsieve may set at the top of a record.
    pub reserved: &'static [&'static str],
    /// Names of rules: they stand in `[REDACTED:<rule>]` and are the keys of `podsieve.redacted`.
    pub rules: &'static [&'static str],
    /// Names of keys whose values are secret, or never card numbers or SSNs; sorted by folded name.
    pub names: &'static [Name],
    /// Tokens known by their first characters; sorted by these.
    pub tokens: &'static [Token],
    /// Which two first characters any token, scheme or marker has; made by [`pairs`] of place 0.
    pub first_pairs: [u64; 128],
    /// Where the tokens begin in [`Policy::tokens`] whose first character is this; made by [`rows`].
    pub rows: [u16; 129],
    /// The same without digits, for values that identify something.
    pub first_letter_pairs: [u64; 128],
    /// The same for the second and third character.
    pub second_pairs: [u64; 128],
    /// Fields that hold a severity, in order of preference; the first is the one that enrichment writes.
    pub severity_keys: &'static [&'static str],
    /// Spellings of severities, in lower case.
    pub severities: &'static [(&'static str, Severity)],
    /// Fields that hold the service's name, in order of preference; the first is the one that enrichment writes.
    pub service_keys: &'static [&'static str],
    /// Fields added to every record that does not have them: name and value.
    pub static_fields: &'static [(&'static str, &'static str)],
    /// The first route whose condition holds sets `archive_tag`.
    pub routes: &'static [Route],
}

/// A name of a key, folded: lower case, without separators (`X-Api-Key` is `xapikey`).
#[derive(Debug)]
pub struct Name {
    /// The folded name.
    pub folded: &'static str,
    /// What the name says of the value.
    pub meaning: Meaning,
    /// How much of a key must be this name.
    pub part: Part,
}

/// What a key says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The value is secret, whatever its type.
    Secret(RuleId),
    /// The value is secret if it is a string: a number is a count or a limit (`token: 512`).
    SecretText(RuleId),
    /// The value names something (a tenant, a ticket, a moment): its digits are no card number and no SSN.
    Identifier,
}

/// How much of a key must be a [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The whole key, or the last segment of a dotted path.
    Whole,
    /// Its last words too: `db_password`, `stripeApiKey`.
    LastWords,
}

/// A token known by its first characters.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// First characters, exactly as they stand.
    pub prefix: &'static str,
    /// Which characters follow.
    pub charset: Charset,
    /// At least how many follow.
    pub min: u8,
    /// At most how many follow; 0: any number.
    pub max: u16,
    /// The rule that fires.
    pub rule: RuleId,
}

/// Characters of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// `0-9a-f`
    Hex,
    /// `0-9a-fA-F`
    AnyHex,
    /// `A-Z2-7`
    Base32,
    /// `0-9A-Z-`
    Upper,
    /// `0-9A-Za-z`
    Alphanumeric,
    /// `0-9A-Za-z_`
    Word,
    /// `0-9A-Za-z_-`
    Base64Url,
    /// `0-9A-Za-z_-+/=`
    Base64,
    /// `0-9A-Za-z_-.`
    Dotted,
    /// `0-9A-Za-z_-`, and among them a digit, an upper and a lower case letter
    Mixed,
    /// `0-9a-f` and dashes where a UUID has them
    Uuid,
}

/// How bad a record says it is: the short names of the
/// [OpenTelemetry log data model](https://opentelemetry.io/docs/specs/otel/logs/data-model/#displaying-severity),
/// in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Severity {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl Severity {
    /// The name as enrichment writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Trace => "trace",
            Severity::Debug => "debug",
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Error => "error",
            Severity::Fatal => "fatal",
        }
    }
}

/// A routing rule.
#[derive(Debug)]
pub struct Route {
    /// When it applies.
    pub when: Condition,
    /// What `archive_tag` begins with; `.` and the service's name follow.
    pub tag: &'static str,
}

/// When a [`Route`] applies.
#[derive(Debug)]
pub enum Condition {
    /// One of these fields is there and not empty.
    Has(&'static [&'static str]),
    /// The severity is at least this.
    AtLeast(Severity),
}

/// E-mail addresses.
pub const EMAIL: RuleId = rule("email");
/// Payment card numbers.
pub const CARD: RuleId = rule("card");
/// US social security numbers.
pub const SSN: RuleId = rule("ssn");
/// Credentials of the bearer scheme.
pub const BEARER: RuleId = rule("bearer");
/// Credentials of the basic scheme.
pub const BASIC: RuleId = rule("basic");
/// JSON Web Tokens.
pub const JWT: RuleId = rule("jwt");
/// Private keys.
pub const PRIVATE_KEY: RuleId = rule("private_key");
/// Passwords in the user information of a URL.
pub const URL_PASSWORD: RuleId = rule("url_password");
/// Passwords by the name of their key, and on command lines.
pub const PASSWORD: RuleId = rule("password");
const API_KEY: RuleId = rule("api_key");
/// Secrets by the name of their key.
pub const SECRET: RuleId = rule("secret");
const TOKEN: RuleId = rule("token");
/// Values of `Authorization` of a scheme that has no rule of its own.
pub const AUTHORIZATION: RuleId = rule("authorization");
/// Cookies.
pub const COOKIE: RuleId = rule("cookie");
const CREDENTIALS: RuleId = rule("credentials");
/// URLs that are a secret as a whole.
pub const WEBHOOK: RuleId = rule("webhook_url");
/// Tokens of Telegram's bots, which begin with a number.
pub const TELEGRAM: RuleId = rule("telegram_token");
const AWS: RuleId = rule("aws_key");

/// How many rules a policy may have.
pub(crate) const MAX_RULES: usize = 512;

/// First characters of what the text scan knows besides tokens and digits: authentication schemes, JSON Web Tokens
/// (`{"` and `{ ` in base64), PEM and PuTTY keys, `\u0040`.
const MARKERS: &[&str] = &["Bea", "bea", "BEA", "Bas", "bas", "BAS", "eyJ", "eyA", "ewo", "ewk", "BEG", "PuT", "u00"];

/// The filter in front of [`Policy::tokens`] and all else that is known by its first characters: bit `b & 63` of
/// entry `a` is set when something known has the characters `a` and `b` at `place` and behind it; any character may
/// follow the end of what is known. It has false positives and no false negatives.
#[must_use]
pub const fn pairs(tokens: &[Token], place: usize, digits: bool) -> [u64; 128] {
    let mut pairs = [0u64; 128];
    let mut n = 0;
    while n < tokens.len() {
        note(&mut pairs, tokens[n].prefix.as_bytes(), place);
        n += 1;
    }
    n = 0;
    while n < MARKERS.len() {
        note(&mut pairs, MARKERS[n].as_bytes(), place);
        n += 1;
    }
    // A number is known by its first two digits, and not looked at any further.
    let mut a = b'0';
    while digits && a <= b'9' {
        let mut b = b'0';
        while b <= b'9' {
            pairs[a as usize] |= 1 << (b & 63);
            b += 1;
        }
        a += 1;
    }
    pairs
}

/// The place of the first token whose first character is at least `n`, for each `n`.
#[must_use]
pub const fn rows(tokens: &[Token]) -> [u16; 129] {
    let mut rows = [0u16; 129];
    let mut n = 0;
    let mut row = 0;
    while row < rows.len() {
        while n < tokens.len() && (tokens[n].prefix.as_bytes()[0] as usize) < row {
            n += 1;
        }
        rows[row] = n as u16;
        row += 1;
    }
    rows
}

const fn note(pairs: &mut [u64; 128], known: &[u8], place: usize) {
    if place + 1 < known.len() {
        pairs[(known[place] & 127) as usize] |= 1 << (known[place + 1] & 63);
    } else if place < known.len() {
        pairs[(known[place] & 127) as usize] = !0;
    }
}

impl Policy {
    /// What may begin something in a text whose digits do, or do not, identify something.
    #[inline(always)]
    pub(crate) fn firsts(&self, identifier: bool) -> &[u64; 128] {
        if identifier { &self.first_letter_pairs } else { &self.first_pairs }
    }

    /// The names of all [`Condition::Has`], in order.
    pub(crate) fn routed(&self) -> impl Iterator<Item = &'static str> {
        let names = |route: &Route| match route.when {
            Condition::Has(names) => names,
            Condition::AtLeast(_) => &[],
        };
        self.routes.iter().flat_map(names).copied()
    }

    /// What podsieve does when nobody says otherwise.
    pub const DEFAULT: Policy = Policy {
        body_keys: &["log", "message"],
        conflict_prefix: "log.",
        reserved: &["podsieve", "archive_tag", "kubernetes"],
        rules: RULES,
        names: NAMES,
        tokens: TOKENS,
        rows: rows(TOKENS),
        first_pairs: pairs(TOKENS, 0, true),
        first_letter_pairs: pairs(TOKENS, 0, false),
        second_pairs: pairs(TOKENS, 1, false),
        severity_keys: &[
            "severity",
            "level",
            "log.level",
            "levelname",
            "loglevel",
            "log_level",
            "lvl",
            "severity_text",
            "severityText",
        ],
        severities: &[
            // The most frequent first.
            ("info", Severity::Info),
            ("warning", Severity::Warn),
            ("error", Severity::Error),
            ("debug", Severity::Debug),
            ("trace", Severity::Trace),
            ("trc", Severity::Trace),
            ("t", Severity::Trace),
            ("verbose", Severity::Trace),
            ("finest", Severity::Trace),
            ("finer", Severity::Trace),
            ("dbg", Severity::Debug),
            ("d", Severity::Debug),
            ("fine", Severity::Debug),
            ("inf", Severity::Info),
            ("i", Severity::Info),
            ("information", Severity::Info),
            ("informational", Severity::Info),
            ("notice", Severity::Info),
            ("success", Severity::Info),
            ("config", Severity::Info),
            ("log", Severity::Info),
            ("default", Severity::Info),
            ("warn", Severity::Warn),
            ("wrn", Severity::Warn),
            ("w", Severity::Warn),
            ("err", Severity::Error),
            ("e", Severity::Error),
            ("severe", Severity::Error),
            ("failure", Severity::Error),
            ("fatal", Severity::Fatal),
            ("ftl", Severity::Fatal),
            ("f", Severity::Fatal),
            ("critical", Severity::Fatal),
            ("crit", Severity::Fatal),
            ("alert", Severity::Fatal),
            ("emerg", Severity::Fatal),
            ("emergency", Severity::Fatal),
            ("panic", Severity::Fatal),
            ("dpanic", Severity::Fatal),
        ],
        service_keys: &["service", "service.name", "service_name", "extra.service"],
        static_fields: &[],
        routes: &[
            Route { when: Condition::Has(&["operation", "extra.operation"]), tag: "archive.audit" },
            Route { when: Condition::AtLeast(Severity::Error), tag: "archive.error" },
        ],
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_policy_is_well_formed() {
        let policy = Policy::DEFAULT;
        assert!(policy.rules.len() <= MAX_RULES);
        for rule in policy.rules {
            assert!(
                rule.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
                "{rule}"
            );
        }
        for name in policy.names {
            assert!(
                name.folded.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()),
                "{}",
                name.folded
            );
        }
        assert!(policy.tokens.is_sorted_by_key(|token| token.prefix));
        for token in policy.tokens {
            assert!(token.prefix.len() >= 2, "{}", token.prefix);
            assert!(token.max == 0 || u16::from(token.min) <= token.max, "{}", token.prefix);
            assert!(token.prefix.as_bytes()[0].is_ascii_alphabetic(), "{}: a token begins a word", token.prefix);
        }
    }
}
