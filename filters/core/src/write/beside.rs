//! What a member of an object, or an element of a list, says of the one beside it: `{"name": "password", "value": "x"}`,
//! `["--password", "x"]`, `["cookie", "a=b"]`, `["mysql", "-px"]`.

use crate::json::{Kind, Span, byte};
use crate::key::{Beside as Role, Keys};
use crate::policy::{AUTHORIZATION, COOKIE, Meaning, PASSWORD, Policy, RuleId};
use crate::record::{Buffers, Field, Record};
use crate::redact::{self, Tool, mark};

/// Longer strings are no names, in bytes.
const MAX_NAME: usize = 64;
/// A value is looked behind for its name if it is no longer, in bytes.
const MAX_VALUE: usize = 256;
/// White space between members of which one is looked behind.
const MAX_SPACES: usize = 32;

/// What members at the top of a record say of those beside them: the class of a value becomes what its name says. Such a
/// record has no layout, since a value decides about another.
pub(crate) fn top(record: &mut Record, buffers: &Buffers, keys: &mut Keys, policy: &Policy) {
    let are = |role: Role| move |field: &&Field| field.live && field.class.beside == role;
    let names = record.fields.iter().filter(are(Role::Name));
    if !record.fields.iter().any(|field| are(Role::Value)(&field)) || names.clone().next().is_none() {
        return;
    }
    record.regular = false;
    let named = names.filter(|field| field.kind == Kind::String && field.value_plain).find_map(|field| {
        let source = Source { bytes: buffers.of(field.buffer), escaped: field.escaped, policy };
        source.meaning(field.value.of(source.bytes), keys)
    });
    let unnamed = |field: &&mut Field| matches!(field.class.secret, None | Some(Meaning::Random(_)));
    for field in record.fields.iter_mut().filter(|field| field.class.beside == Role::Value).filter(unnamed) {
        if !field.class.identifier {
            field.class.secret = named.or(field.class.secret);
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
    /// Notes a key by its role, and returns what the name beside it says of its value, which is not secret by the key alone. The
    /// name may come behind the value, which begins somewhere behind `at`.
    pub(super) fn key(&mut self, source: &Source, role: Role, at: usize, keys: &mut Keys) -> Option<Meaning> {
        self.role = role;
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

    /// What the name says that is the next member behind the value, a string that is near, whose colon stands at `at` or
    /// behind spaces there.
    fn name_behind(&self, at: usize, keys: &mut Keys) -> Option<Meaning> {
        let value = self.string(at, b':')?;
        let key = self.string(self.behind(value), b',')?;
        if keys.class(self.bytes, key.start, key.end, self.policy).beside != Role::Name {
            return None;
        }
        let name = self.string(self.behind(key), b':')?;
        self.meaning(name.of(self.bytes), keys)
    }

    /// The content of the string behind a separator, which is near and has no escapes.
    fn string(&self, at: usize, separator: u8) -> Option<Span> {
        let skip = |at: usize| (at..at + MAX_SPACES).find(|at| byte(self.bytes, *at) > b' ');
        let found = skip(at).filter(|at| byte(self.bytes, *at) == separator)?;
        let open = skip(found + 1)? + usize::from(self.escaped);
        let start = open + 1;
        let length = self.bytes.get(start..)?.iter().take(MAX_VALUE).position(|byte| matches!(byte, b'"' | b'\\'))?;
        let end = start + length;
        let close = end + usize::from(self.escaped);
        (byte(self.bytes, open) == b'"' && byte(self.bytes, close) == b'"').then_some(Span { start, end })
    }

    /// Behind the quote that closes a string.
    fn behind(&self, string: Span) -> usize {
        string.end + 1 + usize::from(self.escaped)
    }
}
