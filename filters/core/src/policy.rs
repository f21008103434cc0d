//! What is redacted, kept, enriched and routed, as data: the core has no such constants of its own.

/// Index into [`Policy::rules`].
pub type RuleId = u8;

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
    /// Tokens known by their first characters.
    pub tokens: &'static [Token],
    /// Which two first characters any token, scheme or marker has; made by [`first_pairs`].
    pub first_pairs: [u64; 64],
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
#[derive(Debug)]
pub struct Token {
    /// First characters, exactly as they stand.
    pub prefix: &'static str,
    /// Which characters follow.
    pub charset: Charset,
    /// At least how many follow.
    pub min: u8,
    /// At most how many follow.
    pub max: u16,
    /// The rule that fires.
    pub rule: RuleId,
}

/// Characters of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// `0-9a-f`
    Hex,
    /// `A-Z2-7`
    Base32,
    /// `0-9A-Za-z`
    Alphanumeric,
    /// `0-9A-Za-z_`
    Word,
    /// `0-9A-Za-z_-`
    Base64Url,
    /// `0-9A-Za-z_-.`
    Dotted,
    /// `0-9A-Za-z_-`, and among them a digit, an upper and a lower case letter
    Mixed,
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
pub const EMAIL: RuleId = 0;
/// Payment card numbers.
pub const CARD: RuleId = 1;
/// US social security numbers.
pub const SSN: RuleId = 2;
/// Credentials of the bearer scheme.
pub const BEARER: RuleId = 3;
/// Credentials of the basic scheme.
pub const BASIC: RuleId = 4;
/// JSON Web Tokens.
pub const JWT: RuleId = 5;
/// Private keys.
pub const PRIVATE_KEY: RuleId = 6;
/// Passwords in the user information of a URL.
pub const URL_PASSWORD: RuleId = 7;
const PASSWORD: RuleId = 8;
const API_KEY: RuleId = 9;
const SECRET: RuleId = 10;
const TOKEN: RuleId = 11;
/// Values of `Authorization` of a scheme that has no rule of its own.
pub const AUTHORIZATION: RuleId = 12;
const COOKIE: RuleId = 13;
const CREDENTIALS: RuleId = 14;
const AWS: RuleId = 15;
const GITHUB: RuleId = 16;
const GITLAB: RuleId = 17;
const SLACK: RuleId = 18;
const STRIPE: RuleId = 19;
const GOOGLE: RuleId = 20;
const OPENAI: RuleId = 21;
const ANTHROPIC: RuleId = 22;
const NPM: RuleId = 23;
const PYPI: RuleId = 24;
const SENDGRID: RuleId = 25;
const TWILIO: RuleId = 26;
const DIGITALOCEAN: RuleId = 27;
const HUGGING_FACE: RuleId = 28;

/// How many rules a policy may have.
pub(crate) const MAX_RULES: usize = 64;

const fn secret(folded: &'static str, rule: RuleId) -> Name {
    Name { folded, meaning: Meaning::Secret(rule), part: Part::LastWords }
}

const fn secret_whole(folded: &'static str, rule: RuleId) -> Name {
    Name { folded, meaning: Meaning::Secret(rule), part: Part::Whole }
}

const fn text(folded: &'static str, rule: RuleId) -> Name {
    Name { folded, meaning: Meaning::SecretText(rule), part: Part::LastWords }
}

const fn text_whole(folded: &'static str, rule: RuleId) -> Name {
    Name { folded, meaning: Meaning::SecretText(rule), part: Part::Whole }
}

const fn id(folded: &'static str) -> Name {
    Name { folded, meaning: Meaning::Identifier, part: Part::Whole }
}

const fn token(prefix: &'static str, charset: Charset, min: u8, max: u16, rule: RuleId) -> Token {
    Token { prefix, charset, min, max, rule }
}

