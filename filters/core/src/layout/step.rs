//! A step through a record: bytes that are the same in every one, and the value behind them that is not.

use super::form::{self, Way};
use super::run::Run;
use super::shape::Shape;
use super::short::Shorts;
use super::texts::Texts;
use super::{Asked, What};
use crate::bytes::Bytes;
use crate::json::{self, byte};
use crate::lanes;
use crate::policy::Policy;
use crate::redact::{self, survey};
use alloc::vec::Vec;

/// More digits take a closer look.
const MAX_NUMBER: usize = 40;

/// No value is so long.
const UNKNOWN: usize = usize::MAX;

/// What the values of a field are known by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// Nothing: it takes a closer look.
    None,
    /// They are numbers of few digits.
    Number,
    /// They are numbers with a decimal point, and have the same shape.
    Decimal,
    /// They are short.
    Short,
    /// They have the same shape.
    Shape,
    /// They have, and are hexadecimal.
    Hex,
    /// They are among [`Texts`].
    Text,
}

/// Bytes that are the same in every record, and the value behind them that is not.
pub(crate) struct Step {
    pub(crate) what: What,
    /// What is the same,
    pub(crate) run: Run,
    /// and in the output.
    pub(crate) front: Front,
    /// What stands behind the value: one byte behind a number, and two behind a string.
    close: u16,
    /// The value in the record at hand: how long it is, and how long in the output; and whether it is plain, if someone
    /// asks for it.
    pub(crate) length: usize,
    pub(crate) written: usize,
    pub(crate) plain: bool,
    /// It must be written each time.
    pub(crate) unsettled: bool,
    /// The value in the last record, if someone asks for it and it is known.
    pub(crate) last: Bytes,
    pub(crate) known: bool,
    /// The length of the string in the record at hand, if it is plain but something in it may have to be redacted; else 0.
    pub(crate) suspect: usize,
    /// The offset in front of which there is nothing in it.
    pub(crate) candidate: usize,
    /// What the last values are known by.
    memory: Memory,
    shorts: Shorts,
    shape: Shape,
    /// How many digits the last one had.
    digits: usize,
    /// The value's index.
    pub(super) value: usize,
}

/// Bytes that are the same in every record's output.
pub(crate) struct Front {
    length: usize,
    /// With zeros behind them, if they are few.
    bytes: Vec<u8>,
}

impl Front {
    /// Nothing, if there is no memory for it.
    fn new(bytes: &[u8]) -> Option<Front> {
        let mut front = Front { length: bytes.len(), bytes: Vec::new() };
        front.bytes.try_reserve_exact(bytes.len().max(lanes::COPIED)).ok()?;
        front.bytes.extend_from_slice(bytes);
        front.bytes.resize(bytes.len().max(lanes::COPIED), 0);
        Some(front)
    }

    /// Writes them at the beginning of `room`, and returns what is left of it, if there is enough.
    #[inline(always)]
    pub(crate) fn copied<'a>(&self, room: &'a mut [u8]) -> Option<&'a mut [u8]> {
        lanes::copied(&self.bytes, self.length, room)
    }
}

impl Step {
    /// Behind `run`, which becomes `front`, the value of this index; behind it stands `close`. Nothing, if there is no
    /// memory for it.
    pub(super) fn new(what: What, value: usize, (run, front): (&[u8], &[u8]), close: [u8; 2]) -> Option<Step> {
        Some(Step {
            what,
            run: Run::new(run)?,
            front: Front::new(front)?,
            close: u16::from_le_bytes(close),
            length: 0,
            written: 0,
            plain: true,
            unsettled: false,
            last: Bytes::new(),
            known: false,
            suspect: 0,
            candidate: 0,
            memory: if what.way == Way::Number { Memory::Number } else { Memory::None },
            shorts: Shorts::default(),
            shape: Shape::default(),
            digits: 1,
            value,
        })
    }

