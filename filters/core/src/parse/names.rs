//! The names that the fields of a record have, so that those of a body find free ones without asking every field.

use crate::json::Span;
use crate::key::Role;
use crate::lanes;
use crate::policy::Policy;
use crate::record::{Buffers, Field, MAX_RANKS, Record};
use alloc::vec::Vec;

/// How many of the policy's prefixes a name may begin with when it meets another: a log has two or three such names, and
/// an attempt to make it grow any number.
const MAX_PREFIXES: u32 = u16::BITS - 1;

/// Hashes of all fields are compared for so many names; then it is worth the while to write the names down.
const MAX_DOUBTS: u8 = 4;

/// How many of [`Names::places`] are looked at for a name: three in four are free, so only made-up names need more.
const MAX_PROBES: usize = 64;

/// The names that are taken: those of the collector's fields, and of the lifted ones that were named before.
pub(super) struct Names {
    /// A bit for some of the bits of each hash: false positives and no false negatives.
    seen: [u64; 16],
    /// How many live fields are called as the body key of this rank. They die when they are lifted, and free the name.
    bodies: [u32; MAX_RANKS],
    doubts: u8,
    /// Names without the prefixes that they begin with; none until there is a conflict.
    roots: Vec<Root>,
    /// The bytes of the roots.
    bytes: Vec<u8>,
    /// The index of a root and one, at the place that its hash says or behind it. Their number is a power of two.
    places: Vec<u32>,
    /// A name of the collector's found no place.
    full: bool,
    /// The name in hand.
    name: Vec<u8>,
}

struct Root {
    hash: u64,
    bytes: Span,
    /// Bit n: the name with n prefixes in front is taken.
    taken: u16,
}

/// More fields than anybody needs have one name.
pub(super) struct NoneFree;

impl Names {
    /// The names of all fields but the lifted ones from `from` on.
    pub(super) fn new(record: &Record, from: usize) -> Names {
        let mut names = Names {
            seen: [0; 16],
            bodies: [0; MAX_RANKS],
            doubts: 0,
            roots: Vec::new(),
            bytes: Vec::new(),
            places: Vec::new(),
            full: false,
            name: Vec::new(),
        };
        for (n, field) in record.fields.iter().enumerate() {
            if field.live && (!field.lifted || n < from) {
                names.count(field);
            }
        }
        names
    }

    fn count(&mut self, field: &Field) {
        let (word, bit) = place(field.hash);
        self.seen[word] |= bit;
        if let Some(bodies) = self.bodies(field) {
            *bodies += 1;
        }
    }

    fn bodies(&mut self, field: &Field) -> Option<&mut u32> {
        let Role::Body(rank) = field.class.role else { return None };
        self.bodies.get_mut(usize::from(rank))
    }

    /// The body is no field any more.
    pub(super) fn free(&mut self, body: &Field) {
        if let Some(bodies) = self.bodies(body) {
            *bodies = bodies.saturating_sub(1);
        }
    }

    /// The body is a field again.
    pub(super) fn keep(&mut self, body: &Field) {
        self.count(body);
    }

    /// Gives the lifted fields from `from` on whose names are taken the policy's prefix, as often as it takes. The
    /// collector's fields keep their names, and of two lifted ones the first does.
    ///
    /// # Errors
    ///
    /// When a name would need too many prefixes: then the fields must not stay.
    pub(super) fn tell_apart(
        &mut self,
        record: &mut Record,
        from: usize,
        buffers: &Buffers,
        policy: &Policy,
    ) -> Result<(), NoneFree> {
        for n in from..record.fields.len() {
            let Some(field) = record.fields.get(n).filter(|field| field.live && field.lifted) else { continue };
            let (word, bit) = place(field.hash);
            let doubtful = match field.class.role {
                Role::Body(_) => self.bodies(field).is_some_and(|bodies| *bodies > 0),
                Role::Reserved(_) => true,
                _ => self.seen[word] & bit != 0,
            };
            if doubtful {
                self.resolve(record, from, n, buffers, policy)?;
            } else if !self.places.is_empty() {
                self.write_down(field, buffers, policy);
            }
            if let Some(field) = record.fields.get(n) {
                self.count(field);
            }
        }
        Ok(())
    }

    /// Finds a name for the lifted field `n` that no other has.
    #[cold]
    #[inline(never)]
    fn resolve(
        &mut self,
        record: &mut Record,
        from: usize,
        n: usize,
        buffers: &Buffers,
        policy: &Policy,
    ) -> Result<(), NoneFree> {
        if self.places.is_empty() {
            if self.is_alone(record, n) {
                return Ok(());
            }
            self.write_all_down(record, n, buffers, policy);
        }
        let Some(&(mut field)) = record.fields.get(n) else { return Ok(()) };
        let bytes = buffers.of(field.buffer);
        field.full_name(bytes, policy, &mut self.name);
        let found = self.find(policy).filter(|_| !self.full);
        let free = found.and_then(|(root, prefixes)| {
            let root = self.roots.get_mut(root)?;
            // A body key is taken while a field is called so; every other name for ever.
            let free = match field.class.role {
                Role::Body(_) => (!root.taken & !0 << prefixes << 1).trailing_zeros(),
                _ => (!root.taken & !0 << prefixes).trailing_zeros(),
            };
            root.taken |= 1u16.checked_shl(free)?;
            u8::try_from(free - prefixes).ok()
        });
        let Some(conflicts) = free else {
            self.forget(record, from, n, buffers, policy);
            return Err(NoneFree);
        };
        if conflicts > 0 {
            field.name.conflicts = conflicts;
            field.classify(bytes, policy);
            if let Some(place) = record.fields.get_mut(n) {
                *place = field;
            }
        }
        Ok(())
    }

