//! What is redacted, kept, enriched and routed, as data: the core has no such constants of its own.

#[cfg(feature = "custom")]
mod build;
#[cfg(feature = "custom")]
mod convention;
#[cfg(feature = "custom")]
mod custom;
mod detectors;
mod formats;
mod names;
mod rules;
mod tokens;

#[cfg(feature = "custom")]
pub use build::{Builder, Entry};
#[cfg(feature = "custom")]
pub use convention::Convention;
#[cfg(feature = "custom")]
pub(crate) use custom::SEAL;
#[cfg(feature = "custom")]
pub use custom::{
    Action, Allowed, Audit, Checksum, Custom, Key, Keyword, Lookup, PathMeaning, PathRule, Route as OwnRoute, Rule,
    Segment, Step, TagPart, Test, When,
};
pub use detectors::{DETECTORS, Detector, EXTRA_DETECTORS};
pub use formats::Formats;
pub use tokens::{FAMILIES, Family};

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
    /// The filter in front of the names, by their first eight letters and lengths; made by [`shapes`].
    pub name_shapes: [u64; 64],
    /// Tokens known by their first characters; sorted by these.
    pub tokens: &'static [Token],
    /// The filter in front of the heads, by their first three characters; made by [`sieve`].
    pub sieve: [u64; 64],
    /// The beginnings of all tokens, schemes and markers; made by [`heads`].
    pub heads: &'static [Head],
    /// No identifier of lower case hexadecimal digits and hyphens holds a token, unless two digits stand between hyphens;
    /// made by [`hex_is_clean`].
    pub hex_is_clean: bool,
    /// Where the heads of a row begin; made by [`rows`].
    pub rows: [u16; ROWS + 1],
    /// Fields that hold a severity, in order of preference; the first is the one that enrichment writes.
    pub severity_keys: &'static [&'static str],
    /// Spellings of severities, the most frequent first.
    pub severities: &'static [Spelling],
    /// Fields that hold the service's name, in order of preference; the first is the one that enrichment writes.
    pub service_keys: &'static [&'static str],
    /// Fields added to every record that does not have them: name and value.
    pub static_fields: &'static [(&'static str, &'static str)],
    /// The first route whose condition holds sets `archive_tag`.
    pub routes: &'static [Route],
    /// What else is redacted in texts, without the feature `extra` nothing.
    pub extra: Extra,
    /// What only a policy of one's own has.
    #[cfg(feature = "custom")]
    pub custom: Option<&'static Custom>,
}

/// What is redacted in texts only when a policy asks for it: operations need it, or much else looks like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extra(u8);

impl Extra {
    /// Nothing else.
    pub const NONE: Extra = Extra(0);
    /// IPv4 addresses.
    pub const IPV4: Extra = Extra(1);
    /// IPv6 addresses.
    pub const IPV6: Extra = Extra(2);
    /// Telephone numbers in the forms of E.164 and of North America.
    pub const PHONE: Extra = Extra(4);
    /// International bank account numbers.
    pub const IBAN: Extra = Extra(8);
    /// MAC addresses.
    pub const MAC: Extra = Extra(16);
    /// All of them.
    pub const ALL: Extra = Extra(31);

    /// These and `others`.
    #[must_use]
    pub const fn with(self, others: Extra) -> Extra {
        Extra(self.0 | others.0)
    }

    /// Whether one of `others` is among them.
    #[must_use]
    pub const fn has(self, others: Extra) -> bool {
        self.0 & others.0 != 0
    }
}

/// A name of a key, folded: lower case, without separators (`X-Api-Key` is `xapikey`).
#[derive(Debug)]
pub struct Name {
    /// The folded name, of two letters or more.
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
    /// The value is secret if it is a string that nobody chose: names that mean many things (`key`, `session_id`), lists
    /// (`tokens`), and names with a sensitive word that is not their last one.
    Random(RuleId),
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
    /// The whole key, written as one word: `sessionid` authorizes, and `session_id` names something, unless the value is
    /// [`Meaning::Random`].
    OneWord,
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
    /// `0-9A-Z-`
    Upper,
    /// `0-9A-Za-z`
    Alphanumeric,
    /// `0-9A-Za-z`, and among them a digit
    Numbered,
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
    /// `a-z2-7`, and among them a digit
    Lower32,
    /// `0-9A-Za-z$:`
    Odd,
    /// `0-9A-Za-z_-+/=.`
    Full,
    /// `0-9A-Za-z_-.`, of which the first goes on with a number in base64
    Snowflake,
}

