//! A policy as the engine has it, from the policy as its file says it.

use ::core::iter;
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use podsieve_core::Policy;
use podsieve_core::policy::{
    self as core, Builder, Convention, Custom, Extra, Keyword, Meaning, Part, PathMeaning, PathRule, RuleId, Step, When,
};
use regex_lite::Regex;

use crate::canonical;
use crate::model::{
    Action, Allowed, Condition, Enrich, Exception, File, HashKey, Key, Known, Mark, MarkPart, Missing, Names, OnError,
    Parse, Path, Redacted, Rule, Secret, Segment, Setting, Tag, TagPart, Test, Text, Which, Write,
};
use crate::yaml::{Place, Wrong};

/// The detectors that the engine has, for who reads a file.
#[must_use]
pub fn detectors() -> Vec<crate::model::Detector<'static>> {
    use crate::model::{Detector, Group};
    const PII: &[&str] = &["email", "card", "ssn", "phone", "iban", "ipv4", "ipv6", "mac"];
    const OFF: &[&str] = &["phone", "iban", "ipv4", "ipv6", "mac"];
    let detector = |name: &&'static str| Detector {
        name,
        group: if PII.contains(name) { Group::Pii } else { Group::Secrets },
        on: !OFF.contains(name),
    };
    Policy::DEFAULT.rules.iter().map(detector).collect()
}

/// The policy that `file` asks for, with `id` for the audit. `secret` gives the bytes of a key for hashes. The policy is
/// never freed: a program has one, or few.
///
/// # Errors
///
/// What the file says and the engine cannot do: a regex that does not compile, too many rules, a key that is not there.
pub fn compile(
    file: &File,
    id: &str,
    secret: impl Fn(&HashKey) -> Option<Vec<u8>>,
) -> Result<&'static Policy, Vec<Wrong>> {
    let mut compiler = Compiler { builder: Builder::new(), custom: Custom::default(), wrong: Vec::new() };
    compiler.detectors(&file.detectors);
    for rule in &file.rules {
        compiler.rule(rule);
    }
    for key in &file.keys {
        compiler.key(key);
    }
    for exception in &file.allow {
        compiler.exception(exception);
    }
    for key in &file.hash.keys {
        let bytes = secret(key).filter(|bytes| !bytes.is_empty());
        match bytes.and_then(|bytes| core::Key::new(key.id.clone(), &bytes)) {
            Some(key) => compiler.custom.keys.push(key),
            None => compiler.wrong(key.place, "the key is not there, or is empty".to_owned()),
        }
    }
    compiler.enrich(&file.enrich);
    compiler.routes(file);
    compiler.parse(&file.parse);
    compiler.custom.drops = file.on_error == OnError::Drop;
    compiler.custom.limit = file.limits.record.map(|bytes| bytes as usize);
    compiler.custom.audit = match file.audit.write {
        Write::WhenRedacted => core::Audit::WhenRedacted,
        Write::Always => core::Audit::Always,
        Write::Never => core::Audit::Never,
    };
    compiler.custom.id = file.audit.policy.then(|| id.to_owned());
    if compiler.wrong.is_empty() { Ok(compiler.builder.build(compiler.custom)) } else { Err(compiler.wrong) }
}

struct Compiler {
    builder: Builder,
    custom: Custom,
    wrong: Vec<Wrong>,
}

impl Compiler {
    fn wrong(&mut self, place: Place, what: String) {
        self.wrong.push(Wrong { place, what });
    }

    fn act(&mut self, rule: RuleId, action: core::Action) {
        let place = usize::from(rule);
        if self.custom.actions.len() <= place {
            self.custom.actions.resize(place + 1, core::Action::Mark);
        }
        if let Some(known) = self.custom.actions.get_mut(place) {
            *known = action;
        }
    }

    fn detectors(&mut self, settings: &[Setting]) {
        let mut extra = Extra::NONE;
        let mut off = Vec::new();
        for setting in settings {
            let Some(rule) = self.builder.rule(&setting.name) else { continue };
            match &setting.action {
                Some(found) => {
                    let found = action(found, &setting.name);
                    self.act(rule, found);
                    extra = extra.with(extra_of(rule));
                }
                None => {
                    self.act(rule, core::Action::Off);
                    off.push(rule);
                }
            }
            if setting.keep_private {
                self.custom.private.push(rule);
            }
            let allowed = self.allowed(&setting.allow);
            self.allow(core::Allowed { rules: [rule].into(), ..allowed });
        }
        self.builder.without(|rule| off.contains(&rule));
        self.builder.policy().extra = extra;
    }

