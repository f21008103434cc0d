//! A configuration of gitleaks as it stands in its file: TOML, whose keys count in any case, as gitleaks reads them.

use toml::de::{DeTable, DeValue};

use crate::Error;

/// What matters of a configuration.
#[derive(Default)]
pub(super) struct Config {
    /// Other configurations that this one is said to extend: the line, and which.
    pub(super) extends: Option<(usize, String)>,
    pub(super) rules: Vec<Rule>,
    pub(super) exceptions: Vec<Exception>,
}

#[derive(Default)]
pub(super) struct Rule {
    /// From 1.
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) description: String,
    /// Empty if there is none.
    pub(super) regex: String,
    /// It is for files with certain names.
    pub(super) has_path: bool,
    /// 0 if nothing is said.
    pub(super) secret_group: u32,
    pub(super) entropy: f64,
    pub(super) keywords: Vec<String>,
    /// It counts only beside others.
    pub(super) is_composite: bool,
    /// It is only for composite rules.
    pub(super) is_hidden: bool,
    pub(super) exceptions: Vec<Exception>,
}

/// An allowlist.
#[derive(Clone, Default)]
pub(super) struct Exception {
    /// From 1.
    pub(super) line: usize,
    /// Ids of the rules that it is for; none if for all.
    pub(super) rules: Vec<String>,
    /// All of it has to apply; else one is enough.
    pub(super) needs_all: bool,
    /// There are paths or commits.
    pub(super) has_places: bool,
    pub(super) target: Target,
    pub(super) regexes: Vec<String>,
    pub(super) words: Vec<String>,
}

/// What the regexes of an exception are for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Target {
    #[default]
    Secret,
    Match,
    Line,
}

/// Reads the text of a file of this name.
///
/// # Errors
/// When it is no TOML, or a value is not what gitleaks reads.
pub(super) fn read(file: &str, text: &str) -> Result<Config, Error> {
    let source = Source { file, text };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            return source.wrong(at, error.message().to_owned());
        }
    };
    let root = Table { source, at: 0, table: root.get_ref() };
    let mut config = Config::default();
    for extend in root.tables("extend")? {
        let path = extend.text("path")?;
        let name = if extend.boolean("usedefault")? {
            "gitleaks' own".to_owned()
        } else if path.is_empty() {
            extend.text("url")?
        } else {
            path
        };
        if !name.is_empty() {
            config.extends = Some((source.line(extend.at), name));
        }
    }
    for table in root.tables("rules")? {
        config.rules.push(rule(&table)?);
    }
    for key in ["allowlist", "allowlists"] {
        for table in root.tables(key)? {
            config.exceptions.push(exception(&table)?);
        }
    }
    Ok(config)
}

fn rule(table: &Table<'_>) -> Result<Rule, Error> {
    let mut rule = Rule {
        line: table.source.line(table.at),
        id: table.text("id")?,
        description: table.text("description")?,
        regex: table.text("regex")?,
        has_path: !table.text("path")?.is_empty(),
        secret_group: table.group("secretgroup")?,
        entropy: table.number("entropy")?,
        keywords: table.texts("keywords")?,
        is_composite: !table.tables("required")?.is_empty(),
        is_hidden: table.boolean("skipreport")?,
        exceptions: Vec::new(),
    };
    if rule.id.trim().is_empty() {
        return table.source.wrong(table.at, "the rule has no `id`");
    }
    if rule.regex.is_empty() && !rule.has_path {
        return table.source.wrong(table.at, "the rule has neither a `regex` nor a `path`");
    }
    for key in ["allowlist", "allowlists"] {
        for table in table.tables(key)? {
            rule.exceptions.push(exception(&table)?);
        }
    }
    Ok(rule)
}

