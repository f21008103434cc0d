//! Detectors on texts: what goes, what stays, and that no text makes them slow.

use super::Scan;
use crate::Policy;
use crate::key::Keys;
use alloc::string::String;
use alloc::vec::Vec;
use std::time::{Duration, Instant};

extern crate std;

static POLICY: Policy = Policy::DEFAULT;

fn redacted(text: &str) -> String {
    let mut keys = Keys::new();
    let mut scan = Scan::new(text.as_bytes(), 0, text.len(), true, &POLICY);
    let mut out = String::new();
    let mut copied = 0;
    while let Some(found) = scan.next(&mut keys) {
        out.push_str(&text[copied..found.start]);
        out.push('<');
        out.push_str(POLICY.rules[usize::from(found.rule)]);
        out.push('>');
        copied = found.end;
    }
    out.push_str(&text[copied..]);
    out
}

#[test]
fn secrets_go() {
    for (text, expected) in [
        (
            "\u{1b}[36mapi_key\u{1b}[0m=\u{1b}[35mk3y\u{1b}[0m",
            "\u{1b}[36mapi_key\u{1b}[0m=\u{1b}[35m<api_key>\u{1b}[0m",
        ),
        ("Authorization: Bearer abc", "Authorization: Bearer <bearer>"),
        ("Authorization: Digest username=\"a\", response=\"b\"", "Authorization: Digest <authorization>"),
        ("auth=('user', 'pa55')", "auth=<authorization>)"),
        ("auth=HTTPBasicAuth('u', 'p'))", "auth=<authorization>))"),
        ("4111111111111111:12/25", "<card>:12/25"),
        ("ssn 123456789, ITIN 900-70-1234", "ssn <ssn>, ITIN <ssn>"),
        ("219 09 9999", "<ssn>"),
        ("smtp://a@b.com:s3cret@smtp.b.com:25", "smtp://<url_password>@smtp.b.com:25"),
        ("postgres:\\/\\/u:p:w@h.example\\/db", "postgres:\\/\\/u:<url_password>@h.example\\/db"),
    ] {
        assert_eq!(redacted(text), expected);
    }
}

#[test]
fn secrets_of_commands_go() {
    for (text, expected) in [
        ("sshpass -p a1b2c3 ssh -p 2222 h", "sshpass -p <password> ssh -p 2222 h"),
        ("snmpget -v3 -X a1b2c3 -A d4e5f6 h", "snmpget -v3 -X <password> -A <password> h"),
        ("ldappasswd -D cn=a -w a1b2c3 -s d4e5f6 uid=u", "ldappasswd -D cn=a -w <password> -s <password> uid=u"),
        ("curl -u u:a1b2c3 h -b \"sid=d4e5f6\"", "curl -u u:<password> h -b \"<cookie>\""),
        ("xh --auth u:a1b2c3 h", "xh --auth u:<password> h"),
        ("skopeo copy --src-creds u:a1b2c3 a b", "skopeo copy --src-creds u:<credentials> a b"),
        ("htpasswd -bB -C 10 f u a1b2c3", "htpasswd -bB -C 10 f u <password>"),
        ("openssl passwd -6 -salt s1s2s3 'a1b2c3'", "openssl passwd -6 -salt s1s2s3 '<password>'"),
        ("expdp system/a1b2c3@ORCL full=y", "expdp system/<password>@ORCL full=y"),
        ("createUser u SHA-256 a1b2c3 AES d4e5f6", "createUser u SHA-256 <password> AES <password>"),
        ("A1 LOGIN u a1b2c3", "A1 LOGIN u <password>"),
        ("\"AUTH\" \"u\" \"a1b2c3\"", "\"AUTH\" \"u\" \"<password>\""),
        ("ftp -n h <<E\nuser u a1b2c3\nbye", "ftp -n h <<E\nuser u <password>\nbye"),
        ("expect \"assword:\"\nsend \"a1b2c3\"", "expect \"assword:\"\nsend \"<password>\""),
        ("echo a; echo -n a1b2c3 | sudo -S ls", "echo a; echo -n <password> | sudo -S ls"),
        ("printf '%s\\n' \"a1b2c3\" | passwd --stdin u", "printf '%s\\n' \"<password>\" | passwd --stdin u"),
        (
            "docker login -u u --password-stdin h <<< \"a1b2c3\"",
            "docker login -u u --password-stdin h <<< \"<password>\"",
        ),
        ("rsync --password-file=<(echo a1b2c3) a b", "rsync --password-file=<(echo <password>) a b"),
        ("exec([psql, --password, a1b2c3, db])", "exec([psql, --password, <password>, db])"),
    ] {
        assert_eq!(redacted(text), expected);
    }
}

