//! Webhooks by their path, wherever the host stands: `"POST /services/T.../B.../..."`, `hooks.slack.com\/services\/T...`.

use super::run::Kind;
use super::text::{Match, View};
use crate::policy::WEBHOOK;

/// The secret behind `services/` of [Slack](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks) or
/// `webhooks/` of [Discord](https://docs.discord.com/developers/resources/webhook) at `at`.
#[inline(never)]
pub(super) fn path(view: &View, at: usize) -> Option<Match> {
    let slack = view.byte(at) == b's';
    let start = slash(view, at + b"services".len())?;
    let mut end = view.run(Kind::Base64Url, start);
    let numbered = view.byte(start).is_ascii_digit() && end >= start + 17;
    if !(slack && view.byte(start) == b'T' || !slack && numbered) {
        return None;
    }
    end = slash(view, end)?;
    if slack {
        end = slash(view, view.run(Kind::Upper, end).max(end + 1))?;
    }
    let secret = end;
    end = view.run(Kind::Base64Url, end);
    (end >= secret + if slack { 16 } else { 40 }).then(|| Match::new(start, end, WEBHOOK))
}

/// Behind the slash at `at`, which may be escaped.
fn slash(view: &View, at: usize) -> Option<usize> {
    let slashes = view.text.get(at..)?.iter().take(4).take_while(|byte| **byte == b'\\').count();
    (view.byte(at + slashes) == b'/').then_some(at + slashes + 1)
}
