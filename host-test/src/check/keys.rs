//! Keys that make everything secret, or nothing that is not secret already.

use podsieve_policy::model::{Action, File, Which};

use super::Warning;
use super::allow::is_everywhere;
use super::report::Report;
use super::trial::Trial;

pub(super) const EVERYTHING: Warning =
    Warning { name: "key-everything", finds: "The path of a key is every path, so that nothing is left of a record." };

pub(super) const KNOWN: Warning =
    Warning { name: "key-known", finds: "A key is secret by its name already, and the same is done with its value." };

/// Texts that are secret under a name whatever they look like.
const VALUES: [&str; 3] = ["k7mPq2xW9vLsT4", "two words", "1234"];

/// What a key is counted under that does not say it.
const DEFAULT_RULE: &str = "key";

pub(super) fn check(file: &File, report: &mut Report<'_>) {
    let mut detectors = None;
    for key in &file.keys {
        match &key.which {
            Which::Path(path) if is_everywhere(path) && key.action != Action::Keep => report.warn(
                &EVERYTHING,
                path.place,
                "the path is every path, so that no value of a record stays",
                "name the field: `users[*].email`, or `**.email` at any depth",
            ),
            Which::Path(_) => {}
            Which::Name(name) => {
                let trial = detectors.get_or_insert_with(|| Trial::of_detectors(file));
                let Some(rule) = trial.as_mut().and_then(|trial| known(&name.text, key.text_only, trial)) else {
                    continue;
                };
                let acts = file
                    .detectors
                    .iter()
                    .find(|setting| setting.name == rule)
                    .and_then(|setting| setting.action.as_ref());
                if acts == Some(&key.action) && (key.rule == DEFAULT_RULE || key.rule == rule) {
                    report.warn(
                        &KNOWN,
                        name.place,
                        format!("a key of this name is secret already, by `{rule}`, and the same is done with it"),
                        "leave it out, or give it another `action` or `rule`",
                    );
                }
            }
        }
    }
}

/// The rule by which any value of this name is secret without being named in the policy.
fn known(name: &str, text_only: bool, trial: &mut Trial) -> Option<String> {
    let mut rules = Vec::new();
    for value in VALUES {
        rules.push(trial.on_field(name, value).rules);
    }
    if !text_only {
        rules.push(trial.on_record(name, format!("{{\"{name}\":1234}}").as_bytes()).rules);
    }
    let [first] = rules.first()?.as_slice() else { return None };
    let first = first.clone();
    rules.iter().all(|rules| *rules == [first.as_str()]).then_some(first)
}
