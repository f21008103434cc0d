//! What is said of patterns, by examples, and held against regex-lite.

use podsieve_policy::pattern::{Around, Lengths, MAX_DEPTH, MAX_LENGTH, Pattern, Takes, from_go};
use proptest::prelude::*;
use proptest::string::string_regex;
use regex_lite::Regex;

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"))
}

#[test]
fn wrong_patterns_have_places() {
    let patterns = [
        ("a)", 1, "closes nothing"),
        ("a(b", 1, "has no `)`"),
        ("a(?i", 1, "has no `)`"),
        ("*a", 0, "nothing that this could repeat"),
        ("a|+", 2, "nothing that this could repeat"),
        ("a{2", 1, "a repetition is"),
        ("a{,2}", 1, "a repetition is"),
        ("a{3,2}", 1, "greater"),
        ("a[bc", 1, "has no `]`"),
        ("[]", 0, "has no `]`"),
        ("[b-a]", 1, "ends before it begins"),
        (r"[\w-z]", 1, "at its begin"),
        (r"[a-\w]", 1, "at its end"),
        ("[a[b]", 2, "a class in a class"),
        ("[[:alnumm:]]", 1, "a class in a class"),
        ("[a&&b]", 2, "`&&` is not supported"),
        ("a(?=b)", 1, "look-around"),
        ("a(?<!b)", 1, "look-around"),
        (r"(a)\1", 3, "back-references"),
        (r"\pL", 0, "Unicode classes"),
        (r"a\Q.\E", 1, "not known"),
        ("a\\", 1, "last character"),
        (r"\x4", 0, "hexadecimal"),
        (r"\x{110000}", 0, "hexadecimal"),
        ("(?z)a", 2, "flag is not known"),
        ("(?ii)a", 3, "twice"),
        ("(?i-)a", 4, "missing"),
        ("(?)a", 2, "missing"),
        ("(?P<1>a)", 4, "a group's name"),
        ("(?P<a>a)(?<a>b)", 11, "another group"),
    ];
    for (text, at, part) in patterns {
        let wrong = Pattern::parse(text).expect_err(text);
        assert!(wrong.at == at && wrong.what.contains(part), "{text}: {wrong}");
        assert!(Regex::new(text).is_err(), "{text}: regex-lite takes it");
    }
}

#[test]
fn hostile_patterns_are_refused() {
    let deep = |depth| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Pattern::parse(&deep(MAX_DEPTH)).is_ok());
    for text in [deep(MAX_DEPTH + 1), deep(MAX_LENGTH / 2 - 1), "a".to_owned() + &"?".repeat(MAX_LENGTH - 1)] {
        assert!(Pattern::parse(&text).expect_err("too deep").what.contains("deep"));
    }
    assert!(Pattern::parse(&"a".repeat(MAX_LENGTH)).is_ok());
    assert!(Pattern::parse(&"a".repeat(MAX_LENGTH + 1)).expect_err("too long").what.contains("longer"));
    // All is said in no time, whatever it is.
    let nested = format!("{}ab{}", "(?:[ab]{1,3}".repeat(11), "c|d)+".repeat(11));
    for text in ["a".repeat(MAX_LENGTH), "[a-z]".repeat(MAX_LENGTH / 5), "(?:a|b)?".repeat(MAX_LENGTH / 8), nested] {
        let pattern = pattern(&text);
        let least = pattern.lengths(0).map(|lengths| lengths.least);
        assert!(pattern.run(0).is_none_or(|run| Some(run.least()) <= least));
        assert!(pattern.literals().is_none_or(|texts| !texts.is_empty()) && pattern.around(&["x"]).is_none());
    }
    // Numbers that no length holds.
    let huge = pattern("((a{4000000000}){4000000000}b{4000000000}){4000000000}");
    assert_eq!(huge.lengths(0), Some(Lengths { least: usize::MAX, most: None }));
    assert!(!huge.run(0).expect("a run").may_match(b"aaa"));
}

