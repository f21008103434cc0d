//! Names of rules: up to 32 of `a-z0-9_`, each once, and none that is built in.

use std::collections::BTreeSet;

use podsieve_core::Policy;

const LONGEST: usize = 32;

/// Names that mean something else in a policy.
const OTHERS: [&str; 4] = ["all", "key", "pii", "secrets"];

/// The names that are taken.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
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
        if is_built_in(&name) {
            name.insert_str(0, "gitleaks_");
        }
        let mut unique = cut(&name, LONGEST);
        for n in 2.. {
            if !is_built_in(&unique) && self.0.insert(unique.clone()) {
                break;
            }
            let number = format!("_{n}");
            unique = cut(&name, LONGEST - number.len()) + &number;
        }
        unique
    }
}

fn is_built_in(name: &str) -> bool {
    Policy::DEFAULT.rules.contains(&name) || OTHERS.contains(&name)
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
        let mut names = Names::default();
        let ids = [
            ("acme-Key", "acme_key"),
            ("acme_key", "acme_key_2"),
            ("ACME.key", "acme_key_3"),
            ("1password--x-", "1password_x"),
            ("jwt", "gitleaks_jwt"),
            ("JWT", "gitleaks_jwt_2"),
            ("pii", "gitleaks_pii"),
            ("é", "rule"),
            ("a-name-that-is-longer-than-there-is-room-for", "a_name_that_is_longer_than_there"),
            ("a-name-that-is-longer-than-there-was", "a_name_that_is_longer_than_the_2"),
        ];
        for (id, name) in ids {
            assert_eq!(names.take(id), name);
        }
    }
}
