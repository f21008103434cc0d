//! What a record costs, in instructions that Fluent Bit's interpreter executes: exact and repeatable, where times on a shared machine are
//! not. A change that makes the module dearer fails here.

use podsieve_host::{Config, Host, Module, Runner, built_in_module};

/// Instructions for a record of a worker's log, as `multiline.parser cri` hands it over, whose layout the module has
/// seen before.
const CEILING: u64 = 1_250;

fn record(n: usize) -> String {
    format!(
        concat!(
            r#"{{"stream":"stderr","logtag":"F","log":"{{\"timestamp\": \"2026-11-23T08:40:{:02}.{:06}+00:00\", "#,
            r#"\"level\": \"INFO\", \"logger\": \"app.services.enhancement\", "#,
            r#"\"message\": \"Enhancement completed for ticket, context gathered from three nodes\", "#,
            r#"\"service\": \"ai-agents-worker\", \"operation\": \"enhancement_completed\", "#,
            r#"\"status\": \"success\", \"tenant_id\": \"tenant-acme-{:03}\", \"ticket_id\": \"TKT-{:06}\", "#,
            r#"\"correlation_id\": \"1818e811-892f-902b-d23f-0824128b{:04x}\", \"duration_ms\": {}, "#,
            r#"\"attempt\": 0, \"model\": \"gpt-4o-mini\", \"total_tokens\": 4156, "#,
            r#"\"function\": \"process_ticket\", \"line\": 219}}"}}"#,
        ),
        n % 60,
        n * 7919 % 1_000_000,
        n % 1000,
        n * 31 % 1_000_000,
        n,
        n * 13 % 60_000,
    )
}

/// The same for one with an address in its message, and for one with a bearer token there.
const CEILING_REDACTED: u64 = 5_500;

const TAG: &[u8] =
    b"kube.var.log.pods.ai-agents_worker-6b7c9d8f4-abcde_0b6c5f3e-1111-2222-3333-444455556666.worker.0.log";

/// What a record costs on average, once the module has seen a hundred of its kind.
fn mean_cost(record: impl Fn(usize) -> String) -> u64 {
    let module = Module::compile_metered(built_in_module()).expect("the module compiles");
    let mut host = Host::new(&module, Config::default()).expect("the module starts");
    let mut costs = Vec::new();
    for n in 0..200 {
        let record = record(n);
        let out = host.run("pipeline", TAG, record.as_bytes());
        let out = out.record().expect("a record comes out");
        assert_eq!(
            out.windows(9).any(|found| found == b"[REDACTED"),
            record.contains("example.com") || record.contains("Bearer")
        );
        assert!(String::from_utf8_lossy(out).contains(r#""archive_tag":"archive.audit.ai-agents-worker""#));
        costs.push(host.fuel().function);
    }
    let settled = &costs[100..];
    settled.iter().sum::<u64>() / settled.len() as u64
}

#[track_caller]
fn assert_under(ceiling: u64, mean: u64) {
    assert!(mean <= ceiling, "{mean} instructions for a record of {} bytes", record(0).len());
    assert!(mean >= ceiling * 8 / 10, "{mean} instructions: cheaper than the ceiling by a fifth, lower it");
}

#[test]
fn a_clean_record_stays_under_the_ceiling() {
    assert_under(CEILING, mean_cost(record));
}

#[test]
fn a_redacted_record_stays_under_the_ceiling() {
    let secret = |n: usize| match n % 2 {
        0 => format!("ticket, customer{n}@example.com"),
        _ => format!("ticket, Authorization: Bearer abcdefgh{n:08}ijklmnop"),
    };
    assert_under(CEILING_REDACTED, mean_cost(|n| record(n).replace("ticket, context", &secret(n))));
}
