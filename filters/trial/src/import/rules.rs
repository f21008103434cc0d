//! Rules.

use podsieve_policy::pattern::{Around, Pattern, Takes, from_go};

use super::config::{Config, Exception, Rule};
use super::names::Names;
use super::write::{self, Allow};
use super::{Count, Import, Note, allow};

/// What a policy's `within` may be, in bytes.
const FARTHEST: usize = 1024;

/// How far a keyword is looked for that need not be in the match, in bytes besides the match's.
const ELSEWHERE: usize = 256;

/// The longest character: so much the anchors and word boundaries at the ends of a match look at.
const CHARACTER: usize = 4;

/// Bytes of a keyword from its first letter on.
const KEYWORD: std::ops::RangeInclusive<usize> = 3..=64;

/// Bytes of a regex.
const LONGEST: usize = 4096;

/// Alternatives that become rules of their own.
const MOST: usize = 4;

pub(super) fn import(file: &str, config: &Config) -> Import {
    let mut importer =
        Importer { config, names: Names::default(), rules: Vec::new(), notes: Vec::new(), count: Count::default() };
    if let Some((line, name)) = &config.extends {
        importer.note(
            *line,
            "",
            true,
            format!("the configuration that this one extends ({name}): import it by itself"),
        );
    }
    for rule in &config.rules {
        importer.count.rules += 1;
        let before = importer.rules.len();
        match importer.rule(rule) {
            Ok(()) => {
                importer.count.taken += 1;
                importer.count.written += (importer.rules.len() - before) as u64;
            }
            Err(why) => _ = importer.note(rule.line, &rule.id, true, why),
        }
    }
    let mut allowed = Allow::default();
    for exception in config.exceptions.iter().filter(|exception| exception.rules.is_empty()) {
        let more = importer.exception(exception, "", None, false);
        allow::merge(&mut allowed, more);
    }
    let exceptions = config.rules.iter().flat_map(|rule| &rule.exceptions).chain(&config.exceptions);
    importer.count.places = exceptions.filter(|exception| exception.has_places).count() as u64;
    for exception in &config.exceptions {
        for id in exception.rules.iter().filter(|id| !config.rules.iter().any(|rule| &rule.id == *id)) {
            importer.note(exception.line, id, true, "an exception for a rule that is not here".to_owned());
        }
    }
    let Importer { rules, mut notes, count, .. } = importer;
    notes.sort_by_key(|note| note.line);
    let about = format!("Made by `podsieve import gitleaks` of {file}: {} of {} rules.", count.taken, count.rules);
    Import { policy: write::policy(&about, &rules, &allow::patterns(allowed)), notes, count }
}

struct Importer<'a> {
    config: &'a Config,
    names: Names,
    rules: Vec<write::Rule>,
    notes: Vec<Note>,
    count: Count,
}

/// A regex of a rule and the group that is its secret.
struct Part {
    pattern: Pattern,
    secret: u32,
}

