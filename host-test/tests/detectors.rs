//! What the page of `podsieve detectors` says is what the engine does: every rule is on it, every example is found by the
//! rule that it is an example of, and what it says is left is left.

use std::collections::BTreeSet;

use podsieve_core::policy::{Charset, DETECTORS, Detector, EXTRA_DETECTORS, Extra, FAMILIES, RuleId, Token};
use podsieve_core::{Engine, Function, Policy};

static DEFAULT: Policy = Policy::DEFAULT;
static ALL: Policy = Policy { extra: Extra::ALL, ..Policy::DEFAULT };

/// The text as it leaves, and the rules that found something.
fn redacted(engine: &mut Engine, text: &str) -> (String, BTreeSet<String>) {
    let record = serde_json::json!({ "log": text }).to_string();
    let out = engine.run(Function::Redact, b"app", record.as_bytes());
    let out: serde_json::Value = serde_json::from_slice(out).expect("a record is JSON");
    let rules = out["podsieve"]["redacted"].as_object();
    let rules = rules.map(|rules| rules.keys().cloned().collect()).unwrap_or_default();
    (out["log"].as_str().expect("the body is a text").to_owned(), rules)
}

fn name(rule: RuleId) -> &'static str {
    Policy::DEFAULT.rules[usize::from(rule)]
}

#[test]
fn every_example_is_found_by_its_rule_and_nothing_near_it_is() {
    examples(&mut Engine::new(&DEFAULT), DETECTORS);
    examples(&mut Engine::new(&ALL), EXTRA_DETECTORS);
    let mut engine = Engine::new(&DEFAULT);
    for text in EXTRA_DETECTORS.iter().flat_map(|detector| detector.examples) {
        assert_eq!(redacted(&mut engine, text).0, *text, "off by default");
    }
}

fn examples(engine: &mut Engine, detectors: &[Detector]) {
    for detector in detectors {
        let rule = name(detector.rule);
        for text in detector.examples {
            let (_, rules) = redacted(engine, text);
            assert!(rules.contains(rule), "{rule}: {text}: {rules:?}");
        }
        for text in detector.near {
            let (out, rules) = redacted(engine, text);
            assert_eq!((out.as_str(), rules.len()), (*text, 0), "{rule}");
        }
    }
}

#[test]
fn every_form_of_a_token_is_found_whole() {
    let mut engine = Engine::new(&DEFAULT);
    for token in FAMILIES.iter().flat_map(|family| family.tokens) {
        let text = format!("got {}{} here", token.prefix, rest(token));
        let (out, rules) = redacted(&mut engine, &text);
        assert_eq!(rules.len(), 1, "{text}: {rules:?}");
        let rule = rules.first().expect("there is one");
        assert_eq!(out, format!("got [REDACTED:{rule}] here"), "{text}");
    }
}

#[test]
fn every_rule_is_on_the_page() {
    let told = DETECTORS.iter().chain(EXTRA_DETECTORS).map(|detector| detector.rule);
    let told: BTreeSet<RuleId> =
        told.chain(FAMILIES.iter().flat_map(|family| family.tokens).map(|token| token.rule)).collect();
    for (rule, name) in Policy::DEFAULT.rules.iter().enumerate() {
        assert!(told.contains(&(rule as RuleId)), "{name}");
    }
    for family in FAMILIES {
        assert!(family.source.starts_with("https://") && !family.tokens.is_empty(), "{}", family.source);
    }
}

/// As many characters as a token must have behind its prefix, of all kinds that it may have.
fn rest(token: &Token) -> String {
    let characters: &[u8] = match token.charset {
        Charset::Hex => b"3f9a0c7e1b5d2468",
        Charset::AnyHex => b"3F9a0C7e1b5D2468",
        Charset::Upper => b"7QX2Z-4KM9B1WT3R",
        Charset::Lower32 => b"k7qz2wnm4xtby3rj",
        Charset::Odd => b"k3Xq9ZtB$mWp2:vL",
        // The bot's number in base64 goes on.
        Charset::Snowflake => return "IzNDU2Nzg5MDEyMzQ1.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs".to_owned(),
        Charset::Uuid => b"7b3f0c52-9d1e-4a86-b5c4-0e9f6a2d8c31",
        _ => b"k3Xq9ZtB7mWp2RvL",
    };
    characters.iter().cycle().take(usize::from(token.min)).map(|byte| char::from(*byte)).collect()
}
