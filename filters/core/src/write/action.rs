//! What becomes of what a rule found, by a policy of one's own.

use super::Writer;
use crate::policy::{Action, Custom, RuleId};
use crate::text;

impl Writer {
    /// Whether something is to be done; if it is only counted, that is done here.
    pub(super) fn acts_by(&mut self, custom: &Custom, rule: RuleId, _found: &[u8]) -> bool {
        let keeps = *custom.action(rule) == Action::Keep;
        if keeps {
            self.count(rule);
        }
        !keeps
    }

    /// Writes what stands in the place of `found`.
    #[inline(never)]
    pub(super) fn replace_by(&mut self, custom: &Custom, rule: RuleId, found: &[u8]) {
        match custom.action(rule) {
            Action::Mark | Action::Off | Action::Keep => return self.mark(rule),
            Action::Text(text) => text::escape_lossy(text.as_bytes(), &mut self.out),
            Action::Mask { first, last, with } => self.mask(found, *first, *last, *with),
            Action::Hash { digits } => {
                let Some(key) = custom.keys.first() else { return self.mark(rule) };
                self.put(self.policy.rules.get(usize::from(rule)).copied().unwrap_or("secret").as_bytes());
                self.put_byte(b':');
                self.put(key.id.as_bytes());
                self.put_byte(b':');
                for byte in key.sign(found).iter().take(digits.div_ceil(2)) {
                    let hex = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
                    self.put(&[hex(byte >> 4), hex(byte & 15)]);
                }
            }
        }
        self.count(rule);
    }

    /// Writes `found` with `with` for its letters and digits but for the first and the last ones, half of them at most.
    fn mask(&mut self, found: &[u8], first: usize, last: usize, with: char) {
        let found = alloc::string::String::from_utf8_lossy(found);
        let count = found.chars().filter(|character| character.is_alphanumeric()).count();
        let first = first.min(count / 2);
        let last = last.min(count / 2 - first);
        let (mut n, mut buffer) = (0, [0; 4]);
        for character in found.chars() {
            let shown = if character.is_alphanumeric() {
                n += 1;
                if n <= first || n > count - last { character } else { with }
            } else {
                character
            };
            text::escape_lossy(shown.encode_utf8(&mut buffer).as_bytes(), &mut self.out);
        }
    }
}
