//! Policies of one's own: what each part of one does, natively and in a module that was baked with it; and what baking
//! promises.

use podsieve_core::{Engine, Function};
use podsieve_host::bake::{self, Key};
use podsieve_host::{Config, Host, Module, Runner, policy, unbaked_module};

const TAG: &[u8] = b"kube.var.log.pods.shop_web-7d9f6c5b8d-x2x4q_1f2e.app.0.log";

fn keys() -> Vec<Key> {
    vec![("k2".to_owned(), b"a key of thirty-two bytes, as is".to_vec()), ("k1".to_owned(), b"the one before".to_vec())]
}

/// A policy, a function, a record, and what becomes of it.
struct Case {
    what: &'static str,
    policy: &'static str,
    function: Function,
    record: &'static str,
    out: &'static str,
}

const fn redact(what: &'static str, policy: &'static str, record: &'static str, out: &'static str) -> Case {
    Case { what, policy, function: Function::Redact, record, out }
}

const fn pipeline(what: &'static str, policy: &'static str, record: &'static str, out: &'static str) -> Case {
    Case { what, policy, function: Function::Pipeline, record, out }
}

const BADGE: &str = "rules: [{name: badge, regex: 'B-([0-9]{8})', keywords: [badge], checksum: luhn}]";
const NOT_ARCHIVED: &str = "route: [{when: {field: never, exists: true}, tag: none}]\n";