impl Charset {
    /// Whether it has this character.
    #[must_use]
    pub const fn has(self, byte: u8) -> bool {
        match self {
            Charset::Hex => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            Charset::AnyHex => byte.is_ascii_hexdigit(),
            Charset::Upper => matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'-'),
            Charset::Uuid => matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'),
            Charset::Alphanumeric | Charset::Numbered => byte.is_ascii_alphanumeric(),
            Charset::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Charset::Base64Url | Charset::Mixed => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Charset::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'='),
            Charset::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Charset::Lower32 => matches!(byte, b'a'..=b'z' | b'2'..=b'7'),
            Charset::Odd => byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b':'),
            Charset::Full => Charset::Base64.has(byte) || byte == b'.',
            // Of the second digit, in the third character.
            Charset::Snowflake => matches!(byte, b'A' | b'E' | b'I' | b'M' | b'Q' | b'U' | b'Y' | b'c' | b'g' | b'k'),
        }
    }
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

/// A spelling of a severity.
#[derive(Clone, Copy, Debug)]
pub struct Spelling {
    name: &'static str,
    /// The first eight bytes of the name, those past its end as spaces.
    head: u64,
    pub(crate) severity: Severity,
}

impl Spelling {
    /// `name`, which is in lower case letters, says `severity`.
    #[must_use]
    pub const fn new(name: &'static str, severity: Severity) -> Spelling {
        let mut head = 0x2020_2020_2020_2020;
        let mut n = 0;
        while n < name.len() && n < 8 {
            head ^= ((name.as_bytes()[n] ^ b' ') as u64) << (8 * n);
            n += 1;
        }
        Spelling { name, head, severity }
    }

