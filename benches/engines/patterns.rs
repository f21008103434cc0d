//! What the peers are given to find: the patterns that users write for the most frequent of what podsieve finds. They
//! have no checksum and no vendor's token but the best known, so they do less than podsieve's default policy.

/// Each stands in the VRL program as it is, in `r'...'`. Word boundaries are those of ASCII: with Unicode's the engine
/// leaves its fast path at the first letter beyond ASCII.
pub(crate) const PATTERNS: [&str; 15] = [
    // E-mail addresses, card numbers, SSNs.
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}",
    r"(?-u:\b)(?:4[0-9]{3}|5[1-5][0-9]{2}|6011|3[47][0-9]{2})[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}(?-u:\b)",
    r"(?-u:\b)[0-9]{3}-[0-9]{2}-[0-9]{4}(?-u:\b)",
    // Tokens by their first characters.
    r"(?-u:\b)(?:AKIA|ASIA)[A-Z2-7]{16}(?-u:\b)",
    r"(?-u:\b)gh[opsur]_[A-Za-z0-9]{36,}",
    r"(?-u:\b)glpat-[A-Za-z0-9_.-]{20,}",
    r"(?-u:\b)xox[abeoprs]-[A-Za-z0-9_-]{10,}",
    r"(?-u:\b)[rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,}",
    r"(?-u:\b)sk-[A-Za-z0-9_-]{20,}",
    r"(?-u:\b)AIza[A-Za-z0-9_-]{35}",
    r"(?-u:\b)eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]+)?",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\]+-----END [A-Z ]*PRIVATE KEY-----",
    // Credentials behind a scheme, in a URL, behind a name.
    r"(?i)(?-u:\b)bearer +[A-Za-z0-9._~+/=-]{5,}",
    r"://[^\s/:@]+:[^\s/@]+@",
    r#"(?i)(?-u:\b)(?:password|passwd|pwd|secret|api_?key)=[^\s,;&"\\]+"#,
];
