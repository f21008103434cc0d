//! `podsieve detectors`: what is redacted by default, as a Markdown page made from the tables that the engine uses.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;
use podsieve_core::Policy;
use podsieve_core::policy::{Charset, DETECTORS, Detector, EXTRA_DETECTORS, FAMILIES, Meaning, Part, RuleId, Token};

use super::Stop;

/// Prints what the built-in detectors find and leave, with sources and examples, as Markdown.
#[derive(Args)]
pub(crate) struct Detectors {}

impl Detectors {
    pub(crate) fn start(self) -> Result<bool, Stop> {
        let mut out = io::stdout().lock();
        writeln!(out, "# Detectors\n")?;
        writeln!(out, "What podsieve redacts when no policy says otherwise. The mark is `[REDACTED:<rule>]`.\n")?;
        for detector in DETECTORS {
            self::detector(&mut out, detector)?;
        }
        names(&mut out)?;
        tokens(&mut out)?;
        writeln!(out, "\n# Off by default\n")?;
        writeln!(out, "On when a policy asks for them; the module for Fluent Bit is built without them.\n")?;
        for detector in EXTRA_DETECTORS {
            self::detector(&mut out, detector)?;
        }
        Ok(true)
    }
}

fn rule(rule: RuleId) -> &'static str {
    Policy::DEFAULT.rules.get(usize::from(rule)).copied().unwrap_or_default()
}

fn detector(out: &mut impl Write, detector: &Detector) -> io::Result<()> {
    writeln!(out, "## `{}`\n", rule(detector.rule))?;
    writeln!(out, "Finds {}. Leaves {}. [Source]({})\n", detector.finds, detector.leaves, detector.source)?;
    writeln!(out, "```")?;
    for (verdict, texts) in [("redacts", detector.examples), ("leaves ", detector.near)] {
        for text in texts {
            writeln!(out, "{verdict} {text}")?;
        }
    }
    writeln!(out, "```\n")
}

fn names(out: &mut impl Write) -> io::Result<()> {
    let mut by_rule: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in Policy::DEFAULT.names {
        let (what, strings) = match name.meaning {
            Meaning::Secret(rule) => (self::rule(rule), ""),
            Meaning::SecretText(rule) => (self::rule(rule), "\""),
            Meaning::Random(rule) => (self::rule(rule), "?"),
            Meaning::Identifier => ("", ""),
        };
        let words = if name.part == Part::LastWords { "…" } else { "" };
        by_rule.entry(what).or_default().push(format!("`{words}{}`{strings}", name.folded));
    }
    writeln!(out, "## Names of keys\n")?;
    writeln!(
        out,
        "Case and separators do not count (`X-Api-Key` is `xapikey`). Behind `…` there may be words in front (`db_password`); \
         behind a name with `\"` only strings are secret, as numbers are counts, and behind one with `?` only strings that nobody \
         chose (20 characters and more, letters of both cases and digits mixed, no digest and no UUID). Numbers and words \
         behind a name change nothing (`password_2`, `API_KEY_PROD`). The first row names identifiers: their \
         digits are no card numbers and no SSNs.\n"
    )?;
    writeln!(out, "| rule | names |\n| --- | --- |")?;
    for (rule, names) in by_rule {
        let rule = if rule.is_empty() { "left alone".to_owned() } else { format!("`{rule}`") };
        writeln!(out, "| {rule} | {} |", names.join(" "))?;
    }
    writeln!(out)
}

fn tokens(out: &mut impl Write) -> io::Result<()> {
    let count: usize = FAMILIES.iter().map(|family| family.tokens.len()).sum();
    writeln!(out, "## Vendors' tokens\n")?;
    writeln!(out, "{count} forms, known by their first characters where a word begins.\n")?;
    writeln!(out, "| rule | form | source |\n| --- | --- | --- |")?;
    for family in FAMILIES {
        let Some(first) = family.tokens.first() else { continue };
        let forms: Vec<String> = family.tokens.iter().map(form).collect();
        writeln!(out, "| `{}` | {} | <{}> |", rule(first.rule), forms.join("<br>"), family.source)?;
    }
    Ok(())
}

fn form(token: &Token) -> String {
    let length = match (token.min, token.max) {
        (min, 0) => format!("{min} or more"),
        (min, max) if u16::from(min) == max => format!("{min}"),
        (min, max) => format!("{min} to {max}"),
    };
    format!("`{}` and {length} of {}", token.prefix, characters(token.charset))
}

fn characters(charset: Charset) -> &'static str {
    match charset {
        Charset::Hex => "`0-9a-f`",
        Charset::AnyHex => "`0-9a-fA-F`",
        Charset::Upper => "`0-9A-Z-`",
        Charset::Alphanumeric => "`0-9A-Za-z`",
        Charset::Numbered => "`0-9A-Za-z`, a digit among them",
        Charset::Word => "`0-9A-Za-z_`",
        Charset::Base64Url => "`0-9A-Za-z_-`",
        Charset::Base64 => "base64",
        Charset::Dotted => "`0-9A-Za-z_.-`",
        Charset::Mixed => "`0-9A-Za-z_-`, a digit and letters of both cases among them",
        Charset::Uuid => "a UUID",
        Charset::Lower32 => "`a-z2-7`, a digit among them",
        Charset::Odd => "`0-9A-Za-z$:`",
        Charset::Full => "base64 and `.`",
        Charset::Snowflake => "`0-9A-Za-z_.-`, of which the first goes on with a number in base64",
    }
}
