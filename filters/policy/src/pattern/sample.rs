//! Texts that a pattern matches.

use alloc::string::String;
use alloc::vec::Vec;

use super::Pattern;
use super::class::Chars;
use super::parse::Node;

/// How many more than the least there are of what may be repeated more often.
const MOST_MORE: u32 = 32;

/// A repetition ends when a sample has so many bytes.
const LONGEST: usize = 1 << 14;

impl Pattern {
    /// A text that the pattern matches, if it asks nothing of the places between characters (`^`, `\b`) and a character
    /// beyond ASCII is not told from others of its length. The same for the same number. Those of odd numbers have as many
    /// different characters as may be.
    #[must_use]
    pub fn sample(&self, number: u32) -> String {
        // SplitMix64 does well with any seed.
        let state = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut sampler = Sampler { state, turn: (number % 2 == 1).then_some(number as usize), out: String::new() };
        sampler.add(&self.root);
        sampler.out
    }
}

struct Sampler {
    state: u64,
    /// Characters of a class come in turn, and this is the next one.
    turn: Option<usize>,
    out: String,
}

impl Sampler {
    fn add(&mut self, node: &Node) {
        match node {
            Node::Look(_) => {}
            Node::Class(chars) => self.class(chars),
            Node::Group(_, inner) => self.add(inner),
            Node::Sequence(items) => items.iter().for_each(|item| self.add(&item.node)),
            Node::Either(branches) => {
                let chosen = self.below(branches.len());
                if let Some(branch) = branches.get(chosen) {
                    branch.items.iter().for_each(|item| self.add(&item.node));
                }
            }
            Node::Repeat { node, least, most, .. } => {
                let most = most.map_or(MOST_MORE, |most| (most - least).min(MOST_MORE));
                let more = self.below(most as usize + 1) as u32;
                for _ in 0..least.saturating_add(more) {
                    let length = self.out.len();
                    if length < LONGEST {
                        self.add(node);
                    }
                    // Nothing more comes, or nothing often enough.
                    if self.out.len() == length {
                        break;
                    }
                }
            }
        }
    }

    fn class(&mut self, chars: &Chars) {
        // What secrets are made of, then what can be seen, then all.
        let has = |byte: &u8| chars.ascii >> *byte & 1 != 0;
        let of = |kind: fn(&u8) -> bool| (0..128).filter(has).filter(kind).collect::<Vec<u8>>();
        let kinds: [fn(&u8) -> bool; 4] = [
            u8::is_ascii_alphanumeric,
            |byte| byte.is_ascii_graphic() && !b"\"'\\".contains(byte),
            u8::is_ascii_graphic,
            |_| true,
        ];
        let Some(bytes) = kinds.into_iter().map(of).find(|bytes| !bytes.is_empty()) else {
            return self.out.push(match chars.wide {
                Some((..=2, _)) | None => '\u{e9}',
                Some((3, _)) => '\u{5b57}',
                Some(_) => '\u{1f600}',
            });
        };
        let chosen = match &mut self.turn {
            Some(turn) => {
                *turn = turn.wrapping_add(1);
                turn.wrapping_mul(STEP) % bytes.len()
            }
            None => self.below(bytes.len()),
        };
        self.out.extend(bytes.get(chosen).map(|byte| char::from(*byte)));
    }

    /// A number below `end`, 0 if that is 0.
    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % (end.max(1) as u64)) as usize
    }
}

/// A prime, so that all characters of a class come before one comes again.
const STEP: usize = 37;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use regex_lite::Regex;

    #[test]
    fn a_sample_matches() {
        for text in [
            "ghp_[A-Za-z0-9]{36}",
            "B-([0-9]{8})",
            "(?i)acme[a-z_]{0,8}=([a-f0-9]{32})\\b",
            "(?:a|b(c)?|[^x]{3})+\\s\\S\\d\\D",
            "x*y+?z{2,}",
            "(?s).{20}\\x{e9}",
            "",
        ] {
            let (pattern, regex) = (Pattern::parse(text).expect(text), Regex::new(text).expect(text));
            for number in 0..64 {
                let sample = pattern.sample(number);
                assert!(regex.is_match(&sample), "{text}: {sample:?}");
                assert_eq!(sample, pattern.sample(number));
            }
        }
    }

    #[test]
    fn odd_samples_are_mixed() {
        let pattern = Pattern::parse("[a-f0-9]{16}|[a-z]{20}").expect("a pattern");
        for number in (1..40).step_by(2) {
            let sample = pattern.sample(number);
            let different: BTreeSet<char> = sample.chars().collect();
            assert_eq!(different.len(), sample.len(), "{sample}");
        }
    }

    #[test]
    fn a_sample_ends() {
        for text in ["((((a{99}){99}){99}){99}){99}", "(((){9999}){9999}){9999}"] {
            assert!(Pattern::parse(text).expect(text).sample(0).len() <= LONGEST);
        }
    }
}