    fn rule(&mut self, rule: &Rule) {
        let Some(id) = self.builder.rule(&rule.name) else {
            return self.wrong(rule.place, "there are too many rules".to_owned());
        };
        let Some(regex) = self.regex(&rule.regex, "") else { return };
        let group = match &rule.secret {
            Secret::Default => usize::from(regex.captures_len() > 1),
            Secret::Number(number) => *number as usize,
            Secret::Name(name) => {
                let found = regex.capture_names().position(|known| known == Some(name.text.as_str()));
                found.unwrap_or(usize::MAX)
            }
        };
        if group >= regex.captures_len() {
            let place = if let Secret::Name(name) = &rule.secret { name.place } else { rule.regex.place };
            return self.wrong(place, format!("the regex has {} groups, and not this one", regex.captures_len() - 1));
        }
        let allowed = self.allowed(&rule.allow);
        self.custom.rules.push(core::Rule {
            id,
            regex,
            group,
            within: usize::from(rule.within),
            checksum: rule.checksum,
            entropy: u32::from(rule.entropy.unwrap_or(0)) * 256 / 1000,
            allowed,
            run: run(&rule.regex.text, group),
        });
        let place = (self.custom.rules.len() - 1) as u16;
        if rule.full_scan {
            self.custom.full.push(place);
        }
        for keyword in rule.keywords.iter().filter(|_| !rule.full_scan) {
            self.keyword(keyword, place, rule);
        }
        let found = action(&rule.action, &rule.name);
        self.act(id, found);
    }

    /// Adds the rule at `place` to those of a keyword. What stands in front of its first letter is the regex's concern.
    fn keyword(&mut self, keyword: &str, place: u16, rule: &Rule) {
        let text = keyword.trim_start_matches(|first: char| !first.is_ascii_alphabetic()).to_ascii_lowercase();
        if text.len() < MIN_KEYWORD {
            let what = format!("a keyword needs {MIN_KEYWORD} characters from its first letter on");
            return self.wrong(rule.place, what);
        }
        let known = self.custom.keywords.iter().position(|known| known.text == text).unwrap_or_else(|| {
            self.custom.keywords.push(Keyword { text: text.clone(), spellings: Vec::new(), rules: Vec::new() });
            self.custom.keywords.len() - 1
        });
        let Some(known) = self.custom.keywords.get_mut(known) else { return };
        known.rules.push(place);
        // `AKCp` of a regex is no text in small letters or capitals.
        let regex = &rule.regex.text;
        let like =
            |start: &usize| regex.get(*start..start + text.len()).is_some_and(|part| part.eq_ignore_ascii_case(&text));
        for start in (0..regex.len()).filter(like) {
            let spelling = regex.get(start..start + text.len()).unwrap_or_default().to_owned();
            let usual = spelling == text || spelling == text.to_ascii_uppercase();
            if !usual && !known.spellings.contains(&spelling) {
                known.spellings.push(spelling);
            }
        }
    }

    /// The rule of this name that acts so: one of several, if it is done otherwise elsewhere.
    fn acting(&mut self, name: &str, found: core::Action) -> Option<RuleId> {
        let acts = |rule: RuleId| self.custom.actions.get(usize::from(rule)).unwrap_or(&core::Action::Mark);
        let known: Vec<RuleId> = self.builder.rules_of(name).collect();
        if let Some(same) = known.iter().find(|rule| *acts(**rule) == found) {
            return Some(*same);
        }
        let kept = found == core::Action::Keep;
        let counted = known.iter().find(|rule| (*acts(**rule) == core::Action::Keep) == kept).copied();
        let rule = if known.is_empty() { self.builder.rule(name)? } else { self.builder.alias(name)? };
        self.custom.counted.extend(counted.map(|counted| (rule, counted)));
        self.act(rule, found);
        Some(rule)
    }

    fn key(&mut self, key: &Key) {
        let Some(rule) = self.acting(&key.rule, action(&key.action, &key.rule)) else {
            return self.wrong(key.place, "there are too many rules".to_owned());
        };
        match &key.which {
            Which::Name(name) => {
                let meaning = if key.text_only { Meaning::SecretText(rule) } else { Meaning::Secret(rule) };
                self.builder.name(&name.text, meaning, Part::Whole);
            }
            Which::Path(path) => {
                let meaning = if key.text_only { Meaning::SecretText(rule) } else { Meaning::Secret(rule) };
                self.path(path, PathMeaning::Secret(meaning));
            }
        }
    }

