//! `podsieve explain`.

use std::fmt::Write;
use std::io;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use console::Style;
use podsieve_core::Function;
use podsieve_host::explain::{Explained, Explainer, Finding, Stay};
use podsieve_host::input::{Form, Options, Source};
use podsieve_host::json;
use podsieve_policy::model::File;

use super::Stop;
use super::bake::Policy;
use super::feed::{self, Input};
use super::marks::{Marked, width};
use super::output::Output;

/// Say of each record what each rule found and why, what became of it, and which route applied.
///
/// What was found is shown: this is for logs that you may read. Keys of hashes that are not there are made up.
#[derive(Args)]
pub(super) struct Explain {
    /// Log files, or folders of them; standard input when there are none or for `-`
    files: Vec<PathBuf>,

    /// The policy, in YAML or JSON; the default one if not given
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// What the lines are; found from the path and the first lines if not given
    #[arg(long, value_name = "FORM", value_parser = PossibleValuesParser::new(Form::ALL.map(Form::name)))]
    input: Option<String>,

    /// The tag of all records; made from the path if not given, as Fluent Bit's tail does
    #[arg(long)]
    tag: Option<String>,

    /// What is done to the records
    #[arg(long, value_name = "NAME", default_value = "pipeline")]
    #[arg(value_parser = PossibleValuesParser::new(Function::ALL.map(Function::name)))]
    function: String,

    /// One JSON object a record
    #[arg(long)]
    json: bool,
}

impl Explain {
    /// Always true.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let inputs = feed::inputs(&self.files)?;
        let mut explainer = explainer(self.policy.as_deref())?;
        let name = self.policy.as_ref().map(|path| path.display().to_string());
        let mut options = Options::default();
        if let Some(form) = self.input.as_deref().and_then(Form::from_name) {
            options = options.form(form);
        }
        if let Some(tag) = &self.tag {
            options = options.tag(tag.as_bytes());
        }
        let output = Output::new();
        let width = width();
        let mut number = 0;
        for input in &inputs {
            let mut source = match input {
                Input::File(path) => Source::open(path, &options)?,
                Input::Standard => Source::stream(Box::new(output.flush_before(io::stdin())), &options)?,
            };
            let source_name = source.name().to_owned();
            while let Some(item) = source.next_record()? {
                number += 1;
                let explained = explainer.explain(&self.function, item.tag, item.record);
                let shown = Shown { explained: &explained, file: explainer.file(), name: name.as_deref(), width };
                if self.json {
                    output.record(&shown.json(number))?;
                } else {
                    let tag = String::from_utf8_lossy(item.tag);
                    let title = format!("{source_name}:{}: record {number}, tag {tag}", item.line);
                    output.text(&format!("{}\n{}\n", Style::new().bold().apply_to(title), shown.text()))?;
                }
            }
        }
        output.flush()?;
        Ok(true)
    }
}

/// An engine with the policy of a file, or the default one. A key of hashes that is not there is made up.
pub(super) fn explainer(policy: Option<&std::path::Path>) -> Result<Explainer, Stop> {
    let (name, file) = match policy {
        Some(path) => {
            let policy = Policy::read(path)?;
            (policy.name, policy.file)
        }
        None => ("default policy".to_owned(), default()?),
    };
    let keys: Vec<_> = file
        .hash
        .keys
        .iter()
        .map(|key| podsieve_host::policy::key(key).unwrap_or_else(|_| (key.id.clone(), b"made up".to_vec())))
        .collect();
    Explainer::new(file, &keys)
        .map_err(|wrong| Stop::Wrong(wrong.iter().map(|wrong| format!("{name}:{wrong}")).collect()))
}

fn default() -> Result<File, Stop> {
    podsieve_host::policy::read("").map_err(|wrong| Stop::Wrong(wrong.iter().map(ToString::to_string).collect()))
}

/// Why something stayed, with the place in the policy of that name.
pub(super) fn kept_by(stay: &Stay, file: &File, name: Option<&str>) -> String {
    let place = match stay {
        Stay::Allowed(entry) => name.zip(entry.place(file)).map(|(name, place)| format!(" ({name}:{place})")),
        _ => None,
    };
    format!("{}{}", stay.shown(file), place.unwrap_or_default())
}

/// What is shown of a record.
struct Shown<'a> {
    explained: &'a Explained,
    file: &'a File,
    /// The policy's.
    name: Option<&'a str>,
    width: usize,
}

