//! IP and MAC addresses.

use super::extra::{digits, ends};
use super::text::Match;
use crate::json::byte;
use crate::policy::{Extra, IPV4, IPV6, MAC};

pub(super) fn find(text: &[u8], from: usize, at: usize, extra: Extra) -> Option<Match> {
    let found = |rule, kind, end: Option<usize>| end.filter(|_| extra.has(kind)).map(|end| Match::new(at, end, rule));
    let ipv4 = || found(IPV4, Extra::IPV4, ipv4(text, at).filter(|end| ends(text, *end, b".-")));
    // The rest of something longer is none.
    if at >= from + 2
        && byte(text, at - 1) == b':'
        && matches!(byte(text, at - 2), b':' | b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F')
    {
        return ipv4();
    }
    found(MAC, Extra::MAC, mac(text, at)).or_else(|| found(IPV6, Extra::IPV6, ipv6(text, at))).or_else(ipv4)
}

/// Four numbers up to 255 without zeros in front. A version of four numbers (`1.2.3.4`) is one too: what stands behind
/// `v`, a hyphen or the name of a product is left, any other cannot be told from an address.
fn ipv4(text: &[u8], mut at: usize) -> Option<usize> {
    for n in 0..4 {
        if n > 0 {
            (byte(text, at) == b'.').then_some(())?;
            at += 1;
        }
        let count = digits(text, at, 4);
        let number = (at..at + count).fold(0, |number, at| number * 10 + u32::from(byte(text, at) - b'0'));
        if count == 0 || number > 255 || (count > 1 && byte(text, at) == b'0') {
            return None;
        }
        at += count;
    }
    Some(at)
}

/// Eight groups, or fewer with `::` among them; the last two may be an IPv4 address
/// ([RFC 4291 section 2.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.2)). `::` is also an operator: the first group
/// has three or four characters and a digit, or is that of a local address, or there is a digit behind a leading `::`.
fn ipv6(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    let mut groups = 0;
    let mut gap = false;
    if byte(text, at) == b':' {
        let rest = text.get(at + 1..)?.strip_prefix(b":")?;
        if !rest.first()?.is_ascii_digit() && !rest.starts_with(b"ffff:") {
            return None;
        }
        gap = true;
        at += 2;
    }
    let first = at;
    loop {
        let count = (0..5).take_while(|n| byte(text, at + n).is_ascii_hexdigit()).count();
        if count == 0 || count > 4 {
            break;
        }
        if byte(text, at + count) == b'.' {
            at = ipv4(text, at)?;
            groups += 2;
            break;
        }
        at += count;
        groups += 1;
        if groups == 8 || byte(text, at) != b':' {
            break;
        }
        if byte(text, at + 1) == b':' {
            if gap {
                return None;
            }
            gap = true;
            at += 2;
        } else if byte(text, at + 1).is_ascii_hexdigit() {
            at += 1;
        } else {
            break;
        }
    }
    let head = text.get(first..at)?;
    let plain = head.iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let local = matches!(head, [b'f' | b'F', b'c'..=b'f' | b'C'..=b'F', ..]);
    let numbered = plain > 2 && (local || head.iter().take(plain).any(u8::is_ascii_digit));
    let whole = groups == 8 && !gap;
    let short = gap && groups < 8 && (first > start || numbered);
    ((whole || short) && ends(text, at, b":")).then_some(at)
}

/// Six pairs with the same separator, or three groups of four with full stops; more of them are a fingerprint.
fn mac(text: &[u8], at: usize) -> Option<usize> {
    let hex = |from: usize, count: usize| (from..from + count).all(|at| byte(text, at).is_ascii_hexdigit());
    let separator = byte(text, at + 2);
    if matches!(separator, b':' | b'-') {
        let pairs = (0..6).all(|n| hex(at + 3 * n, 2) && (n == 0 || byte(text, at + 3 * n - 1) == separator));
        return (pairs && ends(text, at + 17, b":-")).then_some(at + 17);
    }
    let groups = (0..3).all(|n| hex(at + 5 * n, 4) && (n == 0 || byte(text, at + 5 * n - 1) == b'.'));
    (groups && ends(text, at + 14, b".")).then_some(at + 14)
}
