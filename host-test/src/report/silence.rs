//! When a service was silent for longer than usual.

use super::bounded::Merge;

const MINUTES: usize = 24 * 60;

/// Of a minute: the seconds of its first and last record, and how many there were, up to 65,535.
#[derive(Clone, Copy, Default)]
struct Minute {
    first: u8,
    last: u8,
    count: u16,
}

impl Minute {
    fn merge(&mut self, other: Minute) {
        if self.count == 0 {
            *self = other;
        } else if other.count > 0 {
            self.first = self.first.min(other.first);
            self.last = self.last.max(other.last);
            self.count = self.count.saturating_add(other.count);
        }
    }
}

/// The moments at which a service logged something, minute by minute: 6 KB for each day with a record.
///
/// A silence of more than a minute has no other record inside, so that its beginning and end are exact to the second.
#[derive(Default)]
pub(super) struct Moments {
    days: Vec<Option<Box<[Minute]>>>,
}

/// A silence: from the last record before it to the first one behind it, in seconds since the month began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) from: i64,
    pub(super) to: i64,
    /// The service did not come back while others went on.
    pub(super) open: bool,
}

impl Moments {
    /// A record, so many seconds after the month began.
    pub(super) fn add(&mut self, second: usize) {
        let of_minute = (second % 60) as u8;
        self.minute(second / 60, Minute { first: of_minute, last: of_minute, count: 1 });
    }

    fn minute(&mut self, minute: usize, more: Minute) {
        let day = minute / MINUTES;
        if self.days.len() <= day {
            self.days.resize(day + 1, None);
        }
        let minutes = self.days[day].get_or_insert_with(|| vec![Minute::default(); MINUTES].into());
        minutes[minute % MINUTES].merge(more);
    }

    fn minutes(&self) -> impl Iterator<Item = (usize, Minute)> {
        let days = self.days.iter().enumerate();
        let minutes = days.flat_map(|(day, minutes)| {
            let minutes = minutes.iter().flat_map(|minutes| minutes.iter().enumerate());
            minutes.map(move |(at, minute)| (day * MINUTES + at, *minute))
        });
        minutes.filter(|(_, minute)| minute.count > 0)
    }

    /// From its last record in each minute to the first one in the next minute that has any.
    fn between(&self) -> impl Iterator<Item = (i64, i64)> {
        let second = |at: usize, second: u8| (at * 60) as i64 + i64::from(second);
        let mut before = None;
        self.minutes().filter_map(move |(at, minute)| {
            let from = before.replace(second(at, minute.last));
            Some((from?, second(at, minute.first)))
        })
    }

    /// The median distance between a record and the next one, in milliseconds; those of one minute count as equal.
    pub(super) fn usual(&self) -> Option<u64> {
        let within = self.minutes().filter(|(_, minute)| minute.count > 1).map(|(_, minute)| {
            let number = u64::from(minute.count) - 1;
            (u64::from(minute.last - minute.first) * 1000 / number, number)
        });
        let between = self.between().map(|(from, to)| ((to - from) as u64 * 1000, 1));
        let mut distances: Vec<(u64, u64)> = within.chain(between).collect();
        distances.sort_unstable();
        let mut left = distances.iter().map(|(_, number)| number).sum::<u64>().div_ceil(2);
        distances.into_iter().find_map(|(distance, number)| {
            let is_here = left <= number;
            left = left.saturating_sub(number);
            is_here.then_some(distance)
        })
    }

    /// The silences of more than `limit` seconds, in their order, up to the last record of any service.
    pub(super) fn gaps(&self, limit: i64, end: i64) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = self.between().map(|(from, to)| Gap { from, to, open: false }).collect();
        if let Some((at, minute)) = self.minutes().last() {
            gaps.push(Gap { from: (at * 60) as i64 + i64::from(minute.last), to: end, open: true });
        }
        gaps.retain(|gap| gap.to - gap.from > limit);
        gaps
    }
}

impl Merge for Moments {
    fn merge(&mut self, other: Moments) {
        for (at, minute) in other.minutes() {
            self.minute(at, minute);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silences() {
        let mut moments = Moments::default();
        // A record each 10 seconds for an hour, an hour of nothing, and another hour.
        (0..3600).step_by(10).chain((7190..10_800).step_by(10)).for_each(|second| moments.add(second));
        assert_eq!(moments.usual(), Some(10_000));
        assert_eq!(moments.gaps(300, 10_790), [Gap { from: 3590, to: 7190, open: false }]);
        assert_eq!(moments.gaps(300, 20_000).last(), Some(&Gap { from: 10_790, to: 20_000, open: true }));
        let mut halves = Moments::default();
        (0..3600).step_by(20).for_each(|second| halves.add(second));
        let mut rest = Moments::default();
        (10..3600).step_by(20).chain((7190..10_800).step_by(10)).for_each(|second| rest.add(second));
        halves.merge(rest);
        assert_eq!((halves.usual(), halves.gaps(300, 10_790)), (moments.usual(), moments.gaps(300, 10_790)));
        assert_eq!(Moments::default().usual(), None);
        assert_eq!(Moments::default().gaps(0, 100), []);
    }
}