fn exception(table: &Table<'_>) -> Result<Exception, Error> {
    let needs_all = match table.text("condition")?.to_uppercase().as_str() {
        "AND" | "&&" => true,
        "OR" | "||" | "" => false,
        _ => return table.wrong("condition", "expected `AND` or `OR`"),
    };
    let target = match table.text("regextarget")?.as_str() {
        "secret" | "" => Target::Secret,
        "match" => Target::Match,
        "line" => Target::Line,
        _ => return table.wrong("regextarget", "expected `secret`, `match` or `line`"),
    };
    Ok(Exception {
        line: table.source.line(table.at),
        rules: table.texts("targetrules")?,
        needs_all,
        has_places: !(table.texts("paths")?.is_empty() && table.texts("commits")?.is_empty()),
        target,
        regexes: table.texts("regexes")?,
        words: table.texts("stopwords")?,
    })
}

#[derive(Clone, Copy)]
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    fn wrong<T>(&self, at: usize, what: impl Into<String>) -> Result<T, Error> {
        let place = format!("{}:{}", self.file, self.line(at));
        Err(Error::new(place, what, "a configuration of gitleaks is read"))
    }
}

/// A table, and the byte at which it begins.
struct Table<'a> {
    source: Source<'a>,
    at: usize,
    table: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// The value of a key in small letters, and where it stands.
    fn get(&self, key: &str) -> Option<(usize, &'a DeValue<'a>)> {
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref().eq_ignore_ascii_case(key))?;
        Some((value.span().start, value.get_ref()))
    }

    fn wrong<T>(&self, key: &str, what: &str) -> Result<T, Error> {
        self.source.wrong(self.get(key).map_or(self.at, |(at, _)| at), format!("`{key}`: {what}"))
    }

    /// Empty if there is none.
    fn text(&self, key: &str) -> Result<String, Error> {
        match self.get(key) {
            None => Ok(String::new()),
            Some((_, DeValue::String(text))) => Ok(text.clone().into_owned()),
            Some(_) => self.wrong(key, "expected a text"),
        }
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, Error> {
        match self.get(key) {
            None => Ok(Vec::new()),
            // As viper, through which gitleaks reads it.
            Some((_, DeValue::String(text))) => Ok(vec![text.clone().into_owned()]),
            Some((_, DeValue::Array(values))) => {
                let texts = values.iter().map(|value| value.get_ref().as_str().map(str::to_owned));
                texts.collect::<Option<_>>().map_or_else(|| self.wrong(key, "expected texts"), Ok)
            }
            Some(_) => self.wrong(key, "expected a list of texts"),
        }
    }

    fn boolean(&self, key: &str) -> Result<bool, Error> {
        match self.get(key) {
            None => Ok(false),
            Some((_, DeValue::Boolean(value))) => Ok(*value),
            Some(_) => self.wrong(key, "expected `true` or `false`"),
        }
    }

    fn number(&self, key: &str) -> Result<f64, Error> {
        let text = match self.get(key) {
            None => "0",
            Some((_, DeValue::Integer(number))) if number.radix() == 10 => number.as_str(),
            Some((_, DeValue::Float(number))) => number.as_str(),
            Some(_) => return self.wrong(key, "expected a number"),
        };
        match text.parse() {
            Ok(number) if (0.0..=8.0).contains(&number) => Ok(number),
            _ => self.wrong(key, "expected a number from 0 to 8"),
        }
    }

    fn group(&self, key: &str) -> Result<u32, Error> {
        let group = match self.get(key) {
            None => Some(0),
            Some((_, DeValue::Integer(number))) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            Some(_) => None,
        };
        group.map_or_else(|| self.wrong(key, "expected the number of a group"), Ok)
    }

    /// Those of a list, or the only one.
    fn tables(&self, key: &str) -> Result<Vec<Table<'a>>, Error> {
        let source = self.source;
        match self.get(key) {
            None => Ok(Vec::new()),
            Some((at, DeValue::Table(table))) => Ok(vec![Table { source, at, table }]),
            Some((_, DeValue::Array(values))) => {
                let tables = values
                    .iter()
                    .map(|value| Some(Table { source, at: value.span().start, table: value.get_ref().as_table()? }));
                tables.collect::<Option<_>>().map_or_else(|| self.wrong(key, "expected tables"), Ok)
            }
            Some(_) => self.wrong(key, "expected a table"),
        }
    }
}
