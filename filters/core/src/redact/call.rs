//! Secrets among the arguments of a call that every program of its kind has: `mysqli_connect("host", "user", "x")`.

use super::content;
use super::spoken;
use super::text::{Match, View};
use super::words::until;
use crate::policy::{API_KEY, BASIC, COOKIE, PASSWORD, PRIVATE_KEY, RuleId, SECRET};

/// A call, up to its bracket (the policy's `MARKERS` have the beginnings), which of the strings in it is secret, and how
/// long that is at least.
struct Call {
    name: &'static [u8],
    argument: usize,
    least: usize,
    rule: RuleId,
}

const fn call(name: &'static [u8], argument: usize, least: usize, rule: RuleId) -> Call {
    Call { name, argument, least, rule }
}

const CALLS: &[Call] = &[
    // https://www.php.net/manual/en/function.mysqli-connect.php
    call(b"mysqli_connect(", 3, 4, PASSWORD),
    call(b"mysql_connect(", 3, 4, PASSWORD),
    // https://learn.microsoft.com/dotnet/api/system.net.networkcredential
    call(b"NetworkCredential(", 2, 4, PASSWORD),
    // https://learn.microsoft.com/dotnet/api/system.directoryservices.directoryentry
    call(b"DirectoryEntry(", 3, 4, PASSWORD),
    // https://requests.readthedocs.io/en/latest/user/authentication/
    call(b"HTTPBasicAuth(", 2, 4, PASSWORD),
    call(b"HTTPDigestAuth(", 2, 4, PASSWORD),
    call(b"BasicAuth(", 2, 4, PASSWORD),
    call(b"setBasicAuth(", 2, 4, PASSWORD),
    call(b"connect(", 3, 6, PASSWORD),
    call(b"checkPassword(", 2, 4, PASSWORD),
    call(b"check_password(", 1, 6, PASSWORD),
    // https://www.php.net/manual/en/function.password-verify.php
    call(b"password_verify(", 1, 6, PASSWORD),
    call(b"password_hash(", 1, 6, PASSWORD),
    call(b"authenticate(", 2, 6, PASSWORD),
    call(b"check_password_hash(", 1, 6, PASSWORD),
    call(b"verifyPassword(", 1, 6, PASSWORD),
    call(b"verify_password(", 1, 6, PASSWORD),
    call(b"comparePassword(", 1, 6, PASSWORD),
    call(b"hashPassword(", 1, 6, PASSWORD),
    call(b"hash_password(", 1, 6, PASSWORD),
    call(b"hashpw(", 1, 6, PASSWORD),
    // https://www.postgresql.org/docs/current/pgcrypto.html
    call(b"pgp_sym_encrypt(", 1, 6, PASSWORD),
    call(b"pgp_sym_decrypt(", 1, 6, PASSWORD),
    call(b"crypt(", 1, 6, PASSWORD),
    // https://dev.mysql.com/doc/refman/8.4/en/encryption-functions.html
    call(b"AES_ENCRYPT(", 2, 6, PASSWORD),
    // https://learn.microsoft.com/sql/t-sql/functions/encryptbypassphrase-transact-sql and those beside it
    call(b"ENCRYPTBYPASSPHRASE(", 1, 6, PASSWORD),
    call(b"sp_addlogin ", 2, 4, PASSWORD),
    call(b"OPENROWSET(", 4, 4, PASSWORD),
    // https://laravel.com/docs/hashing
    call(b"Hash::check(", 1, 6, PASSWORD),
    call(b"Hash::make(", 1, 6, PASSWORD),
    call(b"bcrypt(", 1, 6, PASSWORD),
    // https://nodejs.org/api/crypto.html#cryptoscryptsyncpassword-salt-keylen-options
    call(b"scryptSync(", 1, 6, PASSWORD),
    // https://docs.python.org/3/library/hashlib.html#hashlib.pbkdf2_hmac
    call(b"pbkdf2_hmac(", 2, 6, PASSWORD),
    // What is hashed by these is a password or a digest's input; only the former looks like one.
    call(b"MD5(", 1, 8, PASSWORD),
    call(b"SHA1(", 1, 8, PASSWORD),
    call(b"SHA2(", 1, 8, PASSWORD),
    call(b"md5(", 1, 8, PASSWORD),
    call(b"sha1(", 1, 8, PASSWORD),
    // https://www.npmjs.com/package/bcrypt
    call(b"bcrypt.hash(", 1, 6, PASSWORD),
    call(b"bcrypt.hashSync(", 1, 6, PASSWORD),
    call(b"bcrypt.compare(", 1, 6, PASSWORD),
    call(b"bcrypt.compareSync(", 1, 6, PASSWORD),
    // https://www.php.net/manual/en/pdo.construct.php
    call(b"PDO(", 3, 4, PASSWORD),
    call(b"PDO->__construct(", 3, 4, PASSWORD),
    // https://docs.oracle.com/en/java/javase/21/docs/api/java.sql/java/sql/DriverManager.html
    call(b"getConnection(url, ", 2, 4, PASSWORD),
    call(b"getConnection(", 3, 4, PASSWORD),
    // https://www.mongodb.com/docs/manual/reference/method/db.auth/
    call(b"db.auth(", 2, 4, PASSWORD),
    // https://learn.microsoft.com/dotnet/api/system.management.automation.pscredential
    call(b"PSCredential(", 2, 4, PASSWORD),
    // https://docs.python.org/3/library/smtplib.html#smtplib.SMTP.login
    call(b"login(", 2, 6, PASSWORD),
    // https://sdk.amazonaws.com/java/api/latest/software/amazon/awssdk/auth/credentials/AwsBasicCredentials.html
    call(b"AwsBasicCredentials.create(", 2, 16, SECRET),
    call(b"Credentials.new(", 2, 16, SECRET),
    // https://www.scala-sbt.org/1.x/docs/Publishing.html#Credentials
    call(b"Credentials(", 4, 6, PASSWORD),
    call(b"BasicAWSCredentials(", 2, 16, SECRET),
    call(b"NewStaticCredentials(", 2, 16, SECRET),
    // https://learn.microsoft.com/dotnet/api/azure.azurekeycredential
    call(b"AzureKeyCredential(", 1, 16, API_KEY),
    // https://learn.microsoft.com/dotnet/api/system.net.http.headers.authenticationheadervalue
    call(b"AuthenticationHeaderValue(", 2, 8, BASIC),
    // https://docs.python.org/3/library/hmac.html#hmac.new
    call(b"hmac.new(", 1, 12, SECRET),
    // https://nodejs.org/api/crypto.html#cryptocreatehmacalgorithm-key-options
    call(b"createHmac(", 2, 12, SECRET),
    call(b"signWith(", 1, 12, SECRET),
    call(b"jwt.encode(", 1, 12, SECRET),
    call(b"jwt.sign(", 1, 12, SECRET),
    call(b"ethers.Wallet(", 1, 32, PRIVATE_KEY),
    call(b"cookies().set(", 2, 16, COOKIE),
    // https://www.twilio.com/docs/libraries/reference/twilio-python/
    call(b"Client(", 2, 20, API_KEY),
];

