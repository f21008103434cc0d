//! What holds of every policy, on generated ones: natively, and baked into a module.
//!
//! `PROPTEST_CASES` sets how many policies are tried, each time others; without it they are always the same.

mod common;

use std::cell::Cell;
use std::env;
use std::time::SystemTime;

use common::policy_texts::{Part, Plant, Policy, policies};
use common::records::{damaged, records};
use common::text::{apart, says, shown};
use podsieve_core::{Engine, Function};
use podsieve_host::bake::{self, Baker, Target};
use podsieve_host::json::{self, Verdict};
use podsieve_host::policy::Key;
use podsieve_host::{Config, Host, Module, Runner, policy};
use podsieve_policy::model::{Action, Allowed, File, Mark, Write};
use podsieve_policy::yaml::Wrong;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// Keys that are left out: with this one a record may have nothing for an output.
const LEFT_OUT: &[&str] = &["on_error"];

const POLICIES: u32 = 1000;

/// All of them are baked, and every so manieth is run: compiled it takes half a second. With `PODSIEVE_RUN_BAKED` all are.
const RUN: usize = 25;

const TAG: &[u8] = b"kube.var.log.pods.shop_web-7d9f6c5b8d-x2x4q_1f2e.app.0.log";

fn keys() -> Vec<Key> {
    ["k1", "k2", "k3"].map(|id| (id.to_owned(), format!("{id} of thirty-two bytes, more or less").into_bytes())).into()
}

/// Checks a law of policies and of records for them.
fn holds(count: u32, law: impl Fn(&Policy, &[Vec<u8>]) -> Result<(), String>) {
    let mut config = ProptestConfig { failure_persistence: None, cases: count, ..ProptestConfig::default() };
    config.max_shrink_iters = 1024;
    let mut seed = [11; 32];
    if let Some(cases) = env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()) {
        config.cases = cases;
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
        seed[..16].copy_from_slice(&now.to_le_bytes());
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let others = (vec(records(true).prop_map(|sample| sample.record), 2..4), vec(damaged(), 1..3));
    let strategy = (policies(LEFT_OUT), others);
    let result = TestRunner::new_with_rng(config, rng).run(&strategy, |(policy, (mut records, damaged))| {
        records.extend(damaged);
        records.extend(policy.plants.iter().map(|plant| plant.record.clone()));
        law(&policy, &records).map_err(|wrong| TestCaseError::fail(format!("{wrong}\n{}", policy.text)))
    });
    match result {
        Ok(()) => {}
        // The reason has all that matters of the value.
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(error) => panic!("{error}"),
    }
}

/// The policy as the engine has it; it must be right.
fn compiled(text: &str) -> Result<(File, Engine), String> {
    let file = policy::read(text).map_err(|wrong| bake::told(&wrong))?;
    let compiled = policy::compiled(&file, &keys()).map_err(|wrong| bake::told(&wrong))?;
    Ok((file, Engine::new(compiled)))
}

fn same(what: &str, (a_name, a): (&str, &[u8]), (b_name, b): (&str, &[u8])) -> Result<(), String> {
    if a == b {
        return Ok(());
    }
    let (a, b) = apart(a, b);
    Err(format!("{what}\n  {a_name:>8} {a}\n  {b_name:>8} {b}"))
}

// Natively.

#[test]
fn of_a_thousand_policies() {
    holds(POLICIES, |policy, records| {
        let (file, mut engine) = compiled(&policy.text)?;
        one_object_comes_out(&mut engine, records)?;
        twice_is_once(&file, &mut engine, records)?;
        pipeline_is_its_steps(&file, &mut engine, records)?;
        nothing_planted_survives(&file, &mut engine, &policy.plants)?;
        it_is_called_the_same(&policy.text, &file)
    });
}

