//! A line of text, and marks under a part of it.

use console::{Style, Term};

use super::layout::{columns, visible};

/// Columns when there is no terminal.
const WIDTH: usize = 160;
/// What stands for what is cut off.
const CUT: char = '\u{2026}';

/// Columns of standard output.
pub(super) fn width() -> usize {
    Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| usize::from(columns).max(40))
}

/// A part of a text with what is around it, as much as fits.
pub(super) struct Marked {
    front: Vec<char>,
    part: Vec<char>,
    back: Vec<char>,
}

impl Marked {
    /// The bytes from `start` to `end`, in at most `width` columns.
    pub(super) fn new(text: &[u8], start: usize, end: usize, width: usize) -> Marked {
        let shown = |from: usize, to: usize| -> Vec<char> {
            String::from_utf8_lossy(text.get(from..to).unwrap_or_default()).chars().map(picture).collect()
        };
        let (mut front, mut part, mut back) = (shown(0, start), shown(start, end), shown(end, text.len()));
        let used = |row: &[char]| row.iter().map(|c| columns(*c)).sum::<usize>();
        if used(&front) + used(&part) + used(&back) > width {
            let room = width.max(8);
            let behind = used(&back).min(room / 4);
            cut_front(&mut front, (room / 3).max(room.saturating_sub(used(&part) + behind)));
            cut(&mut part, room - used(&front).min(room / 2));
            cut(&mut back, room.saturating_sub(used(&front) + used(&part)));
        }
        Marked { front, part, back }
    }

    /// The line, the part of it in a style.
    pub(super) fn line(&self, style: &Style) -> String {
        let text = |row: &[char]| row.iter().collect::<String>();
        format!("{}{}{}", text(&self.front), style.apply_to(text(&self.part)), text(&self.back))
    }

    /// Marks, to stand under the line.
    pub(super) fn marks(&self) -> String {
        let width = |row: &[char]| row.iter().map(|c| columns(*c)).sum::<usize>();
        format!("{}{}", " ".repeat(width(&self.front)), "^".repeat(width(&self.part).max(1)))
    }
}

/// A line end is shown as its picture too.
fn picture(c: char) -> char {
    if c == '\n' { '\u{240a}' } else { visible(c) }
}

/// Cuts off what is more than so many columns, at the end.
fn cut(row: &mut Vec<char>, width: usize) {
    let mut used = 0;
    let fits = row.iter().take_while(|c| {
        used += columns(**c);
        used <= width
    });
    let fits = fits.count();
    if fits < row.len() {
        row.truncate(fits.saturating_sub(1));
        row.extend((width > 0).then_some(CUT));
    }
}

/// The same, at the beginning.
fn cut_front(row: &mut Vec<char>, width: usize) {
    row.reverse();
    cut(row, width);
    row.reverse();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_under_the_part() {
        let marked = |text: &str, start, end, width| {
            let marked = Marked::new(text.as_bytes(), start, end, width);
            (marked.line(&Style::new()), marked.marks())
        };
        assert_eq!(marked("a\tbc\n", 2, 4, 80), ("a bc\u{240a}".to_owned(), "  ^^".to_owned()));
        assert_eq!(marked("\u{4e2d}\u{e9}x", 3, 5, 80).1, "  ^");
        let (line, marks) = marked(&format!("{}secret{}", "x".repeat(100), "y".repeat(100)), 100, 106, 40);
        assert_eq!(console::measure_text_width(&line), 40);
        let at = line.chars().position(|c| c == 's').expect("it is shown");
        assert_eq!(marks, format!("{}^^^^^^", " ".repeat(at)));
        assert!(console::measure_text_width(&marked(&"x".repeat(500), 0, 500, 40).0) <= 40);
        assert_eq!(marked("x", 0, 0, 40).1, "^");
    }
}
