//! How the cost grows: per byte from records of 100 bytes to 1 MiB, honest and hostile, and per record from 1 to 300
//! rules. Both have to stay flat; what does not is listed at the end, and the run fails.
//!
//! A growth shows in ratios of times that were measured one after the other, so this is a table and no statistics.
//! `--test` measures less and judges the same.

use fastrand::Rng;
use podsieve_benches::hostile::HOSTILE;
use podsieve_benches::workload::{Lines, TAG};
use podsieve_core::policy::{Charset, Head, RuleId, Token, heads, rows, sieve};
use podsieve_core::{Engine, Function, Policy};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Lengths of records, in bytes.
const LENGTHS: [usize; 5] = [100, 1 << 10, 10 << 10, 100 << 10, 1 << 20];
const RULES: [usize; 6] = [1, 3, 10, 30, 100, 300];
/// So many times as much is as good as flat on a machine that does other things too.
const FLAT: f64 = 3.0;
/// So many times as much as in the first, shortest record: there a detector has less to look at than it may.
const LOOK_AHEAD: f64 = 10.0;

fn main() -> ExitCode {
    let test = std::env::args().any(|argument| argument == "--test");
    let patience = Duration::from_millis(if test { 1 } else { 20 });
    let steep = [by_length(patience), by_rules(patience)].concat();
    if steep.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("\nnot flat: {}", steep.join(", "));
    ExitCode::FAILURE
}

/// Prints what a byte costs in records of each length, and returns the cases in which longer records cost more.
fn by_length(patience: Duration) -> Vec<String> {
    println!("nanoseconds per byte, in a record of so many bytes; the most against the first");
    println!("{:32}{}{:>10}", "", LENGTHS.map(|length| format!("{length:>10}")).concat(), "ratio");
    let mut steep = Vec::new();
    let mut case = |name: &str, make: &dyn Fn(usize) -> Vec<Vec<u8>>| {
        print!("{name:32}");
        let mut costs = Vec::new();
        for length in LENGTHS {
            if is_steep(&costs) {
                // To the end it could take hours.
                print!("{:>10}", "-");
                continue;
            }
            let records = make(length);
            costs.push(per_byte(&records, patience));
            // The machine may have been busy; what grows is steep every time.
            for _ in 0..2 {
                if is_steep(&costs) {
                    costs.pop();
                    costs.push(per_byte(&records, 20 * patience));
                }
            }
            print!("{:>10.2}", costs[costs.len() - 1]);
        }
        println!("{:>10.1}", most(&costs) / costs[0]);
        if is_steep(&costs) {
            steep.push(name.to_owned());
        }
    };
    case("clean/text", &|length| vec![clean_text(length)]);
    case("clean/fields", &|length| vec![clean_fields(length)]);
    for hostile in HOSTILE {
        case(hostile.name, &|length| hostile.records(length));
    }
    steep
}

/// Whether the last of the costs, by length, is more than flat. A detector may look some hundred bytes ahead, which the
/// shortest record has not, but from the second one on nothing may cost more.
fn is_steep(costs: &[f64]) -> bool {
    let [first, second, .., last] = costs else { return false };
    *last > LOOK_AHEAD * first || *last > FLAT * second
}

fn most(costs: &[f64]) -> f64 {
    costs.iter().copied().fold(0.0, f64::max)
}

/// Nanoseconds per byte of the records, when they are read byte by byte, one after the other: over one and the same short
/// record a CPU learns the way. And a short record that comes again is compared with the last one and copied, which a
/// long one never is: between the two that would look like growth. So the engine has to forget the record each time,
/// which it does when it is asked for another function.
fn per_byte(records: &[Vec<u8>], patience: Duration) -> f64 {
    let mut engine = Engine::new(&Policy::DEFAULT);
    let time = fastest(patience, || {
        for record in records {
            black_box(engine.run(Function::Pipeline, TAG.as_bytes(), black_box(record)));
            black_box(engine.run(Function::Route, TAG.as_bytes(), b"{}"));
        }
    });
    time * 1e9 / records.iter().map(Vec::len).sum::<usize>() as f64
}

