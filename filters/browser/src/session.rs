//! A policy that is followed, and the text that is read.

use podsieve_core::trace::Trace;
use podsieve_policy::model::File;
use podsieve_policy::yaml::Wrong;
use podsieve_trial::cases::{self, Coverage};
use podsieve_trial::explain::Explainer;
use podsieve_trial::input::{Fed, Form, Options};
use podsieve_trial::json::{Verdict, field as member, judge, unescape};
use podsieve_trial::{Native, Outcome, Runner, policy};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::counts::{Counts, Told, field};
use crate::json;
use crate::shown::{At, Shown, tag};

/// What was found in one record, and is shown: the first so many.
const MARKS: usize = 1000;

/// A policy that is followed, and the text that is read.
#[wasm_bindgen]
pub struct Session {
    explainer: Explainer,
    /// For what a record is before anything is added to it.
    plain: Native,
    reading: Reading,
}

/// The text that is read.
struct Reading {
    asked: Asked,
    fed: Fed,
    counts: Counts,
}

/// What is asked of a text.
#[derive(Default)]
struct Asked {
    form: String,
    tag: String,
    function: String,
    filter: Filter,
    skip: u64,
    show: u64,
}

/// Which records are shown: those that have all of it.
#[derive(Default)]
struct Filter {
    rule: Option<String>,
    field: Option<String>,
    route: Option<String>,
    kept: Option<bool>,
}

impl Asked {
    /// From an object in JSON; nothing if there is none. What is left out or null is not asked for.
    fn read(object: &[u8]) -> Option<Asked> {
        let text = |object: &[u8], name: &str| {
            let body = member(object, name)?.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
            Some(String::from_utf8_lossy(&unescape(body)).into_owned())
        };
        let number = |name: &str| std::str::from_utf8(member(object, name)?).ok()?.parse().ok();
        let filter = member(object, "filter").unwrap_or_default();
        (judge(object) == Verdict::Object).then(|| Asked {
            form: text(object, "form").unwrap_or_default(),
            tag: text(object, "tag").unwrap_or_default(),
            function: text(object, "function").unwrap_or_else(|| "pipeline".to_owned()),
            filter: Filter {
                rule: text(filter, "rule"),
                field: text(filter, "field"),
                route: text(filter, "route"),
                kept: member(filter, "kept").filter(|value| *value != b"null").map(|value| value == b"true"),
            },
            skip: number("skip").unwrap_or_default(),
            show: number("show").unwrap_or_default(),
        })
    }
}

/// Something that is wrong with a text.
#[derive(Serialize)]
struct ToldWrong {
    line: u32,
    column: u32,
    what: String,
}

impl From<&Wrong> for ToldWrong {
    fn from(wrong: &Wrong) -> ToldWrong {
        ToldWrong { line: wrong.place.line, column: wrong.place.column, what: wrong.what.clone() }
    }
}

#[wasm_bindgen]
impl Session {
    /// Follows the default policy.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "the page has no default")]
    pub fn new() -> Session {
        let (explainer, plain) = followed("").unwrap_or_else(|wrong| {
            // An empty file is a policy.
            unreachable!("{}", wrong.len())
        });
        Session { explainer, plain, reading: Reading::new(Asked::default()) }
    }

    /// Follows the policy of this text from now on, unless something is wrong with it. JSON: `{wrongs: [{line, column,
    /// what}], id}`, lines and columns from 1.
    pub fn set_policy(&mut self, text: &str) -> String {
        #[derive(Serialize)]
        struct Told {
            wrongs: Vec<ToldWrong>,
            id: Option<String>,
        }
        json(&match followed(text) {
            Ok((explainer, plain)) => {
                (self.explainer, self.plain) = (explainer, plain);
                Told { wrongs: Vec::new(), id: Some(policy::id(self.explainer.file())) }
            }
            Err(wrongs) => Told { wrongs: wrongs.iter().map(ToldWrong::from).collect(), id: None },
        })
    }

    /// Begins a text, with `{form, tag, function, filter: {rule, field, route, kept}, skip, show}` in JSON: of the records
    /// that pass the filter `show` are shown, but for the first `skip`.
    ///
    /// # Errors
    /// That is no object.
    pub fn begin(&mut self, asked: &str) -> Result<(), String> {
        self.reading = Reading::new(Asked::read(asked.as_bytes()).ok_or("what is asked is no object")?);
        Ok(())
    }