impl Shown<'_> {
    fn text(&self) -> String {
        let mut out = String::new();
        let found = &self.explained.found;
        if found.is_empty() {
            out.push_str("  nothing was found\n");
        }
        let same = |a: &Finding, b: &Finding| (&a.path, a.in_key, &a.value) == (&b.path, b.in_key, &b.value);
        for findings in found.chunk_by(same) {
            self.value(findings, &mut out);
        }
        let _ = match &self.explained.route {
            Some(route) => {
                let tag = self.tag().map(|tag| String::from_utf8_lossy(&tag).into_owned()).unwrap_or_default();
                let place = self.name.zip(route.place(self.file)).map(|(name, place)| format!(", {name}:{place}"));
                let what = route.shown(self.file);
                writeln!(out, "  route {tag} ({what}{})", place.unwrap_or_default())
            }
            None => writeln!(out, "  no route"),
        };
        if let Some(output) = &self.explained.output {
            let shown = Style::new().dim();
            let _ = writeln!(out, "  {}", shown.apply_to(String::from_utf8_lossy(output)));
        }
        out
    }

    /// A value, and under it what was found in it.
    fn value(&self, findings: &[Finding], out: &mut String) {
        let Some(first) = findings.first() else { return };
        let path = if first.path.is_empty() { "record" } else { first.path.as_str() };
        let label = format!("  {path}{}  ", if first.in_key { " (the key)" } else { "" });
        let indent = " ".repeat(console::measure_text_width(&label));
        let width = self.width.saturating_sub(indent.len()).max(40);
        for finding in findings {
            let style = if finding.kept.is_some() { Style::new().yellow() } else { Style::new().red().bold() };
            let marked = Marked::new(&finding.value, finding.start, finding.end, width);
            let became = match &finding.kept {
                Some(stay) => format!("kept by {}", kept_by(stay, self.file, self.name)),
                None => finding.action.to_owned(),
            };
            let (line, marks) = (marked.line(&style), style.apply_to(marked.marks()).to_string());
            let rule = Style::new().bold().apply_to(finding.rule);
            let front = if std::ptr::eq(finding, first) { &label } else { &indent };
            let _ = writeln!(out, "{front}{line}\n{indent}{marks} {rule}: {}; {became}", finding.why);
        }
    }

    fn tag(&self) -> Option<Vec<u8>> {
        let value = json::field(self.explained.output.as_deref()?, "archive_tag")?;
        Some(json::unescape(value.strip_prefix(b"\"")?.strip_suffix(b"\"")?))
    }

    fn json(&self, number: u64) -> Vec<u8> {
        let mut out = format!("{{\"record\":{number},\"found\":[").into_bytes();
        for (n, finding) in self.explained.found.iter().enumerate() {
            out.extend_from_slice(if n > 0 { b",{" } else { b"{" });
            let kept = finding.kept.as_ref().map(|stay| kept_by(stay, self.file, self.name));
            member(&mut out, "rule", Some(finding.rule.as_bytes()));
            out.push(b',');
            member(&mut out, "path", Some(finding.path.as_bytes()));
            if finding.in_key {
                out.extend_from_slice(b",\"in_key\":true");
            }
            out.extend_from_slice(format!(",\"start\":{},\"end\":{},", finding.start, finding.end).as_bytes());
            let texts = [
                ("text", Some(finding.text())),
                ("why", Some(finding.why.as_bytes())),
                ("action", Some(finding.action.as_bytes())),
                ("kept_by", kept.as_deref().map(str::as_bytes)),
            ];
            for (n, (name, text)) in texts.into_iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                member(&mut out, name, text);
            }
            out.push(b'}');
        }
        out.extend_from_slice(b"],\"route\":");
        match &self.explained.route {
            Some(route) => {
                out.push(b'{');
                member(&mut out, "tag", self.tag().as_deref());
                out.push(b',');
                member(&mut out, "by", Some(route.shown(self.file).to_string().as_bytes()));
                let place = self.name.zip(route.place(self.file)).map(|(name, place)| format!("{name}:{place}"));
                if let Some(place) = place {
                    out.push(b',');
                    member(&mut out, "place", Some(place.as_bytes()));
                }
                out.push(b'}');
            }
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"output\":");
        out.extend_from_slice(self.explained.output.as_deref().unwrap_or(b"null"));
        out.push(b'}');
        out
    }
}

/// A member of an object, a text or null.
fn member(out: &mut Vec<u8>, name: &str, text: Option<&[u8]>) {
    out.extend_from_slice(format!("\"{name}\":").as_bytes());
    match text {
        Some(text) => json::write_string(out, text),
        None => out.extend_from_slice(b"null"),
    }
}
