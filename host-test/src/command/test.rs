//! `podsieve test`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use console::Style;
use podsieve_host::Error;
use podsieve_host::cases::{self, Coverage, Failure, Suite};
use podsieve_host::explain::Explainer;
use podsieve_host::numbers::count;
use podsieve_policy::model::Case;

use super::Stop;
use super::explain::explainer;
use super::marks::{Marked, width};

const FORMAT: &str = "\
Cases are a list in YAML or JSON:

  - name: badge numbers go
    line: \"employee badge B-12345674 swiped\"
    redact: [{text: B-12345674, rule: badge}]
    keep: [employee, swiped]
    route: archive.pci.shop
  - line: \"ticket TKT-000123 closed\"
    keep: all
  - record: {level: WARNING}
    tag: kube.var.log.pods.shop_web-0_1f2e.app.0.log
    function: enrich
    fields: {service: web, severity: warn}

  name      for people
  line      the line of an application, or
  record    the record itself: an object, or its text
  tag       the record's; without it one that says nothing
  function  pipeline (without it), parse, redact, enrich or route
  redact    texts that must not survive, found by a rule if it is named
  keep      texts that must survive; all: nothing is redacted
  route     the tag that it must get; null: none
  fields    paths of fields that must come out, with their values; null: not there

Texts may stand anywhere in a record but in its audit. A key of hashes that is not \
there is made up.

Exit codes:
  0  all passed
  1  some failed, or with --require-coverage something is not tried
  2  wrong arguments, or a file that cannot be read or has mistakes";

/// Try a policy by cases: what must be redacted, what must stay, and where records go.
#[derive(Args)]
#[command(after_help = FORMAT)]
pub(super) struct Test {
    /// The policy, in YAML or JSON
    policy: PathBuf,

    /// Files of cases
    #[arg(required = true)]
    cases: Vec<PathBuf>,

    /// Write the results as JUnit XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Name the rules, keys, allowances and routes of the policy that no case tries, and the detectors that it names
    #[arg(long)]
    coverage: bool,

    /// The same, and fail if there are some
    #[arg(long)]
    require_coverage: bool,
}

impl Test {
    /// True when all passed.
    pub(super) fn start(self) -> Result<bool, Stop> {
        let mut explainer = explainer(Some(&self.policy))?;
        let files = read_all(&self.cases, &explainer)?;
        let mut out = io::stdout().lock();
        let (mut coverage, mut suites) = (Coverage::default(), Vec::new());
        let (mut passed, mut failed) = (0, 0);
        for (name, cases) in &files {
            let mut suite = Suite { name: name.clone(), tests: Vec::new() };
            for case in cases {
                let started = Instant::now();
                let (explained, failures) = cases::run(case, &mut explainer);
                coverage.add(&explained);
                let told = told(name, case, &failures);
                if failures.is_empty() {
                    passed += 1
                } else {
                    failed += 1
                }
                out.write_all(told.as_bytes())?;
                suite.tests.push(cases::Test {
                    name: title(case),
                    time: started.elapsed(),
                    failure: failures
                        .first()
                        .map(|first| (first.what.clone(), console::strip_ansi_codes(&told).into_owned())),
                });
            }
            suites.push(suite);
        }
        let mut covered = true;
        if self.coverage || self.require_coverage {
            let policy = self.policy.display();
            for (entry, place) in coverage.unused(explainer.file()) {
                covered = false;
                writeln!(out, "{policy}:{place}: no case tries {}", entry.shown(explainer.file()))?;
            }
        }
        writeln!(out, "{} passed, {} failed", count(passed), count(failed))?;
        out.flush()?;
        if let Some(path) = &self.junit {
            fs::write(path, cases::junit(&suites)).map_err(|error| {
                Error::new(path.display().to_string(), format!("cannot be written: {error}"), "check the path")
            })?;
        }
        Ok(failed == 0 && (covered || !self.require_coverage))
    }
}

/// The cases of all files; all that is wrong is told.
fn read_all(paths: &[PathBuf], explainer: &Explainer) -> Result<Vec<(String, Vec<Case>)>, Stop> {
    let (mut files, mut wrongs) = (Vec::new(), Vec::new());
    for path in paths {
        match read(path, explainer) {
            Ok(cases) => files.push((path.display().to_string(), cases)),
            Err(wrong) => wrongs.extend(wrong),
        }
    }
    if wrongs.is_empty() { Ok(files) } else { Err(Stop::Wrong(wrongs)) }
}

fn read(path: &Path, explainer: &Explainer) -> Result<Vec<Case>, Vec<String>> {
    let name = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| vec![format!("{name}: cannot be read: {error}; give the path of cases in YAML")])?;
    cases::read(&text, explainer.file())
        .map_err(|wrongs| wrongs.iter().map(|wrong| format!("{name}:{wrong}")).collect())
}

/// What a case is called.
fn title(case: &Case) -> String {
    case.name.clone().unwrap_or_else(|| format!("line {}", case.place.line))
}

/// What failed: where, the text with marks under it, what was expected, and what happened.
fn told(file: &str, case: &Case, failures: &[Failure]) -> String {
    let mut out = String::new();
    for failure in failures {
        let title = Style::new().bold().apply_to(title(case));
        out += &format!("{file}:{}: {title}\n", failure.place.line);
        if let Some((text, start, end)) = &failure.shown {
            let style = Style::new().red().bold();
            let marked = Marked::new(text, *start, *end, width().saturating_sub(4));
            out += &format!("    {}\n", marked.line(&style));
            if start < end {
                out += &format!("    {}\n", style.apply_to(marked.marks()));
            }
        }
        out += &format!("  {}\n", failure.what);
    }
    out
}
