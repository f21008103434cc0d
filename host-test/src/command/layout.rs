//! Two texts side by side in the width of a terminal.

use std::fmt::Write;

use console::{Style, measure_text_width};

/// How a character is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Faint,
    /// Something that is to be hidden.
    Secret,
    /// The mark that stands for it.
    Mark,
}

impl Look {
    fn style(self) -> Style {
        match self {
            Look::Plain => Style::new(),
            Look::Faint => Style::new().dim(),
            Look::Secret => Style::new().red().bold(),
            Look::Mark => Style::new().black().on_green(),
        }
    }
}

/// A row of characters with their looks.
type Row = Vec<(char, Look)>;

/// Characters with their looks; `\n` ends a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Text(Vec<(char, Look)>);

impl Text {
    pub(super) fn push(&mut self, text: &str, look: Look) {
        self.0.extend(text.chars().map(|c| (visible(c), look)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Shows a part of the text, counted in characters, in another look.
    pub(super) fn look_at(&mut self, from: usize, to: usize, look: Look) {
        for character in self.0.iter_mut().take(to).skip(from) {
            character.1 = look;
        }
    }

    /// Rows of at most `width` columns, cut at blanks where there are some near the end. A row that
    /// goes on begins with `indent` blanks.
    fn rows(&self, width: usize, indent: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        for line in self.0.split(|&(c, _)| c == '\n') {
            let mut rest = line;
            let mut row = Vec::new();
            loop {
                let room = width - row.len();
                let fit = fitting(rest, room);
                if fit == rest.len() {
                    row.extend_from_slice(rest);
                    rows.push(row);
                    break;
                }
                let cut = rest[..fit]
                    .iter()
                    .rposition(|&(c, _)| c == ' ')
                    .map(|at| at + 1)
                    .filter(|&at| at * 3 >= fit * 2)
                    .unwrap_or(fit);
                row.extend_from_slice(&rest[..cut]);
                rows.push(row);
                row = vec![(' ', Look::Plain); indent];
                rest = &rest[cut..];
            }
        }
        rows
    }
}

/// Controls are shown as their pictures, tabs as blanks.
pub(super) fn visible(c: char) -> char {
    match c {
        '\n' => '\n',
        '\t' => ' ',
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('?'),
        '\x7f' => '\u{2421}',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

pub(super) fn columns(c: char) -> usize {
    if c.is_ascii() { 1 } else { measure_text_width(c.encode_utf8(&mut [0; 4])) }
}

/// How many characters fit, at least one.
fn fitting(line: &[(char, Look)], width: usize) -> usize {
    let mut used = 0;
    for (at, &(c, _)) in line.iter().enumerate() {
        used += columns(c);
        if used > width {
            return at.max(1);
        }
    }
    line.len()
}

/// A heading over the whole width.
pub(super) fn heading(title: &str, place: &str, width: usize) -> String {
    let used = 5 + measure_text_width(title) + measure_text_width(place);
    let line = "\u{2500}".repeat(width.saturating_sub(used).max(1));
    let (line, place) = (console::style(line).dim(), console::style(place).dim());
    format!("\u{2500} {} {line} {place}\n", console::style(title).bold())
}

/// Rows that are shown from the end of a text that is too long.
const TAIL: usize = 8;

/// The two texts in columns, not longer than this number of rows: the middle goes.
pub(super) fn side_by_side(left: &Text, right: &Text, width: usize, limit: usize) -> String {
    let half = (width.max(24) - 3) / 2;
    let left = shortened(left.rows(half, 0), limit);
    let right = shortened(right.rows(half, 2), limit);
    let mut out = String::new();
    for at in 0..left.len().max(right.len()) {
        let used = cell(&mut out, left.get(at));
        out.push_str(&" ".repeat(half.saturating_sub(used)));
        let _ = write!(out, " {} ", console::style('\u{2502}').dim());
        cell(&mut out, right.get(at));
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

/// At most this many rows, with one that says how many are missing.
fn shortened(mut rows: Vec<Row>, limit: usize) -> Vec<Row> {
    let tail = TAIL.min(limit / 3);
    if rows.len() > limit {
        let missing = rows.len() - limit + 1;
        let mut note = Text::default();
        note.push(&format!("\u{2026} {missing} more rows"), Look::Faint);
        let end = rows.len() - tail;
        rows.splice(end - missing..end, [note.0]);
    }
    rows
}

/// One row of one column; returns its width.
fn cell(out: &mut String, row: Option<&Row>) -> usize {
    let row = row.map_or(&[][..], |row| row);
    for run in row.chunk_by(|a, b| a.1 == b.1) {
        let text: String = run.iter().map(|&(c, _)| c).collect();
        let _ = write!(out, "{}", run[0].1.style().apply_to(text));
    }
    row.iter().map(|&(c, _)| columns(c)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        let mut made = Text::default();
        made.push(text, Look::Plain);
        made
    }

    #[test]
    fn rows_fit() {
        console::set_colors_enabled(false);
        let left = text("one two three four five six seven\nx");
        let right = text("1234567890123456789012345678901234567890\u{4e2d}\u{4e2d}\x1b");
        let shown = side_by_side(&left, &right, 27, 9);
        let expected = "\
one two      \u{2502} 123456789012
three four   \u{2502}   3456789012
five six     \u{2502}   3456789012
seven        \u{2502}   34567890\u{4e2d}
x            \u{2502}   \u{4e2d}\u{241b}
";
        assert_eq!(shown, expected);
        assert!(side_by_side(&left, &right, 27, 2).contains("\u{2026} 4 more rows"));
    }
}
