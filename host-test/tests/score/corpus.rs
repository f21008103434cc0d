//! The files of `testdata/score/`, expanded to cases.

use std::fs;
use std::path::{Path, PathBuf};

use podsieve_host::json;

use super::grammar::{Grammar, Names};
use super::random::{Random, is_held_out};
use super::templates::{Piece, Template};

/// How often a line of `hard-benign.txt` with slots is filled.
const BENIGN_VARIANTS: usize = 2;
/// How often a record of `policy.txt` is filled.
const POLICY_VARIANTS: usize = 4;

/// Something with secrets in it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) kind: String,
    /// The template's place, and the family's name where there is one.
    pub(crate) id: String,
    pub(crate) form: String,
    pub(crate) family: Option<String>,
    pub(crate) held_out: bool,
    pub(crate) is_loose: bool,
    pub(crate) is_record: bool,
    pub(crate) pieces: Vec<Piece>,
}

impl Case {
    fn of(kind: &str, template: &Template, pieces: Vec<Piece>) -> Case {
        Case {
            kind: kind.to_owned(),
            id: template.id.clone(),
            form: template.text.clone(),
            family: None,
            held_out: is_held_out(&template.text),
            is_loose: template.is_loose,
            is_record: template.is_record,
            pieces,
        }
    }

    pub(crate) fn text(&self) -> String {
        self.pieces.iter().map(Piece::text).collect()
    }

    pub(crate) fn record(&self) -> Vec<u8> {
        if self.is_record { self.text().into_bytes() } else { record_of(&self.text()) }
    }

    /// The record with nothing where the secrets are.
    pub(crate) fn frame(&self) -> Vec<u8> {
        let text: String =
            self.pieces.iter().map(|p| if let Piece::Frame(text) = p { text } else { "\u{fffc}" }).collect();
        if self.is_record { text.into_bytes() } else { record_of(&text) }
    }
}

/// Something without.
#[derive(Debug)]
pub(crate) struct Benign {
    pub(crate) source: String,
    pub(crate) line: usize,
    pub(crate) held_out: bool,
    pub(crate) record: Vec<u8>,
}

/// The record of a collector whose body is this text.
pub(crate) fn record_of(text: &str) -> Vec<u8> {
    let mut record = b"{\"log\":".to_vec();
    json::write_string(&mut record, text.as_bytes());
    record.push(b'}');
    record
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/score")
}

/// A family of tokens.
struct Family {
    name: String,
    group: String,
    grammar: Grammar,
}

/// The corpora.
pub(crate) struct Corpus {
    /// In the order of `kinds.tsv`.
    pub(crate) kinds: Vec<String>,
    pub(crate) cases: Vec<Case>,
    pub(crate) benign: Vec<Benign>,
    /// Records of the application's own: the secrets go, the rest stays byte for byte.
    pub(crate) policy: Vec<Case>,
    /// Families with a form of their own, and those known by a word next to them.
    pub(crate) families: (usize, usize),
}

/// Reads and expands all.
///
/// # Panics
///
/// If a file is missing or does not follow the README.
pub(crate) fn load() -> Corpus {
    let names: Names = rows("generators.tsv").into_iter().map(|[name, pattern]| (name, parsed(&pattern))).collect();
    let families: Vec<Family> = rows("families.tsv")
        .into_iter()
        .map(|[name, group, pattern, _source]| Family { name, group, grammar: parsed(&pattern) })
        .collect();
    let mut kinds = Vec::new();
    let mut cases = Vec::new();
    for [kind, variants, _what] in rows("kinds.tsv") {
        let variants = variants.parse().expect("a number of variants");
        let forms = templates(&format!("forms/{kind}.txt"));
        match kind.as_str() {
            "vendor_token" | "vendor_keyword" => {
                let by_word = kind == "vendor_keyword";
                for family in families.iter().filter(|family| (family.group == "keyword") == by_word) {
                    cases.extend((0..variants).map(|n| carried(&kind, family, &forms, &names, n)));
                }
            }
            _ => cases.extend(forms.iter().flat_map(|form| filled(&kind, form, &names, variants))),
        }
        kinds.push(kind);
    }
    let policy =
        templates("policy.txt").iter().flat_map(|form| filled("policy", form, &names, POLICY_VARIANTS)).collect();
    let by_word = families.iter().filter(|family| family.group == "keyword").count();
    Corpus { kinds, cases, benign: benign(&names), policy, families: (families.len() - by_word, by_word) }
}

