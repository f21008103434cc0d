//! Rounds of requests, and what they say.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use podsieve_benches::recorded::{Batch, Recorded, Shape};

use crate::check;
use crate::filters::{Filter, NONE};
use crate::load::{Request, Sent, Until, drive};
use crate::process::{Envoy, Memory, Running};
use crate::upstream::Captured;

/// Sizes of bodies, with half of how many different ones there are.
pub(crate) const SIZES: [Size; 3] = [
    Size { name: "1 KB", bytes: 1 << 10, half: 100 },
    Size { name: "64 KB", bytes: 64 << 10, half: 12 },
    Size { name: "900 KB", bytes: 900_000, half: 4 },
];

/// A size of bodies.
pub(crate) struct Size {
    pub(crate) name: &'static str,
    bytes: usize,
    half: usize,
}

/// All bodies of one size.
pub(crate) struct Workload {
    pub(crate) size: &'static Size,
    pub(crate) batches: Vec<Batch>,
    pub(crate) requests: Vec<Request>,
}

impl Workload {
    /// The bodies of all sizes.
    ///
    /// # Errors
    ///
    /// Those of the recordings.
    pub(crate) fn all(generated: bool, shapes: &[Shape]) -> Result<Vec<Workload>, String> {
        let mut recorded = if generated { Recorded::generated() } else { Recorded::read()? };
        let workloads = SIZES.iter().map(|size| {
            let shapes = shapes.iter().copied().cycle();
            let batches = shapes.take(2 * size.half).map(|shape| recorded.batch(shape, size.bytes));
            let batches: Vec<Batch> = batches.collect();
            let requests = batches.iter().map(|batch| Request::new(batch, false)).collect();
            Workload { size, batches, requests }
        });
        Ok(workloads.collect())
    }
}

/// What requests cost.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) requests_per_second: f64,
    /// 1,000,000 bytes of bodies, as they were sent.
    pub(crate) megabytes_per_second: f64,
    /// Of Envoy, in microseconds.
    pub(crate) cpu_per_request: f64,
    /// The share of the time in which Envoy ran.
    pub(crate) busy: f64,
}

/// The runs of one filter with bodies of one size, one for each round.
#[derive(Default)]
pub(crate) struct Series(pub(crate) Vec<Run>);

impl Series {
    /// Of the rounds the best: whatever else the machine does only takes away.
    fn most(&self, figure: impl Fn(&Run) -> f64) -> f64 {
        self.0.iter().map(figure).fold(0.0, f64::max)
    }

    pub(crate) fn requests_per_second(&self) -> f64 {
        self.most(|run| run.requests_per_second)
    }

    pub(crate) fn megabytes_per_second(&self) -> f64 {
        self.most(|run| run.megabytes_per_second)
    }

    /// Of the rounds the smallest.
    pub(crate) fn cpu_per_request(&self) -> f64 {
        self.0.iter().map(|run| run.cpu_per_request).fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn busy(&self) -> f64 {
        self.most(|run| run.busy)
    }
}

/// What is known of one filter.
pub(crate) struct Figure {
    pub(crate) filter: Filter,
    /// In the order of [`SIZES`].
    pub(crate) series: Vec<Series>,
    /// Once it listened, and after all rounds.
    pub(crate) memory: [Memory; 2],
}

/// Envoys, one for each filter, that do their job.
pub(crate) struct Stage {
    envoys: Vec<(Filter, Running, Memory)>,
    pub(crate) workloads: Vec<Workload>,
}

impl Stage {
    /// Starts an Envoy for each filter, and sees to it that each does its job.
    ///
    /// # Errors
    ///
    /// One does not.
    pub(crate) fn set(
        envoy: &Envoy,
        filters: Vec<Filter>,
        upstream: u16,
        captured: &Receiver<Captured>,
        workloads: Vec<Workload>,
        work: &Path,
    ) -> Result<Stage, String> {
        let mut envoys = Vec::new();
        for filter in filters {
            let folder = work.join(filter.name);
            std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            let start = || -> Result<(Running, Memory), String> {
                let running = envoy.start(filter.configuration.as_ref(), upstream, &folder)?;
                let memory = running.memory()?;
                check::judge(&filter, &running, workloads.iter().flat_map(|workload| &workload.batches), captured)?;
                Ok((running, memory))
            };
            let (running, memory) = start().map_err(|what| format!("{} does not do its job: {what}", filter.name))?;
            envoys.push((filter, running, memory));
        }
        Ok(Stage { envoys, workloads })
    }

