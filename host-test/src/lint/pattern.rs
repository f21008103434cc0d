//! Patterns of tags, as `match` has them: `*` stands for any characters.

/// Stands for what is not known of a pattern or a value.
pub(super) const UNKNOWN: char = '\0';

/// Longer ones are not compared.
const LONGEST: usize = 1000;

/// Whether a tag may fit both patterns. True when it is not known.
pub(super) fn may_meet(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().max(b.len()) > LONGEST {
        return true;
    }
    let is_any = |c: char| c == '*' || c == UNKNOWN;
    // Whether the rest of `a` from here meets the rest of `b`, for each rest of `b`.
    let mut next = vec![false; b.len() + 1];
    for i in (0..=a.len()).rev() {
        let mut now = vec![false; b.len() + 1];
        for j in (0..=b.len()).rev() {
            now[j] = match (a.get(i).copied(), b.get(j).copied()) {
                (None, None) => true,
                (Some(c), d) if is_any(c) => next[j] || d.is_some() && now[j + 1],
                (c, Some(d)) if is_any(d) => now[j + 1] || c.is_some() && next[j],
                (Some(c), Some(d)) => c == d && next[j + 1],
                (None, Some(_)) | (Some(_), None) => false,
            };
        }
        next = now;
    }
    next[0]
}

/// Whether a pattern fits every tag that fits `tags`. False when it is not known.
pub(super) fn covers(pattern: &str, tags: &str) -> bool {
    let (pattern, tags): (Vec<char>, Vec<char>) = (pattern.chars().collect(), tags.chars().collect());
    if pattern.len().max(tags.len()) > LONGEST {
        return false;
    }
    let mut next = vec![false; tags.len() + 1];
    next[tags.len()] = true;
    for c in pattern.into_iter().rev() {
        let mut now = vec![false; tags.len() + 1];
        for j in (0..=tags.len()).rev() {
            now[j] = match tags.get(j) {
                // What is any text in `tags` fits only a star.
                Some(_) if c == '*' => next[j] || now[j + 1],
                None if c == '*' => next[j],
                Some(d) => c == *d && c != UNKNOWN && next[j + 1],
                None => false,
            };
        }
        next = now;
    }
    next[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_meet() {
        for (a, b) in [
            ("kube.*", "kube.a"),
            ("*", ""),
            ("kube.*", "*.log"),
            ("a*c", "ab*"),
            ("\0", "x"),
            ("kube.\0", "kube.*"),
            ("kube.*", "kube."),
            ("*.*", "a.b"),
        ] {
            assert!(may_meet(a, b) && may_meet(b, a), "{a} {b}");
        }
        for (a, b) in
            [("kube.*", "kubernetes.*"), ("a", "b"), ("a", ""), ("a*c", "ab"), ("kube.*", "kube"), ("*.x", "*.y")]
        {
            assert!(!may_meet(a, b) && !may_meet(b, a), "{a} {b}");
        }
    }

    #[test]
    fn patterns_cover() {
        for (pattern, tags) in [
            ("kube.*", "kube.a"),
            ("*", ""),
            ("*", "a*"),
            ("kube.*", "kube.*"),
            ("a*", "a*c"),
            ("*a*", "bac"),
            ("*", "\0"),
        ] {
            assert!(covers(pattern, tags), "{pattern} {tags}");
        }
        for (pattern, tags) in
            [("kube.*", "*"), ("a", "ab"), ("a*c", "a*"), ("kube.*", "kube\0"), ("\0", "a"), ("\0", "\0"), ("", "a")]
        {
            assert!(!covers(pattern, tags), "{pattern} {tags}");
        }
    }
}
