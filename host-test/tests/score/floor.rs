//! What the score may not fall under: `floor.tsv`, which is written anew from today's figures when asked.

use std::fs;

use super::corpus::{folder, rows};
use super::report::{Figures, decimal};

const FILE: &str = "floor.tsv";
const HEAD: &str =
    "# What `make score` may not fall under: kind or source, measure, floor. Written by `make score-floor`.\n";

/// What is wrong with the figures, by the floor.
pub(crate) fn judge(figures: &Figures) -> Vec<String> {
    let floors = rows::<3>(FILE);
    let mut wrong = Vec::new();
    for (name, measure, share) in measures(figures) {
        match floors.iter().find(|[other, its, _]| *other == name && *its == measure) {
            None => {
                wrong.push(format!("{FILE} has no floor for the {measure} of {name}: `make score-floor` writes it"))
            }
            Some([.., floor]) if decimal(share) < *floor => {
                wrong.push(format!("expected a {measure} of {floor} for {name}, found {}", decimal(share)));
            }
            Some(_) => {}
        }
    }
    wrong
}

/// Writes today's figures, unless one is lower than before and that is not wanted.
///
/// # Errors
///
/// Says which are lower.
pub(crate) fn write(figures: &Figures, may_fall: bool) -> Result<(), String> {
    let lower: Vec<String> = judge(figures).into_iter().filter(|wrong| wrong.starts_with("expected")).collect();
    if !lower.is_empty() && !may_fall {
        return Err(format!("{}\nThe floor stays; `make score-floor LOWER=1` lowers it.", lower.join("\n")));
    }
    let mut text = HEAD.to_owned();
    for (name, measure, share) in measures(figures) {
        text.push_str(&format!("{name}\t{measure}\t{}\n", decimal(share)));
    }
    fs::write(folder().join(FILE), text).map_err(|error| format!("{FILE}: {error}"))
}

fn measures(figures: &Figures) -> Vec<(String, &'static str, usize)> {
    let mut found = Vec::new();
    for (kind, tally) in &figures.kinds {
        found.push((kind.clone(), "recall", tally.share()));
        found.push((kind.clone(), "kept", tally.kept()));
    }
    found.extend(figures.benign.iter().map(|(source, tally)| (source.clone(), "precision", tally.share())));
    found
}