    /// Whether `text`, the first eight bytes of which are `head` with the bit set that tells lower from upper case, is
    /// the name in any case.
    #[inline(always)]
    pub(crate) fn is(&self, text: &[u8], head: u64) -> bool {
        self.head == head
            && self.name.len() == text.len()
            && (text.len() <= 8 || self.name.as_bytes().eq_ignore_ascii_case(text))
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
/// Keys by the name of their key, and of vendors that have no rule of their own.
pub const API_KEY: RuleId = rule("api_key");
/// Secrets by the name of their key.
pub const SECRET: RuleId = rule("secret");
/// Tokens by the name of their key.
pub const TOKEN: RuleId = rule("token");
/// Values of `Authorization` of a scheme that has no rule of its own.
pub const AUTHORIZATION: RuleId = rule("authorization");
/// Cookies.
pub const COOKIE: RuleId = rule("cookie");
/// Names and passwords by the name of their key.
pub(crate) const CREDENTIALS: RuleId = rule("credentials");
/// URLs that are a secret as a whole.
pub const WEBHOOK: RuleId = rule("webhook_url");
/// Tokens of Telegram's bots, which begin with a number.
pub const TELEGRAM: RuleId = rule("telegram_token");
const AWS: RuleId = rule("aws_key");
/// Sessions by the name of their key.
pub(crate) const SESSION: RuleId = rule("session");
pub(crate) const AZURE: RuleId = rule("azure_key");
pub(crate) const GOOGLE: RuleId = rule("google_key");
/// IPv4 addresses.
pub const IPV4: RuleId = rule("ipv4");
/// IPv6 addresses.
pub const IPV6: RuleId = rule("ipv6");
/// Telephone numbers.
pub const PHONE: RuleId = rule("phone");
/// International bank account numbers.
pub const IBAN: RuleId = rule("iban");
/// MAC addresses.
pub const MAC: RuleId = rule("mac");

/// How many rules a policy may have.
pub(crate) const MAX_RULES: usize = 512;

/// What the text scan asks at a word that begins like something it knows, besides a vendor's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Ask {
    /// Whether a character is encoded in front of it, and no more: `"`, `:`, `=`, `@` and `<` as escapes and HTML have them.
    Encoded,
    /// The credentials behind an authentication scheme.
    Scheme,
    /// A JSON Web Token: `{"`, `{ ` and a line end in base64.
    Jwt,
    /// A private key.
    Pem,
    /// What a token has in its middle or at its end.
    Signature,
    /// The path of a webhook.
    Webhook,
    /// A word that announces a secret without `:` or `=`, with what stands behind it where the word alone is frequent.
    Spoken,
    /// A word that announces credentials, also behind an option.
    Named,
    /// A command line that has a secret.
    Command,
    /// A user's name and a password without a name of its own.
    Pair,
    /// A call that is given one.
    Call,
    /// A command or an option that reads one from a pipe or a here-string.
    Piped,
    /// A text in base64 that may hold a secret, as a JSON Web Token that is none: other beginnings of JSON, of URLs, of
    /// `#cloud-config` and `#!/`, and the word in front of it in a `data:` URL.
    Base64,
}

impl Ask {
    /// All of them, in order.
    const ALL: [Ask; 13] = [
        Ask::Encoded,
        Ask::Scheme,
        Ask::Jwt,
        Ask::Pem,
        Ask::Signature,
        Ask::Webhook,
        Ask::Spoken,
        Ask::Named,
        Ask::Command,
        Ask::Pair,
        Ask::Call,
        Ask::Piped,
        Ask::Base64,
    ];
}

/// First characters of what the text scan knows besides tokens and digits, by what they ask.
#[rustfmt::skip]
const MARKERS_BY_ASK: &[(Ask, &[&str])] = &[
    (Ask::Encoded, &["u00", "x22", "x3a", "x3A", "x3d", "x3D", "x40", "quot;", "lt;", "commat;"]),
    (Ask::Scheme, &["Bear", "bear", "BEAR", "Bas", "bas", "BAS"]),
    (Ask::Jwt, &["eyJ", "eyA", "ewo", "ewk"]),
    (Ask::Pem, &["BEGIN ", "END ", "LS0tLS1C", "PuTTY-Us"]),
    (Ask::Signature, &[
        "ACRA", "ACRB", "ACRC", "ACRD", "ASb", "AEh", "ARm", "atlasv1.", "mmk",
        "us1", "us2", "us3", "us4", "us5", "us6", "us7", "us8", "us9",
    ]),
    (Ask::Webhook, &["services", "webhooks"]),
    (Ask::Named, &["cookie ", "token "]),
    (Ask::Spoken, &[
        "password", "Password", "PASSWORD", "passwd ", "passwd[", "passwd\"", "passwd'", "passphra", "Passphra", "passcode", "Passcode", "getPassw", "GetPassw", "passe ", "pass ", "PASS ", 
        "pw ", "psk ", "bindpw ", "bearer \"", "bearer '", "BEARER, ", "rootpw ", "requirep", "masterau", "storepas", "keypass ", "IDENTIFI", "identifi", "AUTH PLA",
        "Token ", "token\"", "token'", "secret ", "Secret ", "secret\"", "secret'",
        "apikey ", "apikey\"", "apiToken", "ApiToken", "authToke", "AuthToke", "accessTo",
        "AccessTo", "refreshT", "RefreshT", "clientSe", "ClientSe", "secretKe", "SecretKe", "secretAc", "SecretAc",
        "Key\"", "Key'", "Token\"", "Token'", "key ", "key\"", "key'", "api key ", "API key ", "API Key ", "api-key ", "access_k", "api_key ",
        "cookie\"", "cookie'", "Cookie\"", "Cookie'", "Cookie \"", "sessioni", "PHPSESSI", "JSESSION", "sid\"", "sid'", "wordpres",
        "setApiKe", "setPassw", "setToken", "setSecre", "setAcces", "WithApiK", "withApiK", "WithAPIK", "WithToke", "withToke", "WithPass", "withPass",
        "ssn)", "ssn,", "pwd,", "pwd)", "passwd,", "passwd)", "api_key,", "api_key)", "token,", "token)", "secret,", "secret)",
        "storePas", "keyPassw", "pwd ", "API-KEY\"", "API-KEY'",
        "Kennwort", "kennwort", "Passwort", "passwort", "contrase", "Contrase", "senha ", "Senha ", "wachtwoo", "Wachtwoo", "mdp ", "hasło ", "hasłem ", "parola", "ifre ", "ifreniz ", "ifresi ", "Unseal K", "SECRET '", "SECRET \"", "APP_KEY'", "APP_KEY\"", "PASS\"", "PASS'",
        "AUTH_KEY", "AUTH_SAL", "SECURE_A", "LOGGED_I", "NONCE_KE", "NONCE_SA",
        "srcstore", "deststor", "walletpa", "psksecre", "adminPas", "heslo ", "Heslo ", "Lösenor", "lösenor", "network_", "session ", "ApiKey ", "secret_a", "creds ",
        "ApiKey(", "apiKey(", "api_key(", "access k", "Access k", "Access K",
        "API_KEY", "KEY \"", "TOKEN \"", "AUTH LOG", "SHA}", "SSHA", "SMD5}", "SHA-256$", "SHA-512$", "TOKEN\"", "TOKEN'", "SECRET\"", "SECRET'", "dbPasswo", "userPass", "pbkdf2_s", "bcrypt_s",
    ]),
    (Ask::Command, &[
        "mysql", "mariadb", "mongo", "sshpass", "az login", "curl ", "curl\"", "rootpw -", "redis-cl", "valkey-c", "sqlcmd ",
        "zip ", "unzip ", "ldapsear", "ldapmodi", "ldapadd ", "ldapdele", "ldappass", "ldapwhoa", "smbclien", "lftp ", "htpasswd",
        "rabbitmq", "mosquitt", "cqlsh ", "helm reg", "oc login", "login -u", "cf login", "tsql ", "sentinel", "hydra ", "winrs ", "kadmin ", "ipa-clie", "security un", "security im", "beeline ", "usermod ", "bcp ", "rdesktop", "xfreerdp",
        "psexec", "PsExec", "net use ", "net user", "rar ", "unrar ", "ConvertT", "etcdctl ", "http -a ", "useradd ",
        "rpcclien", "openssl ", "docker l", "podman l", "redis-be", "isql ", "cypher-s", "snmp", "net ads ",
        "schtasks", "http --a", "xh ", "impdp ", "expdp ", "sqlldr ", "nmcli ",
        "twine up", "db2 conn", "swaks ", "codecov ", "npm conf", "signtool", "certutil", "PRAGMA k", "ssh-keyg", "ipmitool", "ncftp", "crackmap", "wpa_pass", "tacacs-s", "radius-s", "crypto i", "pre-shar", "key-stri", "CONNECT ", "rman tar", "UGFzc3dv", "poetry c", "composer", "cargo lo", "snyk aut", "vault lo", "mc alias",
        "createUs", "ppp: sec", "LOGIN ", "AUTH\"", "auth\"", "ACL SETU", "HSET ", "SETEX ", "FTP comm", "ftp -", "expect ",
    ]),
    (Ask::Pair, &[
        "p ", "P ", "user ", "auth ", "login ", "userpass", "credenti", "Credenti",
        "chpasswd", "auth fai", "authenti", "Authenti", "Login in", "Login OK", "login at", "login fa", "login wi", "Login at", "Login fa", "Login wi", "login de", "Login de", "created ", "created:", "trying ", "Trying ",
    ]),
    (Ask::Call, &[
        "mysqli_c", "mysql_co", "pg_conne", "PDO->__c", "NetworkC", "HTTPBasi", "HTTPDige", "BasicAut", "setBasic", "connect(", "PDO(",
        "checkPas", "check_pa", "password_v", "verifyPa", "verify_p", "comparePa", "hashPass", "hash_pas", "hashpw(", "MD5('", "SHA1('", "SHA2('", "md5('", "md5(\"", "sha1('", "sha1(\"", "Hash::ch", "Hash::ma", "bcrypt('", "bcrypt(\"", "scryptSy", "pbkdf2_h", "bcrypt.h", "bcrypt.c", "pgp_sym_", "crypt('", "Director", "ENCRYPTB", "AES_ENCR", "sp_addlo", "OPENROWS", "getConne", "db.auth(", "PSCreden", "login(\"", "login('", "AwsBasic", "Credenti", "BasicAWS",
        "NewStati", "AzureKey", "Authenti", "authenti", "hmac.new", "createHm", "signWith", "jwt.enco", "jwt.sign", "ethers.W", "cookies(", "Client(\"", "Client('",
    ]),
    (Ask::Piped, &["chpasswd", "passwd-o", "sudo -S", "password", "passwd ", "with-tok", "pass ins", "kinit ", "passphra", "cryptset", "smbpassw"]),
    (Ask::Base64, &[
        "eyI", "ew0K", "W3s", "WyI", "WyJ", "cG9zdGdy", "bXlzcWw6", "bW9uZ29k", "cmVkaXM6", "cmVkaXNz", "YW1xcDov", "YW1xcHM6",
        "aHR0cDov", "aHR0cHM6", "I2Nsb3Vk", "IyEv", "base64,",
    ]),
];

/// Each of them, and what it asks.
const MARKERS: [(&str, Ask); markers()] = {
    let mut all = [("", Ask::Encoded); markers()];
    let (mut n, mut ask) = (0, 0);
    while ask < MARKERS_BY_ASK.len() {
        let mut of = 0;
        while of < MARKERS_BY_ASK[ask].1.len() {
            all[n] = (MARKERS_BY_ASK[ask].1[of], MARKERS_BY_ASK[ask].0);
            n += 1;
            of += 1;
        }
        ask += 1;
    }
    all
};

const fn markers() -> usize {
    let (mut count, mut ask) = (0, 0);
    while ask < MARKERS_BY_ASK.len() {
        count += MARKERS_BY_ASK[ask].1.len();
        ask += 1;
    }
    count
}

/// The filter in front of [`Policy::names`]: a bit for the first eight letters and the length of each name. It has false
/// positives and no false negatives.
#[must_use]
pub const fn shapes(names: &[Name]) -> [u64; 64] {
    let mut shapes = [0u64; 64];
    let mut n = 0;
    while n < names.len() {
        let name = names[n].folded.as_bytes();
        let (mut head, mut at) = (0, 0);
        while at < name.len() && at < 8 {
            head |= (name[at] as u64) << (8 * at);
            at += 1;
        }
        let place = shape(head, name.len());
        shapes[place >> 6] |= 1 << (place & 63);
        n += 1;
    }
    shapes
}

/// The place, 0 to 4095, of a name in [`shapes`]: `head` is its first eight letters, zeros behind.
#[inline(always)]
pub(crate) const fn shape(head: u64, length: usize) -> usize {
    (head.wrapping_add(length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize
}

/// The beginning of something known.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(2))]
pub struct Head {
    /// Its first characters, eight at most; zeros behind.
    first: u64,
    /// Its place among [`Policy::tokens`]; of a marker, [`MARKER`] and what it asks.
    known: u16,
}

/// From here on it is no token, but a keyword of rules.
#[cfg(feature = "custom")]
const KEYWORD: u16 = 0xc000;
/// From here on it is none either.
const MARKER: u16 = 0xff00;

/// What a head is the beginning of.
pub(crate) enum Known<'a> {
    Token(&'a Token),
    /// Its place in [`Custom::keywords`].
    #[cfg(feature = "custom")]
    Keyword(u16),
    Marker(Ask),
}

impl Head {
    /// No text begins with it.
    const NONE: Head = Head { first: !0, known: u16::MAX };

    const fn new(first: &str, known: u16) -> Head {
        Head { first: lane(first), known }
    }

    /// Whether the first three of these bytes are its first ones.
    pub(crate) fn begins_alike(&self, text: u64) -> bool {
        (text ^ self.first) << (self.first.leading_zeros() & 56).max(40) == 0
    }

    /// Whether these bytes of a text begin so.
    #[inline(always)]
    fn begins(&self, text: u64) -> bool {
        (text ^ self.first) << (self.first.leading_zeros() & 56) == 0
    }

    /// What it begins.
    #[inline(always)]
    pub(crate) fn known<'a>(&self, policy: &'a Policy) -> Option<Known<'a>> {
        let known = self.known;
        #[cfg(feature = "custom")]
        if (KEYWORD..MARKER).contains(&known) {
            return Some(Known::Keyword(known - KEYWORD));
        }
        if known < MARKER {
            return policy.tokens.get(usize::from(known)).map(Known::Token);
        }
        Ask::ALL.get(usize::from(known - MARKER)).copied().map(Known::Marker)
    }
}

/// The first characters of `known`, eight at most; zeros behind.
#[inline(always)]
const fn lane(known: &str) -> u64 {
    let mut lane = 0;
    let mut n = 0;
    while n < known.len() && n < 8 {
        lane |= (known.as_bytes()[n] as u64) << (8 * n);
        n += 1;
    }
    lane
}

/// The beginning of one of `tokens`, or behind them of a marker.
const fn head(tokens: &[Token], n: usize) -> Head {
    if n < tokens.len() {
        return Head::new(tokens[n].prefix, n as u16);
    }
    let (first, ask) = MARKERS[n - tokens.len()];
    Head::new(first, MARKER + ask as u16)
}

const ROWS: usize = 256;

/// A hash, 0 to 255, of the first two characters of a text in a lane.
#[inline(always)]
const fn row(text: u64) -> usize {
    ((text as u32 & 0xffff).wrapping_mul(0x9e37_79b9) >> 24) as usize
}

/// The beginnings of `tokens` and of all else that is known by its first characters, sorted by [`row`]; what is left
/// of `N` begins nothing.
///
/// # Panics
///
/// When they are more than `N`.
#[must_use]
pub const fn heads<const N: usize>(tokens: &[Token]) -> [Head; N] {
    let mut heads = [Head::NONE; N];
    let mut n = 0;
    while n < tokens.len() + MARKERS.len() {
        let head = head(tokens, n);
        let mut at = n;
        while at > 0 && row(heads[at - 1].first) > row(head.first) {
            heads[at] = heads[at - 1];
            at -= 1;
        }
        heads[at] = head;
        n += 1;
    }
    heads
}

/// The place of the first head whose [`row`] is at least `n`, for each `n`.
#[must_use]
pub const fn rows(heads: &[Head]) -> [u16; ROWS + 1] {
    let mut rows = [0u16; ROWS + 1];
    let mut n = 0;
    let mut row = 0;
    while row < rows.len() {
        while n < heads.len() && self::row(heads[n].first) < row {
            n += 1;
        }
        rows[row] = n as u16;
        row += 1;
    }
    rows
}

/// Whether nothing that is known is made of lower case hexadecimal digits and hyphens alone, but with a hyphen behind the
/// second: identifiers often are.
#[must_use]
pub const fn hex_is_clean(tokens: &[Token]) -> bool {
    let mut n = 0;
    while n < tokens.len() + MARKERS.len() {
        let lane = head(tokens, n).first.to_le_bytes();
        let mut hex = 0;
        while hex < lane.len() && matches!(lane[hex], b'0'..=b'9' | b'a'..=b'f' | b'-') {
            hex += 1;
        }
        if (hex == lane.len() || lane[hex] == 0) && lane[2] != b'-' {
            return false;
        }
        n += 1;
    }
    true
}

/// A set of the first three characters of `tokens` and of all else that is known by its first characters: bit `n & 63`
/// of entry `n >> 6`, where `n` is [`sieve_place`] of the three. It has false positives and no false negatives.
#[must_use]
pub const fn sieve(tokens: &[Token]) -> [u64; 64] {
    let mut sieve = [0u64; 64];
    let mut n = 0;
    while n < tokens.len() + MARKERS.len() {
        let known = if n < tokens.len() { tokens[n].prefix } else { MARKERS[n - tokens.len()].0 }.as_bytes();
        let mut third = 0;
        while third < 256 {
            let is_it = if known.len() > 2 {
                known[2] == third as u8
            } else if n < tokens.len() {
                tokens[n].charset.has(third as u8)
            } else {
                // An option, and its value.
                (third as u8).is_ascii_alphanumeric() || matches!(third as u8, b'"' | b'\'')
            };
            if is_it {
                let place = sieve_place(known[0] as u64 | (known[1] as u64) << 8 | (third as u64) << 16);
                sieve[place >> 6] |= 1 << (place & 63);
            }
            third += 1;
        }
        n += 1;
    }
    sieve
}

/// A hash, 0 to 4095, of the first three bytes of a text in a lane.
#[inline(always)]
const fn sieve_place(text: u64) -> usize {
    ((text & 0xff_ffff).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize
}

const HEADS: &[Head] = &heads::<{ TOKENS.len() + MARKERS.len() }>(TOKENS);

impl Policy {
    /// Whether [`sieve`] lets eight bytes of a text pass.
    #[inline(always)]
    pub(crate) fn may_begin(&self, lane: u64) -> bool {
        let place = sieve_place(lane);
        self.sieve[place >> 6 & 63] >> (place & 63) & 1 != 0
    }

    /// The heads with which eight bytes of a text begin.
    #[inline(always)]
    pub(crate) fn heads_of(&self, lane: u64) -> impl Iterator<Item = &Head> {
        let row = row(lane);
        let (first, end) = (usize::from(self.rows[row]), usize::from(self.rows[row + 1]));
        let heads = self.heads.get(first..end).unwrap_or_default();
        heads.iter().filter(move |head| head.begins(lane))
    }

    /// The names of all [`Condition::Has`], in order.
    pub(crate) fn routed(&self) -> impl Iterator<Item = &'static str> {
        let names = |route: &Route| match route.when {
            Condition::Has(names) => names,
            Condition::AtLeast(_) => &[],
        };
        let names = self.routes.iter().flat_map(names).copied();
        #[cfg(feature = "custom")]
        let names = names
            .chain(self.custom.iter().flat_map(|custom| custom.looked_at.iter().map(alloc::string::String::as_str)));
        names
    }

    /// What podsieve does when nobody says otherwise.
    pub const DEFAULT: Policy = Policy {
        body_keys: &["log", "message"],
        conflict_prefix: "log.",
        reserved: &["podsieve", "archive_tag", "kubernetes"],
        rules: RULES,
        names: NAMES,
        name_shapes: shapes(NAMES),
        tokens: TOKENS,
        heads: HEADS,
        rows: rows(HEADS),
        hex_is_clean: hex_is_clean(TOKENS),
        sieve: sieve(TOKENS),
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
            Spelling::new("info", Severity::Info),
            Spelling::new("warning", Severity::Warn),
            Spelling::new("error", Severity::Error),
            Spelling::new("debug", Severity::Debug),
            Spelling::new("trace", Severity::Trace),
            Spelling::new("trc", Severity::Trace),
            Spelling::new("t", Severity::Trace),
            Spelling::new("verbose", Severity::Trace),
            Spelling::new("finest", Severity::Trace),
            Spelling::new("finer", Severity::Trace),
            Spelling::new("dbg", Severity::Debug),
            Spelling::new("d", Severity::Debug),
            Spelling::new("fine", Severity::Debug),
            Spelling::new("inf", Severity::Info),
            Spelling::new("i", Severity::Info),
            Spelling::new("information", Severity::Info),
            Spelling::new("informational", Severity::Info),
            Spelling::new("notice", Severity::Info),
            Spelling::new("success", Severity::Info),
            Spelling::new("config", Severity::Info),
            Spelling::new("log", Severity::Info),
            Spelling::new("default", Severity::Info),
            Spelling::new("warn", Severity::Warn),
            Spelling::new("wrn", Severity::Warn),
            Spelling::new("w", Severity::Warn),
            Spelling::new("err", Severity::Error),
            Spelling::new("e", Severity::Error),
            Spelling::new("severe", Severity::Error),
            Spelling::new("failure", Severity::Error),
            Spelling::new("fatal", Severity::Fatal),
            Spelling::new("ftl", Severity::Fatal),
            Spelling::new("f", Severity::Fatal),
            Spelling::new("critical", Severity::Fatal),
            Spelling::new("crit", Severity::Fatal),
            Spelling::new("alert", Severity::Fatal),
            Spelling::new("emerg", Severity::Fatal),
            Spelling::new("emergency", Severity::Fatal),
            Spelling::new("panic", Severity::Fatal),
            Spelling::new("dpanic", Severity::Fatal),
        ],
        service_keys: &["service", "service.name", "service_name", "extra.service"],
        static_fields: &[],
        routes: &[
            Route { when: Condition::Has(&["operation", "extra.operation"]), tag: "archive.audit" },
            Route { when: Condition::AtLeast(Severity::Error), tag: "archive.error" },
        ],
        extra: Extra::NONE,
        #[cfg(feature = "custom")]
        custom: None,
    };

