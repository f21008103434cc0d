//! Exceptions.

use podsieve_policy::pattern::{Pattern, from_go};

use super::config::{Exception, Target};
use super::write::Allow;

/// What an exception becomes.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) allow: Allow,
    /// Parts that were left out, and why.
    pub(super) left_out: Vec<String>,
}

/// Takes an exception for secrets of at most so many bytes; `whole` says that they are whole matches. Paths and commits
/// apply nowhere.
pub(super) fn take(exception: &Exception, longest: Option<usize>, whole: bool) -> Taken {
    let Exception { needs_all, has_places, target, regexes, words, .. } = exception;
    let mut taken = Taken::default();
    if *needs_all && *has_places {
        return taken;
    }
    if *needs_all && !regexes.is_empty() && !words.is_empty() {
        taken.left_out.push("an exception that needs a regex and a stop word".into());
        return taken;
    }
    match target {
        _ if regexes.is_empty() => {}
        Target::Line => taken.left_out.push("an exception for lines: only the secret is looked at".into()),
        Target::Match if !whole => {
            taken.left_out.push("an exception for what is around the secret: only the secret is looked at".into());
        }
        Target::Secret | Target::Match => {
            for regex in regexes {
                if let Err(why) = take_regex(regex, longest, &mut taken.allow) {
                    taken.left_out.push(format!("the exception {regex}: {why}"));
                }
            }
        }
    }
    for word in words {
        add(&mut taken.allow.words, word.to_lowercase());
    }
    taken
}

fn take_regex(regex: &str, longest: Option<usize>, allow: &mut Allow) -> Result<(), String> {
    let text = from_go(regex).map_err(|wrong| wrong.to_string())?;
    let pattern = Pattern::parse(&text).map_err(|wrong| wrong.to_string())?;
    let is_literal = |text: &str| regex_lite::escape(text) == text;
    let without_case = text.strip_prefix("(?i)").filter(|text| is_literal(text));
    if let Some(text) = without_case {
        add(&mut allow.words, text.to_lowercase());
    } else if is_literal(&text) && longest.is_some_and(|longest| text.len() >= longest) {
        // There is no room for more.
        add(&mut allow.values, text);
    } else {
        let whole = pattern.whole();
        regex_lite::Regex::new(&whole).map_err(|error| error.to_string())?;
        add(&mut allow.patterns, whole);
    }
    Ok(())
}

/// All as patterns.
pub(super) fn patterns(allow: Allow) -> Vec<String> {
    let Allow { values, mut patterns, words } = allow;
    patterns.extend(values.iter().map(|value| format!("^{}$", regex_lite::escape(value))));
    patterns.extend(words.iter().map(|word| format!("^(?s:.*)(?i:{})(?s:.*)$", regex_lite::escape(word))));
    patterns
}

pub(super) fn merge(allow: &mut Allow, more: Allow) {
    let Allow { values, patterns, words } = more;
    for (all, more) in [(&mut allow.values, values), (&mut allow.patterns, patterns), (&mut allow.words, words)] {
        more.into_iter().for_each(|text| add(all, text));
    }
}

fn add(texts: &mut Vec<String>, text: String) {
    if !texts.contains(&text) {
        texts.push(text);
    }
}