const NAMES: &[Name] = &[
    text("accesskey", API_KEY),
    text("accesstoken", TOKEN),
    text("apikey", API_KEY),
    text("apisecret", SECRET),
    text("apitoken", TOKEN),
    text("appsecret", SECRET),
    secret_whole("auth", AUTHORIZATION),
    text("authkey", SECRET),
    secret_whole("authorization", AUTHORIZATION),
    text("authtoken", TOKEN),
    text("bearertoken", TOKEN),
    text("bottoken", TOKEN),
    secret("cardnumber", CARD),
    secret("ccnumber", CARD),
    text("clientsecret", SECRET),
    text_whole("connectionstring", CREDENTIALS),
    text_whole("cookie", COOKIE),
    id("correlationid"),
    text_whole("credential", CREDENTIALS),
    secret_whole("credentials", CREDENTIALS),
    secret("creditcard", CARD),
    secret("creditcardnumber", CARD),
    text("csrftoken", TOKEN),
    secret_whole("cvc", CARD),
    secret_whole("cvv", CARD),
    secret_whole("cvv2", CARD),
    id("date"),
    secret("dbpass", PASSWORD),
    id("dockerid"),
    id("duration"),
    id("durationms"),
    id("durationns"),
    id("durationus"),
    text("encryptionkey", SECRET),
    id("eventid"),
    id("id"),
    text("idtoken", TOKEN),
    id("jobid"),
    text("jwt", JWT),
    id("messageid"),
    id("operation"),
    id("operationid"),
    secret("passphrase", PASSWORD),
    secret("passwd", PASSWORD),
    secret("password", PASSWORD),
    id("podid"),
    text("privatekey", PRIVATE_KEY),
    secret_whole("proxyauthorization", AUTHORIZATION),
    secret("pwd", PASSWORD),
    text("refreshtoken", TOKEN),
    id("requestid"),
    text("secret", SECRET),
    text("secretaccesskey", AWS),
    text("secretkey", SECRET),
    text("sessiontoken", TOKEN),
    text_whole("setcookie", COOKIE),
    text("signingkey", SECRET),
    secret("socialsecuritynumber", SSN),
    id("spanid"),
    secret("ssn", SSN),
    id("taskid"),
    id("tenant"),
    id("tenantid"),
    id("ticket"),
    id("ticketid"),
    id("time"),
    id("timestamp"),
    text("token", TOKEN),
    id("traceid"),
    id("ts"),
    id("uid"),
    id("uuid"),
    text("webhooksecret", SECRET),
    text_whole("xamzsecuritytoken", TOKEN),
    text_whole("xapikey", API_KEY),
    text_whole("xauthtoken", TOKEN),
    text_whole("xgitlabtoken", TOKEN),
    text_whole("xvaulttoken", TOKEN),
];

/// Sources: the vendors' own pages on their token formats, and the prefixes published for secret scanning partners.
const TOKENS: &[Token] = &[
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    token("AKIA", Charset::Base32, 16, 16, AWS),
    token("ASIA", Charset::Base32, 16, 16, AWS),
    // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
    token("ghp_", Charset::Alphanumeric, 36, 251, GITHUB),
    token("gho_", Charset::Alphanumeric, 36, 251, GITHUB),
    token("ghu_", Charset::Alphanumeric, 36, 251, GITHUB),
    token("ghs_", Charset::Alphanumeric, 36, 251, GITHUB),
    token("ghr_", Charset::Alphanumeric, 36, 251, GITHUB),
    token("github_pat_", Charset::Word, 60, 244, GITHUB),
    // https://docs.gitlab.com/security/tokens/#token-prefixes
    token("glpat-", Charset::Dotted, 20, 300, GITLAB),
    token("gldt-", Charset::Base64Url, 20, 64, GITLAB),
    token("glrt-", Charset::Dotted, 20, 300, GITLAB),
    token("glcbt-", Charset::Base64Url, 20, 300, GITLAB),
    token("glptt-", Charset::Base64Url, 20, 64, GITLAB),
    // https://docs.slack.dev/authentication/tokens
    token("xoxb-", Charset::Base64Url, 10, 250, SLACK),
    token("xoxp-", Charset::Base64Url, 10, 250, SLACK),
    token("xoxa-", Charset::Base64Url, 10, 250, SLACK),
    token("xoxr-", Charset::Base64Url, 10, 250, SLACK),
    token("xoxs-", Charset::Base64Url, 10, 250, SLACK),
    token("xoxe-", Charset::Base64Url, 10, 250, SLACK),
    token("xoxe.xoxp-", Charset::Base64Url, 10, 250, SLACK),
    token("xapp-", Charset::Base64Url, 10, 250, SLACK),
    // https://docs.stripe.com/keys
    token("sk_live_", Charset::Alphanumeric, 10, 250, STRIPE),
    token("sk_test_", Charset::Alphanumeric, 10, 250, STRIPE),
    token("rk_live_", Charset::Alphanumeric, 10, 250, STRIPE),
    token("rk_test_", Charset::Alphanumeric, 10, 250, STRIPE),
    token("whsec_", Charset::Alphanumeric, 24, 250, STRIPE),
    // https://cloud.google.com/docs/authentication/api-keys
    token("AIza", Charset::Base64Url, 35, 35, GOOGLE),
    token("GOCSPX-", Charset::Base64Url, 28, 28, GOOGLE),
    token("ya29.", Charset::Base64Url, 20, 2048, GOOGLE),
    // https://docs.anthropic.com/en/api/overview and https://platform.openai.com/docs/api-reference/authentication
    token("sk-ant-", Charset::Base64Url, 20, 250, ANTHROPIC),
    token("sk-proj-", Charset::Base64Url, 20, 250, OPENAI),
    token("sk-svcacct-", Charset::Base64Url, 20, 250, OPENAI),
    token("sk-", Charset::Mixed, 20, 250, OPENAI),
    // https://docs.npmjs.com/about-access-tokens
    token("npm_", Charset::Alphanumeric, 36, 36, NPM),
    // https://pypi.org/help/#apitoken
    token("pypi-", Charset::Base64Url, 50, 1000, PYPI),
    // https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
    token("SG.", Charset::Dotted, 60, 70, SENDGRID),
    // https://www.twilio.com/docs/glossary/what-is-a-sid
    token("SK", Charset::Hex, 32, 32, TWILIO),
    // https://docs.digitalocean.com/reference/api/create-personal-access-token/
    token("dop_v1_", Charset::Hex, 64, 64, DIGITALOCEAN),
    token("doo_v1_", Charset::Hex, 64, 64, DIGITALOCEAN),
    token("dor_v1_", Charset::Hex, 64, 64, DIGITALOCEAN),
    // https://huggingface.co/docs/hub/security-tokens
    token("hf_", Charset::Alphanumeric, 34, 40, HUGGING_FACE),
];