    fn exception(&mut self, exception: &Exception) {
        let rules = exception.rules.iter().filter_map(|rule| self.builder.rule(rule)).collect();
        let allowed = core::Allowed { rules, ..self.allowed(&exception.allowed) };
        match &exception.path {
            Some(path) => self.path(path, PathMeaning::Allowed(allowed)),
            None => self.allow(allowed),
        }
    }

    fn path(&mut self, path: &Path, what: PathMeaning) {
        let segment = |segment: &Segment| match segment {
            Segment::Name(name) => core::Segment::Name(name.clone()),
            Segment::AnyIndex => core::Segment::AnyIndex,
            Segment::Index(index) => core::Segment::Index(*index),
            Segment::Any => core::Segment::Any,
            Segment::Deep => core::Segment::Deep,
        };
        self.custom.paths.push(PathRule { path: path.segments.iter().map(segment).collect(), what });
    }

    fn enrich(&mut self, enrich: &Enrich) {
        let convention: Option<&'static Convention> = match enrich.names {
            Names::Kubernetes => None,
            Names::OpenTelemetry => Some(&Convention::OPENTELEMETRY),
            Names::Ecs => Some(&Convention::ECS),
        };
        if let Some(convention) = convention {
            let policy = self.builder.policy();
            policy.service_keys = first(convention.service, policy.service_keys);
            policy.severity_keys = first(convention.severity, policy.severity_keys);
            // A body may not say where it comes from.
            let fixed = convention.fixed.iter().map(|(name, _)| *name);
            let reserved = policy.reserved.iter().copied().chain(convention.origin).chain(fixed);
            policy.reserved = Vec::leak(reserved.collect());
            self.custom.convention = Some(convention);
        }
        let fields = enrich.fields.iter().map(|(name, value)| (leaked(name), leaked(value))).collect();
        self.builder.policy().static_fields = Vec::leak(fields);
        for lookup in &enrich.lookups {
            let from = self.steps(&lookup.from);
            let (field, values) = (lookup.field.clone(), lookup.values.clone());
            self.custom.lookups.push(core::Lookup { field, from, values, default: lookup.default.clone() });
        }
    }

    fn routes(&mut self, file: &File) {
        // Those of the default policy the engine knows itself, and faster.
        let detectors = detectors();
        let known = Known { detectors: &detectors };
        if let Ok(default) = crate::read("", &known)
            && canonical(&File { route: file.route.clone(), ..default.clone() }, &known) == canonical(&default, &known)
        {
            return;
        }
        let routes = file.route.iter().map(|route| core::OwnRoute {
            when: route.when.iter().map(|when| self.condition(when)).collect(),
            tag: self.tag(&route.tag),
            missing: match &route.missing {
                Missing::Text(text) => Some(text.clone()),
                Missing::Skip => None,
            },
        });
        let routes = routes.collect();
        self.custom.routes = Some(routes);
        self.builder.policy().routes = &[];
    }

    fn tag(&mut self, tag: &Tag) -> Vec<core::TagPart> {
        let part = |part: &TagPart| match part {
            TagPart::Text(text) => core::TagPart::Text(text.clone()),
            TagPart::Field(path) => core::TagPart::Field(self.steps(path)),
        };
        tag.parts.iter().map(part).collect()
    }

    fn condition(&mut self, condition: &Condition) -> When {
        match condition {
            Condition::Field { field, test } => {
                let test = match test {
                    Test::Equals(value) => core::Test::Equals(value.clone()),
                    Test::In(values) => core::Test::In(values.clone()),
                    Test::Prefix(prefix) => core::Test::Prefix(prefix.clone()),
                    Test::Glob(glob) => core::Test::Glob(glob.clone()),
                    Test::Exists(exists) => core::Test::Exists(*exists),
                };
                When::Field(self.steps(field), test)
            }
            Condition::Severity(least) => When::AtLeast(*least),
            Condition::Redacted(Redacted::Anything) => When::Redacted(Vec::new()),
            Condition::Redacted(Redacted::Rules(rules)) => {
                When::Redacted(rules.iter().filter_map(|rule| self.builder.rule(rule)).collect())
            }
            Condition::Not(condition) => When::Not(Box::new(self.condition(condition))),
            Condition::Any(conditions) => When::Any(conditions.iter().map(|when| self.condition(when)).collect()),
        }
    }

    /// The steps of a path without wildcards. Who looks there depends on these fields.
    fn steps(&mut self, path: &Path) -> Vec<Step> {
        let step = |segment: &Segment| match segment {
            Segment::Name(name) => Some(Step::Name(name.clone())),
            Segment::Index(index) => Some(Step::Index(*index)),
            Segment::AnyIndex | Segment::Any | Segment::Deep => None,
        };
        let steps: Vec<Step> = path.segments.iter().filter_map(step).collect();
        let mut name = String::new();
        for step in &steps {
            let Step::Name(part) = step else { break };
            name.push_str(part);
            if !self.custom.looked_at.contains(&name) {
                self.custom.looked_at.push(name.clone());
            }
            name.push('.');
        }
        steps
    }

    fn parse(&mut self, parse: &Parse) {
        let keys = parse.body.iter().map(|key| leaked(key)).collect();
        self.builder.policy().body_keys = Vec::leak(keys);
        self.builder.policy().conflict_prefix = leaked(&parse.conflict_prefix);
        self.custom.formats = parse.formats;
        self.custom.depth = parse.depth;
    }

    fn allow(&mut self, allowed: core::Allowed) {
        if !(allowed.values.is_empty() && allowed.patterns.is_empty() && allowed.words.is_empty()) {
            self.custom.allowed.push(allowed);
        }
    }

    fn allowed(&mut self, allowed: &Allowed) -> core::Allowed {
        let patterns = allowed.patterns.iter().filter_map(|pattern| self.regex(pattern, "^(?:{})$")).collect();
        core::Allowed { rules: Vec::new(), values: allowed.values.clone(), patterns, words: allowed.words.clone() }
    }

    /// A regex, in the place of `{}` in `around` if that is not empty.
    fn regex(&mut self, text: &Text, around: &str) -> Option<Regex> {
        let whole = if around.is_empty() { text.text.clone() } else { around.replace("{}", &text.text) };
        match Regex::new(&whole) {
            Ok(regex) => Some(regex),
            Err(error) => {
                self.wrong(text.place, format!("not a regex: {error}"));
                None
            }
        }
    }
}

