//! Every case of the corpus, natively and in wasmtime under each kind of host: the same verdict everywhere.

mod common;

use common::cases::{Case, load};
use common::text::{apart, shown};
use common::{engines, four_steps, run};
use podsieve_host::Runner;

#[test]
fn every_case_on_every_engine() {
    let cases = load();
    let mut failures = Vec::new();
    let mut engines = engines();
    for case in &cases {
        let mut native: Option<Result<Vec<u8>, String>> = None;
        for (name, engine) in &mut engines {
            let found = run(engine.as_mut(), &case.function, case.tag.as_bytes(), &case.input);
            match &native {
                // What holds of all engines is said once.
                None => {
                    let judged =
                        found.clone().and_then(|found| case.judge(&found).and(laws(case, engine.as_mut(), &found)));
                    if let Err(wrong) = judged {
                        failures.push(format!(
                            "{}\n     input {} {}\n  {wrong}",
                            case.name,
                            case.function,
                            shown(&case.input)
                        ));
                    }
                    native = Some(found);
                }
                Some(native) if *native != found => {
                    failures.push(format!(
                        "{}\n  {name} and native differ\n     found {}\n    native {}",
                        case.name,
                        told(&found),
                        told(native)
                    ));
                }
                Some(_) => {}
            }
            engine.end_chunk().expect("the module instantiates again");
        }
    }
    assert!(cases.len() >= 250, "the corpus has {} cases", cases.len());
    assert!(failures.is_empty(), "{} failures in {} cases\n\n{}\n", failures.len(), cases.len(), failures.join("\n\n"));
    println!("{} cases on {} engines", cases.len(), engines.len());
}

/// What holds of every record: twice is once, and the pipeline is its four steps.
fn laws(case: &Case, engine: &mut dyn Runner, found: &[u8]) -> Result<(), String> {
    let tag = case.tag.as_bytes();
    if case.function != "parse" {
        let again = run(engine, &case.function, tag, found)?;
        if again != found {
            let (found, again) = apart(found, &again);
            return Err(format!("the second pass changes it\n      once {found}\n     twice {again}"));
        }
    }
    if case.function == "pipeline" {
        let steps = four_steps(engine, tag, &case.input)?;
        if steps != found {
            let (found, steps) = apart(found, &steps);
            return Err(format!("pipeline and its four steps differ\n     found {found}\n     steps {steps}"));
        }
    }
    Ok(())
}

fn told(result: &Result<Vec<u8>, String>) -> String {
    match result {
        Ok(found) => shown(found),
        Err(reason) => reason.clone(),
    }
}