#[test]
fn literals() {
    let patterns: &[(&str, Option<&[&str]>)] = &[
        ("acme_[a-z]{9}", Some(&["acme_"])),
        ("(?i)ACME[_-]?KEY=", Some(&["acmekey=", "acme-key=", "acme_key="])),
        (r"\b(?:ghu|ghs)_[0-9a-zA-Z]{36}", Some(&["ghs_", "ghu_"])),
        ("(?:tok|secret)en?x{2,}", Some(&["tokex", "tokenx", "secretex", "secretenx"])),
        ("[Mm]eraki|MERAKI", Some(&["meraki"])),
        ("abc|abcd", Some(&["abc"])),
        ("a[bc]d|x[0-9]+yzzy", Some(&["abd", "acd", "yzzy"])),
        ("(foo){2}bar?", Some(&["foofooba"])),
        ("(foo)+bar", Some(&["foo"])),
        // Each `foobar` holds `bar`.
        ("(?:foo)?bar", Some(&["bar"])),
        ("SK[0-9]{32}", Some(&["sk0", "sk1", "sk2", "sk3", "sk4", "sk5", "sk6", "sk7", "sk8", "sk9"])),
        ("[ab]{9}c[ab]+", Some(&["aca", "acb", "bca", "bcb"])),
        ("fo[0-9]+ba", Some(&["fo0", "fo1", "fo2", "fo3", "fo4", "fo5", "fo6", "fo7", "fo8", "fo9"])),
        ("fo[^0-9]+b", None),
        ("[0-9]q~[x-z]{9}", Some(&["q~x", "q~y", "q~z"])),
        ("000-[0-9]{9}", None),
        ("foo|[0-9]+", None),
        ("(?:foo)*", None),
        ("[a-z]{3}", None),
        ("né[0-9]", None),
        ("", None),
    ];
    for (text, expected) in patterns {
        let found = pattern(text).literals();
        let expected = expected.map(|texts| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn lengths_and_groups() {
    let patterns = [
        ("abc", 0, 3, Some(3)),
        ("a{2,5}|b", 0, 1, Some(5)),
        ("a*(bc){2}", 0, 4, None),
        ("a*(bc){2}", 1, 2, Some(2)),
        ("(?:^|a)$", 0, 0, Some(1)),
        ("é.", 0, 3, Some(6)),
        ("[^a]", 0, 1, Some(4)),
        ("[é-ü]{3}", 0, 6, Some(6)),
        ("(?:)*", 0, 0, Some(0)),
    ];
    for (text, group, least, most) in patterns {
        assert_eq!(pattern(text).lengths(group), Some(Lengths { least, most }), "{text}");
    }
    assert_eq!(pattern("(a)(?:b)(?P<x>c)").groups(), 2);
    assert_eq!(pattern("(a)").lengths(2), None);
    let takes = [
        ("(a)", Takes::Always),
        ("x(?:y(?:(a)))", Takes::Always),
        ("(?:(a){1}){1}", Takes::Always),
        ("(a)?", Takes::Sometimes),
        ("(?:(a)|b)", Takes::Sometimes),
        ("(a)|b", Takes::Sometimes),
        ("(?:(a)b){2}", Takes::Repeatedly),
        ("(?:(a)|b)*", Takes::Repeatedly),
    ];
    for (text, expected) in takes {
        assert_eq!(pattern(text).takes(1), Some(expected), "{text}");
    }
}

#[test]
fn around_words() {
    let around = |before, behind| Some(Around { before, behind });
    let patterns = [
        ("acme_[a-z]{9}", "acme", around(Some(0), Some(10))),
        ("(?i)[a-z]{0,50}?(?:ACME)[ \\t]{0,20}(=|:=)([a-f]{32})", "acme", around(Some(50), Some(54))),
        ("x{3}(?:acme|macmec)y?", "acme", around(Some(4), Some(2))),
        ("(?:a|b)(?:c|d)acme", "acme", around(Some(2), Some(0))),
        ("(?:x?acme-){2,3}", "acme", around(Some(1), Some(13))),
        ("[0-9](?:ac){9,}me{2,4}", "acme", around(None, Some(3))),
        ("(?:ab[cd]){2,40}x", "abcabc", None),
        ("(?:ab[cd]){20,40}x", "dx", None),
        ("(?:[ab]cd){20,40}x", "dx", around(Some(119), Some(0))),
        ("x(?:[ab]cd){1,40}", "x", around(Some(0), Some(120))),
        ("acme.*", "acme", around(Some(0), None)),
        (".*acme", "acme", around(None, Some(0))),
        ("[A-Z]+acme[a-z]+acme", "acme", around(None, None)),
        ("acme.*acme.", "acme", around(Some(0), None)),
        ("acm[a-f]", "acme", None),
        ("(?:acme)?[a-z]", "acme", None),
        ("acme|[0-9]+", "acme", None),
    ];
    for (text, word, expected) in patterns {
        assert_eq!(pattern(text).around(&[word]), expected, "{text}");
    }
    let either = pattern("linked[_-]?in|abc=");
    assert_eq!(either.around(&["linkedin", "linked_in", "linked-in", "abc"]), around(Some(0), Some(1)));
    assert_eq!(either.around(&["linkedin", "linked_in", "abc"]), None);
}

#[test]
fn runs() {
    let patterns = [
        ("[a-z0-9]{32}", 0, "0123456789abcdefghijklmnopqrstuvwxyz", 32),
        ("(?i)[a-z]{0,50}?key=([a-f]{8,}x?);?", 1, "=ABCDEFKYabcdefky", 12),
        ("[a-f0-9]{8}-[a-f0-9]{4}", 0, "-0123456789abcdef", 13),
        ("(?:a{9}|b{5}c)!", 0, "!abc", 7),
        ("a(?:b{2}){3}", 0, "b", 6),
        ("(?:[0-9]{4} ?){4}", 0, " 0123456789", 16),
        // The rarest is in front of what any text is.
        ("k_([0-9]{9})[ a-z]{9}", 1, "0123456789_k", 11),
    ];
    for (text, group, bytes, least) in patterns {
        let run = pattern(text).run(group).expect(text);
        let found: Vec<u8> = run.bytes().iter().collect();
        assert_eq!((String::from_utf8_lossy(&found).as_ref(), run.least()), (bytes, least), "{text}");
    }
    for text in ["", "a*", "(?:a?|b{3})", r"\b$"] {
        assert_eq!(pattern(text).run(0), None, "{text}");
    }
    let run = pattern("[0-9]{3}").run(0).expect("a run");
    for (window, found) in [("", false), ("12", false), ("123", true), ("12a34b5", false), ("a12b345", true)] {
        assert_eq!(run.may_match(window.as_bytes()), found, "{window}");
    }
}

#[test]
fn what_go_writes() {
    let same = [
        r"(?i)[\w.-]{0,50}?(?:acme)[\s'\x22]{0,3}(?:=|:{1,3}=|\|\|)[\x60'=]{0,5}([a-z0-9]{32})(?:[\x60;]|\\[nr]|$)",
        r"\b(pat[[:alnum:]]{14}\.[[:^lower:]_-])\z",
        r"a(?i)b|(?P<name>c)(?s:.)(?-i:d)",
        r"[^]a-]+[-a]+[a\]]",
        r"\x{e9}\x41\t\.\/\_",
        r"[+/=-]",
    ];
    for text in same {
        assert_eq!(from_go(text).as_deref(), Ok(text));
    }
    let different = [
        (r"\Qa.b\E+", r"a\.b+"),
        (r"a\Q*(", r"a\*\("),
        (r"\012\0[\101-\103]", r"\x{a}\x{0}[\x{41}-\x{43}]"),
        ("${a}{,3}{{x{2}", r"$\{a}\{,3}\{\{x{2}"),
        ("a{02}", r"a\{02}"),
        (r"\<a\>", "<a>"),
        ("[[a]", r"[\[a]"),
        (r"[\w-.]", r"[\w\-.]"),
        ("[a&&b~~]", r"[a\&\&b\~\~]"),
        ("[--/+--]", r"[\--/+-\-]"),
        ("[0-9-a]", r"[0-9\-a]"),
        ("(?P<1a>x)", "(x)"),
    ];
    for (text, expected) in different {
        assert_eq!(from_go(text).as_deref(), Ok(expected), "{text}");
        assert!(Regex::new(expected).is_ok(), "{expected}");
    }
    let never = [(r"a\pL", 1), (r"[\p{Greek}]", 1), (r"(a)\1", 3), ("[a", 0), ("a\\", 1), (r"a\Z", 1), ("(?=a)", 0)];
    for (text, at) in never {
        assert_eq!(from_go(text).map_err(|wrong| wrong.at), Err(at), "{text}");
    }
    // Each of these is for itself in Go.
    for (text, matches) in [("[[a]", "["), (r"[\w-.]", "-"), ("[a&&b]", "&"), ("{a}", "{a}"), (r"\<", "<")] {
        let regex = Regex::new(&from_go(text).expect(text)).expect(text);
        assert_eq!(regex.find(matches).map(|found| found.as_str()), Some(matches), "{text}");
    }
}

#[test]
fn other_shapes() {
    let branches = [
        ("a|b", vec!["a", "b"]),
        ("(?i)a(?s)|(?:b)", vec!["(?i)a(?s)", "(?is)(?:b)"]),
        ("(?i)(?:(a)|(b))", vec!["(?i)(a)", "(?i)(b)"]),
        ("(?:a|b)c", vec!["(?:a|b)c"]),
        ("(a|b)", vec!["(a|b)"]),
    ];
    for (text, expected) in branches {
        assert_eq!(pattern(text).branches(), expected, "{text}");
    }
    let whole = [
        ("^a$", "^a$"),
        ("a", "^(?s:.*)(?:a)(?s:.*)$"),
        ("(?i)^a", "^(?:(?i)a)(?s:.*)$"),
        ("(?i)^a|b|c$", "^(?:(?:(?i)a)(?s:.*)|(?s:.*)(?:(?i)b)(?s:.*)|(?s:.*)(?:(?i)c))$"),
        ("(?m)^a$", "^(?s:.*)(?:(?m)^a$)(?s:.*)$"),
    ];
    for (text, expected) in whole {
        assert_eq!(pattern(text).whole(), expected, "{text}");
    }
    let lead = [
        (r"(?i)[\w.-]{0,50}?(?:acme)", "(?i)(?:acme)"),
        ("[a-z]{0,50}?(?i:[a-z]*?(?:acme)b*?)c", "(?i:(?:acme)b*?)c"),
        ("[a-z]{0,50}acme", "[a-z]{0,50}acme"),
        ("[a-z]{1,50}?acme", "[a-z]{1,50}?acme"),
        ("(?:ab)??acme", "(?:ab)??acme"),
        ("([a-z]??)acme", "([a-z]??)acme"),
        ("a*?b|c", "a*?b|c"),
    ];
    for (text, expected) in lead {
        assert_eq!(pattern(text).without_lead(), expected, "{text}");
    }
}

/// Stands for a place: a word's boundary for regex-lite, nothing for what makes texts.
const PLACE: char = '\u{1}';

/// Patterns with what rules have in them.
fn patterns() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-cK_=]{1,5}",
        prop::sample::select(vec![
            "[a-f0-9]",
            "[a-z]{3,5}",
            r"\d",
            "[^a-z]",
            ".",
            "é",
            "[x-é]",
            "(?i:Key)",
            "(?i)ab",
            "[Kk]ey",
            r"\.",
            "0{8}",
            "\u{1}",
            "(?:key|token)",
            "(?:_|-)?",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let times = prop::sample::select(vec!["?", "*", "+", "{2}", "{0,3}", "{1,2}", "{2,}", "??", "*?", "{0,3}?"]);
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 1..5).prop_map(|all| all.concat()),
            2 => prop::collection::vec(inner.clone(), 1..4).prop_map(|all| format!("(?:{})", all.join("|"))),
            1 => inner.clone().prop_map(|one| format!("({one})")),
            2 => (inner, times).prop_map(|(one, times)| format!("(?:{one}){times}")),
        ]
    })
}