/// The run of characters without which the group of a regex has no match, if one is known.
fn run(regex: &str, group: usize) -> Option<([u64; 4], usize)> {
    let run = crate::pattern::Pattern::parse(regex).ok()?.run(u32::try_from(group).ok()?)?;
    let mut class = [0; 4];
    for byte in run.bytes().iter() {
        class[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    Some((class, run.least()))
}

/// `name`, and the others behind it.
fn first(name: &'static str, others: &[&'static str]) -> &'static [&'static str] {
    let others = others.iter().copied().filter(|other| *other != name);
    Vec::leak(iter::once(name).chain(others).collect())
}

/// `text`, for as long as there is a program.
fn leaked(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

/// A shorter keyword is too frequent, in bytes.
const MIN_KEYWORD: usize = 3;

fn extra_of(rule: RuleId) -> Extra {
    match rule {
        core::IPV4 => Extra::IPV4,
        core::IPV6 => Extra::IPV6,
        core::PHONE => Extra::PHONE,
        core::IBAN => Extra::IBAN,
        core::MAC => Extra::MAC,
        _ => Extra::NONE,
    }
}

fn action(action: &Action, rule: &str) -> core::Action {
    match action {
        Action::Redact(mark) => marked(mark, rule),
        Action::Mask(mask) => {
            core::Action::Mask { first: usize::from(mask.first), last: usize::from(mask.last), with: mask.with }
        }
        Action::Hash { length } => core::Action::Hash { digits: usize::from(*length) },
        Action::Remove => core::Action::Remove,
        Action::Keep => core::Action::Keep,
    }
}

/// What stands for what a rule finds.
fn marked(mark: &Mark, rule: &str) -> core::Action {
    let text: String = mark
        .parts
        .iter()
        .map(|part| match part {
            MarkPart::Text(text) => text.as_str(),
            MarkPart::Rule => rule,
        })
        .collect();
    if text == format!("[REDACTED:{rule}]") { core::Action::Mark } else { core::Action::Text(text) }
}
