//! Bytes per second, podsieve beside its peers: on the log of an audited application of which none, 7 %, half or all of
//! the lines hold something to redact, and on records made to be slow.
//!
//! `cargo bench --package podsieve-benches --bench throughput -- common` runs one of the groups. Each result is
//! checked before it is timed; with `--test` that is all that happens.

mod checks;
mod engines;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use engines::Engine;
use podsieve_benches::dense;
use podsieve_benches::hostile::{HOSTILE, Hostile};
use podsieve_benches::workload::Lines;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Records of one workload: enough that no branch predictor learns them, and few enough that a run is short.
const RECORDS: usize = 1000;
const SEED: u64 = 1;

/// The size of a hostile record, in bytes.
const LARGEST: usize = 1 << 20;
/// An engine that takes longer than this for a hostile record gets no larger one.
const PATIENCE: Duration = Duration::from_millis(5);

criterion_group! {
    name = benches;
    config = Criterion::default().without_plots().sample_size(10).nresamples(2000);
    targets = workloads, hostile
}
criterion_main!(benches);

fn workloads(criterion: &mut Criterion) {
    let lines = |percent| {
        let mut lines = Lines::new(SEED, percent);
        (0..RECORDS).map(|_| lines.record()).collect()
    };
    let dense = dense::Records::new(SEED).take(RECORDS).collect();
    for (name, records) in [("clean", lines(0)), ("rare", lines(7)), ("common", lines(50)), ("dense", dense)] {
        let records: Vec<Vec<u8>> = records;
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(records.iter().map(|record| record.len() as u64).sum()));
        group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
        for engine in &mut engines::all() {
            for record in &records {
                checks::workload(engine.as_mut(), record);
            }
            group.bench_function(engine.name(), |bencher| {
                bencher.iter(|| {
                    for record in &records {
                        black_box(engine.run(black_box(record)));
                    }
                });
            });
        }
    }
}

fn hostile(criterion: &mut Criterion) {
    for hostile in HOSTILE {
        let mut group = criterion.benchmark_group(format!("hostile/{}", hostile.name));
        group.sampling_mode(SamplingMode::Flat);
        group.warm_up_time(Duration::from_millis(50)).measurement_time(Duration::from_millis(200));
        for engine in &mut engines::all() {
            let Some(record) = bearable(engine.as_mut(), hostile) else { continue };
            checks::hostile(engine.as_mut(), hostile, &record);
            group.throughput(Throughput::Bytes(record.len() as u64));
            group.bench_function(engine.name(), |bencher| {
                bencher.iter(|| {
                    black_box(engine.run(black_box(&record)));
                });
            });
        }
    }
}

/// A record of [`LARGEST`] bytes, or of fewer if the engine is too slow for them; none if it refuses the record.
fn bearable(engine: &mut dyn Engine, hostile: &Hostile) -> Option<Vec<u8>> {
    let mut length = LARGEST >> 8;
    loop {
        let record = hostile.record(length);
        let start = Instant::now();
        engine.run(&record)?;
        if length >= LARGEST || start.elapsed() > PATIENCE {
            return Some(record);
        }
        length *= 4;
    }
}
