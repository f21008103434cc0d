//! What was measured: a table for a terminal, a JSON file and a chart.

use std::fmt;
use std::fs;
use std::path::Path;

use podsieve_benches::chart::{self, Section};
use podsieve_benches::machine::{cores, processor};
use serde_json::{Value, json};

use crate::filters::{LUA, NONE, PODSIEVE};
use crate::measure::{Figure, SIZES, Series, Soak};

/// All that a benchmark has to say.
pub(crate) struct Report {
    /// The version, as the program says it.
    pub(crate) envoy: String,
    pub(crate) rounds: usize,
    /// Of one run.
    pub(crate) seconds: f64,
    /// The mean length of the bodies of each size, and how many records are in it.
    pub(crate) bodies: Vec<(f64, f64)>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) soaks: Vec<Soak>,
}

/// What a ratio should be.
enum Budget {
    AtLeast(f64),
    AtMost(f64),
    None,
}

const KB: usize = 0;
const KB64: usize = 1;
const KB900: usize = 2;

/// What is held against a budget.
enum Measure {
    /// Bytes that a second brings through one filter in units of another's, with bodies of this size.
    Speed(&'static str, &'static str, usize),
    /// The same of a second of Envoy's CPU time: on a machine that others use as well, it says less of the others.
    Work(&'static str, &'static str, usize),
    /// CPU time in microseconds that a filter adds to a request of this size.
    Cost(&'static str, usize),
}

const MEASURES: [(Measure, Budget); 11] = [
    (Measure::Speed(PODSIEVE, LUA, KB64), Budget::AtLeast(6.0)),
    (Measure::Speed(PODSIEVE, LUA, KB900), Budget::AtLeast(6.0)),
    (Measure::Speed("podsieve-tag", LUA, KB64), Budget::None),
    (Measure::Speed(PODSIEVE, "lua-minimal", KB64), Budget::None),
    (Measure::Speed(PODSIEVE, NONE, KB64), Budget::AtLeast(0.5)),
    (Measure::Work(PODSIEVE, NONE, KB64), Budget::None),
    (Measure::Speed(PODSIEVE, NONE, KB900), Budget::None),
    (Measure::Cost(PODSIEVE, KB), Budget::AtMost(35.0)),
    (Measure::Cost("podsieve-tag", KB), Budget::None),
    (Measure::Cost(LUA, KB), Budget::None),
    (Measure::Cost("lua-minimal", KB), Budget::None),
];

impl Measure {
    fn name(&self) -> String {
        match self {
            Measure::Speed(of, to, size) => format!("{of} / {to}, {}", SIZES[*size].name),
            Measure::Work(of, to, size) => format!("{of} / {to}, {}, by CPU", SIZES[*size].name),
            Measure::Cost(of, size) => format!("us of {of}, {}", SIZES[*size].name),
        }
    }

    /// None if one did not run.
    fn value(&self, report: &Report) -> Option<f64> {
        match self {
            Measure::Speed(of, to, size) => {
                let speed = |name| Some(report.series(name, *size)?.megabytes_per_second());
                Some(speed(of)? / speed(to)?)
            }
            Measure::Work(of, to, size) => {
                let cpu = |name| Some(report.series(name, *size)?.cpu_per_request());
                Some(cpu(to)? / cpu(of)?)
            }
            Measure::Cost(of, size) => report.cost(of, *size),
        }
    }
}

impl Report {
    fn series(&self, name: &str, size: usize) -> Option<&Series> {
        Some(&self.figures.iter().find(|figure| figure.filter.name == name)?.series[size])
    }

    fn cost(&self, name: &str, size: usize) -> Option<f64> {
        Some(self.series(name, size)?.cpu_per_request() - self.series(NONE, size)?.cpu_per_request())
    }

    /// Where this was measured, in one line.
    fn place(&self) -> String {
        format!("{}, {}, cores: {}", self.envoy, processor(), cores())
    }

    /// Writes `<name>.json` to this folder, and `<name>.svg` if there are figures.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> Result<(), String> {
        let json = serde_json::to_string_pretty(&self.json()).expect("strings and numbers") + "\n";
        let chart = (!self.figures.is_empty()).then(|| (format!("{name}.svg"), self.chart()));
        for (name, text) in [(format!("{name}.json"), json)].into_iter().chain(chart) {
            let path = folder.join(name);
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(())
    }

    fn chart(&self) -> String {
        let others = || self.figures.iter().filter(|figure| figure.filter.name != NONE);
        let bar = |figure: &Figure, value| (figure.filter.title.to_owned(), value);
        let costs = others().filter_map(|figure| Some(bar(figure, self.cost(figure.filter.name, KB)?)));
        let speed = |size: usize| Section {
            heading: format!("Bodies of {}: MB a second through one worker", SIZES[size].name),
            note: "longer is better".to_owned(),
            bars: self.figures.iter().map(|figure| bar(figure, figure.series[size].megabytes_per_second())).collect(),
        };
        let cost = Section {
            heading: "Bodies of 1 KB: CPU time that a filter adds to a request, in microseconds".to_owned(),
            note: format!("{}; shorter is better", self.place()),
            bars: costs.collect(),
        };
        chart::draw("podsieve and Lua inside Envoy", &[cost, speed(KB64), speed(KB900)])
    }

