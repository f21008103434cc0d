//! A body in chunks: what is whole goes on redacted, what is cut is carried to the next chunk.

mod bulk;
mod hec;
mod lines;
mod loki;
mod otlp;
mod values;

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::destination::Destinations;
use crate::format::Format;
use crate::sieve::Sieve;
pub(crate) use bulk::LastAction;
use lines::Lines;
use values::Values;

/// A body that is being read.
pub struct Body {
    way: Way,
    context: Context,
    /// What was cut at the end of the last chunk.
    carry: Vec<u8>,
    /// So much of it the sieve knows of.
    held: usize,
}

/// What is the same for all records of a body.
struct Context {
    tag: Vec<u8>,
    destinations: Rc<Destinations>,
}

enum Way {
    Lines(Lines),
    Values(Values),
}

impl Body {
    /// A body of this format, whose records have this tag.
    #[must_use]
    pub fn new(format: Format, tag: &[u8], destinations: &Rc<Destinations>) -> Body {
        let way = match format {
            Format::Ndjson | Format::Bulk | Format::Text => Way::Lines(Lines::new(format)),
            Format::Json | Format::Hec | Format::Loki | Format::Otlp => Way::Values(Values::new(format)),
        };
        let context = Context { tag: tag.to_vec(), destinations: Rc::clone(destinations) };
        Body { way, context, carry: Vec::new(), held: 0 }
    }

    /// Takes the next chunk, and appends to `out` what goes on.
    pub fn feed(&mut self, chunk: &[u8], sieve: &mut Sieve, out: &mut Vec<u8>) {
        self.read(chunk, false, sieve, out);
    }

    /// The body has ended: appends what was held back.
    pub fn finish(&mut self, sieve: &mut Sieve, out: &mut Vec<u8>) {
        self.read(&[], true, sieve, out);
    }

    /// Whether nothing is held back: the body could end here.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.carry.is_empty()
            && match &self.way {
                Way::Lines(lines) => lines.is_settled(),
                Way::Values(values) => values.is_settled(),
            }
    }

    /// The body goes no further: what it held back is given back.
    pub fn give_up(&mut self, sieve: &mut Sieve) {
        self.carry = Vec::new();
        sieve.holds(self.held, 0);
        self.held = 0;
    }

    fn read(&mut self, chunk: &[u8], end: bool, sieve: &mut Sieve, out: &mut Vec<u8>) {
        let known = self.carry.len();
        if known == 0 {
            let taken = self.pass(chunk, 0, end, sieve, out);
            self.carry.extend_from_slice(chunk.get(taken..).unwrap_or_default());
        } else {
            let mut carry = core::mem::take(&mut self.carry);
            carry.extend_from_slice(chunk);
            let taken = self.pass(&carry, known, end, sieve, out);
            carry.drain(..taken.min(carry.len()));
            self.carry = carry;
        }
        let within = sieve.holds(self.held, self.carry.len());
        self.held = self.carry.len();
        if !within || sieve.is_too_long(self.carry.len()) {
            let carry = core::mem::take(&mut self.carry);
            match &mut self.way {
                Way::Lines(lines) => lines.skip(&self.context, sieve, out),
                Way::Values(values) => values.skip(&carry),
            }
            sieve.holds(self.held, 0);
            self.held = 0;
        } else if self.carry.is_empty() && self.carry.capacity() > 1 << 16 {
            self.carry = Vec::new();
        }
    }

    /// Reads `bytes`, of which `known` were there before, and returns how many of them are done with.
    fn pass(&mut self, bytes: &[u8], known: usize, end: bool, sieve: &mut Sieve, out: &mut Vec<u8>) -> usize {
        let (mut taken, mut known) = (0, known);
        if let Way::Values(values) = &mut self.way {
            taken = values.read(bytes, known, end, &self.context, sieve, out);
            if !values.is_broken() {
                return taken;
            }
            // It is not what it says it is: the rest is text.
            self.way = Way::Lines(Lines::new(Format::Text));
            known = 0;
        }
        let Way::Lines(lines) = &mut self.way else { return taken };
        let rest = bytes.get(taken..).unwrap_or_default();
        taken + lines.read(rest, known, end, &self.context, sieve, out)
    }
}
