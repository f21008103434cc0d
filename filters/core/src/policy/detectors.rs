//! What the built-in detectors find and leave, for those who read about them: nothing here decides anything, and a module
//! holds none of it. The tests run every example.

use super::{
    API_KEY, AUTHORIZATION, AZURE, BASIC, BEARER, CARD, COOKIE, CREDENTIALS, EMAIL, IBAN, IPV4, IPV6, JWT, MAC,
    PASSWORD, PHONE, PRIVATE_KEY, RuleId, SECRET, SESSION, SSN, TELEGRAM, TOKEN, URL_PASSWORD, WEBHOOK,
};

/// What a rule finds that is known by more than its first characters.
#[derive(Debug)]
pub struct Detector {
    /// The rule.
    pub rule: RuleId,
    /// What it finds.
    pub finds: &'static str,
    /// What looks alike and stays.
    pub leaves: &'static str,
    /// Where the format or the rule is defined.
    pub source: &'static str,
    /// Texts in which it finds something.
    pub examples: &'static [&'static str],
    /// Texts in which nothing is found.
    pub near: &'static [&'static str],
}

const VALUE: &str = "placeholders (`changeme`, `***`, `<password>`, `${VAR}`, `{{ var }}`), `null`, `true`, code \
     (`get_password()`), paths, names of Kubernetes objects, and words of prose";

/// On when a policy asks for them ([`super::Extra`]).
pub const EXTRA_DETECTORS: &[Detector] = &[
    Detector {
        rule: IPV4,
        finds: "IPv4 addresses",
        leaves: "numbers over 255 or with zeros in front, versions behind `v` or a product's name; other versions of four \
             numbers cannot be told from addresses",
        source: "https://www.rfc-editor.org/rfc/rfc791",
        examples: &["from 10.42.0.17:8080"],
        near: &["version v1.2.3.4", "10.42.0.300"],
    },
    Detector {
        rule: IPV6,
        finds: "IPv6 addresses, shortened or not",
        leaves: "times, MAC addresses, `::` of code",
        source: "https://www.rfc-editor.org/rfc/rfc4291#section-2.2",
        examples: &["from 2001:db8::8a2e:370:7334 port 443"],
        near: &["at 12:30:45", "std::vec::Vec"],
    },
    Detector {
        rule: PHONE,
        finds: "telephone numbers: E.164 with its plus, and those of North America in their usual groups",
        leaves: "other numbers",
        source: "https://www.itu.int/rec/T-REC-E.164",
        examples: &["call +14155550123 back"],
        near: &["took 4155550123 ns"],
    },
    Detector {
        rule: IBAN,
        finds: "international bank account numbers whose remainder by 97 is 1",
        leaves: "others",
        source: "https://www.iso.org/standard/81090.html",
        examples: &["iban GB82WEST12345698765432 booked"],
        near: &["iban GB82WEST12345698765433"],
    },
    Detector {
        rule: MAC,
        finds: "MAC addresses of six pairs",
        leaves: "shorter and longer rows of pairs",
        source: "https://standards.ieee.org/products-programs/regauth/",
        examples: &["link 02:42:ac:11:00:02 up"],
        near: &["12:30:45"],
    },
];

