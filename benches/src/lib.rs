//! What the benchmarks share: the records that they read, and how their figures are shown.

pub mod chart;
pub mod dense;
pub mod hostile;
pub mod machine;
pub mod recorded;
pub mod workload;