    /// Whether no other field has the hash of the field `n`, if that is quickly said.
    fn is_alone(&mut self, record: &Record, n: usize) -> bool {
        self.doubts = self.doubts.saturating_add(1);
        let Some(field) = record.fields.get(n).filter(|_| self.doubts <= MAX_DOUBTS) else { return false };
        let rival = |(place, found): (usize, &Field)| {
            found.live && found.hash == field.hash && place != n && (!found.lifted || place < n)
        };
        !matches!(field.class.role, Role::Reserved(_)) && !record.fields.iter().enumerate().any(rival)
    }

    /// Writes the names down of all fields that have theirs when the field `n` gets its own, and those that none may
    /// have.
    fn write_all_down(&mut self, record: &Record, n: usize, buffers: &Buffers, policy: &Policy) {
        self.places.resize(64, 0);
        for reserved in policy.reserved {
            self.name.clear();
            self.name.extend_from_slice(reserved.as_bytes());
            self.take(policy);
        }
        for (place, field) in record.fields.iter().enumerate() {
            if field.live && (!field.lifted || place < n) {
                self.write_down(field, buffers, policy);
            }
        }
    }

    fn write_down(&mut self, field: &Field, buffers: &Buffers, policy: &Policy) {
        field.full_name(buffers.of(field.buffer), policy, &mut self.name);
        self.take(policy);
    }

    /// Takes the name in hand.
    fn take(&mut self, policy: &Policy) {
        match self.find(policy) {
            Some((root, prefixes)) => {
                if let Some(root) = self.roots.get_mut(root) {
                    root.taken |= 1 << prefixes;
                }
            }
            None => self.full = true,
        }
    }

    /// Frees the names of the lifted fields in `from..to`.
    fn forget(&mut self, record: &Record, from: usize, to: usize, buffers: &Buffers, policy: &Policy) {
        for field in record.fields.iter().take(to).skip(from).filter(|field| field.live && field.lifted) {
            self.free(field);
            field.full_name(buffers.of(field.buffer), policy, &mut self.name);
            if let Some((root, prefixes)) = self.find(policy)
                && let Some(root) = self.roots.get_mut(root)
            {
                root.taken &= !(1 << prefixes);
            }
        }
    }

    /// The root of the name in hand, which may be a new one, and how many prefixes stand in front of it.
    fn find(&mut self, policy: &Policy) -> Option<(usize, u32)> {
        let (mut name, mut prefixes) = (self.name.as_slice(), 0);
        while prefixes < MAX_PREFIXES
            && let Some(rest) = name.strip_prefix(policy.conflict_prefix.as_bytes())
        {
            name = rest;
            prefixes += 1;
        }
        if self.places.len() < 4 * (self.roots.len() + 1) {
            self.full |= !grow(&mut self.places, &self.roots);
        }
        let hash = hash(name);
        for place in probes(hash, self.places.len()) {
            let place = self.places.get_mut(place)?;
            let Some(root) = place.checked_sub(1) else {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(name);
                self.roots.push(Root { hash, bytes: Span { start, end: self.bytes.len() }, taken: 0 });
                *place = u32::try_from(self.roots.len()).ok()?;
                return Some((self.roots.len() - 1, prefixes));
            };
            let found = self.roots.get(root as usize)?;
            if found.hash == hash && lanes::equal(found.bytes.of(&self.bytes), name) {
                return Some((root as usize, prefixes));
            }
        }
        None
    }
}

/// The word of [`Names::seen`] and its bit.
#[inline(always)]
fn place(hash: u32) -> (usize, u64) {
    ((hash >> 6 & 15) as usize, 1 << (hash & 63))
}

fn hash(name: &[u8]) -> u64 {
    let mut hash = name.len() as u64;
    for at in (0..name.len()).step_by(8) {
        hash = (hash ^ lanes::load(name, at)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    }
    hash.wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Where a hash is looked for among so many places.
fn probes(hash: u64, places: usize) -> impl Iterator<Item = usize> {
    let first = (hash >> 32) as usize;
    (0..MAX_PROBES).map(move |n| (first + n) & places.wrapping_sub(1))
}

/// Doubles the places. Whether each root has one.
fn grow(places: &mut Vec<u32>, roots: &[Root]) -> bool {
    let length = places.len() * 2;
    places.clear();
    places.resize(length, 0);
    roots.iter().zip(1..).all(|(root, n)| {
        let free = probes(root.hash, length).find(|place| places.get(*place) == Some(&0));
        free.and_then(|free| places.get_mut(free)).map(|free| *free = n).is_some()
    })
}