const CASES: &[Case] = &[
    redact(
        "a detector that is off",
        "detectors: {email: off}",
        r#"{"log":"ada@example.com 4111111111111111"}"#,
        r#"{"log":"ada@example.com [REDACTED:card]","podsieve":{"redacted":{"card":1}}}"#,
    ),
    redact(
        "a detector of a key that is off",
        "detectors: {password: off}",
        r#"{"password":"hunter2x9","log":"password=hunter2x9 token=0a1b2c3d4e5f6a7b8c9d"}"#,
        r#"{"password":"hunter2x9","log":"password=hunter2x9 token=[REDACTED:token]","podsieve":{"redacted":{"token":1}}}"#,
    ),
    redact(
        "a detector that is off by default",
        "detectors: {ipv4: on}",
        r#"{"log":"from 10.0.0.1"}"#,
        r#"{"log":"from [REDACTED:ipv4]","podsieve":{"redacted":{"ipv4":1}}}"#,
    ),
    redact(
        "a text of one's own",
        "detectors: {email: {redact: \"<{rule} removed>\"}}",
        r#"{"log":"mail ada@example.com"}"#,
        r#"{"log":"mail <email removed>","podsieve":{"redacted":{"email":1}}}"#,
    ),
    redact(
        "a mask keeps length and separators",
        "detectors: {card: {mask: {first: 4, last: 4, with: \"#\"}}}",
        r#"{"log":"card 4111-1111-1111-1111","n":4111111111111111}"#,
        r#"{"log":"card 4111-####-####-1111","n":"4111########1111","podsieve":{"redacted":{"card":2}}}"#,
    ),
    redact(
        "at most half of a value stays",
        "detectors: {password: {mask: {first: 16, last: 16}}}",
        r#"{"password":"hunter2x9"}"#,
        r#"{"password":"hunt*****","podsieve":{"redacted":{"password":1}}}"#,
    ),
    redact(
        "a dry run",
        "detectors: {email: keep}",
        r#"{"log":"mail ada@example.com, card 4111111111111111"}"#,
        concat!(
            r#"{"log":"mail ada@example.com, card [REDACTED:card]","#,
            r#""podsieve":{"redacted":{"card":1},"dry_run":{"email":1}}}"#
        ),
    ),
    redact(
        "a dry run of a key",
        "detectors: {ssn: keep}",
        r#"{"ssn":"123-45-6789"}"#,
        r#"{"ssn":"123-45-6789","podsieve":{"dry_run":{"ssn":1}}}"#,
    ),
    redact(
        "a field that goes, wherever it stands",
        "detectors: {email: remove}",
        r#"{"a":"ada@example.com","b":[1, "x ada@example.com", {"c":"ada@example.com"}],"d":{"e":"ada@example.com","f":2}}"#,
        r#"{"b":[1,  {}],"d":{"f":2},"podsieve":{"redacted":{"email":4}}}"#,
    ),
    redact(
        "a rule, its keyword, group and checksum",
        BADGE,
        r#"{"log":"badge B-18181818 and B-18181819, Badge B-00000000; far away B-00000000"}"#,
        concat!(
            r#"{"log":"badge B-[REDACTED:badge] and B-18181819, Badge B-[REDACTED:badge]; far away B-[REDACTED:badge]","#,
            r#""podsieve":{"redacted":{"badge":3}}}"#
        ),
    ),
    redact("a rule without its keyword", BADGE, r#"{"log":"B-00000000"}"#, r#"{"log":"B-00000000"}"#),
    redact(
        "entropy, and what a rule allows",
        "rules: [{name: acme, regex: 'acme_([0-9a-z]+)', keywords: [acme_], entropy: 3, allow: {values: [q1w2e3r4t5y6]}}]",
        r#"{"log":"acme_aaaaaaaaaaaa acme_q1w2e3r4t5y6 acme_k3j8d7f6s5a4"}"#,
        r#"{"log":"acme_aaaaaaaaaaaa acme_q1w2e3r4t5y6 acme_[REDACTED:acme]","podsieve":{"redacted":{"acme":1}}}"#,
    ),
    redact(
        "a key by its name",
        "keys: [{name: x-internal-ref}]",
        r#"{"X_Internal_Ref":"abc","log":"xInternalRef=abc"}"#,
        r#"{"X_Internal_Ref":"[REDACTED:key]","log":"xInternalRef=[REDACTED:key]","podsieve":{"redacted":{"key":2}}}"#,
    ),
    redact(
        "keys by their paths",
        "keys: [{path: 'users[*].name', action: remove}, {path: a.b.c, rule: abc}, {path: '**.deep'}]",
        r#"{"users":[{"name":"Ada","id":1},{"id":2,"name":"Bob"}],"a":{"b":{"c":"x","d":"x"}},"a.b.c":"y","x":{"y":[{"deep":true}],"z":{"deep":"q"}}}"#,
        concat!(
            r#"{"users":[{"id":1},{"id":2}],"a":{"b":{"c":"[REDACTED:abc]","d":"x"}},"a.b.c":"[REDACTED:abc]","#,
            r#""x":{"y":[{"deep":true}],"z":{"deep":"[REDACTED:key]"}},"podsieve":{"redacted":{"key":3,"abc":2}}}"#
        ),
    ),
    redact(
        "what is allowed by rule and value, by pattern, by path",
        "allow: [{rule: email, values: [a@example.com]}, {patterns: ['b.*@example\\.com']}, {path: test.fixtures}]",
        r#"{"log":"a@example.com bob@example.com c@example.com","test":{"fixtures":["c@example.com"],"x":"c@example.com"}}"#,
        concat!(
            r#"{"log":"a@example.com bob@example.com [REDACTED:email]","#,
            r#""test":{"fixtures":["c@example.com"],"x":"[REDACTED:email]"},"podsieve":{"redacted":{"email":2}}}"#
        ),
    ),
    redact(
        "the same value has the same pseudonym, which stays",
        "{detectors: {email: hash}, hash: {keys: [{id: k2, from: 'env:A'}, {id: k1, from: 'env:B'}], length: 12}}",
        r#"{"a":"ada@example.com","b":"ada@example.com email:k1:0123456789ab","password":"password:k2:0123456789ab"}"#,
        concat!(
            r#"{"a":"email:k2:945e285bef28","b":"email:k2:945e285bef28 email:k1:0123456789ab","#,
            r#""password":"password:k2:0123456789ab","podsieve":{"redacted":{"email":2}}}"#
        ),
    ),
    redact(
        "an audit in every record, with the policy",
        "audit: {write: always, policy: on}",
        r#"{"log":"x"}"#,
        r#"{"log":"x","podsieve":{"policy":"ID"}}"#,
    ),
    redact("no audit", "audit: {write: never}", r#"{"log":"ada@example.com"}"#, r#"{"log":"[REDACTED:email]"}"#),
    redact("a limit", "limits: {record: 1KiB}", "LONG", r#"{"log":"","podsieve":{"error":"too_large"}}"#),
    pipeline(
        "another body, another prefix",
        "{parse: {body: [event], conflict: {prefix: \"app.\"}}}",
        r#"{"stream":"out","event":"{\"stream\":\"x\",\"a\":1}"}"#,
        r#"{"stream":"out","app.stream":"x","a":1,KUBERNETES,"service":"web"}"#,
    ),
    pipeline(
        "fields and lookups",
        concat!(
            "enrich: {fields: {cluster: eu-1}, lookups: [",
            "{field: team, from: kubernetes.namespace_name, values: {shop: checkout}},",
            "{field: tier, from: service, values: {db: 1}, default: none}]}\n",
            "route: [{when: {field: never, exists: true}, tag: none}]"
        ),
        r#"{"a":1}"#,
        r#"{"a":1,KUBERNETES,"service":"web","cluster":"eu-1","team":"checkout","tier":"none"}"#,
    ),
    pipeline(
        "the first route that applies",
        concat!(
            "route: [{when: [{field: kind, in: [a, b]}, {not: {field: user.id, equals: 7}}], tag: 'x.{kind}.{user.id}'},",
            "{when: {any: [{field: kind, prefix: pre}, {field: kind, glob: '*-?'}]}, tag: 'y.{kind}.{none}', missing: no},",
            "{when: {redacted: [email]}, tag: 'pii.{kubernetes.namespace_name}'}, {when: {severity: warn}, tag: bad}]"
        ),
        r#"{"kind":"b","user":{"id":8}}"#,
        r#"{"kind":"b","user":{"id":8},KUBERNETES,"service":"web","archive_tag":"x.b.8"}"#,
    ),
    pipeline(
        "a glob, and what is missing",
        "route: [{when: {any: [{field: kind, prefix: pre}, {field: kind, glob: '*-?'}]}, tag: 'y.{kind}.{none}', missing: no}]",
        r#"{"kind":"a.b-c"}"#,
        r#"{"kind":"a.b-c",KUBERNETES,"service":"web","archive_tag":"y.a-b-c.no"}"#,
    ),
    pipeline(
        "a route by what was redacted, in each record anew",
        "route: [{when: {redacted: [email]}, tag: 'pii.{kubernetes.namespace_name}'}, {when: {redacted: true}, tag: other}]",
        r#"{"log":"mail ada@example.com"}"#,
        concat!(
            r#"{"log":"mail [REDACTED:email]",KUBERNETES,"service":"web","#,
            r#""podsieve":{"redacted":{"email":1}},"archive_tag":"pii.shop"}"#
        ),
    ),
];

const KUBERNETES: &str = concat!(
    r#""kubernetes":{"namespace_name":"shop","pod_name":"web-7d9f6c5b8d-x2x4q","#,
    r#""pod_id":"1f2e","container_name":"app"}"#
);

impl Case {
    fn record(&self) -> String {
        if self.record == "LONG" { format!(r#"{{"log":"{}"}}"#, "x".repeat(2000)) } else { self.record.to_owned() }
    }

    fn out(&self, id: &str) -> String {
        self.out.replace("KUBERNETES", KUBERNETES).replace("\"ID\"", &format!("\"{id}\""))
    }
}

fn baked(policy: &str) -> Module {
    let wasm = bake::bake(policy, &keys()).unwrap_or_else(|error| panic!("{policy}: {error}"));
    Module::compile(&wasm).expect("a baked module is one")
}

#[test]
fn each_part_of_a_policy_does_what_it_says() {
    for case in CASES {
        let file = policy::read(case.policy).unwrap_or_else(|wrong| panic!("{}: {}", case.what, bake::told(&wrong)));
        let compiled = policy::compiled(&file, &keys());
        let compiled = compiled.unwrap_or_else(|wrong| panic!("{}: {}", case.what, bake::told(&wrong)));
        let mut engine = Engine::new(compiled);
        let (record, expected) = (case.record(), case.out(&policy::id(&file)));
        let mut host = Host::new(&baked(case.policy), Config::default()).expect("a baked module starts");
        // The third one has a layout by then.
        for _ in 0..4 {
            let out = engine.run(case.function, TAG, record.as_bytes()).to_vec();
            assert_eq!(String::from_utf8_lossy(&out), expected, "{}", case.what);
            let outcome = host.run(case.function.name(), TAG, record.as_bytes());
            assert_eq!(outcome.record(), Some(expected.as_bytes()), "{}, in the module", case.what);
        }
        let again = engine.run(case.function, TAG, expected.as_bytes()).to_vec();
        if !case.policy.contains("keep") {
            assert_eq!(String::from_utf8_lossy(&again), expected, "{}, once more", case.what);
        }
    }
}

#[test]
fn the_default_policy_baked_is_the_module_without_one() {
    let records = [
        r#"{"stream":"stderr","log":"{\"level\":\"WARNING\",\"user\":\"ada@example.com\",\"operation\":\"x\"}"}"#,
        r#"{"log":"E0101 00:00:00.000000 1 x.go:1] password=hunter2x9 from 10.0.0.1"}"#,
        r#"{"log":"no JSON"#,
    ];
    let mut own = Host::new(&baked(podsieve_policy::DEFAULT), Config::default()).expect("it starts");
    let mut without =
        Host::new(&Module::compile(podsieve_host::built_in_module()).expect("it compiles"), Config::default())
            .expect("it starts");
    for record in records {
        for function in Function::ALL {
            let (own, without) = (
                own.run(function.name(), TAG, record.as_bytes()).record().map(<[u8]>::to_vec),
                without.run(function.name(), TAG, record.as_bytes()).record().map(<[u8]>::to_vec),
            );
            assert_eq!(own, without, "{function:?} {record}");
        }
    }
}

#[test]
fn the_same_policy_gives_the_same_bytes_and_asks_for_nothing() {
    let policy = format!(
        "{BADGE}\n{NOT_ARCHIVED}detectors: {{email: {{hash: {{length: 16}}}}}}\nhash: {{keys: [{{id: k2, from: 'env:A'}}]}}"
    );
    let (a, b) = (bake::bake(&policy, &keys()), bake::bake(&policy, &keys()));
    let (a, b) = (a.expect("it bakes"), b.expect("it bakes"));
    assert_eq!(a, b);
    assert!(a.len() < unbaked_module().len(), "{} bytes, {} unbaked", a.len(), unbaked_module().len());
    let module = Module::compile(&a).expect("it compiles");
    let mut functions: Vec<&str> = module.functions().collect();
    functions.sort_unstable();
    assert_eq!(functions, ["enrich", "parse", "pipeline", "redact", "route"]);
    assert!(!a.windows(15).any(|part| part == b"podsieve_policy"), "what takes policies is gone");
}

#[test]
fn a_baked_module_has_nothing_left_to_do_when_it_starts() {
    let first = |wasm: &[u8]| {
        let module = Module::compile_metered(wasm).expect("it compiles");
        let mut host = Host::new(&module, Config::default()).expect("it starts");
        let out = host.run("pipeline", TAG, br#"{"log":"x"}"#);
        assert!(out.record().is_some());
        host.fuel().function + host.fuel().allocator
    };
    let (baked, without) = (first(&bake::bake("{}", &[]).expect("it bakes")), first(podsieve_host::built_in_module()));
    assert!(baked <= without, "{baked} instructions, {without} without a policy");
}

#[test]
fn many_rules_bake_into_a_module_of_less_than_a_megabyte() {
    let mut policy = String::from("rules:\n");
    for n in 0..300 {
        policy += &format!(
            "  - {{name: rule_{n}, regex: 'vendor{n}_key=([a-z0-9]{{20}})', keywords: [vendor{n}], entropy: 3.0}}\n"
        );
    }
    let started = std::time::Instant::now();
    let wasm = bake::bake(&policy, &[]).expect("it bakes");
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert!(wasm.len() < 1 << 20, "{} bytes", wasm.len());
    let mut host = Host::new(&Module::compile(&wasm).expect("it compiles"), Config::default()).expect("it starts");
    let out = host.run("redact", TAG, br#"{"log":"vendor217_key=0a1b2c3d4e5f6g7h8i9j"}"#);
    let out = String::from_utf8_lossy(out.record().expect("a record")).into_owned();
    assert!(out.contains("rule_217"), "{out}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (policy, told) in [
        ("detectors:\n  emial: off\n", "2:3: unknown detector `emial`; did you mean `email`?"),
        ("rules:\n  - {name: x, regex: '(', keywords: [abc]}\n", "2:22: not a regex"),
        ("rules:\n  - {name: x, regex: 'a(b)', secret: 2, keywords: [abc]}\n", "the regex has 1 groups"),
        ("detectors: {email: hash}\nhash: {keys: [{id: k9, from: 'env:A'}]}\n", "2:15: the key is not there"),
    ] {
        let error = bake::bake(policy, &keys()).expect_err(policy).to_string();
        assert!(error.contains(told), "{policy}: {error}");
    }
}