    /// Bytes of the text, cut anywhere. JSON: the records that are shown and complete now.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.reading.counts.bytes += bytes.len() as u64;
        self.reading.fed.push(bytes);
        json(&self.read())
    }

    /// The end of the text. JSON: `{shown, counts}`.
    pub fn end(&mut self) -> String {
        #[derive(Serialize)]
        struct Ended<'a> {
            shown: Vec<Shown>,
            counts: Told<'a>,
        }
        self.reading.fed.end();
        let shown = self.read();
        json(&Ended { shown, counts: self.reading.told() })
    }

    /// What was counted so far, as JSON.
    pub fn counts(&self) -> String {
        json(&self.reading.told())
    }

    /// Runs the cases of a file. JSON: `{wrongs, cases: [{name, line, passed, failures}], unused}`.
    pub fn cases(&mut self, text: &str) -> String {
        #[derive(Serialize)]
        struct Told {
            wrongs: Vec<ToldWrong>,
            cases: Vec<Case>,
            unused: Vec<At>,
        }
        #[derive(Serialize)]
        struct Case {
            name: String,
            line: u32,
            passed: bool,
            failures: Vec<At>,
        }
        let cases = match cases::read(text, self.explainer.file()) {
            Ok(cases) => cases,
            Err(wrongs) => {
                let wrongs = wrongs.iter().map(ToldWrong::from).collect();
                return json(&Told { wrongs, cases: Vec::new(), unused: Vec::new() });
            }
        };
        let mut coverage = Coverage::default();
        let mut told = Vec::new();
        for case in &cases {
            let (explained, failures) = cases::run(case, &mut self.explainer);
            coverage.add(&explained);
            let failure = |failure: cases::Failure| At {
                line: failure.place.line,
                column: failure.place.column,
                what: failure.what,
            };
            told.push(Case {
                name: case.name.clone().unwrap_or_else(|| format!("line {}", case.place.line)),
                line: case.place.line,
                passed: failures.is_empty(),
                failures: failures.into_iter().map(failure).collect(),
            });
        }
        let file = self.explainer.file();
        let unused = coverage.unused(file).into_iter();
        let unused = unused.map(|(entry, place)| {
            let what = entry.shown(file).to_string();
            At { line: place.line, column: place.column, what }
        });
        json(&Told { wrongs: Vec::new(), cases: told, unused: unused.collect() })
    }

    /// Bytes of memory that this instance has taken; it gives none of it back.
    pub fn memory(&self) -> usize {
        #[cfg(target_arch = "wasm32")]
        let pages = core::arch::wasm32::memory_size::<0>();
        #[cfg(not(target_arch = "wasm32"))]
        let pages = 0;
        pages << 16
    }
}

impl Session {
    /// The records that are complete: all are counted, and some shown.
    fn read(&mut self) -> Vec<Shown> {
        let Reading { asked, fed, counts } = &mut self.reading;
        let mut shown = Vec::new();
        loop {
            let form = fed.form().map_or("", Form::name);
            let Some(item) = fed.next_record() else { return shown };
            let (output, lost) = match self.explainer.run(&asked.function, item.tag, item.record) {
                Outcome::Record(output) => (Some(output), None),
                Outcome::Lost(lost) => (None, Some(lost.to_string())),
            };
            let route = output.map(tag).unwrap_or_default();
            let output = output.map(<[u8]>::to_vec);
            let trace = self.explainer.trace();
            let route = if trace.route().is_some() { route } else { String::new() };
            let names = self.explainer.policy().rules;
            counts.add(trace, names, &route);
            counts.lost += u64::from(lost.is_some());
            if !asked.filter.fits(trace, names, &route) {
                continue;
            }
            counts.matching += 1;
            if counts.matching <= asked.skip || counts.matching > asked.skip.saturating_add(asked.show) {
                continue;
            }
            let mut explained = self.explainer.explained(MARKS);
            explained.output = output;
            let written = match asked.function.as_str() {
                "pipeline" | "parse" => self.plain.run("parse", item.tag, item.record).record().unwrap_or_default(),
                _ => item.record,
            };
            let record = Shown::new(item.record, &explained, written, self.explainer.file());
            let tag = String::from_utf8_lossy(item.tag).into_owned();
            shown.push(Shown { line: item.line, tag, form, lost, ..record });
        }
    }
}

impl Reading {
    fn new(asked: Asked) -> Reading {
        let mut options = Options::default();
        if let Some(form) = Form::from_name(&asked.form) {
            options = options.form(form);
        }
        if !asked.tag.is_empty() {
            options = options.tag(asked.tag.as_bytes());
        }
        Reading { asked, fed: Fed::new(options), counts: Counts::default() }
    }

    fn told(&self) -> Told<'_> {
        self.counts.told(self.fed.form().map_or("", Form::name), self.fed.lines())
    }
}

impl Filter {
    /// Whether a record has what is asked for: one thing that was found of the rule, in the field, done to or kept; and
    /// the route. In a field counts what something was done to.
    fn fits(&self, trace: &Trace, names: &[&str], route: &str) -> bool {
        let is_one = |found: &podsieve_core::trace::Found| {
            let name = names.get(usize::from(found.rule));
            self.rule.as_ref().is_none_or(|rule| name.is_some_and(|name| rule == name))
                && self.kept.or(self.field.as_ref().map(|_| false)).is_none_or(|kept| kept == found.kept.is_some())
                && self.field.as_ref().is_none_or(|wanted| {
                    trace.values().get(found.value).is_some_and(|value| *wanted == field(&value.path))
                })
        };
        let any = self.rule.is_none() && self.kept.is_none() && self.field.is_none();
        (any || trace.found().iter().any(is_one)) && self.route.as_ref().is_none_or(|wanted| wanted == route)
    }
}

/// Engines that follow the policy of a text. Keys of hashes are made up.
fn followed(text: &str) -> Result<(Explainer, Native), Vec<Wrong>> {
    let file: File = policy::read(text)?;
    let keys: Vec<policy::Key> = file.hash.keys.iter().map(|key| (key.id.clone(), b"made up".to_vec())).collect();
    let explainer = Explainer::new(file, &keys)?;
    let plain = Native::with(explainer.policy());
    Ok((explainer, plain))
}