fn filled<'a>(kind: &'a str, form: &'a Template, names: &'a Names, variants: usize) -> impl Iterator<Item = Case> + 'a {
    (0..variants).map(move |n| Case::of(kind, form, form.fill(names, &[], &mut Random::of(&form.text, n))))
}

/// The nth line that carries a token of the family: held out when either the line or the family is.
fn carried(kind: &str, family: &Family, forms: &[Template], names: &Names, n: usize) -> Case {
    let form = &forms[(Random::of(&family.name, 0).below(forms.len()) + n) % forms.len()];
    let words = [("word", family.name.clone()), ("WORD", family.name.to_uppercase()), ("camel", camel(&family.name))];
    let words: Vec<(&str, Grammar)> = words.into_iter().map(|(name, word)| (name, Grammar::Text(word))).collect();
    let mut given: Vec<(&str, &Grammar)> = words.iter().map(|(name, word)| (*name, word)).collect();
    given.push(("token", &family.grammar));
    let pieces = form.fill(names, &given, &mut Random::of(&format!("{} {}", family.name, form.text), n));
    let case = Case::of(kind, form, pieces);
    Case {
        id: format!("{} {}", case.id, family.name),
        family: Some(family.name.clone()),
        held_out: case.held_out || is_held_out(&family.name),
        ..case
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let (initial, rest) = word.split_at(1.min(word.len()));
        camel + &initial.to_uppercase() + rest
    })
}

/// `hard-benign.txt`, and the real logs in `benign/` where there are any.
fn benign(names: &Names) -> Vec<Benign> {
    let mut found = Vec::new();
    for form in templates("hard-benign.txt") {
        let variants = if form.text.contains("%{") { BENIGN_VARIANTS } else { 1 };
        for case in filled("benign", &form, names, variants) {
            let line = form.id.rsplit(':').next().and_then(|line| line.parse().ok()).unwrap_or(0);
            let (held_out, record) = (case.held_out, case.record());
            found.push(Benign { source: "hard-benign".to_owned(), line, held_out, record });
        }
    }
    for path in logs() {
        let source = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read(&path).expect("a log can be read");
        let text = String::from_utf8_lossy(&text);
        for (n, line) in text.split('\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let (line, held_out, record) = (n + 1, is_held_out(line), record_of(line));
            found.push(Benign { source: source.clone(), line, held_out, record });
        }
    }
    found
}

fn logs() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder().join("benign")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    paths.sort();
    paths
}

/// The lines of a file with their numbers, without comments and empty ones.
fn lines(file: &str) -> Vec<(usize, String)> {
    let text = fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let lines = text.lines().enumerate().map(|(n, line)| (n + 1, line.to_owned()));
    lines.filter(|(_, line)| !line.is_empty() && line != "#" && !line.starts_with("# ")).collect()
}

fn templates(file: &str) -> Vec<Template> {
    let name = file.trim_start_matches("forms/");
    let parse = |(n, line): (usize, String)| Template::parse(format!("{name}:{n}"), &line);
    lines(file).into_iter().map(|line| parse(line).unwrap_or_else(|wrong| panic!("{wrong}"))).collect()
}

pub(crate) fn rows<const COLUMNS: usize>(file: &str) -> Vec<[String; COLUMNS]> {
    let row = |(n, line): (usize, String)| {
        let columns: Vec<String> = line.split('\t').map(str::to_owned).collect();
        columns.try_into().unwrap_or_else(|_| panic!("{file}:{n}: expected {COLUMNS} columns"))
    };
    lines(file).into_iter().map(row).collect()
}

fn parsed(pattern: &str) -> Grammar {
    Grammar::parse(pattern).unwrap_or_else(|wrong| panic!("{wrong}"))
}