/// A line of prose.
fn clean_text(length: usize) -> Vec<u8> {
    let words = "the worker received a webhook and queued it for processing ";
    format!(r#"{{"log":"{}"}}"#, words.repeat(length.saturating_sub(10).div_ceil(words.len()))).into_bytes()
}

/// A line of JSON with a list of objects.
fn clean_fields(length: usize) -> Vec<u8> {
    let item = r#"{\"name\":\"worker\",\"state\":\"ready\",\"attempt\":2},"#;
    let items = item.repeat(length.saturating_sub(40).div_ceil(item.len()));
    format!(r#"{{"log":"{{\"level\":\"INFO\",\"items\":[{items}null]}}"}}"#).into_bytes()
}

/// Prints what a record costs under policies with so many rules for tokens, and returns the cases in which more rules
/// cost more.
fn by_rules(patience: Duration) -> Vec<String> {
    let mut lines = Lines::new(1, 0);
    let clean: Vec<Vec<u8>> = (0..100).map(|_| lines.record()).collect();
    println!("\nmicroseconds per record, with so many rules for tokens; against one rule");
    println!("{:>10}{:>12}{:>8}{:>12}{:>8}", "rules", "clean", "ratio", "near-misses", "ratio");
    let (mut of_clean, mut of_near_misses) = (Vec::new(), Vec::new());
    for count in RULES {
        let policy = policy(count);
        assert_every_rule_fires(policy);
        print!("{count:>10}");
        for (costs, records) in [(&mut of_clean, &clean), (&mut of_near_misses, &vec![near_misses(policy)])] {
            costs.push(per_record(policy, records, patience));
            let cost = costs[costs.len() - 1];
            print!("{cost:>12.2}{:>8.1}", cost / costs[0]);
        }
        println!();
    }
    let steep = [("rules/clean", of_clean), ("rules/near-misses", of_near_misses)];
    steep.into_iter().filter(|(_, costs)| most(costs) > FLAT * costs[0]).map(|(name, _)| name.to_owned()).collect()
}

/// The default policy with other tokens: `count` made-up ones, each with a rule of its own.
fn policy(count: usize) -> &'static Policy {
    let mut rng = Rng::with_seed(count as u64);
    let known = Policy::DEFAULT.rules;
    let mut prefixes: Vec<String> = Vec::new();
    while prefixes.len() < count {
        let letters = rng.usize(3..7);
        let mut prefix: String = std::iter::repeat_with(|| rng.lowercase()).take(letters).collect();
        prefix.push(if rng.bool() { '_' } else { '-' });
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    prefixes.sort();
    let tokens = prefixes.into_iter().enumerate().map(|(n, prefix)| Token {
        prefix: prefix.leak(),
        charset: Charset::Alphanumeric,
        min: 20,
        max: 0,
        rule: (known.len() + n) as RuleId,
    });
    let tokens: &[Token] = tokens.collect::<Vec<_>>().leak();
    let made_up = (0..count).map(|n| &*format!("made_up_{n}").leak());
    let heads: &[Head] = heads::<1024>(tokens).to_vec().leak();
    Box::leak(Box::new(Policy {
        rules: known.iter().copied().chain(made_up).collect::<Vec<_>>().leak(),
        tokens,
        heads,
        rows: rows(heads),
        sieve: sieve(tokens),
        ..Policy::DEFAULT
    }))
}

fn assert_every_rule_fires(policy: &'static Policy) {
    let mut engine = Engine::new(policy);
    for token in policy.tokens {
        let record = format!(r#"{{"log":"key {}{}"}}"#, token.prefix, "a1".repeat(10));
        let expected = format!(r#"{{"log":"key [REDACTED:{}]""#, policy.rules[usize::from(token.rule)]);
        let out = engine.run(Function::Pipeline, b"x", record.as_bytes());
        assert!(out.starts_with(expected.as_bytes()), "{record}: {}", String::from_utf8_lossy(out));
    }
}

/// One record of 10,000 bytes: the prefixes of all rules, with one character too few behind each.
fn near_misses(policy: &Policy) -> Vec<u8> {
    let words = policy.tokens.iter().map(|token| format!("{}{} ", token.prefix, "a".repeat(19))).cycle();
    let mut line = String::new();
    line.extend(words.take(10_000 / 25));
    format!(r#"{{"log":"{line}"}}"#).into_bytes()
}

/// In microseconds.
fn per_record(policy: &'static Policy, records: &[Vec<u8>], patience: Duration) -> f64 {
    let mut engine = Engine::new(policy);
    let time = fastest(patience, || {
        for record in records {
            black_box(engine.run(Function::Pipeline, TAG.as_bytes(), black_box(record)));
        }
    });
    time * 1e6 / records.len() as f64
}

/// Seconds that `work` takes when nothing disturbs it: the shortest of the times that fit into `patience`, and of three
/// at least. Each is long enough for the clock.
fn fastest(patience: Duration, mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    work();
    let repeats = (Duration::from_micros(50).as_nanos() / start.elapsed().as_nanos().max(1)).max(1) as u32;
    let mut shortest = Duration::MAX;
    let mut times = 0;
    while times < 3 || start.elapsed() < patience {
        let time = Instant::now();
        for _ in 0..repeats {
            work();
        }
        shortest = shortest.min(time.elapsed() / repeats);
        times += 1;
    }
    shortest.as_secs_f64()
}
