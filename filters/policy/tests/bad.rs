//! What is said of policies that are wrong.

mod common;

use common::read;

/// Name, text and the lines that are said of it.
fn cases() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let table = include_str!("bad.txt");
    let cases = table.split("\n== ").skip(1).map(|case| {
        let (name, rest) = case.split_once('\n').expect("a case has a name");
        let text = rest.get(..rest.find("\n=> ").map_or(rest.len(), |at| at + 1)).unwrap_or_default();
        (name, text, rest.lines().filter_map(|line| line.strip_prefix("=> ")).collect())
    });
    cases.collect()
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let cases = cases();
    assert!(cases.len() >= 80, "{} cases", cases.len());
    let mut failed = false;
    for (name, text, expected) in cases {
        let wrongs = read(text).err().unwrap_or_default();
        let said: Vec<String> = wrongs.iter().map(ToString::to_string).collect();
        if said.is_empty() || said != expected {
            failed = true;
            println!("== {name}\n{text}=> {}\n", said.join("\n=> "));
        }
    }
    assert!(!failed, "what is said is printed above as tests/bad.txt would have it");
}
