//! A bar chart as SVG. Its colours are of middling lightness, so that it reads well on white and on black.

use std::fmt::Write as _;

use crate::measure::Figure;
use crate::report::Report;

const WIDTH: f64 = 760.0;
/// Where bars begin: titles stand to the left.
const LEFT: f64 = 240.0;
/// The longest bar: room for its figure is to the right.
const LONGEST: f64 = 420.0;
const TOP: f64 = 62.0;
const ROW: f64 = 34.0;
const BAR: f64 = 20.0;

/// A bar that is so many times the next smaller one is cut, or the others could not be told from each other.
const CUT: f64 = 5.0;

const STYLE: &str = "\
text{font:14px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#7a828e}\
.head{font-weight:600;font-size:16px}.small{font-size:12px}.title{text-anchor:end}.own,.figure{font-weight:600}\
.bar{fill:#8b949e}.bar.own{fill:#2f81f7}";

/// The chart of a report: what each filter adds to the CPU time of a record.
pub(crate) fn draw(report: &Report) -> String {
    let figures = &report.figures;
    let height = TOP + ROW * figures.len() as f64 + 16.0;
    let scale = LONGEST / longest(figures);
    let mut description = String::new();
    let mut bars = String::new();
    for (n, Figure { filter, cost, .. }) in figures.iter().enumerate() {
        let _ = write!(description, "{}: {}. ", filter.title, number(*cost));
        let class = if filter.title.starts_with("podsieve") { " own" } else { "" };
        bar(&mut bars, TOP + ROW * n as f64, class, filter.title, *cost, scale);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">CPU time that a filter adds to one record in Fluent Bit, in microseconds</title>\n\
         <desc id=\"desc\">{}</desc>\n<style>{STYLE}</style>\n\
         <text class=\"head\" x=\"0\" y=\"18\">CPU time that a filter adds to one record, in microseconds</text>\n\
         <text class=\"small\" x=\"0\" y=\"40\">{}</text>\n{bars}</svg>\n",
        escaped(description.trim_end()),
        escaped(&format!("{}; shorter is better", report.place())),
    )
}

/// The cost that the longest whole bar stands for.
fn longest(figures: &[Figure]) -> f64 {
    let mut costs: Vec<f64> = figures.iter().map(|figure| figure.cost.max(0.1)).collect();
    costs.sort_by(f64::total_cmp);
    while let [.., next, last] = costs[..]
        && last > next * CUT
    {
        costs.pop();
    }
    costs.last().copied().unwrap_or(1.0)
}

fn bar(svg: &mut String, y: f64, class: &str, title: &str, cost: f64, scale: f64) {
    let whole = cost.max(0.0) * scale;
    let length = whole.min(LONGEST);
    let middle = y + BAR / 2.0 + 5.0;
    let _ = writeln!(
        svg,
        "<text class=\"title{class}\" x=\"{x}\" y=\"{middle}\">{title}</text>",
        x = LEFT - 12.0,
        title = escaped(title),
    );
    let shape = if whole > LONGEST * 1.001 {
        // Two pieces with a slanting gap between them.
        let (bottom, end, gap) = (y + BAR, LEFT + length, LEFT + length - 36.0);
        format!(
            "M{LEFT} {y}H{a}L{gap} {bottom}H{LEFT}ZM{b} {y}H{end}V{bottom}H{c}Z",
            a = gap + 8.0,
            b = gap + 14.0,
            c = gap + 6.0
        )
    } else {
        format!("M{LEFT} {y}h{length:.1}v{BAR}h-{length:.1}Z")
    };
    let _ = writeln!(svg, "<path class=\"bar{class}\" d=\"{shape}\"/>");
    let _ = writeln!(
        svg,
        "<text class=\"figure\" x=\"{x:.1}\" y=\"{middle}\">{figure}</text>",
        x = LEFT + length + 8.0,
        figure = number(cost),
    );
}

/// Three digits are more than the noise lets through.
fn number(cost: f64) -> String {
    if cost < 100.0 { format!("{cost:.1}") } else { format!("{cost:.0}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
