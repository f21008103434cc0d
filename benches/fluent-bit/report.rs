//! What was measured: a table for a terminal, a JSON file and a chart.

use std::fmt;
use std::fs;
use std::path::Path;

use podsieve_benches::machine::{cores, processor};
use serde_json::{Value, json};

use crate::chart;
use crate::filters::PIPELINE;
use crate::measure::{Figure, Series};

/// All that a benchmark has to say.
pub(crate) struct Report {
    /// The version, as the program says it.
    pub(crate) fluent_bit: String,
    /// The runs without a filter, over the whole log.
    pub(crate) none: Series,
    pub(crate) figures: Vec<Figure>,
    pub(crate) skipped: Vec<Skipped>,
}

/// A filter that cannot run here, and why.
pub(crate) struct Skipped {
    pub(crate) name: &'static str,
    pub(crate) why: String,
}

/// What a ratio should be.
enum Budget {
    AtLeast(f64),
    AtMost(f64),
    None,
}

/// What one filter costs in units of another.
struct Ratio {
    of: &'static str,
    to: &'static str,
    budget: Budget,
}

const RATIOS: [Ratio; 7] = [
    Ratio { of: "lua-tuned", to: PIPELINE, budget: Budget::AtLeast(1.5) },
    Ratio { of: "lua-compiled", to: PIPELINE, budget: Budget::None },
    Ratio { of: "lua-common", to: PIPELINE, budget: Budget::AtLeast(6.0) },
    Ratio { of: PIPELINE, to: "pass-through", budget: Budget::AtMost(4.2) },
    Ratio { of: "lua-tuned", to: "pipeline-aot", budget: Budget::AtLeast(3.3) },
    Ratio { of: "tutorial", to: PIPELINE, budget: Budget::AtLeast(100.0) },
    Ratio { of: "four-filters", to: PIPELINE, budget: Budget::None },
];

impl Ratio {
    fn name(&self) -> String {
        format!("{} / {}", self.of, self.to)
    }

    /// None if one did not run, or ran over so few records that nothing of it is above no filter.
    fn value(&self, report: &Report) -> Option<f64> {
        let (of, to) = (report.cost(self.of)?, report.cost(self.to)?);
        (of > 0.0 && to > 0.0).then(|| of / to)
    }
}

impl Report {
    fn cost(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.filter.name == name).map(|figure| figure.cost)
    }

    /// Where this was measured, in one line.
    pub(crate) fn place(&self) -> String {
        format!("{}, {}, cores: {}", self.fluent_bit, processor(), cores())
    }

    /// Writes `fluent-bit.json` and `fluent-bit.svg` to this folder.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), String> {
        let json = serde_json::to_string_pretty(&self.json()).expect("strings and numbers") + "\n";
        for (name, text) in [("fluent-bit.json", json), ("fluent-bit.svg", chart::draw(self))] {
            let path = folder.join(name);
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let figures = self.figures.iter().map(|figure| {
            let mut json = series(&figure.series);
            json["name"] = figure.filter.name.into();
            json["title"] = figure.filter.title.into();
            json["microseconds_above_no_filter"] = rounded(figure.cost);
            json
        });
        let ratios = RATIOS.iter().filter_map(|ratio| {
            let mut json = json!({ "name": ratio.name(), "value": rounded(ratio.value(self)?) });
            match ratio.budget {
                Budget::AtLeast(bound) => json["at_least"] = bound.into(),
                Budget::AtMost(bound) => json["at_most"] = bound.into(),
                Budget::None => {}
            }
            Some(json)
        });
        json!({
            "fluent_bit": self.fluent_bit,
            "processor": processor(),
            "cores": cores(),
            "rounds": self.none.runs.len(),
            "statistic": "the smallest CPU time (user and system) of the rounds",
            "no_filter": series(&self.none),
            "filters": figures.collect::<Vec<_>>(),
            "skipped": self.skipped.iter().map(|skipped| json!({ "name": skipped.name, "why": skipped.why })).collect::<Vec<_>>(),
            "ratios": ratios.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounds = self.none.runs.len();
        let own = self.none.microseconds();
        writeln!(f, "\n{}", self.place())?;
        writeln!(f, "CPU time that a filter adds to one record. Rounds: {rounds}, of which the smallest counts\n")?;
        writeln!(f, "{:32} {:>9} {:>13} {:>12} {:>12}", "filter", "records", "us/record", "x podsieve", "peak memory")?;
        for Figure { filter, series, cost } in &self.figures {
            let times = match self.cost(PIPELINE) {
                Some(pipeline) if pipeline > 0.0 => format!("{:.2}", cost / pipeline),
                _ => "-".to_owned(),
            };
            let (records, memory) = (series.records, mebibytes(series.memory()));
            writeln!(f, "{:32} {records:>9} {cost:>13.2} {times:>12} {memory:>12}", filter.title)?;
        }
        let (records, memory) = (self.none.records, mebibytes(self.none.memory()));
        writeln!(f, "{:32} {records:>9} {:>13} {:>12} {memory:>12}", "no filter", format!("({own:.2} in all)"), "")?;
        for skipped in &self.skipped {
            writeln!(f, "\nskipped: {}: {}", skipped.name, skipped.why)?;
        }
        writeln!(f)?;
        for ratio in &RATIOS {
            let Some(value) = ratio.value(self) else { continue };
            let verdict = |holds| if holds { "holds" } else { "MISSED" };
            let budget = match ratio.budget {
                Budget::AtLeast(bound) => format!("at least {bound}: {}", verdict(value >= bound)),
                Budget::AtMost(bound) => format!("at most {bound}: {}", verdict(value <= bound)),
                Budget::None => String::new(),
            };
            writeln!(f, "{}", format!("{:32} {value:>9.2}   {budget}", ratio.name()).trim_end())?;
        }
        Ok(())
    }
}

fn series(series: &Series) -> Value {
    let cpu = series.runs.iter().map(|run| run.cpu.as_secs_f64());
    let memory = series.runs.iter().map(|run| run.memory);
    json!({
        "records": series.records,
        "cpu_seconds": cpu.collect::<Vec<_>>(),
        "peak_memory_bytes": memory.collect::<Vec<_>>(),
        "microseconds_per_record": rounded(series.microseconds()),
    })
}

/// More digits would only be noise.
fn rounded(value: f64) -> Value {
    ((value * 100.0).round() / 100.0).into()
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}
