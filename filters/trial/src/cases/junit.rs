//! Results as [JUnit XML](https://github.com/testmoapp/junitxml), which CI systems read.

use std::fmt::Write;
use std::time::Duration;

/// The results of one file.
#[derive(Debug, Default)]
pub struct Suite {
    /// The file.
    pub name: String,
    /// Its cases.
    pub tests: Vec<Test>,
}

/// The result of one case.
#[derive(Debug)]
pub struct Test {
    /// What it is called.
    pub name: String,
    /// How long it took.
    pub time: Duration,
    /// What is not as it must be, one line and then all of it.
    pub failure: Option<(String, String)>,
}

/// All suites as one document.
pub fn write(suites: &[Suite]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for suite in suites {
        let failures = suite.tests.iter().filter(|test| test.failure.is_some()).count();
        let time: Duration = suite.tests.iter().map(|test| test.time).sum();
        let (name, tests) = (escaped(&suite.name), suite.tests.len());
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{}\">",
            seconds(time)
        );
        for test in &suite.tests {
            let (test_name, time) = (escaped(&test.name), seconds(test.time));
            let _ = write!(xml, "    <testcase classname=\"{name}\" name=\"{test_name}\" time=\"{time}\"");
            match &test.failure {
                None => xml.push_str("/>\n"),
                Some((message, all)) => {
                    let (message, all) = (escaped(message), escaped(all));
                    let _ = writeln!(xml, ">\n      <failure message=\"{message}\">{all}</failure>\n    </testcase>");
                }
            }
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn seconds(time: Duration) -> String {
    format!("{:.6}", time.as_secs_f64())
}

/// A text in an element or an attribute. What [XML](https://www.w3.org/TR/xml/#charsets) has no way to write becomes
/// U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(character),
        }
    }
    out
}
