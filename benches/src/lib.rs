//! What the benchmarks share: the records that they read.

pub mod dense;
pub mod hostile;
pub mod workload;