/// Of each record one object, whatever came before: the second time it may have a layout.
fn one_object_comes_out(engine: &mut Engine, records: &[Vec<u8>]) -> Result<(), String> {
    for function in Function::ALL {
        let mut before = Vec::new();
        for record in records {
            let out = engine.run(function, TAG, record).to_vec();
            if json::judge(&out) != Verdict::Object || out.contains(&0) {
                return Err(format!("{} of {}\n  is {}", function.name(), shown(record), shown(&out)));
            }
            before.push(out);
        }
        for (record, before) in records.iter().zip(&before).chain(records.iter().zip(&before)) {
            let again = engine.run(function, TAG, record);
            let what = format!("{} of {}", function.name(), shown(record));
            same(&what, ("first", before), ("later", again))?;
        }
    }
    Ok(())
}

/// Redacting what was redacted changes nothing.
fn twice_is_once(file: &File, engine: &mut Engine, records: &[Vec<u8>]) -> Result<(), String> {
    if !is_settled(file) {
        return Ok(());
    }
    for record in records {
        let once = engine.run(Function::Redact, TAG, record).to_vec();
        let twice = engine.run(Function::Redact, TAG, &once);
        same(&format!("redact of {}", shown(record)), ("once", &once), ("twice", twice))?;
    }
    Ok(())
}

/// One call does what four do, where nothing is said of what enrichment adds: in one call that is not redacted. A route by
/// what was redacted sees the audit of the call before.
fn pipeline_is_its_steps(file: &File, engine: &mut Engine, records: &[Vec<u8>]) -> Result<(), String> {
    const STEPS: [Function; 4] = [Function::Parse, Function::Enrich, Function::Redact, Function::Route];
    if !is_settled(file) || !file.keys.is_empty() || file.audit.write == Write::Never {
        return Ok(());
    }
    for record in records {
        let whole = engine.run(Function::Pipeline, TAG, record).to_vec();
        let steps = STEPS.iter().fold(record.clone(), |record, step| engine.run(*step, TAG, &record).to_vec());
        same(&format!("pipeline of {}", shown(record)), ("pipeline", &whole), ("steps", &steps))?;
    }
    Ok(())
}

/// Whether what was redacted is not redacted again: nothing is counted only (`keep`), nothing stands for it that may look
/// like something else (a mark that was chosen, what a mask shows), a mark brings nothing into a keyword's reach, and no
/// record comes to the limit as it grows.
fn is_settled(file: &File) -> bool {
    let settled = |action: &Action| match action {
        Action::Redact(mark) => *mark == Mark::default(),
        Action::Mask(mask) => mask.first + mask.last == 0,
        Action::Keep => false,
        Action::Hash { .. } | Action::Remove => true,
    };
    actions(file).all(settled)
        && file.rules.iter().all(|rule| rule.within >= 64)
        && file.limits.record.is_none_or(|bytes| bytes >= 1 << 14)
}

/// All that is done with something.
fn actions(file: &File) -> impl Iterator<Item = &Action> {
    let detectors = file.detectors.iter().filter_map(|setting| setting.action.as_ref());
    detectors.chain(file.rules.iter().map(|rule| &rule.action)).chain(file.keys.iter().map(|key| &key.action))
}

/// What a part of the policy finds is gone, where that can be said simply: nothing is kept that may reach over it, and
/// there is no exception for it.
fn nothing_planted_survives(file: &File, engine: &mut Engine, plants: &[Plant]) -> Result<(), String> {
    if actions(file).any(|action| *action == Action::Keep) {
        return Ok(());
    }
    for plant in plants {
        let rule = match &plant.part {
            Part::Detector(name) => {
                let on =
                    |setting: &&podsieve_policy::model::Setting| setting.name == **name && setting.action.is_some();
                let Some(setting) = file.detectors.iter().find(on) else { continue };
                if setting.allow != Allowed::default() {
                    continue;
                }
                name
            }
            Part::Rule(name) => name.as_str(),
            Part::Key(at) => &file.keys[*at].rule,
        };
        // Whatever finds it may have this rule's name.
        let may_stay = file
            .allow
            .iter()
            .any(|exception| exception.rules.is_empty() || exception.rules.iter().any(|name| name == rule));
        if may_stay {
            continue;
        }
        for function in [Function::Redact, Function::Pipeline] {
            let out = engine.run(function, TAG, &plant.record);
            if says(out, &plant.secret) {
                let (function, record) = (function.name(), shown(&plant.record));
                return Err(format!(
                    "{:?}: {} survives {function} of {record}\n  in {}",
                    plant.part,
                    plant.secret,
                    shown(out)
                ));
            }
        }
    }
    Ok(())
}