/// In the order of the audit.
pub const DETECTORS: &[Detector] = &[
    Detector {
        rule: EMAIL,
        finds: "mailboxes as they are used, Unicode too, in URLs, in angle brackets, with `%40` or `\\u0040` for the `@`",
        leaves: "`git@host`, `root@host` and other prompts, `pkg@1.2.3`, npm scopes, decorators, systemd units, digests",
        source: "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2",
        examples: &[
            "from ada.lovelace+tag@mail.example.co.uk to queue",
            "GET /u?mail=ada%40example.com",
            "<ada@example.com>",
        ],
        near: &["npm i @types/node@18.1.0", "git@github.com:org/repo.git", "unit getty@tty1.service started"],
    },
    Detector {
        rule: CARD,
        finds: "payment card numbers: issuer ranges, lengths and the Luhn digit; in groups by spaces, hyphens or dots; also \
             a JSON integer, which becomes a string",
        leaves: "other numbers, ids by the name of their key, parts of UUIDs, hexadecimal runs, floats, times",
        source: "https://www.iso.org/standard/70484.html",
        examples: &["card 4111 1111 1111 1111 declined", "card 5555555555554444", "card 3782-822463-10005"],
        near: &["id 4111111111111112", "ticket_id=4111111111111111", "at 1735787045123456789"],
    },
    Detector {
        rule: SSN,
        finds: "US social security numbers and ITINs, `AAA-GG-SSSS`, by the rules for area, group and serial",
        leaves: "areas 000, 666 and those that were never issued; other groups of digits",
        source: "https://www.ssa.gov/employer/randomization.html",
        examples: &["ssn 536-22-1234 on file"],
        near: &["666-12-3456", "000-12-3456", "part 123-45-67890"],
    },
    Detector {
        rule: BEARER,
        finds: "what follows `Bearer`, in a header or alone; the scheme's name stays",
        leaves: "words of prose (`bearer token expired`), `realm=\"...\"`",
        source: "https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
        examples: &["Authorization: Bearer 8BtIzdc2G7Iekc7uBzdEv82u", "sent Bearer 8BtIzdc2G7Iekc7uBzdEv82u to peer"],
        near: &["bearer token expired", "WWW-Authenticate: Bearer realm=\"api\""],
    },
    Detector {
        rule: BASIC,
        finds: "what follows `Basic` if it is base64 of `user:password`, and any credentials of that header",
        leaves: "words of prose (`basic authentication`)",
        source: "https://www.rfc-editor.org/rfc/rfc7617#section-2",
        examples: &["Authorization: Basic YWRhOmh1bnRlcjI="],
        near: &["basic authentication failed"],
    },
    Detector {
        rule: JWT,
        finds: "JSON Web Tokens whose header decodes to a JSON object, also without a signature or cut off",
        leaves: "other words that begin with `eyJ`",
        source: "https://www.rfc-editor.org/rfc/rfc7519#section-3",
        examples: &["session eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN opened"],
        near: &["eyJustAWord.and.another"],
    },
    Detector {
        rule: PRIVATE_KEY,
        finds: "private keys in PEM, OpenSSH, PGP, SSH2 and PuTTY armour, on one line with `\\n` or many, in strings that are \
             joined, also cut off; what is private in JSON Web Keys and `RSAKeyValue`",
        leaves: "public keys, certificates, and a marker with nothing behind it",
        source: "https://www.rfc-editor.org/rfc/rfc7468",
        examples: &[
            "key -----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\\n-----END PRIVATE KEY----- read",
        ],
        near: &["-----BEGIN PUBLIC KEY-----\\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJB\\n-----END PUBLIC KEY-----"],
    },
    Detector {
        rule: URL_PASSWORD,
        finds: "the password in `scheme://user:password@host`; user and host stay",
        leaves: "ports, placeholders, an `@` in the path",
        source: "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
        examples: &["postgres://app:hunter2@db:5432/app", "redis://:hunter2@cache/0"],
        near: &["http://host:8080/users/@ada", "postgres://app:${DB_PASSWORD}@db/app"],
    },
    Detector {
        rule: PASSWORD,
        finds: "what is given to a name of a password, in any quotes and at any depth of escapes, and values of such keys; also \
             with a number or a word like `prod` behind the name, and, if letters of both cases and digits are mixed in it, \
             where the word for a password is anywhere in the name; what a member or an element beside it names a password \
             (`{\"name\": \"password\", \"value\": ...}`, `[\"--password\", ...]`); what it is compared with; hashes of passwords",
        leaves: VALUE,
        source: "https://cwe.mitre.org/data/definitions/532.html",
        examples: &[
            "login password=hunter2! ok",
            "{'password': 'hunter two'}",
            "Config{Password:\"hunter2\"}",
            "Password=hunter2;Server=db",
            "DB_PASSWORD_2=hunter2",
            "password_super_secure = \"Xk29dLq82mPz\"",
            "if (\"Xk29dLq82mPz\" == password) {",
            "{\"name\": \"DB_PASSWORD\", \"value\": \"hunter2\"}",
            "ada:$apr1$x3kd8dke$kd83kdj38dkeu3kdie83k1",
        ],
        near: &[
            "password reset requested",
            "password: must not be empty",
            "password_policy_enabled: true",
            "password=${DB_PASSWORD}",
            "if password == confirm:",
            "password: !Ref DBPassword",
        ],
    },
    Detector {
        rule: API_KEY,
        finds: "what is given to a name of an API key, as for passwords; a number of fewer than 16 digits is a count. Behind any \
             other name that ends in `key`, what nobody chose: 20 characters and more in which letters of both cases and \
             digits are mixed",
        leaves: "as for passwords; behind a name that only ends in `key`: digests, UUIDs, paths, base64 of JSON, and keys that \
             are public or places in a store (`public_key`, `cache_key`, `partition_key`, `Sec-WebSocket-Key`)",
        source: "https://cwe.mitre.org/data/definitions/532.html",
        examples: &[
            "x-api-key: 7Hq29fkQpLz81mXv",
            "api_key=7Hq29fkQpLz81mXv&a=1",
            "API_KEY_PROD=7Hq29fkQpLz81mXv",
            "Key=7Hq29fkQpLz81mXvT3bWnY5c",
        ],
        near: &[
            "api_key: null",
            "api_key_id=42",
            "cache_key=7Hq29fkQpLz81mXvT3bWnY5c",
            "key=6fe4476ee5a1832882e326b506d14126",
        ],
    },
    Detector {
        rule: SECRET,
        finds: "what is given to a name of a secret, as for API keys",
        leaves: VALUE,
        source: "https://cwe.mitre.org/data/definitions/532.html",
        examples: &["client_secret=7Hq29fkQpLz81mXv"],
        near: &["secret not found", "secret=\"team/tls\""],
    },
    Detector {
        rule: TOKEN,
        finds: "what is given to a name of a token, as for API keys; in lists of `tokens`, what nobody chose",
        leaves: VALUE,
        source: "https://cwe.mitre.org/data/definitions/532.html",
        examples: &["refresh_token: 7Hq29fkQpLz81mXv"],
        near: &["total_tokens: 512", "tokens: [\"hello\", \"world\"]", "token expired", "unexpected token: x"],
    },
    Detector {
        rule: AUTHORIZATION,
        finds: "the credentials of an `Authorization` header of any scheme; the scheme's name stays",
        leaves: "placeholders and prose",
        source: "https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2",
        examples: &["Authorization: Digest username=\"ada\", response=\"6629fae49393a053\""],
        near: &["authorization: none"],
    },
    Detector {
        rule: COOKIE,
        finds: "the values of `Cookie` and `Set-Cookie`, also where they are listed as pairs, in turns or with their names beside \
             them; lists of `cookies`; and the cookies of WordPress",
        leaves: "placeholders and prose",
        source: "https://www.rfc-editor.org/rfc/rfc6265#section-4",
        examples: &[
            "Cookie: sid=31d4d96e407aad42; theme=dark",
            "[[\"cookie\", \"sid=31d4d96e407aad42\"], [\"accept\", \"*/*\"]]",
            "{\"name\": \"Cookie\", \"value\": \"sid=31d4d96e407aad42\"}",
        ],
        near: &["cookie: disabled"],
    },
    Detector {
        rule: CREDENTIALS,
        finds: "what is given to a name of credentials",
        leaves: VALUE,
        source: "https://cwe.mitre.org/data/definitions/532.html",
        examples: &["credentials=7Hq29fkQpLz81mXv"],
        near: &["credentials: missing"],
    },
    Detector {
        rule: WEBHOOK,
        finds: "URLs that let anyone who knows them post: Slack, Discord, Teams and their like",
        leaves: "other URLs of these hosts",
        source: "https://api.slack.com/messaging/webhooks",
        examples: &["POST https://hooks.slack.com/services/T00000000/B00000000/7Hq29fkQpLz81mXv7Hq29fkQ"],
        near: &["https://hooks.slack.com/docs"],
    },
    Detector {
        rule: TELEGRAM,
        finds: "tokens of Telegram bots: 8 to 10 digits, a colon and 35 characters",
        leaves: "other numbers in front of a colon",
        source: "https://core.telegram.org/bots/api#authorizing-your-bot",
        examples: &["bot 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw8 started"],
        near: &["12345678:8080", "at 110201543:a"],
    },
    Detector {
        rule: SESSION,
        finds: "ids of sessions by the names that frameworks give them; behind `session_id`, `sid` and names that end in \
             `session`, what nobody chose: 20 characters and more in which letters of both cases and digits are mixed, or, \
             without upper case, one run of letters and digits that are not hexadecimal, or 40 that are",
        leaves: "other values of `session_id` and its like, by which logs tell sessions apart: numbers, words, UUIDs, ULIDs, \
             trace ids of 16 and 32 hexadecimal digits",
        source: "https://owasp.org/www-project-top-ten/2017/A2_2017-Broken_Authentication",
        examples: &["sessionid=31d4d96e407aad42b7c2", "session_id=7Hq29fkQpLz81mXvT3bWnY5c"],
        near: &["session_id=6b0456bc.253a", "session_id=31d4d96e407aad42b7c231d4d96e407a"],
    },
    Detector {
        rule: AZURE,
        finds: "keys and secrets of Azure by the marks in their middle: storage, registries, service bus, application secrets",
        leaves: "other base64",
        source: "https://learn.microsoft.com/purview/sit-defn-azure-container-registry-access-key",
        examples: &["key Cw8xeDNK6Bub3p61aq5ijTTiVvtBicpTj5rverVezj+ACRBPkEcx read"],
        near: &["key Cw8xeDNK6Bub3p61aq5ijTTiVvtBicpTj5rverVezj+ABRBPkEcx read"],
    },
];