impl Importer<'_> {
    /// True if this was not told yet: parts of a rule tell the same.
    fn note(&mut self, line: usize, rule: &str, left_out: bool, what: String) -> bool {
        let note = Note { line, rule: rule.to_owned(), left_out, what };
        let is_new = !self.notes.contains(&note);
        if is_new {
            self.notes.push(note);
        }
        is_new
    }

    /// # Errors
    /// When it means nothing for logs, or a policy has nothing for it: why.
    fn rule(&mut self, rule: &Rule) -> Result<(), String> {
        if rule.is_hidden {
            return Err("it is only a part of other rules (skipReport)".into());
        }
        if rule.is_composite {
            return Err(
                "it counts only where other rules find something (required), which a policy cannot ask for".into()
            );
        }
        if rule.regex.is_empty() {
            return Err("it is for names of files only (path)".into());
        }
        let text = from_go(&rule.regex).map_err(|wrong| format!("its regex: {wrong}"))?;
        let parts = parts(&text, rule.secret_group)?;
        let several = parts.len() > 1;
        let mut written = Vec::new();
        for part in parts {
            written.push(self.part(rule, part)?);
        }
        self.count.translated += u64::from(text != rule.regex);
        if rule.has_path {
            self.note(rule.line, &rule.id, false, "it was for certain files (path), and is now for all records".into());
        }
        if several {
            let what =
                format!("its {} alternatives with secrets of their own become rules of their own", written.len());
            self.note(rule.line, &rule.id, false, what);
        }
        for mut part in written {
            part.name = self.names.take(&rule.id);
            self.rules.push(part);
        }
        Ok(())
    }

    fn part(&mut self, rule: &Rule, part: Part) -> Result<write::Rule, String> {
        let Part { mut pattern, secret } = part;
        if secret > 0 {
            let shorter = pattern.without_lead();
            if shorter != pattern.text() {
                pattern = Pattern::parse(&shorter).map_err(|wrong| format!("its regex: {wrong}"))?;
                self.count.shortened += 1;
            }
        }
        if pattern.text().len() > LONGEST {
            return Err(format!("its regex is longer than {LONGEST} bytes"));
        }
        regex_lite::Regex::new(pattern.text()).map_err(|error| format!("its regex: {error}"))?;
        let keywords = self.keywords(rule, &pattern)?;
        let lengths = pattern.lengths(secret);
        let mut allow = Allow::default();
        let for_all = |exception: &&Exception| exception.rules.contains(&rule.id);
        let exceptions: Vec<&Exception> =
            rule.exceptions.iter().chain(self.config.exceptions.iter().filter(for_all)).collect();
        for exception in exceptions {
            let more = self.exception(exception, &rule.id, lengths.and_then(|lengths| lengths.most), secret == 0);
            allow::merge(&mut allow, more);
        }
        if secret == 0 && pattern.groups() > 0 {
            let what = "the whole match is the secret, as no group is in every match";
            self.note(rule.line, &rule.id, false, what.into());
        }
        let within = self.within(&pattern, &keywords);
        let entropy = match rule.entropy {
            0.0 => String::new(),
            bits => format!("{bits:.3}").trim_end_matches('0').trim_end_matches('.').to_owned(),
        };
        let regex = pattern.text().to_owned();
        let description = rule.description.clone();
        Ok(write::Rule { name: String::new(), description, regex, keywords, within, secret, entropy, allow })
    }

    fn exception(&mut self, exception: &Exception, rule: &str, longest: Option<usize>, whole: bool) -> Allow {
        let taken = allow::take(exception, longest, whole);
        for what in taken.left_out {
            self.count.exceptions += u64::from(self.note(exception.line, rule, true, what));
        }
        taken.allow
    }

    /// The rule's own, without those beside which another one is in every match; else what every match holds.
    fn keywords(&mut self, rule: &Rule, pattern: &Pattern) -> Result<Vec<String>, String> {
        let mut keywords: Vec<String> = Vec::new();
        for keyword in &rule.keywords {
            let keyword = keyword.to_ascii_lowercase();
            if !keyword.is_empty() && !keywords.contains(&keyword) {
                keywords.push(keyword);
            }
        }
        if let Some(keyword) = keywords.iter().find(|keyword| !is_keyword(keyword)) {
            let what =
                format!("its keyword `{keyword}` has not from 3 to 64 letters, digits and signs from a letter on");
            let Some(literals) = pattern.literals() else {
                return Err(format!("{what}, and nothing else is in every match"));
            };
            self.note(rule.line, &rule.id, false, format!("{what}, and gives way to what every match holds"));
            keywords = literals;
        } else if keywords.is_empty() {
            let Some(literals) = pattern.literals() else {
                return Err("it has no keywords, and no text of 3 bytes is in every match".into());
            };
            keywords = literals;
        }
        for n in (0..keywords.len()).rev() {
            let others: Vec<&str> =
                keywords.iter().enumerate().filter(|(i, _)| *i != n).map(|(_, word)| word.as_str()).collect();
            if pattern.around(&others).is_some() {
                keywords.remove(n);
            }
        }
        Ok(keywords)
    }

    /// So far that a match is seen in full from a keyword in it.
    fn within(&mut self, pattern: &Pattern, keywords: &[String]) -> usize {
        let words: Vec<&str> = keywords.iter().map(String::as_str).collect();
        let reach = match pattern.around(&words) {
            Some(Around { before, behind }) => before.zip(behind).map(|(before, behind)| before.max(behind)),
            None => pattern.lengths(0).and_then(|lengths| lengths.most).map(|most| most.saturating_add(ELSEWHERE)),
        };
        match reach.map(|reach| reach.saturating_add(CHARACTER)) {
            Some(within) if within <= FARTHEST => within,
            _ => {
                self.count.unlimited += 1;
                FARTHEST
            }
        }
    }
}

fn is_keyword(text: &str) -> bool {
    let from_letter = text.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    text.is_ascii() && KEYWORD.contains(&from_letter.len()) && KEYWORD.contains(&text.len())
}

/// gitleaks takes the group that is asked for, else the first one that is not empty. Where that may be one or another,
/// the alternatives become parts if there are few, and else the whole match is the secret.
fn parts(text: &str, group: u32) -> Result<Vec<Part>, String> {
    let parse = |text: &str| Pattern::parse(text).map_err(|wrong| format!("its regex: {wrong}"));
    let pattern = parse(text)?;
    if group > pattern.groups() {
        return Err(format!("its secret is group {group}, and there are {}", pattern.groups()));
    }
    if group > 0 {
        return Ok(vec![Part { pattern, secret: group }]);
    }
    if let Some(secret) = secret(&pattern) {
        return Ok(vec![Part { pattern, secret }]);
    }
    let branches = pattern.branches();
    if (2..=MOST).contains(&branches.len()) {
        let branches = branches.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
        let secrets: Option<Vec<u32>> = branches.iter().map(secret).collect();
        if let Some(secrets) = secrets {
            let parts = branches.into_iter().zip(secrets);
            return Ok(parts.map(|(pattern, secret)| Part { pattern, secret }).collect());
        }
    }
    Ok(vec![Part { pattern, secret: 0 }])
}

/// The first group if every match has it and it is not empty; the whole match without any.
fn secret(pattern: &Pattern) -> Option<u32> {
    let is_filled = pattern.lengths(1).is_some_and(|lengths| lengths.least > 0);
    match pattern.takes(1) {
        None => Some(0),
        Some(Takes::Always) if is_filled => Some(1),
        Some(Takes::Always | Takes::Sometimes | Takes::Repeatedly) => None,
    }
}