    /// The length of the value with which `text`, the end of `record`, begins, if it is of the step's form, nothing in it
    /// is to be redacted, and it is written as it stands there. [`UNKNOWN`], if that takes a closer look.
    #[inline(always)]
    pub(crate) fn length(&mut self, record: &[u8], text: &[u8], policy: &Policy, texts: &mut Texts) -> usize {
        match self.memory {
            Memory::Number => {
                let Some(lane) = form::first_lane(record, text) else { return UNKNOWN };
                if form::are_digits(lane, self.digits) && byte(text, self.digits) == self.close as u8 {
                    return self.digits;
                }
                let digits = form::digits(lane);
                if digits != 0 && byte(text, digits) == self.close as u8 {
                    self.digits = digits;
                    return digits;
                }
            }
            Memory::Decimal => {
                if let Some(length) = self.shape.length(text)
                    && byte(text, 0) != b'0'
                    && byte(text, length) == self.close as u8
                {
                    return length;
                }
            }
            Memory::Short => {
                if let Some(length) = self.shorts.length(text) {
                    return length;
                }
            }
            Memory::Shape => {
                if let Some(length) = self.shape.length(text)
                    && self.closes(text, length)
                {
                    return length;
                }
            }
            Memory::Hex => {
                if let Some(length) = self.shape.hex_length(text)
                    && self.closes(text, length)
                {
                    return length;
                }
            }
            Memory::Text => {
                if let Some(length) = texts.end(text)
                    && self.closes(text, length)
                {
                    return length;
                }
            }
            Memory::None => {}
        }
        self.probed(text, policy, texts)
    }

    /// Whether the string ends here.
    #[inline(always)]
    fn closes(&self, text: &[u8], length: usize) -> bool {
        let close = text.get(length..).and_then(|rest| rest.first_chunk::<2>());
        close.is_some_and(|close| u16::from_le_bytes(*close) == self.close)
    }

    /// The length of a value that is not known by what it is.
    #[inline(never)]
    fn probed(&mut self, text: &[u8], policy: &Policy, texts: &mut Texts) -> usize {
        self.suspect = 0;
        let letter = text.first().is_some_and(u8::is_ascii_alphabetic);
        let way = self.what.way;
        match way {
            Way::Slowly => return UNKNOWN,
            Way::Number => return self.number(text, policy),
            // What a text would have to begin with to be more than text.
            Way::Body | Way::BodyCopied if !letter => return UNKNOWN,
            Way::Copied | Way::BodyCopied => {
                let end = lanes::plain_end(text, 0);
                return if self.closes(text, end) { end } else { UNKNOWN };
            }
            Way::Letters if policy.hex_is_clean => {
                let end = lanes::hex_end(text);
                if self.closes(text, end) {
                    let learnt = self.shape.learn(text, end, true, policy);
                    self.memory = if learnt { Memory::Hex } else { Memory::None };
                    return end;
                }
            }
            Way::Letters | Way::All | Way::Body => {}
        }
        let prose = letter && way != Way::Letters;
        if prose
            && self.memory != Memory::Text
            && let Some(length) = texts.end(text)
            && self.closes(text, length)
        {
            if self.memory == Memory::None {
                self.memory = Memory::Text;
            }
            return length;
        }
        let read = survey(text, way != Way::Letters, policy);
        if !self.closes(text, read.end) {
            return UNKNOWN;
        }
        if let Some(at) = read.found {
            (self.suspect, self.candidate) = (read.end, at);
            return UNKNOWN;
        }
        self.memory = if self.shorts.learn(text, read.end) {
            Memory::Short
        } else if prose {
            if texts.add(text, read.end) { Memory::Text } else { Memory::None }
        } else if self.shape.learn(text, read.end, false, policy) {
            Memory::Shape
        } else {
            Memory::None
        };
        read.end
    }

    /// Remembers a text that had to be read to its end, in which nothing is to be redacted, whatever stands around it.
    pub(crate) fn remember(&mut self, text: &[u8], texts: &mut Texts) {
        let prose = text.first().is_some_and(u8::is_ascii_alphabetic) && self.what.way != Way::Letters;
        if prose && texts.add(text, text.len()) {
            self.memory = Memory::Text;
        }
    }

    /// The length of a number that is no card's and not so many digits that they are known at once.
    #[inline(never)]
    fn number(&mut self, text: &[u8], policy: &Policy) -> usize {
        self.memory = Memory::Number;
        let of_number = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
        let length = text.iter().take(MAX_NUMBER).take_while(of_number).count();
        let value = text.get(..length).unwrap_or_default();
        if byte(text, length) != self.close as u8 || !json::is_number(value) || redact::is_card_number(value) {
            return UNKNOWN;
        }
        // With other digits one without a point could be a card's, and one with a zero in front none at all.
        if value.contains(&b'.') && byte(value, 0) != b'0' && self.shape.learn(text, length, false, policy) {
            self.memory = Memory::Decimal;
        }
        length
    }

    /// Whether someone asks for the value.
    #[inline(always)]
    pub(crate) fn is_asked(&self) -> bool {
        self.what.asked != Asked::No
    }
}
