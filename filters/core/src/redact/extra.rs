//! The detectors that are off unless [`Policy::extra`](crate::Policy::extra) asks for them. They have a pass of their own
//! over what was written, so that who does not ask pays nothing.

use super::text::Match;
use super::{iban, network, phone};
use crate::json::byte;
use crate::policy::Extra;

/// The first match of `text`, the content of a JSON string, at `from` or behind it.
pub(crate) fn find(text: &[u8], from: usize, extra: Extra) -> Option<Match> {
    (from..text.len()).find_map(|at| {
        let first = byte(text, at);
        let may_begin = first.is_ascii_hexdigit() || first.is_ascii_uppercase() || matches!(first, b':' | b'+' | b'(');
        if !may_begin || !begins(text, from, at) {
            return None;
        }
        network::find(text, from, at, extra)
            .or_else(|| phone::find(text, at, extra))
            .or_else(|| iban::find(text, at, extra))
    })
}

/// Whether something may begin at `at`: not in the middle of a word, a number or a name.
fn begins(text: &[u8], from: usize, at: usize) -> bool {
    if at == from {
        return true;
    }
    match byte(text, at - 1) {
        b'n' | b't' | b'r' => at >= from + 2 && byte(text, at - 2) == b'\\',
        // A version of a product (`Chrome/120.0.0.0`), but not the host of an address (`db/10.0.0.1`).
        b'/' => {
            let front = text.get(from..at - 1).unwrap_or_default();
            let word = front.iter().rev().take(32).take_while(|byte| byte.is_ascii_alphanumeric());
            !word.last().is_some_and(u8::is_ascii_uppercase)
        }
        // `host:10.0.0.1`, but no part of a number or a time.
        b':' => at < from + 2 || !byte(text, at - 2).is_ascii_digit(),
        before => !(before.is_ascii_alphanumeric() || matches!(before, b'_' | b'.' | b'-' | b'+')),
    }
}

/// Whether nothing goes on at `end` that ends here: a letter, a digit, or one behind one of `joins`.
pub(super) fn ends(text: &[u8], end: usize, joins: &[u8]) -> bool {
    let next = byte(text, end);
    let joined = joins.contains(&next) && byte(text, end + 1).is_ascii_alphanumeric();
    !(next.is_ascii_alphanumeric() || next == b'_' || joined)
}

/// How many digits stand at `at`, `most` at most.
pub(super) fn digits(text: &[u8], at: usize, most: usize) -> usize {
    (0..most).take_while(|n| byte(text, at + n).is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Function, Policy};
    use alloc::string::String;

    static POLICY: Policy = Policy { extra: Extra::ALL, ..Policy::DEFAULT };

    fn redacted(text: &str, extra: Extra) -> String {
        let (mut at, mut out) = (0, String::new());
        while let Some(found) = find(text.as_bytes(), at, extra) {
            out.push_str(&text[at..found.start]);
            out.push_str(POLICY.rules[usize::from(found.rule)]);
            at = found.end;
        }
        out + &text[at..]
    }

    #[test]
    fn what_is_asked_for_goes() {
        for (text, expected) in [
            ("from 10.0.0.1:8080, db/192.168.1.254 and host:8.8.8.8.", "from ipv4:8080, db/ipv4 and host:ipv4."),
            (r"a\n10.1.2.3/24 node:10.2.3.4", r"a\nipv4/24 node:ipv4"),
            ("peer [2001:db8::1]:443 via fe80::1%eth0, ::1", "peer [ipv6]:443 via ipv6%eth0, ipv6"),
            ("2001:0db8:85a3:0000:0000:8a2e:0370:7334 ::ffff:10.0.0.1", "ipv6 ipv6"),
            ("64:ff9b::10.0.0.1 fd00::10.0.0.1", "64:ff9b::ipv4 ipv6"),
            ("eth0 02:42:ac:11:00:02 00-1A-2B-3C-4D-5E 001a.2b3c.4d5e", "eth0 mac mac mac"),
            ("call +14155550123 or +44 20 7946 0958, +49 (30) 901820", "call phone or phone, phone"),
            ("(212) 555-0123 212-555-0123 1-212-555-0123 212.555.0123", "phone phone phone phone"),
            ("GB82 WEST 1234 5698 7654 32, DE89370400440532013000.", "iban, iban."),
        ] {
            assert_eq!(redacted(text, Extra::ALL), expected);
        }
    }

    #[test]
    fn near_misses_stay() {
        for text in [
            "v1.2.3.4 pkg-1.2.3.4 Chrome/120.0.0.0 1.2.3 1.2.3.4.5 256.1.1.1 01.2.3.4 1.2.3.4-rc1",
            "12:34:56 std::vector a::b dead::beef abc:def 2026-11-23T08:40:00.123+01:00",
            "SHA1 aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99",
            "1764000000 +0100 +123 2125550123 122-555-0123 212-155-0123 212-555-01234 3-212-555-0123",
            "GB83WEST12345698765432 DE8937040044053201300 XX82WEST12345698765432 1234567890123456",
            "0b6c5f3e-1111-2222-3333-444455556666",
        ] {
            assert_eq!(redacted(text, Extra::ALL), text);
        }
    }

    #[test]
    fn a_policy_asks_for_each_of_its_own() {
        let text = "10.0.0.1 ::1 02:42:ac:11:00:02 +14155550123 DE89370400440532013000";
        assert_eq!(redacted(text, Extra::NONE), text);
        assert_eq!(redacted(text, Extra::IPV4.with(Extra::IBAN)), "ipv4 ::1 02:42:ac:11:00:02 +14155550123 iban");
        let record = br#"{"log":"a@b.example from 10.0.0.1","peer":"10.0.0.2","note":"\u00e9 10.0.0.3"}"#;
        let run = |policy: &'static Policy| {
            let mut engine = Engine::new(policy);
            let mut last = String::new();
            for _ in 0..4 {
                last = String::from_utf8(engine.run(Function::Redact, b"x", record).to_vec()).unwrap();
            }
            last
        };
        static DEFAULT: Policy = Policy::DEFAULT;
        assert!(run(&DEFAULT).contains("10.0.0.3") && run(&DEFAULT).contains("10.0.0.2"));
        assert!(!run(&POLICY).contains("10.0.0"), "{}", run(&POLICY));
        assert!(run(&POLICY).contains(r#""ipv4":3"#));
    }
}
