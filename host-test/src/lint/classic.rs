//! The classic form: `[SECTION]`, and under it keys and values, one a line.
//!
//! It is read as Fluent Bit reads it: a value is all behind the key but for blanks at its ends, quotes and `#` too.
//! [Source](https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode/format-schema)

use super::files::Files;
use super::model::{Form, Place, Property, Section};
use crate::Error;

/// Where the properties that follow belong.
enum At {
    Nowhere,
    Service,
    Input,
    Filter,
    Output,
    /// Parsers, plugins, and groups inside of sections.
    Elsewhere,
}

pub(super) fn read(files: &mut Files, file: usize, text: &str) -> Result<(), Error> {
    let mut at = At::Nowhere;
    for (n, line) in text.split('\n').enumerate() {
        let place = Place { file, line: u32::try_from(n + 1).unwrap_or(u32::MAX) };
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.contains('\0') {
            return Err(files.error(place, "there is a zero byte", "is this a configuration?"));
        }
        let trimmed = line.trim_matches([' ', '\t']);
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some(command) = line.strip_prefix('@') {
            self::command(files, place, command)?;
        } else if let Some(header) = line.strip_prefix('[') {
            let Some((name, _)) = header.split_once(']') else {
                return Err(files.error(place, "the section's name does not end", "write [NAME]"));
            };
            at = begin(files, place, name);
        } else if trimmed.starts_with('[') {
            at = At::Elsewhere;
        } else {
            let Some((key, value)) = trimmed.split_once(' ') else {
                return Err(files.error(
                    place,
                    "the key has no value",
                    "write a blank and the value behind it: a tab does not separate them, and Fluent Bit does not \
                     start",
                ));
            };
            let value = value.trim_matches([' ', '\t']);
            if let At::Nowhere = at {
                return Err(files.error(place, "there is a key outside of any section", "put [SECTION] above it"));
            }
            property(files, &at, place, key, value);
        }
    }
    Ok(())
}

/// `@SET name=value` and `@INCLUDE path`.
fn command(files: &mut Files, place: Place, command: &str) -> Result<(), Error> {
    let (name, rest) = command.split_once([' ', '\t']).unwrap_or((command, ""));
    let rest = rest.trim();
    if name.eq_ignore_ascii_case("include") {
        return files.include(rest, None, place);
    }
    if name.eq_ignore_ascii_case("set")
        && let Some((variable, value)) = rest.split_once('=')
    {
        files.configuration.variables.push((variable.trim().to_owned(), value.trim().to_owned()));
    }
    Ok(())
}

fn begin(files: &mut Files, place: Place, name: &str) -> At {
    let configuration = &mut files.configuration;
    let section = Section::new(place);
    match name.to_lowercase().as_str() {
        "service" => At::Service,
        "input" | "inputs" => {
            configuration.inputs.push(section);
            At::Input
        }
        "filter" | "filters" => {
            configuration.filters.push(section);
            At::Filter
        }
        "output" | "outputs" => {
            configuration.outputs.push(section);
            At::Output
        }
        _ => At::Elsewhere,
    }
}

fn property(files: &mut Files, at: &At, place: Place, key: &str, value: &str) {
    let configuration = &mut files.configuration;
    let properties = match at {
        At::Service => Some(&mut configuration.service),
        At::Input => configuration.inputs.last_mut().map(|section| &mut section.properties),
        At::Filter => configuration.filters.last_mut().map(|section| &mut section.properties),
        At::Output => configuration.outputs.last_mut().map(|section| &mut section.properties),
        At::Nowhere | At::Elsewhere => None,
    };
    if let Some(properties) = properties {
        let (key, raw) = (key.to_lowercase(), value.to_owned());
        properties.push(Property { place, form: Form::Classic, key, raw, value: String::new() });
    }
}
