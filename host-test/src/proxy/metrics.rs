//! The counters, gauges and histograms of a plugin.

use std::collections::BTreeMap;

use super::guest::Status;

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It keeps how often each value came.
    Histogram,
}

/// A metric as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// What it is.
    pub kind: MetricKind,
    /// Its value; of a histogram the sum of all that was recorded.
    pub value: u64,
}

/// All metrics. They outlive a VM; the numbers that a guest knows them by do not.
#[derive(Default)]
pub(super) struct Metrics {
    values: BTreeMap<(MetricKind, String), u64>,
    defined: Vec<(MetricKind, String)>,
}

impl Metrics {
    /// A new VM has defined none yet.
    pub(super) fn forget_numbers(&mut self) {
        self.defined.clear();
    }

    pub(super) fn define(&mut self, kind: u32, name: &[u8]) -> Result<u32, Status> {
        let kind = match kind {
            0 => MetricKind::Counter,
            1 => MetricKind::Gauge,
            2 => MetricKind::Histogram,
            _ => return Err(Status::BadArgument),
        };
        let name = String::from_utf8_lossy(name).into_owned();
        self.values.entry((kind, name.clone())).or_default();
        self.defined.push((kind, name));
        // The kind is in the two lowest bits, as in Envoy.
        u32::try_from(self.defined.len() << 2 | kind as usize).map_err(|_| Status::InternalFailure)
    }

    pub(super) fn increment(&mut self, number: u32, by: i64) -> Result<(), Status> {
        let (kind, value) = self.find(number)?;
        match kind {
            MetricKind::Counter if by <= 0 => return Err(Status::BadArgument),
            MetricKind::Histogram => return Err(Status::BadArgument),
            MetricKind::Counter | MetricKind::Gauge => *value = value.wrapping_add_signed(by),
        }
        Ok(())
    }

    pub(super) fn record(&mut self, number: u32, new: u64) -> Result<(), Status> {
        let (kind, value) = self.find(number)?;
        match kind {
            MetricKind::Gauge => *value = new,
            MetricKind::Counter | MetricKind::Histogram => *value = value.wrapping_add(new),
        }
        Ok(())
    }

    pub(super) fn get(&mut self, number: u32) -> Result<u64, Status> {
        match self.find(number)? {
            (MetricKind::Histogram, _) => Err(Status::BadArgument),
            (_, value) => Ok(*value),
        }
    }

    pub(super) fn all(&self) -> BTreeMap<String, Metric> {
        self.values.iter().map(|((kind, name), &value)| (name.clone(), Metric { kind: *kind, value })).collect()
    }

    fn find(&mut self, number: u32) -> Result<(MetricKind, &mut u64), Status> {
        let place = (number as usize >> 2).checked_sub(1).ok_or(Status::NotFound)?;
        let key = self.defined.get(place).filter(|(kind, _)| *kind as u32 == number & 3).ok_or(Status::NotFound)?;
        let value = self.values.get_mut(key).ok_or(Status::NotFound)?;
        Ok((key.0, value))
    }
}