    fn json(&self) -> Value {
        let figures = self.figures.iter().map(|figure| {
            let sizes = SIZES.iter().zip(&figure.series).enumerate().map(|(n, (size, series))| {
                let all = |value: fn(&crate::measure::Run) -> f64| -> Vec<Value> {
                    series.0.iter().map(|run| rounded(value(run))).collect()
                };
                json!({
                    "size": size.name,
                    "requests_per_second": all(|run| run.requests_per_second),
                    "megabytes_per_second": all(|run| run.megabytes_per_second),
                    "cpu_microseconds_per_request": all(|run| run.cpu_per_request),
                    "cores_busy": all(|run| run.busy),
                    "cpu_microseconds_above_no_filter": self.cost(figure.filter.name, n).map(rounded),
                })
            });
            json!({
                "name": figure.filter.name,
                "title": figure.filter.title,
                "sizes": sizes.collect::<Vec<_>>(),
                "resident_bytes": figure.memory.map(|memory| memory.resident),
                "wasm_memory_bytes": figure.memory.map(|memory| memory.wasm),
            })
        });
        let measures = MEASURES.iter().filter_map(|(measure, budget)| {
            let mut json = json!({ "name": measure.name(), "value": rounded(measure.value(self)?) });
            match budget {
                Budget::AtLeast(bound) => json["at_least"] = (*bound).into(),
                Budget::AtMost(bound) => json["at_most"] = (*bound).into(),
                Budget::None => {}
            }
            Some(json)
        });
        let soaks = self.soaks.iter().map(|soak| {
            let sample = |(requests, memory): &(u64, crate::process::Memory)| {
                json!({ "requests": requests, "resident_bytes": memory.resident, "wasm_memory_bytes": memory.wasm })
            };
            json!({
                "name": soak.name,
                "flat": soak.is_flat(),
                "samples": soak.samples.iter().map(sample).collect::<Vec<_>>(),
            })
        });
        let bodies = SIZES.iter().zip(&self.bodies).map(|(size, (length, records))| {
            json!({ "size": size.name, "mean_bytes": rounded(*length), "mean_records": rounded(*records) })
        });
        json!({
            "envoy": self.envoy,
            "processor": processor(),
            "cores": cores(),
            "rounds": self.rounds,
            "seconds": self.seconds,
            "connections": crate::load::CONNECTIONS,
            "statistic": "the most requests and bytes a second of the rounds, the least CPU time of Envoy",
            "bodies": bodies.collect::<Vec<_>>(),
            "filters": figures.collect::<Vec<_>>(),
            "measures": measures.collect::<Vec<_>>(),
            "soaks": soaks.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.place())?;
        if !self.figures.is_empty() {
            let (rounds, seconds) = (self.rounds, self.seconds);
            writeln!(
                f,
                "One worker, {} connections. Rounds of {seconds} s: {rounds}, of which the best counts",
                crate::load::CONNECTIONS
            )?;
        }
        for (n, size) in SIZES.iter().enumerate().filter(|_| !self.figures.is_empty()) {
            let (length, records) = self.bodies[n];
            writeln!(f, "\nbodies of {}: {length:.0} bytes, {records:.1} records", size.name)?;
            writeln!(
                f,
                "{:32} {:>10} {:>9} {:>14} {:>13} {:>6}",
                "filter", "requests/s", "MB/s", "CPU us/request", "above none", "busy"
            )?;
            for Figure { filter, series, .. } in &self.figures {
                let series = &series[n];
                let above = match self.cost(filter.name, n) {
                    Some(cost) if filter.name != NONE => format!("{cost:.1}"),
                    _ => "-".to_owned(),
                };
                writeln!(
                    f,
                    "{:32} {:>10.0} {:>9.1} {:>14.1} {above:>13} {:>5.0}%",
                    filter.title,
                    series.requests_per_second(),
                    series.megabytes_per_second(),
                    series.cpu_per_request(),
                    series.busy() * 100.0,
                )?;
            }
        }
        if !self.figures.is_empty() {
            writeln!(
                f,
                "\n{:32} {:>14} {:>14} {:>14} {:>14}",
                "memory", "RSS at start", "RSS at end", "wasm at start", "wasm at end"
            )?;
            for Figure { filter, memory: [start, end], .. } in &self.figures {
                let each = [start.resident, end.resident, start.wasm, end.wasm].map(mebibytes);
                writeln!(f, "{:32} {:>14} {:>14} {:>14} {:>14}", filter.title, each[0], each[1], each[2], each[3])?;
            }
            writeln!(f)?;
        }
        for (measure, budget) in &MEASURES {
            let Some(value) = measure.value(self) else { continue };
            let verdict = |holds| if holds { "holds" } else { "MISSED" };
            let budget = match *budget {
                Budget::AtLeast(bound) => format!("at least {bound}: {}", verdict(value >= bound)),
                Budget::AtMost(bound) => format!("at most {bound}: {}", verdict(value <= bound)),
                Budget::None => String::new(),
            };
            writeln!(f, "{}", format!("{:32} {value:>9.2}   {budget}", measure.name()).trim_end())?;
        }
        for soak in &self.soaks {
            let [first, half, last] = [0, soak.samples.len() / 2, soak.samples.len() - 1].map(|n| soak.samples[n]);
            writeln!(f, "\n{}: memory is {}", soak.name, if soak.is_flat() { "flat" } else { "NOT FLAT" })?;
            for (requests, memory) in [first, half, last] {
                let (resident, wasm) = (mebibytes(memory.resident), mebibytes(memory.wasm));
                writeln!(f, "{requests:>12} requests {resident:>12} resident {wasm:>12} of wasm")?;
            }
        }
        Ok(())
    }
}

/// More digits would only be noise.
fn rounded(value: f64) -> Value {
    ((value * 100.0).round() / 100.0).into()
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
