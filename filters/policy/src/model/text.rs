//! A text that others compile, and where it stands.

use alloc::string::String;

use crate::yaml::Place;

/// A text of the file that others read on: a regex, a path, a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// It, without quotes and escapes.
    pub text: String,
    /// Where it begins, with its quote if it has one.
    pub place: Place,
}

impl Text {
    /// The place of byte `offset` of the text, in the file `source`; where the text begins if the file spells it in
    /// another way (with escapes, or on several lines). Takes time linear in the file: it is for errors.
    #[must_use]
    pub fn place_of(&self, source: &str, offset: usize) -> Place {
        place_of(&self.text, self.place, source, offset)
    }
}

pub(crate) fn place_of(text: &str, place: Place, source: &str, offset: usize) -> Place {
    let Some(before) = text.get(..offset) else { return place };
    let Some(rest) = rest_from(source, place) else { return place };
    let quote = rest.starts_with(['"', '\'']) && !rest.starts_with(text);
    if !rest.get(usize::from(quote)..).is_some_and(|rest| rest.starts_with(text)) || text.contains(['\n', '\r']) {
        return place;
    }
    let characters = before.chars().count() + usize::from(quote);
    Place { column: place.column.saturating_add(u32::try_from(characters).unwrap_or(u32::MAX)), ..place }
}

/// What of `source` follows from `place` on.
fn rest_from(source: &str, place: Place) -> Option<&str> {
    let mut rest = source.strip_prefix('\u{feff}').unwrap_or(source);
    for _ in 1..place.line {
        let end = rest.find(['\n', '\r'])?;
        let length = if rest.get(end..)?.starts_with("\r\n") { 2 } else { 1 };
        rest = rest.get(end + length..)?;
    }
    let mut characters = rest.char_indices();
    match place.column {
        0 | 1 => Some(rest),
        column => {
            let (at, character) = characters.nth(column as usize - 2)?;
            rest.get(at + character.len_utf8()..)
        }
    }
}