/// How far a call is read, in bytes.
const MAX_CALL: usize = 192;

/// The secret in the call whose name begins at `at`.
#[inline(never)]
pub(super) fn secret(view: &View, at: usize) -> Option<Match> {
    let rest = view.part(at, at + MAX_CALL);
    let call = CALLS.iter().find(|call| rest.starts_with(call.name))?;
    let mut next = at + call.name.len();
    for n in 1..=call.argument {
        next = until(view.text, next, MAX_CALL, b"\"'`)");
        // Its arguments may stand on lines of their own.
        while matches!(view.byte(next), b'\n' | b'\r' | b'\t') && next < at + MAX_CALL {
            next = until(view.text, next + 1, MAX_CALL, b"\"'`)");
        }
        // `b"x"` of Python begins with its letter for `string`.
        let (start, end) = spoken::string(view, next).filter(|_| next < at + MAX_CALL)?;
        if n == call.argument {
            let content = view.part(start, end);
            let secret = content::is_strong(content, call.least) || (call.rule == BASIC && content.len() >= call.least);
            return (secret && content::is_secret(content)).then(|| Match::new(start, end, call.rule));
        }
        next = end + 1;
    }
    None
}

/// The last string that the call at `at` is given, where its result is secret: `new String("x")`, `env("NAME", "x")`. It
/// has to be mixed as names are not.
#[inline(never)]
pub(super) fn last(view: &View, at: usize, rule: RuleId) -> Option<Match> {
    let open = until(view.text, at, MAX_NAME, b"(\"'");
    if view.byte(open) != b'(' {
        return None;
    }
    let (mut next, mut found) = (open + 1, None);
    while next < at + MAX_CALL {
        next = until(view.text, next, MAX_CALL, b"\"'`)");
        let Some((start, end)) = spoken::string(view, next) else { break };
        found = Some((start, end));
        next = end + 1;
    }
    let (start, end) = found?;
    content::is_mixed(view.part(start, end)).then(|| Match::new(start, end, rule))
}

/// A longer one is no name of a call, in bytes.
const MAX_NAME: usize = 64;
