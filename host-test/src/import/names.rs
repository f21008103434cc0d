//! Names of rules: up to 32 of `a-z0-9_`, each once, and none that is built in.

use std::collections::BTreeSet;

use podsieve_core::Policy;

const LONGEST: usize = 32;

/// Names that mean something else in a policy.
const OTHERS: [&str; 4] = ["all", "key", "pii", "secrets"];

/// The names that are taken.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub(super) fn new() -> Self {
        Names(Policy::DEFAULT.rules.iter().chain(&OTHERS).map(|name| (*name).to_owned()).collect())
    }

    /// A name for a rule of which this is the id.
    pub(super) fn take(&mut self, id: &str) -> String {
        let words: Vec<String> = id
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let mut name = words.join("_");
        if name.is_empty() {
            name.push_str("rule");
        }
        if self.0.contains(&name) && !self.0.contains(&format!("gitleaks_{name}")) && words.len() < 3 {
            name.insert_str(0, "gitleaks_");
        }
        let mut unique = cut(&name, LONGEST);
        for n in 2.. {
            if self.0.insert(unique.clone()) {
                break;
            }
            let number = format!("_{n}");
            unique = cut(&name, LONGEST - number.len()) + &number;
        }
        unique
    }
}

/// At most so many bytes of ASCII, without a `_` at the end.
fn cut(name: &str, length: usize) -> String {
    name.get(..length).unwrap_or(name).trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names = Names::new();
        let ids = [
            ("acme-Key", "acme_key"),
            ("acme_key", "gitleaks_acme_key"),
            ("acme.key", "acme_key_2"),
            ("1password--x-", "1password_x"),
            ("jwt", "gitleaks_jwt"),
            ("é", "rule"),
            ("a-name-that-is-longer-than-there-is-room-for", "a_name_that_is_longer_than_there"),
            ("a-name-that-is-longer-than-there-was", "a_name_that_is_longer_than_the_2"),
        ];
        for (id, name) in ids {
            assert_eq!(names.take(id), name);
        }
    }
}
