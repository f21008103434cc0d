//! The name that somebody meant who misspelt it.

use alloc::vec::Vec;

/// No name that is longer, in characters, is looked at.
const MAX_LENGTH: usize = 32;

/// The one of `names` that is nearest to `name`, if it is near: one edit in four characters, two in six, three in ten.
pub(crate) fn nearest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let name = folded(name)?;
    let most = match name.len() {
        0 | 1 => 0,
        2..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let mut nearest = None;
    let mut least = most + 1;
    for known in names {
        let Some(folded) = folded(known) else { continue };
        // At least so many must be put in or taken out.
        if folded.len().abs_diff(name.len()) >= least {
            continue;
        }
        let distance = distance(&name, &folded);
        if distance < least {
            (least, nearest) = (distance, Some(*known));
        }
    }
    nearest
}

/// Without case, and with `_` for what separates words.
fn folded(name: &str) -> Option<Vec<char>> {
    let fold = |character: char| match character {
        '-' | ' ' | '.' => '_',
        other => other.to_ascii_lowercase(),
    };
    let folded: Vec<char> = name.chars().take(MAX_LENGTH + 1).map(fold).collect();
    (folded.len() <= MAX_LENGTH).then_some(folded)
}

/// How many characters must be put in, taken out, replaced, or swapped with the next one, to make `to` of `from`.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut older: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut before = None;
    for (n, &left) in from.iter().enumerate() {
        let mut row = Vec::with_capacity(to.len() + 1);
        let mut beside = n + 1;
        row.push(beside);
        let mut above = None;
        for (m, (&right, pair)) in to.iter().zip(last.windows(2)).enumerate() {
            let [diagonal, up] = pair else { continue };
            let replaced = diagonal + usize::from(left != right);
            let mut least = replaced.min(up + 1).min(beside + 1);
            if let Some(swapped) = m.checked_sub(1).and_then(|m| older.get(m))
                && before == Some(right)
                && above == Some(left)
            {
                least = least.min(swapped + 1);
            }
            row.push(least);
            beside = least;
            above = Some(right);
        }
        older = last;
        last = row;
        before = Some(left);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (from, to, edits) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("rules", "rules", 0),
            ("rulse", "rules", 1),
            ("rule", "rules", 1),
            ("ruels", "rules", 1),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
            ("\u{fc}b", "ub", 1),
        ] {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(distance(&letters(from), &letters(to)), edits, "{from} {to}");
            assert_eq!(distance(&letters(to), &letters(from)), edits, "{to} {from}");
        }
    }

    #[test]
    fn only_what_is_near_is_meant() {
        let names = ["email", "ipv4", "ipv6", "github_token", "rules"];
        let nearest = |name| nearest(name, &names);
        assert_eq!(nearest("e-mail"), Some("email"));
        assert_eq!(nearest("ip4"), Some("ipv4"));
        assert_eq!(nearest("GitHub-Token"), Some("github_token"));
        assert_eq!(nearest("githubtokn"), Some("github_token"));
        assert_eq!(nearest("x"), None);
        assert_eq!(nearest("roles of all"), None);
        assert_eq!(nearest(&"rules".repeat(1000)), None);
    }
}
