//! What the benchmarks share: the logs that they read.

pub mod workload;