/// A pattern, and a text in which it may match.
fn patterns_and_texts() -> impl Strategy<Value = (String, String)> {
    patterns().prop_flat_map(|text| {
        let matches = string_regex(&text.replace(PLACE, "")).expect("a pattern without places");
        let noise = "[ -~é\n]{0,12}";
        (noise, matches, noise)
            .prop_map(move |(front, found, end)| (text.replace(PLACE, r"\b"), format!("{front}{found}{end}")))
    })
}

/// Texts of what patterns are made of, most of them none.
fn attempts() -> impl Strategy<Value = String> {
    let parts = vec![
        "a",
        "b",
        "é",
        "0",
        ",",
        "-",
        "^",
        "$",
        ".",
        "|",
        "(",
        "(",
        ")",
        ")",
        "(?:",
        "(?i)",
        "(?i",
        ":",
        "(?P<n>",
        "<",
        ">",
        "[",
        "[",
        "]",
        "]",
        "[^",
        "[[:alnum:]",
        "[:",
        "{",
        "}",
        "{2}",
        "{1,",
        "*",
        "+",
        "?",
        "\\",
        r"\w",
        r"\b",
        r"\x",
        "41",
        "&",
        "~",
        "{start}",
        " ",
        "#",
        "\n",
        "(?x)",
        "(?s-i)",
        "P",
        "=",
        "!",
        r"\p",
        r"\Q",
        r"\E",
        r"\z",
        r"\<",
        "[a-",
        r"\-",
    ];
    prop::collection::vec(prop::sample::select(parts), 0..9).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, max_shrink_iters: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_said_that_is_not_so((text, haystack) in patterns_and_texts()) {
        let regex = Regex::new(&text).expect(&text);
        let pattern = pattern(&text);
        prop_assert_eq!(pattern.groups() as usize + 1, regex.captures_len());
        let literals = pattern.literals();
        let words = ["key", "token", "_"];
        let around = pattern.around(&words);
        for captures in regex.captures_iter(&haystack) {
            let found = captures.get(0).expect("a match");
            let lower = found.as_str().to_ascii_lowercase();
            if let Some(literals) = &literals {
                prop_assert!(literals.iter().any(|literal| lower.contains(literal)), "{:?} in {:?}", literals, lower);
            }
            if let Some(Around { before, behind }) = around {
                let is_near = |at: usize, word: &str| {
                    at <= before.unwrap_or(at) && lower.len() - at - word.len() <= behind.unwrap_or(usize::MAX)
                };
                let near = words.iter().any(|word| lower.match_indices(word).any(|(at, word)| is_near(at, word)));
                prop_assert!(near, "{:?} in {:?}", around, lower);
            }
            for group in 0..=pattern.groups() {
                let Some(captured) = captures.get(group as usize) else {
                    prop_assert_ne!(pattern.takes(group), Some(Takes::Always));
                    continue;
                };
                let Lengths { least, most } = pattern.lengths(group).expect("a group");
                let length = captured.len();
                prop_assert!(least <= length && length <= most.unwrap_or(length), "{} of {}", length, group);
                if let Some(run) = pattern.run(group) {
                    prop_assert!(run.may_match(haystack.as_bytes()), "{:?}", run);
                    prop_assert!(run.may_match(found.as_str().as_bytes()), "{:?}", run);
                }
            }
        }
    }

    #[test]
    fn other_shapes_match_the_same((text, haystack) in patterns_and_texts()) {
        let regex = Regex::new(&text).expect(&text);
        let pattern = pattern(&text);
        let is_match = regex.is_match(&haystack);
        let whole = Regex::new(&pattern.whole()).expect("a whole");
        prop_assert_eq!(whole.find(&haystack).map(|found| found.len()), is_match.then_some(haystack.len()));
        let branches = pattern.branches();
        let any = branches.iter().any(|branch| Regex::new(branch).expect("a branch").is_match(&haystack));
        prop_assert_eq!(any, is_match);
        let shorter = Regex::new(&pattern.without_lead()).expect("without its lead");
        // One match and its groups; where a match is empty, the next one may be elsewhere.
        let ends = |regex: &Regex| {
            let captures = regex.captures(&haystack)?;
            let groups: Vec<_> = captures.iter().skip(1).map(|group| group.map(|group| group.range())).collect();
            Some((captures.get(0)?.end(), groups))
        };
        prop_assert_eq!(ends(&shorter), ends(&regex), "{}", shorter.as_str());
    }

    #[test]
    fn what_is_read_is_what_regex_lite_reads(text in attempts()) {
        prop_assert_eq!(Pattern::parse(&text).map_err(|wrong| wrong.to_string()).is_ok(), Regex::new(&text).is_ok());
    }

    #[test]
    fn what_go_writes_is_read_by_regex_lite(text in attempts()) {
        if let Ok(text) = from_go(&text) {
            prop_assert!(Regex::new(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn runs_are_found_as_a_naive_search_finds_them(window in "[0-2a-b]{0,40}", least in 1usize..7) {
        let run = pattern(&format!("[0-2]{{{least}}}")).run(0).expect("a run");
        let naive = window.as_bytes().windows(least).any(|bytes| bytes.iter().all(u8::is_ascii_digit));
        prop_assert_eq!(run.may_match(window.as_bytes()), naive);
    }
}
