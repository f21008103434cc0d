//! podsieve and its peers behind one surface: a record as Fluent Bit has it in, JSON bytes out.

mod patterns;
mod podsieve;
mod regex;
mod vrl;

/// What a record is run through.
pub(crate) trait Engine {
    /// As it stands in the reports.
    fn name(&self) -> &'static str;

    /// What becomes of a record, or nothing if the engine refuses it.
    fn run(&mut self, record: &[u8]) -> Option<&[u8]>;

    /// Whether it promises one valid object for any record, with all that is not redacted as it was.
    fn is_podsieve(&self) -> bool {
        false
    }
}

/// One of each.
pub(crate) fn all() -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(podsieve::Native::new()),
        Box::new(podsieve::Wasm::new()),
        Box::new(vrl::Vrl::new()),
        Box::new(regex::Regexes::new()),
    ]
}
