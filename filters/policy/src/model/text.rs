//! A text that others compile, and where it stands.

use alloc::string::String;

use podsieve_config::Place;

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
        self.place.within(&self.text, source, offset)
    }
}
