//! A bar chart as SVG. Its colours are of middling lightness, so that it reads well on white and on black.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
/// Where bars begin: titles stand to the left.
const LEFT: f64 = 240.0;
/// The longest bar: room for its figure is to the right.
const LONGEST: f64 = 420.0;
/// From a heading to the bars below it.
const TOP: f64 = 62.0;
const ROW: f64 = 34.0;
const BAR: f64 = 20.0;

/// A bar that is so many times the next smaller one is cut, or the others could not be told from each other.
const CUT: f64 = 5.0;

const STYLE: &str = "\
text{font:14px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#7a828e}\
.head{font-weight:600;font-size:16px}.small{font-size:12px}.title{text-anchor:end}.own,.figure{font-weight:600}\
.bar{fill:#8b949e}.bar.own{fill:#2f81f7}";

/// Bars that can be compared with each other.
pub struct Section {
    /// What a bar stands for.
    pub heading: String,
    /// Below it, in small letters.
    pub note: String,
    /// Titles and figures.
    pub bars: Vec<(String, f64)>,
}

/// A chart of these sections, one below the other.
#[must_use]
pub fn draw(title: &str, sections: &[Section]) -> String {
    let mut description = String::new();
    let mut shapes = String::new();
    let mut top = 0.0;
    for section in sections {
        let _ = writeln!(
            shapes,
            "<text class=\"head\" x=\"0\" y=\"{}\">{}</text>\n<text class=\"small\" x=\"0\" y=\"{}\">{}</text>",
            top + 18.0,
            escaped(&section.heading),
            top + 40.0,
            escaped(&section.note),
        );
        if sections.len() > 1 {
            let _ = write!(description, "{}. ", section.heading);
        }
        let scale = LONGEST / longest(section);
        for (n, (title, value)) in section.bars.iter().enumerate() {
            let _ = write!(description, "{title}: {}. ", number(*value));
            bar(&mut shapes, top + TOP + ROW * n as f64, title, *value, scale);
        }
        top += TOP + ROW * section.bars.len() as f64 + 16.0;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" width=\"{WIDTH}\" height=\"{top}\" \
         role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n<style>{STYLE}</style>\n{shapes}</svg>\n",
        escaped(title),
        escaped(description.trim_end()),
    )
}

/// What the longest whole bar stands for.
fn longest(section: &Section) -> f64 {
    let mut values: Vec<f64> = section.bars.iter().map(|(_, value)| value.max(0.1)).collect();
    values.sort_by(f64::total_cmp);
    while let [.., next, last] = values[..]
        && last > next * CUT
    {
        values.pop();
    }
    values.last().copied().unwrap_or(1.0)
}

fn bar(svg: &mut String, y: f64, title: &str, value: f64, scale: f64) {
    let class = if title.starts_with("podsieve") { " own" } else { "" };
    let whole = value.max(0.0) * scale;
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
        figure = number(value),
    );
}

/// Three digits are more than the noise lets through.
fn number(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
