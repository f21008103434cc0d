//! The figures, and what is behind them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What came of the cases of one kind, or of the lines of one source.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) cases: usize,
    /// Cases of which a secret survived, or lines that were changed.
    pub(crate) missed: usize,
    /// Cases in which more went than the secret.
    pub(crate) swallowed: usize,
    /// Wrong verdicts by form.
    pub(crate) wrong: BTreeMap<String, Wrong>,
    /// Wrong verdicts of tokens by the line that carried them: one that hides many families is at fault itself.
    pub(crate) carriers: BTreeMap<String, usize>,
}

/// The wrong verdicts of one form.
#[derive(Debug, Default)]
pub(crate) struct Wrong {
    pub(crate) count: usize,
    /// What the form or the family looks like, and each verdict.
    pub(crate) form: String,
    pub(crate) verdicts: Vec<String>,
}

impl Tally {
    pub(crate) fn add_wrong(&mut self, id: &str, form: &str, verdict: String) {
        let wrong = self.wrong.entry(id.to_owned()).or_default();
        wrong.count += 1;
        form.clone_into(&mut wrong.form);
        wrong.verdicts.push(verdict);
    }

    /// In ten thousandths, cut off: the share that was found, or left alone.
    pub(crate) fn share(&self) -> usize {
        share(self.missed, self.cases)
    }

    /// In ten thousandths, cut off: the share with nothing else gone.
    pub(crate) fn kept(&self) -> usize {
        share(self.swallowed, self.cases)
    }
}

fn share(wrong: usize, all: usize) -> usize {
    ((all - wrong) * 10_000).checked_div(all).unwrap_or(10_000)
}

pub(crate) fn decimal(share: usize) -> String {
    format!("{}.{:04}", share / 10_000, share % 10_000)
}

/// Tallies by kind or source, in an order of their own.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) kinds: Vec<(String, Tally)>,
    pub(crate) benign: Vec<(String, Tally)>,
    pub(crate) policy: Tally,
}

impl Figures {
    pub(crate) fn table(&self) -> String {
        let mut out =
            format!("{:<24} {:>6} {:>7} {:>7} {:>9} {:>7}\n", "kind", "cases", "recall", "missed", "swallowed", "kept");
        let mut all = Tally::default();
        let mut least = 10_000;
        for (kind, tally) in &self.kinds {
            row(&mut out, kind, tally);
            all.cases += tally.cases;
            all.missed += tally.missed;
            all.swallowed += tally.swallowed;
            least = least.min(tally.share());
        }
        row(&mut out, "all", &all);
        let mean = self.kinds.iter().map(|(_, tally)| tally.share()).sum::<usize>() / self.kinds.len().max(1);
        let _ = writeln!(out, "mean of the kinds {}, least {}\n", decimal(mean), decimal(least));
        let _ = writeln!(out, "{:<24} {:>6} {:>9} {:>7}", "benign", "lines", "precision", "changed");
        let mut all = Tally::default();
        for (source, tally) in &self.benign {
            let _ = writeln!(out, "{source:<24} {:>6} {:>9} {:>7}", tally.cases, decimal(tally.share()), tally.missed);
            all.cases += tally.cases;
            all.missed += tally.missed;
        }
        let policy = &self.policy;
        for (name, tally) in [("all", &all), ("own policy, exact", policy)] {
            let _ = writeln!(out, "{name:<24} {:>6} {:>9} {:>7}", tally.cases, decimal(tally.share()), tally.missed);
        }
        out
    }

    /// The wrong verdicts, at most so many for each form.
    pub(crate) fn details(&self, most: usize) -> String {
        let mut out = String::new();
        let policy = std::iter::once(("own policy", &self.policy));
        let kinds = self.kinds.iter().map(|(kind, tally)| (kind.as_str(), tally));
        let benign = self.benign.iter().map(|(source, tally)| (source.as_str(), tally));
        for (name, tally) in policy.chain(kinds).chain(benign).filter(|(_, tally)| !tally.wrong.is_empty()) {
            let _ = writeln!(out, "\n== {name}");
            let mut forms: Vec<_> = tally.wrong.iter().collect();
            forms.sort_by_key(|(_, wrong)| std::cmp::Reverse(wrong.count));
            for (id, wrong) in forms {
                let _ = writeln!(out, "{id} {} wrong: {}", wrong.count, wrong.form);
                for verdict in wrong.verdicts.iter().take(most) {
                    let _ = writeln!(out, "    {verdict}");
                }
            }
            let mut carriers: Vec<_> = tally.carriers.iter().collect();
            carriers.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            for (form, count) in carriers {
                let _ = writeln!(out, "{count} wrong in {form}");
            }
        }
        out
    }
}

fn row(out: &mut String, name: &str, tally: &Tally) {
    let _ = writeln!(
        out,
        "{name:<24} {:>6} {:>7} {:>7} {:>9} {:>7}",
        tally.cases,
        decimal(tally.share()),
        tally.missed,
        tally.swallowed,
        decimal(tally.kept())
    );
}
