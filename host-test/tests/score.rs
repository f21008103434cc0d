//! How much of what should be found is found, by kind, and how much else is left alone: over the corpora in
//! `testdata/score/`, whose README describes them. `make score` prints it with each wrong verdict.

#[path = "score/corpus.rs"]
mod corpus;
#[path = "score/floor.rs"]
mod floor;
#[path = "score/functions.rs"]
mod functions;
#[path = "score/grammar.rs"]
mod grammar;
#[path = "common/luhn.rs"]
mod luhn;
#[path = "score/random.rs"]
mod random;
#[path = "score/report.rs"]
mod report;
#[path = "score/templates.rs"]
mod templates;
#[allow(dead_code, reason = "each test uses its part of this")]
#[path = "common/text.rs"]
mod text;
#[path = "score/verdict.rs"]
mod verdict;

use std::{env, fs};

use corpus::{Case, Corpus};
use podsieve_host::json::{self, Verdict};
use podsieve_host::{Native, Runner};
use report::{Figures, Tally};
use text::shown;

/// The least of cases: fewer would measure little.
const LEAST_CASES: usize = 4000;
const LEAST_FAMILIES: usize = 150;

#[test]
fn the_score_does_not_fall() {
    let corpus = corpus::load();
    assert!(corpus.cases.len() >= LEAST_CASES, "{} cases", corpus.cases.len());
    assert!(corpus.families.0 >= LEAST_FAMILIES, "{} families", corpus.families.0);
    if let Some(kind) = option("SAMPLES") {
        return samples(&corpus, &kind);
    }
    let mut engine = Native::new();
    let figures = measure(&corpus, &mut engine, false);
    let details = figures.details(number("SHOW").unwrap_or(2));
    match option("OUT") {
        Some(path) => fs::write(&path, details).expect("the wrong verdicts can be written"),
        None => println!("{details}"),
    }
    println!("{} families, and {} known by a word\n", corpus.families.0, corpus.families.1);
    println!("{}", figures.table());
    if option("HOLDOUT").is_some() {
        println!("The hold-out, to report and not to look into:\n\n{}", measure(&corpus, &mut engine, true).table());
    }
    if option("FLOOR").is_some() {
        floor::write(&figures, option("LOWER").is_some()).unwrap_or_else(|wrong| panic!("{wrong}"));
    }
    let mut wrong = floor::judge(&figures);
    if figures.policy.missed > 0 {
        wrong.push(format!(
            "{} of the application's own records did not come out as they should",
            figures.policy.missed
        ));
    }
    assert!(wrong.is_empty(), "{}\n{}\n`make score` shows more\n", figures.table(), wrong.join("\n"));
}

/// What the verdicts rest on: a case that nothing was done to shows its secrets, and all that is around them.
#[test]
fn every_case_holds_its_secrets() {
    for case in corpus::load().cases {
        let record = case.record();
        assert_eq!(json::judge(&record), Verdict::Object, "{}: expected a record, found {}", case.id, shown(&record));
        assert!(verdict::leak(&case, &record).is_some(), "{}: expected a secret in {}", case.id, shown(&record));
        assert_eq!(verdict::swallowed(&case, &record), None, "{}: {}", case.id, shown(&record));
    }
}

fn option(name: &str) -> Option<String> {
    env::var(format!("PODSIEVE_SCORE_{name}")).ok().filter(|value| !value.is_empty())
}

fn number(name: &str) -> Option<usize> {
    option(name).map(|value| value.parse().unwrap_or_else(|_| panic!("expected a number in {name}, found {value}")))
}

/// Prints cases of a kind, so that someone can read them; none of the hold-out.
fn samples(corpus: &Corpus, kind: &str) {
    let all = corpus.cases.iter().chain(&corpus.policy);
    for case in all.filter(|case| !case.held_out && (case.kind == kind || kind == "all")) {
        println!("{} {}", case.id, case.text());
    }
}

fn redacted(engine: &mut Native, record: &[u8]) -> Vec<u8> {
    let outcome = engine.run("redact", b"app", record);
    outcome.record().unwrap_or_else(|| panic!("expected a record for {}", shown(record))).to_vec()
}

/// One split of the corpora.
fn measure(corpus: &Corpus, engine: &mut Native, held_out: bool) -> Figures {
    let mut figures = Figures::default();
    for kind in &corpus.kinds {
        let cases = corpus.cases.iter().filter(|case| case.held_out == held_out && case.kind == *kind);
        figures.kinds.push((kind.clone(), judged(cases, engine)));
    }
    for line in corpus.benign.iter().filter(|line| line.held_out == held_out) {
        if figures.benign.last().is_none_or(|(source, _)| *source != line.source) {
            figures.benign.push((line.source.clone(), Tally::default()));
        }
        let Some((_, tally)) = figures.benign.last_mut() else { continue };
        tally.cases += 1;
        let output = redacted(engine, &line.record);
        if output != line.record {
            tally.missed += 1;
            let verdict = format!("became {}", shown(&output));
            tally.add_wrong(&format!("{}:{}", line.source, line.line), &shown(&line.record), verdict);
        }
    }
    for case in corpus.policy.iter().filter(|case| case.held_out == held_out) {
        let output = redacted(engine, &case.record());
        figures.policy.cases += 1;
        if !verdict::is_exact(case, &output) {
            figures.policy.missed += 1;
            let verdict = format!("{}\n      became {}", shown(&case.record()), shown(&output));
            figures.policy.add_wrong(&case.id, &case.form, verdict);
        }
    }
    figures
}

fn judged<'a>(cases: impl Iterator<Item = &'a Case>, engine: &mut Native) -> Tally {
    let mut tally = Tally::default();
    for case in cases {
        tally.cases += 1;
        let output = redacted(engine, &case.record());
        let verdict = if let Some(piece) = verdict::leak(case, &output) {
            tally.missed += 1;
            format!("`{piece}` is left: ")
        } else if let Some(word) = verdict::swallowed(case, &output) {
            tally.swallowed += 1;
            format!("`{word}` is gone too: ")
        } else {
            continue;
        };
        let verdict = verdict + &shown(&output);
        match &case.family {
            // A token is missed for its family, whatever the line.
            Some(family) => {
                tally.add_wrong(family, "", verdict);
                *tally.carriers.entry(case.form.clone()).or_default() += 1;
            }
            None => tally.add_wrong(&case.id, &case.form, verdict),
        }
    }
    tally
}
