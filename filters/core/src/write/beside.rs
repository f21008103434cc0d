//! What a member of an object, or an element of a list, says of the one beside it: `{"name": "password", "value": "x"}`,
//! `["--password", "x"]`, `["cookie", "a=b"]`, `["mysql", "-px"]`.

use crate::json::{self, Kind, Span, byte};
use crate::key::Keys;
use crate::policy::{AUTHORIZATION, COOKIE, Meaning, PASSWORD, Policy, RuleId};
use crate::redact::{self, Tool, mark};

/// Longer strings are no names, in bytes.
const MAX_NAME: usize = 64;

/// Keys whose values name what stands behind the key [`VALUES`] in the same object: of Kubernetes, HAR, OpenTelemetry,
/// CloudFormation, ECS.
const NAMES: &[&[u8]] =
    &[b"name", b"key", b"header", b"field", b"option", b"parameterkey", b"variable", b"param", b"path", b"property"];
const VALUES: &[&[u8]] = &[b"value", b"val", b"parametervalue", b"default", b"input", b"rejectedvalue"];

/// What a key is to the one beside it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Role {
    #[default]
    None,
    Name,
    Value,
}

impl Role {
    fn of(key: &[u8]) -> Role {
        let is_one = |list: &[&[u8]]| list.iter().any(|known| known.eq_ignore_ascii_case(key));
        match key.len() {
            3..=14 if is_one(NAMES) => Role::Name,
            3..=14 if is_one(VALUES) => Role::Value,
            _ => Role::None,
        }
    }
}

/// What was seen of the innermost object or list.
#[derive(Default)]
pub(super) struct Beside {
    role: Role,
    /// What the name in this object says of the value.
    named: Option<Meaning>,
    /// What the string in front says, in a list, and how.
    front: Option<(Meaning, Way)>,
    /// Strings of the list so far.
    strings: usize,
    /// The last of them.
    last: Option<Span>,
    /// The tool whose arguments these are.
    tool: Option<Tool>,
}

/// In which way a string of a list names the next one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `--password`
    Option,
    /// `x-api-key`, `Cookie`: headers are listed in turns with their values.
    Header,
    /// It is the first one; the next has to be the last.
    Pair,
}

impl Beside {
    /// Notes a key, and returns what the name beside it says of its value, which is not secret by the key alone. The
    /// name may come behind the value, which begins somewhere behind `at`.
    pub(super) fn key(&mut self, source: &Source, key: &[u8], at: usize, keys: &mut Keys) -> Option<Meaning> {
        self.role = Role::of(key);
        if self.role != Role::Value {
            return None;
        }
        self.named.take().or_else(|| source.name_behind(at, keys))
    }

    /// What is left of a list for the members behind it: its last string may name a value, as in pydantic's
    /// `"loc": ["body", "password"], "input": "x"`.
    pub(super) fn behind_list(&self, source: &Source, keys: &mut Keys) -> Beside {
        let named = self.last.filter(|last| last.len() <= MAX_NAME);
        Beside { named: named.and_then(|last| source.meaning(last.of(source.bytes), keys)), ..Beside::default() }
    }

    /// Notes the string that a member has.
    pub(super) fn member(&mut self, source: &Source, content: &[u8], keys: &mut Keys) {
        if self.role == Role::Name {
            self.named = source.meaning(content, keys);
        }
    }

    /// Notes the string that is the next element of a list, and returns what the elements in front say of it: by what
    /// rule it is secret, and from which byte on. Behind it stands the byte `next`.
    pub(super) fn element(
        &mut self,
        source: &Source,
        span: Span,
        next: u8,
        keys: &mut Keys,
    ) -> Option<(RuleId, usize)> {
        let content = span.of(source.bytes);
        self.last = Some(span);
        let front = self.front.take();
        let found = front.and_then(|(meaning, way)| {
            let (Meaning::Secret(rule) | Meaning::SecretText(rule) | Meaning::Random(rule)) = meaning else {
                return None;
            };
            let secret = match way {
                Way::Option => !matches!(content.first(), None | Some(b'-' | b'$')),
                Way::Header if rule == COOKIE => content.contains(&b'='),
                Way::Header if rule == AUTHORIZATION => content.contains(&b' ') && redact::is_strong(content, 12),
                Way::Header => redact::is_strong(content, 12),
                Way::Pair => next == b']' && redact::is_strong(content, 4),
            };
            (secret && !matches!(meaning, Meaning::Random(_) if !redact::is_random(content, rule))).then_some((rule, 0))
        });
        let found = found.or_else(|| {
            let tool = self.tool.as_mut()?;
            tool.argument(content).map(|at| (PASSWORD, at))
        });
        let found = found.filter(|(_, at)| !mark::is_masked(content.get(*at..).unwrap_or_default()));
        self.strings += 1;
        if found.is_none() && content.len() <= MAX_NAME {
            if self.tool.is_none() {
                self.tool = redact::Tool::of(content);
            }
            let way = match content {
                [b'-', b'-' | b'a'..=b'z' | b'A'..=b'Z', ..] => Some(Way::Option),
                _ if content.contains(&b'-') => Some(Way::Header),
                _ if self.strings == 1 => Some(Way::Pair),
                // `Cookie` and `Authorization` have no dash.
                _ if matches!(content.len(), 6 | 13) => Some(Way::Header),
                _ => None,
            };
            self.front = way.and_then(|way| Some((source.meaning(content, keys)?, way)));
            // The values of these are no words, wherever they stand.
            if let Some((Meaning::Secret(AUTHORIZATION) | Meaning::SecretText(COOKIE), way @ Way::Pair)) =
                &mut self.front
            {
                *way = Way::Header;
            }
        }
        found
    }
}

/// The JSON that is walked.
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) escaped: bool,
    pub(super) policy: &'a Policy,
}

impl Source<'_> {
    /// What a string says, as the name of something.
    fn meaning(&self, name: &[u8], keys: &mut Keys) -> Option<Meaning> {
        // What was redacted names nothing.
        (name.len() <= MAX_NAME && !name.contains(&b'['))
            .then(|| keys.class(name, 0, name.len(), self.policy).secret)
            .flatten()
    }

    /// What the name says that is the next member behind the value, a string, for which the colon at `at` stands.
    fn name_behind(&self, at: usize, keys: &mut Keys) -> Option<Meaning> {
        let value = self.scalar(self.colon(at)?)?;
        let space = self.bytes.get(value.next..)?.iter().take(MAX_NAME).position(|byte| *byte > b' ')?;
        let comma = value.next + space;
        let at = comma + 1 + usize::from(byte(self.bytes, comma + 1) == b' ');
        if byte(self.bytes, comma) != b',' {
            return None;
        }
        let key = if self.escaped { json::key::<true>(self.bytes, at) } else { json::key::<false>(self.bytes, at) };
        let key = key.ok().filter(|key| key.plain && Role::of(key.span.of(self.bytes)) == Role::Name)?;
        let name = self.scalar(self.colon(key.next)?)?;
        self.meaning(name.span.of(self.bytes), keys)
    }

    fn colon(&self, at: usize) -> Option<usize> {
        if self.escaped { json::colon::<true>(self.bytes, at) } else { json::colon::<false>(self.bytes, at) }.ok()
    }

    #[inline(never)]
    fn scalar(&self, at: usize) -> Option<json::Value> {
        let value =
            if self.escaped { json::scalar::<true>(self.bytes, at) } else { json::scalar::<false>(self.bytes, at) };
        value.ok().filter(|value| value.kind == Kind::String)
    }
}