    /// Sends requests to each in turn, several times.
    ///
    /// # Errors
    ///
    /// Those of Envoy.
    pub(crate) fn measure(self, rounds: usize, time: Duration) -> Result<Vec<Figure>, String> {
        let begin = |(filter, running, before): (Filter, Running, Memory)| {
            let series = self.workloads.iter().map(|_| Series::default()).collect();
            (Figure { filter, series, memory: [before, Memory::default()] }, running)
        };
        let mut figures: Vec<(Figure, Running)> = self.envoys.into_iter().map(begin).collect();
        // V8 compiles what is hot once more.
        for round in 0..=rounds {
            for (n, workload) in self.workloads.iter().enumerate() {
                let what = if round == 0 { "warming up".to_owned() } else { format!("round {round} of {rounds}") };
                eprintln!("{what}: {}", workload.size.name);
                for (figure, running) in &mut figures {
                    let run = run(running, workload, Until::Over(time));
                    let run = run.map_err(|error| format!("{}: {error}", figure.filter.name))?;
                    if round > 0 {
                        figure.series[n].0.push(run);
                    }
                }
            }
        }
        let end = |(mut figure, running): (Figure, Running)| {
            figure.memory[1] = running.memory()?;
            Ok(figure)
        };
        figures.into_iter().map(end).collect()
    }

    /// Sends so many of the smallest requests to each, and looks at what it holds meanwhile: at the start, and at
    /// `samples` moments.
    ///
    /// # Errors
    ///
    /// Those of Envoy.
    pub(crate) fn soak(&self, requests: u64, samples: u64) -> Result<Vec<Soak>, String> {
        let soaked = self.envoys.iter().filter(|(filter, ..)| filter.name != NONE);
        let soak = |(filter, running, _): &(Filter, Running, Memory)| {
            let mut soak = Soak { name: filter.name, samples: vec![(0, running.memory()?)] };
            let mut sent = 0;
            for n in 1..=samples {
                let most = requests * n / samples - sent;
                let run = drive(running.port, &self.workloads[0].requests, Until::Count(most));
                sent += run.map_err(|error| format!("{}: {error}", filter.name))?.requests;
                let memory = running.memory()?;
                eprintln!(
                    "{}: {sent} requests, {} KiB resident, {} KiB of wasm",
                    filter.name,
                    memory.resident >> 10,
                    memory.wasm >> 10
                );
                soak.samples.push((sent, memory));
            }
            Ok(soak)
        };
        soaked.map(soak).collect()
    }
}

/// What one filter held over many requests.
pub(crate) struct Soak {
    pub(crate) name: &'static str,
    /// After how many.
    pub(crate) samples: Vec<(u64, Memory)>,
}

/// So many bytes more at the end than halfway are noise: caches of the allocator.
const NOISE: u64 = 2 << 20;

impl Soak {
    /// Whether nothing grew in the second half.
    pub(crate) fn is_flat(&self) -> bool {
        let half = self.samples[self.samples.len() / 2].1;
        let end = self.samples[self.samples.len() - 1].1;
        end.wasm <= half.wasm && end.resident <= half.resident + NOISE
    }
}

fn run(running: &Running, workload: &Workload, until: Until) -> Result<Run, String> {
    let before = running.cpu()?;
    let Sent { requests, bytes, took } =
        drive(running.port, &workload.requests, until).map_err(|error| error.to_string())?;
    let cpu = (running.cpu()? - before).as_secs_f64();
    let (requests, seconds) = (requests as f64, took.as_secs_f64());
    Ok(Run {
        requests_per_second: requests / seconds,
        megabytes_per_second: bytes as f64 / 1e6 / seconds,
        cpu_per_request: cpu * 1e6 / requests,
        busy: cpu / seconds,
    })
}
