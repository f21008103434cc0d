//! What each part of a policy does: cases that are run natively, in a module that was baked with the policy, and in such a
//! module in Fluent Bit.

use podsieve_core::Function;

pub(crate) const TAG: &[u8] = b"kube.var.log.pods.shop_web-7d9f6c5b8d-x2x4q_1f2e.app.0.log";

/// The keys of hashes of the cases.
pub(crate) fn keys() -> Vec<(String, Vec<u8>)> {
    vec![("k2".to_owned(), b"a key of thirty-two bytes, as is".to_vec()), ("k1".to_owned(), b"the one before".to_vec())]
}

/// A policy, a function, a record, and what becomes of it.
pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) function: Function,
    record: &'static str,
    out: &'static str,
}

const fn redact(what: &'static str, policy: &'static str, record: &'static str, out: &'static str) -> Case {
    Case { what, policy, function: Function::Redact, record, out }
}

const fn pipeline(what: &'static str, policy: &'static str, record: &'static str, out: &'static str) -> Case {
    Case { what, policy, function: Function::Pipeline, record, out }
}

pub(crate) const BADGE: &str = "rules: [{name: badge, regex: 'B-([0-9]{8})', keywords: [badge], checksum: luhn}]";

pub(crate) const CASES: &[Case] = &[
    redact(
        "a detector that is off",
        "detectors: {email: off}",
        r#"{"log":"ada@example.com 4111111111111111"}"#,
        r#"{"log":"ada@example.com [REDACTED:card]","podsieve":{"redacted":{"card":1}}}"#,
    ),
    redact(
        "a detector that is off leaves numbers too",
        "detectors: {card: off}",
        r#"{"n":4111111111111111,"log":"4111111111111111"}"#,
        r#"{"n":4111111111111111,"log":"4111111111111111"}"#,
    ),
    redact(
        "numbers that are allowed",
        "allow: [{values: ['4111111111111111']}]",
        r#"{"n":4111111111111111,"m":[4222222222222],"log":"4111111111111111"}"#,
        r#"{"n":4111111111111111,"m":["[REDACTED:card]"],"log":"4111111111111111","podsieve":{"redacted":{"card":1}}}"#,
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
        "the same value has the same pseudonym, which stays, and which nobody else can make",
        "{detectors: {email: hash}, hash: {keys: [{id: k2, from: 'env:A'}, {id: k1, from: 'env:B'}], length: 12}}",
        r#"{"a":"ada@example.com","b":"ada@example.com email:k1:eeed8424cc2e-f679d589","password":"password:k2:5f9d7ddef77e-74af3218","token":"token:k2:0123456789ab-01234567"}"#,
        concat!(
            r#"{"a":"email:k2:945e285bef28-55c38ee8","b":"email:k2:945e285bef28-55c38ee8 email:k1:eeed8424cc2e-f679d589","#,
            r#""password":"password:k2:5f9d7ddef77e-74af3218","token":"[REDACTED:token]","podsieve":{"redacted":{"email":2,"token":1}}}"#
        ),
    ),
    redact(
        "an audit in every record, with the policy",
        "audit: {write: always, policy: on}",
        r#"{"log":"x"}"#,
        r#"{"log":"x","podsieve":{"policy":"ID"}}"#,
    ),
    redact(
        "what is said is the default",
        "{version: 1, audit: {write: when_redacted}, on_error: mask}",
        r#"{"log":"no JSON"#,
        r#"{"log":"{\"log\":\"no JSON","podsieve":{"error":"not_a_json_object"}}"#,
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
    redact(
        "groups, and a detector's own entry that wins over them",
        "detectors: {all: off, pii: {mask: {}}, ssn: keep, card: {action: redact, allow: {words: ['4222']}}, password: {redact: '(gone)', allow: {patterns: ['test_[a-z]+']}}}",
        r#"{"log":"ada@example.com 4111111111111111 4222222222222 password=test_abc password=hunter2x9 token=0a1b2c3d4e5f6a7b8c9d"}"#,
        concat!(
            r#"{"log":"***@*******.*** [REDACTED:card] 4222222222222 password=test_abc password=(gone) "#,
            r#"token=0a1b2c3d4e5f6a7b8c9d","podsieve":{"redacted":{"email":1,"card":1,"password":1}}}"#
        ),
    ),
    redact(
        "private addresses are redacted, if nothing else is said",
        "detectors: {ipv4: {action: on, private: redact}}",
        r#"{"log":"from 10.0.0.1"}"#,
        r#"{"log":"from [REDACTED:ipv4]","podsieve":{"redacted":{"ipv4":1}}}"#,
    ),
    redact(
        "a rule's reach, its part by name, and what it does with it",
        concat!(
            "rules: [{name: visa_no, description: 'of visas', regex: 'V(?P<n>[0-9]{6})', keywords: [visa], within: 8, secret: n, ",
            "action: {mask: {first: 1, last: 1, with: '#'}}}, ",
            "{name: acct, regex: '([A-Z]{2})[0-9]{8}', keywords: [account], secret: 0, action: remove}]"
        ),
        r#"{"log":"visa V123456 and far away V654321","b":"account AB12345678","c":1}"#,
        r#"{"log":"visa V1####6 and far away V654321","c":1,"podsieve":{"redacted":{"visa_no":1,"acct":1}}}"#,
    ),
    redact(
        "MOD 97-10, and words that a rule leaves",
        "rules: [{name: ref, regex: '[A-Z]{2}[0-9]{4,10}', keywords: [ref], checksum: mod97, allow: {words: [gb98], patterns: ['X.*']}}]",
        r#"{"log":"ref AB251234 ref AB261234"}"#,
        r#"{"log":"ref [REDACTED:ref] ref AB261234","podsieve":{"redacted":{"ref":1}}}"#,
    ),
    redact(
        "keys that are only texts, are counted under a name and hashed",
        "{keys: [{name: pin_code, rule: pin, text_only: on, action: {hash: {length: 9}}}], detectors: {email: {hash: {}}}, hash: {keys: [{id: k1, from: 'file:/k'}], length: 8}}",
        r#"{"pinCode":1234,"PIN-CODE":"1234","to":"ada@example.com"}"#,
        r#"{"pinCode":1234,"PIN-CODE":"pin:k1:1fbee8689-8f190688","to":"email:k1:eeed8424-9561a006","podsieve":{"redacted":{"email":1,"pin":1}}}"#,
    ),
    redact(
        "keys, each with another action",
        "keys: [{name: badge_no, action: {redact: '<{rule}>'}}, {name: pin_code, action: mask}, {name: x_ref, action: keep}]",
        r#"{"badgeNo":"7","pinCode":"12345678","xRef":"abc"}"#,
        r#"{"badgeNo":"<key>","pinCode":"****5678","xRef":"abc","podsieve":{"redacted":{"key":2},"dry_run":{"key":1}}}"#,
    ),
    redact(
        "the words that stay, of some rules and at a path",
        "allow: [{rule: [card, email], words: [NoReply]}, {rule: email, path: 'to[*]', patterns: ['.*@example\\.com']}]",
        r#"{"from":"noreply@example.com","to":["ada@example.com","ada@example.org"]}"#,
        r#"{"from":"noreply@example.com","to":["ada@example.com","[REDACTED:email]"],"podsieve":{"redacted":{"email":1}}}"#,
    ),
    redact(
        "the name of a rule in its mark announces nothing",
        "rules: [{name: badge, regex: 'B-(.{4,6})', keywords: [badge], within: 10}]",
        r#"{"log":"badge B-123456 [REDACTED:badge] B-123456"}"#,
        r#"{"log":"badge B-[REDACTED:badge] [REDACTED:badge] B-123456","podsieve":{"redacted":{"badge":1}}}"#,
    ),
    redact(
        "the audit of an earlier call is no field of the record",
        "{detectors: {email: remove}, keys: [{path: '*.error'}, {path: 'x'}, {name: error}]}",
        r#"{"x":"a","podsieve":{"error":"not_a_json_object","x":"ada@example.com"}}"#,
        r#"{"x":"[REDACTED:key]","podsieve":{"error":"not_a_json_object","redacted":{"email":1,"key":1}}}"#,
    ),
    pipeline(
        "a path into what the collector wrote",
        "keys: [{path: 'kubernetes.labels[\"a.b/c\"]'}, {path: kubernetes.annotations, action: remove}]",
        r#"{"kubernetes":{"labels":{"a.b/c":"x","d":"y"},"annotations":{"e":1}}}"#,
        concat!(
            r#"{"kubernetes":{"labels":{"a.b/c":"[REDACTED:key]","d":"y"},"namespace_name":"shop","#,
            r#""pod_name":"web-7d9f6c5b8d-x2x4q","pod_id":"1f2e","container_name":"app"},"#,
            r#""service":"web","podsieve":{"redacted":{"key":2}}}"#
        ),
    ),
    pipeline(
        "what enrichment adds stays, whatever a rule would have go",
        "{detectors: {email: remove}, enrich: {names: kubernetes, fields: {contact: ada@example.com}}}",
        r#"{"a":1}"#,
        r#"{"a":1,KUBERNETES,"service":"web","contact":"","podsieve":{"redacted":{"email":1}}}"#,
    ),
    pipeline(
        "how bad a record is at least",
        concat!(
            "route: [{when: {severity: fatal}, tag: f}, {when: {severity: error}, tag: e}, {when: {severity: warn}, tag: w}, ",
            "{when: {severity: info}, tag: i}, {when: {severity: debug}, tag: d}, {when: {severity: trace}, tag: t}, {tag: none}]"
        ),
        r#"{"level":"WARNING"}"#,
        r#"{"level":"WARNING",KUBERNETES,"service":"web","severity":"warn","archive_tag":"w"}"#,
    ),
    Case {
        what: "a route alone sees what was redacted before",
        policy: "route: [{when: {not: {redacted: [email, pii]}}, tag: clean}, {when: {field: a, equals: 1}, tag: '{a}{b}', missing: skip}]",
        function: Function::Route,
        record: r#"{"a":1,"podsieve":{"redacted":{"email":1}}}"#,
        out: r#"{"a":1,"podsieve":{"redacted":{"email":1}}}"#,
    },
    redact(
        "private addresses stay",
        "detectors: {ipv4: {action: redact, private: keep}, ipv6: {action: redact, private: keep}}",
        r#"{"log":"from 10.0.0.1 to 8.8.8.8, fe80::1 and 2001:db8::1"}"#,
        r#"{"log":"from 10.0.0.1 to [REDACTED:ipv4], fe80::1 and [REDACTED:ipv6]","podsieve":{"redacted":{"ipv4":1,"ipv6":1}}}"#,
    ),
    redact(
        "a rule that looks at all texts",
        "rules: [{name: tks, regex: 'tks_[0-9a-z]{8}', scan: full}, {name: nine, regex: '[0-9]{9}x', scan: full}]",
        r#"{"log":"a \"tks_0123abcd\" b 123456789x [REDACTED:email] é tks_0123abcd","n":"tks_0123abcd"}"#,
        r#"{"log":"a \"[REDACTED:tks]\" b [REDACTED:nine] [REDACTED:email] é [REDACTED:tks]","n":"[REDACTED:tks]","podsieve":{"redacted":{"tks":3,"nine":1}}}"#,
    ),
    pipeline(
        "a body in logfmt",
        "parse: {formats: {logfmt: on}}",
        r#"{"log":"level=info msg=\"x \\\"y\\\" z\" took=12ms mail=ada@example.com\n"}"#,
        r#"{"level":"info","msg":"x \"y\" z","took":"12ms","mail":"[REDACTED:email]",KUBERNETES,"service":"web","severity":"info","podsieve":{"redacted":{"email":1}}}"#,
    ),
    pipeline(
        "a text that has an equals sign is no logfmt",
        "parse: {formats: {logfmt: on}}",
        r#"{"log":"a=b and more"}"#,
        r#"{"log":"a=b and more",KUBERNETES,"service":"web"}"#,
    ),
    pipeline(
        "a body in JSON that stays text",
        "parse: {formats: {json: off, loguru: off}}",
        r#"{"log":"{\"level\":\"INFO\",\"mail\":\"ada@example.com\"}"}"#,
        r#"{"log":"{\"level\":\"INFO\",\"mail\":\"[REDACTED:email]\"}",KUBERNETES,"service":"web","podsieve":{"redacted":{"email":1}}}"#,
    ),
    pipeline(
        "a header of klog that says nothing",
        "parse: {formats: {klog: off}}",
        r#"{"log":"E1123 08:40:04.123456 1 a.go:1] x"}"#,
        r#"{"log":"E1123 08:40:04.123456 1 a.go:1] x",KUBERNETES,"service":"web"}"#,
    ),
    pipeline(
        "JSON in the texts of a body, two levels of it",
        "parse: {depth: 2}",
        r#"{"log":"{\"payload\":\"{\\\"a\\\":1,\\\"b\\\":\\\"{\\\\\\\"password\\\\\\\":\\\\\\\"hunter2x\\\\\\\"}\\\"}\",\"o\":{\"p\":\"[1,2]\",\"q\":\"{bad\"}}"}"#,
        r#"{"payload":{"a":1,"b":{"password":"[REDACTED:password]"}},"o":{"p":[1,2],"q":"{bad"},KUBERNETES,"service":"web","podsieve":{"redacted":{"password":1}}}"#,
    ),
    pipeline(
        "OpenTelemetry's names, which a body may not take",
        "enrich: {names: opentelemetry}",
        r#"{"log":"{\"level\":\"ERROR\",\"k8s.pod.name\":\"other\"}"}"#,
        concat!(
            r#"{"level":"ERROR","log.k8s.pod.name":"other","service.name":"web","severity_text":"ERROR","severity_number":17,"#,
            r#""k8s.namespace.name":"shop","k8s.pod.name":"web-7d9f6c5b8d-x2x4q","k8s.pod.uid":"1f2e","#,
            r#""k8s.container.name":"app","archive_tag":"archive.error.web"}"#
        ),
    ),
    pipeline(
        "ECS' names, and a service of the policy's own",
        "enrich: {names: ecs, fields: {service.name: own}, lookups: [{field: team, from: orchestrator.namespace, values: {shop: checkout}}]}",
        r#"{"level":"WARNING"}"#,
        concat!(
            r#"{"level":"WARNING","service.name":"own","log.level":"warn","orchestrator.namespace":"shop","#,
            r#""orchestrator.resource.name":"web-7d9f6c5b8d-x2x4q","orchestrator.resource.id":"1f2e","container.name":"app","#,
            r#""orchestrator.type":"kubernetes","orchestrator.resource.type":"pod","team":"checkout"}"#
        ),
    ),
    pipeline(
        "what can be handled is not dropped",
        "on_error: drop",
        r#"{"log":"x"}"#,
        r#"{"log":"x",KUBERNETES,"service":"web"}"#,
    ),
];

const KUBERNETES: &str = concat!(
    r#""kubernetes":{"namespace_name":"shop","pod_name":"web-7d9f6c5b8d-x2x4q","#,
    r#""pod_id":"1f2e","container_name":"app"}"#
);

impl Case {
    pub(crate) fn record(&self) -> String {
        if self.record == "LONG" { format!(r#"{{"log":"{}"}}"#, "x".repeat(2000)) } else { self.record.to_owned() }
    }

    pub(crate) fn out(&self, id: &str) -> String {
        self.out.replace("KUBERNETES", KUBERNETES).replace("\"ID\"", &format!("\"{id}\""))
    }
}