    /// Whether the fields of a body depend on more than a look at where it begins.
    pub(crate) fn reads_on(&self) -> bool {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return custom.reads_on();
        }
        false
    }

    /// What a body may be.
    #[inline(always)]
    pub(crate) fn formats(&self) -> Formats {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return custom.formats;
        }
        Formats::default()
    }

    /// Whether a rule looks at all texts.
    #[cfg(feature = "custom")]
    #[inline(always)]
    pub(crate) fn scans_all(&self) -> bool {
        self.custom.is_some_and(|custom| !custom.full.is_empty())
    }

    /// Whether texts are read for more than the detectors know.
    pub(crate) fn asks_for_more(&self) -> bool {
        #[cfg(feature = "custom")]
        if self.scans_all() {
            return true;
        }
        self.extra != Extra::NONE
    }

    /// How enrichment names what it adds, if not as Fluent Bit's kubernetes filter does.
    #[cfg(feature = "custom")]
    pub(crate) fn convention(&self) -> Option<&'static Convention> {
        self.custom.and_then(|custom| custom.convention)
    }

    /// Whether nothing is left of a record that could not be handled.
    #[must_use]
    pub fn drops(&self) -> bool {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return custom.drops;
        }
        false
    }

    /// How many bytes a record may have, if there is a limit.
    #[inline(always)]
    #[must_use]
    pub fn limit(&self) -> Option<usize> {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return custom.limit;
        }
        None
    }

    /// What the audit says of the policy, if it does.
    pub(crate) fn id(&self) -> Option<&str> {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return custom.id.as_deref();
        }
        None
    }

    /// Whether what a rule finds stays, and is only counted.
    pub(crate) fn is_kept(&self, rule: usize) -> bool {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return custom.actions.get(rule) == Some(&Action::Keep);
        }
        let _ = rule;
        false
    }

    /// Whether what comes behind the fields may depend on what was redacted in them, or has the audit of every record.
    #[inline(always)]
    pub(crate) fn is_fickle(&self) -> bool {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return custom.is_fickle();
        }
        false
    }

    /// Whether an audit is written in a record; `due` if there is something to say.
    #[inline(always)]
    pub(crate) fn audits(&self, due: bool) -> bool {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return match custom.audit {
                Audit::WhenRedacted => due,
                Audit::Always => true,
                Audit::Never => false,
            };
        }
        due
    }

    /// Whether what a rule found is to be acted on: the policy has not turned it off, and does not allow it.
    #[inline(always)]
    pub(crate) fn accepts(&self, rule: RuleId, found: &[u8]) -> bool {
        #[cfg(feature = "custom")]
        if let Some(custom) = self.custom {
            return custom.accepts(rule, found);
        }
        let _ = (rule, found);
        true
    }
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
            assert!(name.folded.len() > 1);
            assert!(
                name.folded.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()),
                "{}",
                name.folded
            );
        }
        assert!(policy.hex_is_clean, "identifiers of hexadecimal digits are read faster then");
        assert!(policy.tokens.is_sorted_by_key(|token| token.prefix));
        for token in policy.tokens {
            assert!(token.prefix.len() >= 2, "{}", token.prefix);
            assert!(token.max == 0 || u16::from(token.min) <= token.max, "{}", token.prefix);
            assert!(token.prefix.as_bytes()[0].is_ascii_alphabetic(), "{}: a token begins a word", token.prefix);
        }
    }
}
