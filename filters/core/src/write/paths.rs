//! Where in a record the writer is, for the paths of a policy of one's own.

use crate::policy::{Custom, Meaning, PathMeaning, PathRule, Segment};
use alloc::vec::Vec;

/// The places at which the writer was, each once: what it matched so far, and what that says of a value there.
#[derive(Default)]
pub(crate) struct Paths {
    places: Vec<Place>,
}

/// A place is its number in [`Paths`]; from this one on paths begin.
pub(crate) const START: u32 = 0;

/// With more of them, those of the records before are forgotten.
const MAX_PLACES: usize = 1024;

#[derive(Default)]
struct Place {
    /// Rules, and how many of their segments lie behind, sorted.
    behind: Vec<(u16, u16)>,
    /// Rules whose path ends here.
    ends: Vec<u16>,
    /// Rules of what is allowed whose path ended here or on the way.
    allowed: Vec<u16>,
}

impl Paths {
    /// The place at the beginning of a record.
    pub(crate) fn start(&mut self, custom: &Custom) {
        if self.places.len() > MAX_PLACES {
            self.places.clear();
        }
        if self.places.is_empty() && !custom.paths.is_empty() {
            let mut place = Place::default();
            for (n, rule) in custom.paths.iter().enumerate() {
                place.reach(rule, n as u16, 0);
            }
            self.add(place);
        }
    }

    /// The place of a member of the object at `from`. A name with dots is also the way through the objects that it names.
    pub(crate) fn member(&mut self, custom: &Custom, from: u32, name: &[u8]) -> u32 {
        let mut next = self.step(custom, from, |segment| match segment {
            Segment::Name(known) => known.as_bytes() == name,
            Segment::Any => true,
            _ => false,
        });
        if name.contains(&b'.') {
            let mut way = from;
            for part in name.split(|byte| *byte == b'.') {
                let there = self.step(custom, way, |segment| match segment {
                    Segment::Name(known) => known.as_bytes() == part,
                    Segment::Any => true,
                    _ => false,
                });
                way = self.add(there);
            }
            if let Some(way) = self.places.get(way as usize) {
                next.behind.extend_from_slice(&way.behind);
                next.ends.extend_from_slice(&way.ends);
                next.allowed.extend_from_slice(&way.allowed);
            }
        }
        self.add(next)
    }

    /// The place of an element of the list at `from`.
    pub(crate) fn element(&mut self, custom: &Custom, from: u32, index: u32) -> u32 {
        let next = self.step(custom, from, |segment| match segment {
            Segment::Index(known) => *known == index,
            Segment::AnyIndex => true,
            _ => false,
        });
        self.add(next)
    }

    /// What a path that ends at `place` says of the value there.
    pub(crate) fn meaning(&self, custom: &Custom, place: u32) -> Option<Meaning> {
        let ends = &self.places.get(place as usize)?.ends;
        ends.iter().find_map(|rule| match custom.paths.get(usize::from(*rule))?.what {
            PathMeaning::Secret(meaning) => Some(meaning),
            PathMeaning::Allowed(_) => None,
        })
    }

    /// The rule by which a path that ends at `place` says that the value there is secret.
    #[cfg(feature = "trace")]
    pub(crate) fn meant(&self, custom: &Custom, place: u32) -> Option<usize> {
        let ends = self.places.get(place as usize)?.ends.iter().map(|rule| usize::from(*rule));
        ends.into_iter()
            .find(|rule| custom.paths.get(*rule).is_some_and(|path| matches!(path.what, PathMeaning::Secret(_))))
    }

    /// The rule by which what another rule found at `place` may stay.
    pub(crate) fn allow(&self, custom: &Custom, place: u32, rule: u16, found: &[u8]) -> Option<u16> {
        let place = self.places.get(place as usize)?;
        let allows = |n: &&u16| match custom.paths.get(usize::from(**n)).map(|path| &path.what) {
            Some(PathMeaning::Allowed(allowed)) => allowed.allows_here(rule, found),
            _ => false,
        };
        place.allowed.iter().find(allows).copied()
    }

    /// What is reached from a place by a step that fits these segments.
    fn step(&self, custom: &Custom, from: u32, fits: impl Fn(&Segment) -> bool) -> Place {
        let mut next = Place::default();
        let Some(place) = self.places.get(from as usize) else { return next };
        next.allowed.clone_from(&place.allowed);
        for &(n, at) in &place.behind {
            let Some(rule) = custom.paths.get(usize::from(n)) else { continue };
            match rule.path.get(usize::from(at)) {
                Some(Segment::Deep) => next.reach(rule, n, at),
                Some(segment) if fits(segment) => next.reach(rule, n, at + 1),
                _ => {}
            }
        }
        next
    }

    /// The number of a place.
    fn add(&mut self, mut place: Place) -> u32 {
        for list in [&mut place.ends, &mut place.allowed] {
            list.sort_unstable();
            list.dedup();
        }
        place.behind.sort_unstable();
        place.behind.dedup();
        let same =
            |known: &Place| known.behind == place.behind && known.ends == place.ends && known.allowed == place.allowed;
        if let Some(known) = self.places.iter().position(same) {
            return known as u32;
        }
        self.places.push(place);
        (self.places.len() - 1) as u32
    }
}

impl Place {
    /// Notes that so many segments of a rule lie behind. `**` may stand for nothing.
    fn reach(&mut self, rule: &PathRule, n: u16, at: u16) {
        match rule.path.get(usize::from(at)) {
            None => {
                self.ends.push(n);
                if matches!(rule.what, PathMeaning::Allowed(_)) {
                    self.allowed.push(n);
                }
            }
            Some(segment) => {
                self.behind.push((n, at));
                if *segment == Segment::Deep {
                    self.reach(rule, n, at + 1);
                }
            }
        }
    }
}