/// First characters of what the text scan knows besides tokens: schemes, JSON Web Tokens, PEM markers, digits.
const MARKERS: &[&str] = &["Be", "be", "BE", "Ba", "ba", "BA", "ey"];

/// The filter in front of the token table: bit `b & 63` of entry `a & 63` is set when something known begins with
/// the characters `a` and `b`. It has false positives and no false negatives.
#[must_use]
pub const fn first_pairs(tokens: &[Token]) -> [u64; 64] {
    let mut pairs = [0u64; 64];
    let mut n = 0;
    while n < tokens.len() {
        let prefix = tokens[n].prefix.as_bytes();
        pairs[(prefix[0] & 63) as usize] |= 1 << (prefix[1] & 63);
        n += 1;
    }
    n = 0;
    while n < MARKERS.len() {
        let marker = MARKERS[n].as_bytes();
        pairs[(marker[0] & 63) as usize] |= 1 << (marker[1] & 63);
        n += 1;
    }
    let mut a = b'0';
    while a <= b'9' {
        let mut b = b'0';
        while b <= b'9' {
            pairs[(a & 63) as usize] |= 1 << (b & 63);
            b += 1;
        }
        a += 1;
    }
    pairs
}

impl Policy {
    /// What podsieve does when nobody says otherwise.
    pub const DEFAULT: Policy = Policy {
        body_keys: &["log", "message"],
        conflict_prefix: "log.",
        reserved: &["podsieve", "archive_tag", "kubernetes"],
        rules: &[
            "email",
            "card",
            "ssn",
            "bearer",
            "basic",
            "jwt",
            "private_key",
            "url_password",
            "password",
            "api_key",
            "secret",
            "token",
            "authorization",
            "cookie",
            "credentials",
            "aws_key",
            "github_token",
            "gitlab_token",
            "slack_token",
            "stripe_key",
            "google_key",
            "openai_key",
            "anthropic_key",
            "npm_token",
            "pypi_token",
            "sendgrid_key",
            "twilio_key",
            "digitalocean_token",
            "hugging_face_token",
        ],
        names: NAMES,
        tokens: TOKENS,
        first_pairs: first_pairs(TOKENS),
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
            ("trace", Severity::Trace),
            ("trc", Severity::Trace),
            ("t", Severity::Trace),
            ("verbose", Severity::Trace),
            ("finest", Severity::Trace),
            ("finer", Severity::Trace),
            ("debug", Severity::Debug),
            ("dbg", Severity::Debug),
            ("d", Severity::Debug),
            ("fine", Severity::Debug),
            ("info", Severity::Info),
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
            ("warning", Severity::Warn),
            ("error", Severity::Error),
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
        for token in policy.tokens {
            assert!(token.prefix.len() >= 2 && token.min as u16 <= token.max, "{}", token.prefix);
            assert!(token.prefix.as_bytes()[0].is_ascii_alphanumeric(), "{}: a token begins a word", token.prefix);
        }
    }
}
