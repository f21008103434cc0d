//! The mark that stands where something was redacted: `[REDACTED:<rule>]`.

/// What a mark begins with.
pub(crate) const OPEN: &[u8] = b"[REDACTED:";

/// Whether `text` is one mark and nothing else.
pub(crate) fn is_mark(text: &[u8]) -> bool {
    text.strip_prefix(OPEN).and_then(|rest| rest.strip_suffix(b"]")).is_some_and(|rule| {
        (1..=32).contains(&rule.len())
            && rule.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_')
    })
}

/// Whether `text` is a mark, also behind the name of an authentication scheme that was kept.
pub(crate) fn is_masked(text: &[u8]) -> bool {
    text.last() == Some(&b']') && is_mark(text.get(scheme(text)..).unwrap_or_default())
}

/// Authentication schemes whose name is kept in front of the mark
/// ([IANA](https://www.iana.org/assignments/http-authschemes/http-authschemes.xhtml)).
const SCHEMES: &[&[u8]] = &[
    b"bearer",
    b"basic",
    b"digest",
    b"token",
    b"apikey",
    b"negotiate",
    b"ntlm",
    b"oauth",
    b"aws",
    b"aws4-hmac-sha256",
    b"dpop",
    b"geniekey",
    b"hawk",
    b"hmac",
    b"jwt",
    b"key",
    b"sharedkey",
    b"sharedkeylite",
    b"signature",
    b"splunk",
    b"ssws",
];

/// Length of the scheme that `text` begins with and of the spaces behind it; 0 without one.
pub(crate) fn scheme(text: &[u8]) -> usize {
    let name = text.iter().take(20).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    let spaces = text.iter().skip(name).take_while(|byte| **byte == b' ').count();
    let known = text.get(..name).is_some_and(|name| SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(name)));
    if known && spaces > 0 { name + spaces } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_mark_is_one() {
        for good in ["[REDACTED:email]", "Bearer [REDACTED:bearer]"] {
            assert!(is_masked(good.as_bytes()), "{good}");
        }
        for bad in [
            "[REDACTED:]",
            "[REDACTED:email]x",
            "x[REDACTED:email]",
            "[REDACTED:e mail]",
            "hunter2 x [REDACTED:a]",
            "[REDACTED:a][REDACTED:b]",
            "",
        ] {
            assert!(!is_masked(bad.as_bytes()), "{bad}");
        }
    }
}
