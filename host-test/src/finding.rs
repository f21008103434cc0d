//! What was found in a file, and where.

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It may lose something, or is not sure.
    Warning,
    /// It loses records, lets secrets through, does nothing, or keeps Fluent Bit from starting.
    Error,
}

impl Level {
    /// `error` or `warning`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// Something wrong in a configuration or a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, as it was named or included.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1, where it is known.
    pub column: Option<u32>,
    /// How bad it is.
    pub level: Level,
    /// The name of the rule that found it.
    pub rule: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do about it; empty where what is wrong says it.
    pub advice: String,
    /// The key and the value that it is about, and nothing else of the line.
    pub excerpt: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { file, line, column, level, rule, what, advice, excerpt } = self;
        write!(f, "{file}:{line}:")?;
        if let Some(column) = column {
            write!(f, "{column}:")?;
        }
        write!(f, " {}: {what}", level.name())?;
        if !advice.is_empty() {
            write!(f, "; {advice}")?;
        }
        write!(f, " [{rule}]")?;
        if let Some(excerpt) = excerpt {
            write!(f, "\n    {excerpt}")?;
        }
        Ok(())
    }
}
