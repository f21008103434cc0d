//! The host behaves as Fluent Bit does, shown with modules of a few lines.

use podsieve_host::{Config, Host, Instances, Lost, Module, Native, Outcome, Runner};

/// `malloc` starts over at the first call after a `free`; `f` is the filter.
fn with_allocator(rest: &str, body: &str) -> String {
    format!(
        r#"(module
  (memory (export "memory") 4)
  (global $top (mut i32) (i32.const 4096))
  (func (export "malloc") (param i32) (result i32)
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (i32.add (local.get 0) (i32.const 8)))))
  (func (export "free") (param i32) (global.set $top (i32.const 4096)))
  {rest}
  (func (export "f") (param $tag i32) (param $tag_len i32) (param $sec i32) (param $nsec i32)
    (param $record i32) (param $len i32) (result i32)
    {body}))"#
    )
}

/// A module that returns the text it is given.
fn returning(text: &str) -> String {
    let escaped: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    with_allocator(&format!(r#"(data (i32.const 1024) "{escaped}\00")"#), "(i32.const 1024)")
}

fn module(wat: &str) -> Module {
    let wasm = wat::parse_str(wat).expect("the test's module is valid WAT");
    Module::compile(&wasm).expect("the test's module compiles")
}

fn host(wat: &str) -> Host {
    Host::new(&module(wat), Config::default()).expect("the test's module instantiates")
}

fn refusal(wat: &str) -> String {
    let wasm = wat::parse_str(wat).expect("the test's module is valid WAT");
    match Module::compile(&wasm) {
        Ok(_) => panic!("the module is not refused"),
        Err(error) => error.to_string(),
    }
}

/// What wasmtime counts for entering a function.
const ENTRY: u64 = 1;

const ECHO: &str = "(local.get $record)";
const RECORD: &[u8] = br#"{"log":"x"}"#;

#[test]
fn one_object_replaces_the_record() {
    let mut host = host(&with_allocator("", ECHO));
    for _ in 0..3 {
        assert_eq!(host.run("f", b"t", RECORD), Outcome::Record(RECORD));
    }
    assert_eq!(host.counters().records_in(), 3);
    assert_eq!(host.counters().records_out(), 3);
    assert_eq!(host.counters().lost_total(), 0);
    let size = host.memory_size();
    assert_eq!(size, 4 * 65536);
}

#[test]
fn every_way_to_lose_a_record() {
    let cases = [
        (returning(""), Lost::Empty),
        (with_allocator("", "(i32.const 0)"), Lost::AddressZero),
        (with_allocator("", "unreachable"), Lost::Trap),
        (returning("[1]"), Lost::NotObject),
        (returning("7"), Lost::NotObject),
        (returning("\"x\""), Lost::NotObject),
        (returning("{\"a\":nan}"), Lost::InvalidJson),
        (returning("{} x"), Lost::InvalidJson),
        (returning("{}{}"), Lost::SeveralObjects),
        (returning("{\"a\":1}\n{\"a\":2}"), Lost::SeveralObjects),
        (with_allocator("", "(i32.const -1)"), Lost::OutOfBounds),
        (
            // No NUL from the last byte on.
            with_allocator("", "(i32.store8 (i32.const 262143) (i32.const 65)) (i32.const 262143)"),
            Lost::OutOfBounds,
        ),
    ];
    for (wat, reason) in cases {
        let mut host = host(&wat);
        assert_eq!(host.run("f", b"t", RECORD), Outcome::Lost(reason));
        assert_eq!(host.counters().lost(reason), 1, "{reason}");
        assert_eq!(host.counters().losses().collect::<Vec<_>>(), [(reason, 1)]);
    }
}

#[test]
fn an_unknown_function_loses_every_record() {
    let mut host = host(&with_allocator("", ECHO));
    for _ in 0..2 {
        let outcome = host.run("g", b"t", RECORD);
        assert_eq!(outcome, Outcome::Lost(Lost::UnknownFunction));
    }
    assert_eq!(host.counters().lost(Lost::UnknownFunction), 2);
    // One with another signature is found, and the call fails.
    assert_eq!(host.run("malloc", b"t", RECORD), Outcome::Lost(Lost::Trap));
}

#[test]
fn a_result_out_of_bounds_takes_the_next_record_with_it() {
    let flag = "(global $n (mut i32) (i32.const 0))";
    let body = "(global.set $n (i32.add (global.get $n) (i32.const 1)))
      (select (i32.const -1) (local.get $record) (i32.eq (global.get $n) (i32.const 1)))";
    let mut host = host(&with_allocator(flag, body));
    let outcomes: Vec<bool> = (0..3).map(|_| host.run("f", b"t", RECORD).record().is_some()).collect();
    assert_eq!(outcomes, [false, false, true]);
    assert_eq!(host.counters().lost(Lost::OutOfBounds), 2);
}

#[test]
fn a_trap_leaves_the_instance_as_it_was() {
    // A stack pointer that goes down at entry and up at the end, but for the trap.
    let stack = "(global $sp (mut i32) (i32.const 3))";
    let body = "(global.set $sp (i32.sub (global.get $sp) (i32.const 1)))
      (if (i32.eqz (global.get $sp)) (then (return (i32.const 0))))
      unreachable";
    let mut host = host(&with_allocator(stack, body));
    assert_eq!(host.run("f", b"t", RECORD), Outcome::Lost(Lost::Trap));
    assert_eq!(host.run("f", b"t", RECORD), Outcome::Lost(Lost::Trap));
    assert_eq!(host.run("f", b"t", RECORD), Outcome::Lost(Lost::AddressZero));
}

/// A filter that says what it was called with: `{"a":[tag,tag_len,sec,nsec,record,len]}` as six
/// numbers of ten digits.
fn reporting(allocator: bool) -> String {
    let mut body = String::new();
    for (at, name) in ["tag", "tag_len", "sec", "nsec", "record", "len"].iter().enumerate() {
        body.push_str(&format!("(call $write (i32.const {}) (local.get ${name}))\n", 1024 + 6 + at * 13));
    }
    let numbers = ["\\221000000000\\22"; 6].join(",");
    let rest = format!(
        r#"(data (i32.const 1024) "{{\22a\22:[{numbers}]}}\00")
  (func $write (param $at i32) (param $n i32) (local $i i32)
    (local.set $i (i32.const 10))
    (loop $next
      (i32.store8 (i32.add (local.get $at) (local.get $i))
        (i32.add (i32.const 48) (i32.rem_u (local.get $n) (i32.const 10))))
      (local.set $n (i32.div_u (local.get $n) (i32.const 10)))
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (br_if $next (local.get $i))))"#
    );
    let wat = with_allocator(&rest, &format!("{body}(i32.const 1024)"));
    if allocator { wat } else { wat.replace(r#"(export "free")"#, "") }
}

fn arguments(host: &mut Host, tag: &[u8], record: &[u8]) -> Vec<u64> {
    let outcome = host.run_at("f", tag, (1_700_000_000, 999_999_999), record);
    let text = outcome.record().expect("the filter returns an object");
    let value: serde_json::Value = serde_json::from_slice(text).expect("it is JSON");
    let numbers = value["a"].as_array().expect("it holds an array");
    numbers
        .iter()
        .map(|number| number.as_str().and_then(|text| text.parse().ok()))
        .collect::<Option<Vec<u64>>>()
        .expect("it holds numbers")
}

#[test]
fn the_six_arguments() {
    let mut host = host(&reporting(true));
    let seen = arguments(&mut host, b"kube.x", RECORD);
    assert_eq!(seen, [4096, 6, 1_700_000_000, 999_999_999, 4096 + 15, 11]);
    // Freed, so that the next record finds the same places.
    assert_eq!(arguments(&mut host, b"kube.x", RECORD), seen);
}

#[test]
fn a_host_that_never_frees() {
    let config = Config::default().frees(false);
    let mut host = Host::new(&module(&reporting(true)), config).expect("it instantiates");
    let first = arguments(&mut host, b"t", RECORD);
    let second = arguments(&mut host, b"t", RECORD);
    assert!(second[0] > first[4], "{first:?} {second:?}");
}

#[test]
fn without_an_allocator_large_records_come_at_address_0() {
    let mut small = host(&reporting(false));
    let seen = arguments(&mut small, b"t", RECORD);
    assert!(seen[0] >= 4 * 65536 && seen[4] > seen[0], "{seen:?}");
    let large = vec![b' '; 9 * 1024];
    let seen = arguments(&mut small, b"t", &large);
    assert_eq!((seen[4], seen[5]), (0, 9 * 1024));
    // The heap is free again after the call.
    assert!(arguments(&mut small, b"t", RECORD)[4] > 0);

    let config = Config::default().heap_size(64 * 1024);
    let mut roomy = Host::new(&module(&reporting(false)), config).expect("it instantiates");
    assert!(arguments(&mut roomy, b"t", &large)[4] > 0);

    // A host that never frees runs out.
    let config = Config::default().frees(false);
    let mut leaking = Host::new(&module(&reporting(false)), config).expect("it instantiates");
    let last = (0..1000).map(|_| arguments(&mut leaking, b"t", RECORD)[4]);
    assert_eq!(last.last(), Some(0));
}

#[test]
fn tag_and_record_end_with_nul() {
    // Returns the record behind the tag only if both have their NUL.
    let body = "(if (i32.or
        (i32.load8_u (i32.add (local.get $tag) (local.get $tag_len)))
        (i32.load8_u (i32.add (local.get $record) (local.get $len))))
      (then unreachable))
      (local.get $record)";
    let mut host = host(&with_allocator("", body));
    for record in [&br#"{"a":"a long one"}"#[..], b"{}"] {
        assert_eq!(host.run("f", b"tag", record), Outcome::Record(record));
    }
}

#[test]
fn an_instance_for_each_chunk_forgets() {
    let counter = "(global $n (mut i32) (i32.const 48))";
    let body = "(i32.store8 (i32.const 1029) (global.get $n))
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (i32.const 1024)";
    let data = r#"(data (i32.const 1024) "{\22n\22:0}\00")"#;
    let module = module(&with_allocator(&format!("{counter}{data}"), body));
    let count = |instances| {
        let config = Config::default().instances(instances);
        let mut host = Host::new(&module, config).expect("it instantiates");
        let mut seen = Vec::new();
        for at in 0..4 {
            let record = host.run("f", b"t", RECORD).record().map(<[u8]>::to_vec);
            seen.push(record.map_or(b'?', |record| record[5]));
            if at == 1 {
                host.end_chunk().expect("it instantiates again");
            }
        }
        assert_eq!(host.counters().records_out(), 4);
        seen
    };
    assert_eq!(count(Instances::Process), b"0123");
    assert_eq!(count(Instances::Chunk), b"0101");
}

#[test]
fn features_that_fluent_bit_lacks_are_refused() {
    let simd = "(v128.any_true (v128.const i32x4 1 0 0 0))";
    assert!(refusal(&with_allocator("", simd)).contains("refused"));
    let tail_call = "(func $g (result i32) (i32.const 0))";
    assert!(refusal(&with_allocator(tail_call, "(return_call $g)")).contains("refused"));
    let extended = "(global i32 (i32.add (i32.const 1) (i32.const 2)))";
    assert!(refusal(&with_allocator(extended, ECHO)).contains("refused"));
    let memory64 = r#"(module (memory (export "memory") i64 1))"#;
    assert!(refusal(memory64).contains("refused"));
    let threads = r#"(module (memory (export "memory") 1 1 shared))"#;
    assert!(refusal(threads).contains("refused"));
    let gc = r#"(module (memory (export "memory") 1) (type (struct (field i32))))"#;
    assert!(refusal(gc).contains("refused"));
    let exceptions = r#"(module (memory (export "memory") 1) (tag))"#;
    assert!(refusal(exceptions).contains("refused"));
}

#[test]
fn features_that_fluent_bit_has_are_accepted() {
    let bulk = "(memory.fill (i32.const 1024) (i32.const 0) (i32.const 4)) (i32.const 1024)";
    let mut filled = host(&with_allocator("", bulk));
    assert_eq!(filled.run("f", b"t", RECORD), Outcome::Lost(Lost::Empty));
    let several = "(func $g (result i32 i32) (i32.const 0) (i32.const 0))
      (table 1 funcref) (elem (i32.const 0) func $g) (func (drop (table.size 0)))";
    let mut several = host(&with_allocator(several, "(call $g) i32.or"));
    assert_eq!(several.run("f", b"t", RECORD), Outcome::Lost(Lost::AddressZero));
    let numbers = "(i32.extend8_s (i32.trunc_sat_f64_s (f64.const 0)))";
    let mut numbers = host(&with_allocator("", numbers));
    assert_eq!(numbers.run("f", b"t", RECORD), Outcome::Lost(Lost::AddressZero));
}

#[test]
fn imports_and_missing_memory_are_refused() {
    let import = r#"(module (import "env" "now" (func)) (memory (export "memory") 1))"#;
    let error = refusal(import);
    assert!(error.contains("`now`") && error.contains("`env`"), "{error}");
    assert!(refusal("(module)").contains("`memory`"));
    assert!(Module::compile(b"no module").expect_err("text is no module").to_string().contains("refused"));
}

#[test]
fn functions_are_listed() {
    let module = module(&with_allocator("", ECHO));
    assert_eq!(module.functions().collect::<Vec<_>>(), ["f"]);
}

#[test]
fn fuel_is_repeatable() {
    let wasm = wat::parse_str(with_allocator("", ECHO)).expect("the test's module is valid WAT");
    let module = Module::compile_metered(&wasm).expect("it compiles");
    let mut host = Host::new(&module, Config::default()).expect("it instantiates");
    let mut costs = Vec::new();
    for _ in 0..3 {
        assert_eq!(host.run("f", b"t", RECORD), Outcome::Record(RECORD));
        costs.push(host.fuel());
    }
    assert!(costs[0].function > 0 && costs[0].allocator > 0);
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[1], costs[2]);
    host.run("g", b"t", RECORD);
    assert_eq!(host.fuel(), podsieve_host::Fuel::default());
}

#[test]
fn fuel_counts_instructions() {
    // Two: the fill and the sum; what they take is no instruction.
    let body = "(memory.fill (i32.const 1024) (i32.const 65) (i32.const 1000))
      (i32.add (local.get $record) (i32.const 0))";
    let wasm = wat::parse_str(with_allocator("", body)).expect("the test's module is valid WAT");
    let module = Module::compile_metered(&wasm).expect("it compiles");
    let mut host = Host::new(&module, Config::default()).expect("it instantiates");
    assert!(host.run("f", b"t", RECORD).record().is_some());
    assert_eq!(host.fuel().function, 2 + ENTRY);
    // Twice malloc with its five, twice free with its one.
    assert_eq!(host.fuel().allocator, 2 * (5 + ENTRY) + 2 * (1 + ENTRY));
}

#[test]
fn a_guest_that_is_out_of_memory_gets_address_0() {
    let wat = with_allocator("", "(select (i32.const 0) (i32.const -1) (local.get $len))")
        .replace("(global.get $top)\n", "(i32.const 0)\n");
    let mut host = host(&wat);
    assert_eq!(host.run("f", b"t", RECORD), Outcome::Lost(Lost::AddressZero));
}

#[test]
fn an_allocator_that_misbehaves_costs_records_only() {
    let wild = with_allocator("", ECHO).replace("(i32.const 4096)", "(i32.const -64)");
    let mut wild = host(&wild);
    assert_eq!(wild.run("f", b"t", RECORD), Outcome::Lost(Lost::OutOfBounds));
    let trapping = with_allocator("", ECHO).replace("(global.get $top)\n", "unreachable\n");
    let mut trapping = host(&trapping);
    assert_eq!(trapping.run("f", b"t", RECORD), Outcome::Lost(Lost::Trap));
}

#[test]
fn the_core_behind_the_same_surface() {
    let mut native = Native::new();
    let outcome = native.run("pipeline", b"t", RECORD);
    assert!(outcome.record().is_some_and(|json| json.starts_with(b"{")));
    let outcome = native.run("nothing", b"t", RECORD);
    assert_eq!(outcome, Outcome::Lost(Lost::UnknownFunction));
    assert_eq!(native.counters().records_in(), 2);
}

#[test]
fn the_built_in_module_runs() {
    let module = Module::compile(podsieve_host::built_in_module()).expect("it compiles");
    let mut names: Vec<&str> = module.functions().collect();
    names.sort_unstable();
    assert_eq!(names, ["enrich", "parse", "pipeline", "redact", "route"]);
    let mut host = Host::new(&module, Config::default()).expect("it instantiates");
    for name in names {
        assert!(host.run(name, b"kube.x", RECORD).record().is_some());
    }
}