/// The same policy has the same id, also the one that its canonical form says.
fn it_is_called_the_same(text: &str, file: &File) -> Result<(), String> {
    let again = policy::read(text).map_err(|wrong| bake::told(&wrong))?;
    let canonical = policy::canonical(file);
    let same = policy::read(&canonical).map_err(|wrong| format!("{}\n{canonical}", bake::told(&wrong)))?;
    let ids = [policy::id(file), policy::id(&again), policy::id(&same)];
    if ids[0] == ids[1] && ids[0] == ids[2] { Ok(()) } else { Err(format!("{ids:?}\n{canonical}")) }
}

// Baked.

#[test]
fn of_baked_policies() {
    let baker = Baker::new(Target::FluentBit).expect("the module compiles");
    let (count, all) = (Cell::new(0), env::var_os("PODSIEVE_RUN_BAKED").is_some());
    holds(POLICIES, |policy, records| {
        let (_, mut engine) = compiled(&policy.text)?;
        let wasm = baker.bake(&policy.text, &keys()).map_err(|error| error.to_string())?;
        count.set(count.get() + 1);
        if !all && count.get() % RUN != 0 {
            return Ok(());
        }
        // In less time than without a meter.
        let module = Module::compile_metered(&wasm).map_err(|error| error.to_string())?;
        let mut host = Host::new(&module, Config::default()).map_err(|error| error.to_string())?;
        let mut size = 0;
        for round in 0..3 {
            for (function, record) in
                Function::ALL.iter().flat_map(|function| records.iter().map(move |record| (*function, record)))
            {
                let native = engine.run(function, TAG, record);
                let what = || format!("{} of {}", function.name(), shown(record));
                let outcome = host.run(function.name(), TAG, record);
                let Some(baked) = outcome.record() else { return Err(format!("{} is lost", what())) };
                same(&what(), ("native", native), ("baked", baked))?;
            }
            if round == 1 {
                size = host.memory_size();
            }
        }
        if host.memory_size() > size { Err(format!("{} bytes, {size} before", host.memory_size())) } else { Ok(()) }
    });
}

// What is wrong.

/// Whatever a text is, it is a policy or says where it is none.
#[test]
fn what_is_refused_has_a_place() {
    let told = |wrong: &[Wrong]| {
        let placed = wrong.iter().all(|wrong| wrong.place.line > 0 && wrong.place.column > 0 && !wrong.what.is_empty());
        if placed && !wrong.is_empty() { Ok(()) } else { Err(bake::told(wrong)) }
    };
    holds(POLICIES, |policy, records| {
        // Characters of records are put into the text at places that they choose.
        let from =
            records.iter().flatten().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        let mut text: Vec<char> = policy.text.chars().collect();
        let others: Vec<char> = "\"'{}[]:,-#&*!|> \n0a\u{e9}(".chars().collect();
        for n in 0..from % 3 + 1 {
            let (at, other) = (from / (n + 7) % (text.len() + 1), others[from / (n + 3) % others.len()]);
            match from / (n + 1) % 3 {
                0 => text.insert(at, other),
                1 if at < text.len() => drop(text.remove(at)),
                _ if at < text.len() => text[at] = other,
                _ => {}
            }
        }
        let text: String = text.into_iter().collect();
        match policy::read(&text) {
            Err(wrong) => told(&wrong),
            Ok(file) => policy::compiled(&file, &keys()).map_or_else(|wrong| told(&wrong), |_| Ok(())),
        }
        .map_err(|wrong| format!("{wrong}\nof\n{text}\nwhich was"))
    });
}