#[test]
fn what_is_written_about_commands_stays() {
    for text in [
        "openssl passwd -1 -in passwords1.txt -noverify",
        "keytool: -deststorepass and -destkeypass must match",
        "--src-creds USERNAME[:PASSWORD]",
        "nats --creds ./user1.creds pub",
        "-A PASSPHRASE set authentication protocol pass phrase",
        "echo hello world | sudo -Su bob",
        "echo \"Logging in\"; cat token1 | gh auth login --with-token",
        "echo YOUR_TOKEN | gh auth login --with-token",
        "echo -n a1b2c3 | base64 | docker login --password-stdin",
        "impdp parfile=/home/oracle/imp1.par",
        "impdp/expdp utilities 19c",
        "Event4 LOGIN success user123456",
        "options --user, --password, and --host are required",
        "choices [--password, sha256, md5]",
        "a1b2c3 | sudo -S ls",
        "[password PASSWORD] of nmcli dev wifi connect SSID [password PASSWORD]",
        "We expect the password reset to work; send code1234 on",
        "a step1 LOGIN page login-v2.html",
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn what_only_looks_like_one_stays() {
    for text in [
        "api_key=api_key",
        "unexpected token: foo",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf",
        "Authorization: Bearer token is missing",
        "\"GET / HTTP/1.1\" 200 45 1234",
        "200 45 1234 17",
        "123456789 and 900-70-1234",
        "smtp://[REDACTED:url_password]@smtp.b.com:25",
        "amqp://guest:**@rabbit.default.svc:5672//",
        "Bearer realm=\"https://auth.example.com/token\"",
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn texts_in_base64_that_hold_secrets_go() {
    for (text, expected) in [
        ("body=eyJ1c2VyIjoiYWRhIiwicGFzc3dvcmQiOiJodW50ZXIyeFkhIn0= n", "body=<password> n"),
        ("body=ewogICJwYXNzd29yZCI6ICJodW50ZXIyeFkhIgp9 n", "body=<password> n"),
        ("[\"WyJhZGFAZXhhbXBsZS5jb20iXQ==\"]", "[\"<email>\"]"),
        (
            "X-Registry-Auth: eyJhdXRocyI6eyJyLmlvIjp7ImF1dGgiOiJZV1JoT21oMWJuUmxjakk9In19fQ==",
            "X-Registry-Auth: <authorization>",
        ),
        ("DATABASE_URL: cG9zdGdyZXM6Ly9hOmh1bnRlcjJAZGIvYQ==", "DATABASE_URL: <url_password>"),
        ("user-data: IyEvYmluL3NoCmV4cG9ydCBEQl9QQVNTV09SRD1odW50ZXIyeFk=", "user-data: <password>"),
        (
            "data:text/csv;charset=utf-8;base64,bmFtZSxhZGFAZXhhbXBsZS5jb20= end",
            "data:text/csv;charset=utf-8;base64,<email> end",
        ),
        ("/u/eyJhIjoiw6kiLCJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSJ9/off", "/u/<email>/off"),
        (
            "state=eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSJ9/eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSJ9/off",
            "state=<email>/<email>/off",
        ),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSJ9", "jwt <jwt>"),
    ] {
        assert_eq!(redacted(text), expected);
    }
    for text in [
        "eyJ1c2VyIjoiYWRhIiwibiI6MX0=",
        "data:image/png;base64,dG8gYWRhQGV4YW1wbGUuY29t",
        "base64,dG8gYWRhQGV4YW1wbGUuY29t",
        "eyJkYXRhIjoiZXlKMWMyVnlJam9pWVdSaElpd2ljR0Z6YzNkdmNtUWlPaUpvZFc1MFpYSXllRmtoSW4wPSJ9",
        "eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSIsIgEiOjF9",
        "eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSIsIv//IjoxfQ==",
        "aHR0cHM6Ly9leGFtcGxlLmNvbS9hP3BhZ2U9Mg==",
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn a_run_of_base64_is_decoded_once_and_not_all_of_it() {
    // `{"a":"aaa...","pw":"b123"}`
    let text = |count: usize| std::format!("eyJhIjoi{}IiwicHciOiJiMTIzIn0=", "YWFh".repeat(count));
    assert_eq!(redacted(&text(100)), "<password>");
    assert_eq!(redacted(&text(1200)), text(1200));
    // Behind the hyphen nothing is looked at a second time.
    let twice = std::format!("eyJhIjoi-{}", text(10));
    assert_eq!(redacted(&twice), twice);
}

#[test]
fn lines_of_a_key_may_be_strings() {
    let line = "MHcCAQEEIOaB3xVh8Z9kd0s7ZkUqzvGx2pYb1cQnR4tW";
    let begin = "-----BEGIN EC PRIVATE KEY-----";
    let end = "-----END EC PRIVATE KEY-----";
    for (text, expected) in [
        (std::format!("[\"{begin}\", \"{line}\", \"aB==\", \"{end}\"] off"), "[\"<private_key>\"] off"),
        (std::format!("\"{begin}\\n\" +\n\"{line}\\n\" +\n\"{end}\\n\" off"), "\"<private_key>\\n\" off"),
        (std::format!("'{begin}' . '{line}' . '{end}'"), "'<private_key>'"),
        (std::format!("\"{begin}\" + \"{line}\\n\" + \"aB"), "\"<private_key>"),
        (std::format!("\"{begin}\" + \"{line}\\n\" +"), "\"<private_key>\\n\" +"),
        // Without an end line.
        (std::format!("\"key\":\"{begin}\\n{line}\",\"next\":\"x\""), "\"key\":\"<private_key>\",\"next\":\"x\""),
        (
            std::format!("f(\"{begin}\\n{line}\", \"x\", \"{line}\")"),
            "f(\"<private_key>\", \"x\", \"MHcCAQEEIOaB3xVh8Z9kd0s7ZkUqzvGx2pYb1cQnR4tW\")",
        ),
    ] {
        assert_eq!(redacted(&text), expected);
    }
    let next = "\"key\":\"-----BEGIN PRIVATE KEY-----\\nMII\",\"next\":\"x\"";
    assert_eq!(redacted(next), next);
}

#[test]
fn private_parts_of_keys_go() {
    let key = "ad1hSpGoOzF_xL3aVrl8o1biry_JjYFyQiHV78zxbAb";
    for kind in ["\"kty\":\"oct\"", "\"kty\": \"oct\""] {
        assert_eq!(
            redacted(&std::format!("{{{kind},\"k\":\"{key}\"}}")),
            std::format!("{{{kind},\"k\":\"<private_key>\"}}")
        );
        assert_eq!(
            redacted(&std::format!("{{\"k\":\"{key}\",{kind}}}")),
            std::format!("{{\"k\":\"<private_key>\",{kind}}}")
        );
    }
    let other = std::format!("{{\"kty\":\"x\",\"k\":\"{key}\"}}");
    assert_eq!(redacted(&other), other);
    assert_eq!(redacted(&std::format!("<D>{key}</D>")), "<D><private_key></D>");
    assert_eq!(redacted("<D>text</D><PASSWORD>hunter2</PASSWORD>"), "<D>text</D><PASSWORD><password></PASSWORD>");
}

#[test]
fn near_misses_are_linear() {
    for unit in [
        "%40a.bc",
        "a@b.c@",
        "eyJhbGciOiJ-",
        "eyJ-",
        "eyJhIjo-",
        "eyJhIjoiYjpjOmQifX0= ",
        "/eyJhIjoiYjpjOmQifX0g-eyJhIjoi",
        "data:text/a;base64,",
        "data:text/a;base64,YWJjZGVmZ2hpamtsYTpi ",
        "eyJhIjoicHc9MSBwdz0xIHB3PTEgcHc9MSJ9 ",
        "eyJhbGciOi.",
        "sk-",
        "pypi-",
        "basic+",
        "basic%20",
        "bearer-",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\",\"a",
        "\"k\":\"aaaaaaaaaaaaaaaaaaaaaa\",",
        "-----BEGIN PRIVATE KEY-----AAAAAAAAAAAAAAAAAAAA ",
        "ts=",
        "ts=:",
        "pwd=",
        "d=",
        "password=${",
        "token=0",
        "\"token\":[",
        "password=\"",
        "auth=(",
        "authorization: bearer ",
        "Cookie:a=;",
        "authorization: digest a=,",
        "a://",
        "a://b:",
        "a://b/c@",
        "\\\":",
        "\u{1b}[0m=",
        "[0m=",
        "4111 ",
        "4111-1111-",
        "123 45 ",
        "1",
        "\u{7528}@",
        "key=",
        "sid:",
        "password_a=",
        "tokens=[\"",
        "\"value\":\"",
        "\"a1b2c3\" == ",
        "'a1b2c3' != ",
        "x[1]=",
        "a1=",
        "=$6$aaaa",
        "wordpress_sec_",
        "pbkdf2_sha256$",
        "IDENTIFIED WITH ",
        "<key>password</key>",
        "password 'x password \"y ",
        "net use x ",
        "createUser ",
        "createUser * SHA AES ",
        "snmp -Aa1 ",
        "curl -ua:b1 -bc=1 ",
        "ftp -",
        "expect assword send ",
        "A1 LOGIN u \"",
        "AUTH\" \"a1 \" '",
        "composer config token.",
        "echo a | password-stdin ",
        "chpasswd <<< ",
        "[--password, ",
    ] {
        let text = unit.repeat((1 << 20) / unit.len());
        let (before, mut scan) = (Instant::now(), Scan::new(text.as_bytes(), 0, text.len(), true, &POLICY));
        let mut keys = Keys::new();
        let found: Vec<_> = core::iter::from_fn(|| scan.next(&mut keys)).collect();
        let limit = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 1 });
        assert!(before.elapsed() < limit, "{unit:?}: {:?}, {} matches", before.elapsed(), found.len());
    }
}

#[test]
fn what_is_wrapped_over_and_over_takes_no_stack() {
    static POLICY: Policy = Policy::DEFAULT;
    for open in ["Some(", "Secret { inner: \\\"", "[", "<a>", "{"] {
        let record = alloc::format!("{{\"log\":\"pw: {} off\"}}", open.repeat(100_000));
        let mut engine = crate::Engine::new(&POLICY);
        assert!(engine.run(crate::Function::Redact, b"", record.as_bytes()).ends_with(b"}"), "{open}");
    }
}
