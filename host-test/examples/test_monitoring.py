"""examples/monitoring: rules, dashboard and canary, against the metrics of a real Fluent Bit in a real Prometheus."""

import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import kubernetes_validate
import pytest
import yaml
from system import Process, free_port, get, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
MONITORING = ROOT / "examples" / "monitoring"
PIPELINE = ROOT / "examples" / "kubernetes" / "fluent-bit.yaml"
RULES = yaml.safe_load((MONITORING / "rules.yaml").read_text())
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"] if "alert" in rule]
RECORDED = [rule["record"] for group in RULES["groups"] for rule in group["rules"] if "record" in rule]
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text())
CANARY = list(yaml.safe_load_all((MONITORING / "canary.yaml").read_text()))
KINDS = ["email", "card", "ssn", "api_key", "password", "bearer"]
SECRETS = ["canary@podsieve.example", "4111 1111 1111 1111", "536-22-8645", "canary-8c1f0be2d49a7356e0b1",
           "canary-Pw-71xq", "canary-t0k3n-5f2a9c77e1d0"]
# Prometheus makes these itself.
OF_PROMETHEUS = {"up"}


# What is in the files.

def promtool_(promtool, *arguments, cwd=MONITORING):
    done = subprocess.run([promtool, *map(str, arguments)], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_well_formed(promtool):
    said = promtool_(promtool, "check", "rules", "rules.yaml")
    assert f"{len(ALERTS) + len(RECORDED)} rules found" in said


def test_the_rules_fire_when_they_should(promtool):
    assert "SUCCESS" in promtool_(promtool, "test", "rules", "rules.test.yaml")


def test_each_alert_has_cases_for_both():
    cases = {}
    for test in yaml.safe_load((MONITORING / "rules.test.yaml").read_text())["tests"]:
        for case in test["alert_rule_test"]:
            cases.setdefault(case["alertname"], []).append(len(case.get("exp_alerts") or []))
    for alert in ALERTS:
        # In a case with several series, those that are not in `exp_alerts` are what does not fire.
        assert max(cases[alert["alert"]]) > 0, f"nothing fires {alert['alert']}"
    assert set(cases) == {alert["alert"] for alert in ALERTS}
    only_firing = sorted(name for name, found in cases.items() if 0 not in found)
    assert only_firing == ["PodsieveOutputRetries", "PodsieveRecordsDropped"], "these have a second series that does not"


def headings(text):
    """The anchors that GitHub makes of a file's headings."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_the_alert_has_a_runbook(alert):
    assert alert["labels"]["severity"] in ("warning", "critical")
    path, anchor = alert["annotations"]["runbook"].split("#")
    text = (ROOT / path).read_text()
    assert anchor == alert["alert"].lower() and anchor in headings(text)
    section = re.search(rf"^### {alert['alert']}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL).group(1)
    assert "```" in section, "a command that tells"
    # Names of services and counts only: nothing of what a record says.
    labels = set(re.findall(r"\$labels\.(\w+)", alert["annotations"]["summary"]))
    assert labels <= {"service", "family", "operation", "instance", "name", "reason"}


def expressions():
    """All expressions of rules and dashboard with where they are, with variables put in."""
    for rule in (rule for group in RULES["groups"] for rule in group["rules"]):
        yield rule.get("alert") or rule["record"], rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            yield f"{panel['title']} {target['refId']}", (
                target["expr"].replace("$__rate_interval", "2m").replace("$service", ".*").replace("$instance", ".*")
            )


WORDS = {
    "abs", "absent", "and", "avg_over_time", "bool", "by", "count", "deriv", "histogram_quantile", "increase",
    "label_replace", "max", "max_over_time", "min_over_time", "offset", "on", "or", "rate", "sum", "unless",
}


def names(expression):
    """The metrics in an expression: names outside of strings, braces, ranges and groupings."""
    expression = re.sub(r'"[^"]*"', '""', expression)
    expression = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|without|ignoring)\s*\([^)]*\)|offset \w+", " ", expression)
    return set(re.findall(r"(?<![\w:.])[a-z_][\w:]*", expression)) - WORDS


def test_names_are_found():
    assert names('sum by (service) (rate(a_total{b="c"}[5m] offset 1h)) > 3 and on () d:e:f5m') == {"a_total", "d:e:f5m"}


def test_the_dashboard_is_well_formed(promtool, tmp_path):
    assert DASHBOARD["schemaVersion"] >= 39, "Grafana 11"
    panels = DASHBOARD["panels"]
    ids = [panel["id"] for panel in panels]
    assert len(ids) == len(set(ids))
    taken = {}
    for panel in panels:
        assert not panel.get("panels"), "panels are in one list, that this test sees them"
        position = panel["gridPos"]
        assert position["x"] + position["w"] <= 24
        for x in range(position["x"], position["x"] + position["w"]):
            for y in range(position["y"], position["y"] + position["h"]):
                other = taken.setdefault((x, y), panel["title"])
                assert other is panel["title"], f"{panel['title']} lies on {other}"
        if panel["type"] != "row":
            assert panel["description"] and panel["targets"]
            assert panel["datasource"]["uid"] == "${datasource}"
            references = [target["refId"] for target in panel["targets"]]
            assert len(references) == len(set(references))
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    assert variables == {"datasource", "service", "instance"}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps([panel.get("targets") for panel in panels])))
    assert used - {"__rate_interval"} <= variables

    wrapped = [{"record": f"dashboard:{i}", "expr": expr} for i, (_, expr) in enumerate(expressions())]
    (tmp_path / "dashboard.yaml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": wrapped}]}))
    promtool_(promtool, "check", "rules", tmp_path / "dashboard.yaml")


def test_the_canary_is_a_valid_restricted_cronjob():
    for manifest in CANARY:
        kubernetes_validate.validate(manifest, "1.31", strict=True)
    config, job = CANARY
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    container, = pod["containers"]
    # The Pod Security Standard `restricted`.
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert config["metadata"]["name"] == pod["volumes"][0]["configMap"]["name"]


# What the canary writes, and what podsieve makes of it.

def canary_lines(folder, run):
    """What the container of the CronJob writes: its own command, over the ConfigMap's files."""
    config, job = CANARY
    for name, text in config["data"].items():
        (folder / name).write_text(text)
    container, = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    command = [word.replace("/canary/", f"{folder}/") for word in container["command"] + container["args"]]
    done = subprocess.run(command, env={**os.environ, "HOSTNAME": f"podsieve-canary-{run}"},
                          capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def canary_log(pods, lines, run="29401230-x7k2p", uid="0b1f3c52-8a4e-4c55-9f3e-2f4b8d0c9a11"):
    """Lines as the container runtime writes them."""
    file = pods / f"ai-agents_podsieve-canary-{run}_{uid}" / "canary" / "0.log"
    file.parent.mkdir(parents=True)
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000000000+00:00", time.gmtime())
    file.write_text("".join(f"{stamp} stdout F {line}\n" for line in lines))
    return file


def test_each_record_of_the_canary_has_each_secret_once(podsieve, tmp_path):
    lines = canary_lines(tmp_path, "29401230-x7k2p")
    assert len(lines) == 2
    for line in lines:
        assert re.search(r'"canary_id":"\d{8}T\d{6}Z-podsieve-canary-29401230-x7k2p"', line)
        for secret in SECRETS:
            assert line.count(secret) == 1
    log = canary_log(tmp_path / "var" / "log" / "pods", lines)
    done = subprocess.run([podsieve, "run", "--quiet", log], capture_output=True, text=True, check=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["podsieve"]["redacted"] for record in records] == [dict.fromkeys(KINDS, 1)] * 2
    for record in records:
        assert (record["service"], record["operation"]) == ("podsieve-canary", "canary")
        assert record["archive_tag"] == "archive.audit.podsieve-canary"
    for secret in SECRETS:
        assert secret not in done.stdout


# The system: pipeline, stores, Prometheus.

class System:
    """What runs in one folder; all that it started ends with it."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []

    def start(self, name, *command, **variables):
        env = {**os.environ, **{key: str(value) for key, value in variables.items()}}
        self.running.append(Process(command, self.folder / f"{name}.log", env, self.folder))

    def end(self):
        for process in self.running:
            process.kill()


def bake(podsieve, folder, policy):
    (folder / "policy.yaml").write_text(policy)
    subprocess.run([podsieve, "bake", "policy.yaml", "-o", "baked.wasm"], cwd=folder, check=True, capture_output=True)
    return folder / "baked.wasm"


def pipeline(system, fluent_bit, module, configuration=PIPELINE, **variables):
    """examples/kubernetes/fluent-bit.yaml over the folder's pods; its two ports."""
    state = system.folder / "state"
    state.mkdir()
    http, metrics = free_port(), free_port()
    everything = dict(
        PODS=system.folder / "var" / "log" / "pods", STATE=state, PODSIEVE=module, HTTP_PORT=http, METRICS_PORT=metrics,
        ES_HOST="127.0.0.1", ES_PORT=1, ES_TLS="off", ES_TLS_VERIFY="off", ES_CA_FILE="", ES_USER="", ES_PASSWORD="",
        ES_INDEX="ai-agents", S3_BUCKET="ai-agents-logs", S3_REGION="us-east-1", S3_ENDPOINT="http://127.0.0.1:1",
        S3_UPLOAD_TIMEOUT="2s", S3_BUFFER="64M", BUFFER_CHUNKS=128, AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test", AWS_EC2_METADATA_DISABLED="true",
    )
    system.start("fluent-bit", fluent_bit, "-c", configuration, **{**everything, **variables})
    wait_for(lambda: get(f"http://127.0.0.1:{http}/api/v2/metrics/prometheus"), "Fluent Bit answers")
    return http, metrics


def hurried(rules):
    """The rules with 2 seconds for each minute."""
    seconds = {"m": 2, "h": 120, "d": 2880}
    return re.sub(r"\b(\d+)([mhd])\b", lambda time: f"{int(time[1]) * seconds[time[2]]}s", rules)


def prometheus_of(system, prometheus, nodes, made=lambda rules: rules):
    """A Prometheus with our scrape configuration and rules, but each second; the base of its URLs."""
    config = yaml.safe_load((MONITORING / "prometheus.yaml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    for job, endpoint in zip(config["scrape_configs"], (0, 1), strict=True):
        # Debian's Prometheus is built without Kubernetes: what it would find there is given to the same relabelings.
        assert job.pop("kubernetes_sd_configs")
        job["static_configs"] = [
            {"targets": [f"127.0.0.1:{port}"],
             "labels": {"__meta_kubernetes_pod_node_name": node, "__meta_kubernetes_pod_container_port_name": name}}
            for node, ports in nodes.items() for port, name in zip(ports, ("http", "metrics"))
        ]
    (system.folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    rules = (MONITORING / "rules.yaml").read_text()
    (system.folder / "rules.yaml").write_text(made(rules.replace("interval: 30s", "interval: 1s")))
    port = free_port()
    system.start("prometheus", prometheus, "--config.file=prometheus.yaml", f"--web.listen-address=127.0.0.1:{port}",
                 f"--storage.tsdb.path={system.folder}/tsdb")
    base = f"http://127.0.0.1:{port}"
    wait_for(lambda: "Ready" in get(f"{base}/-/ready"), "Prometheus is ready")
    return base


def query(base, expression):
    answer = json.loads(get(f"{base}/api/v1/query?{urllib.parse.urlencode({'query': expression})}") or "{}")
    assert answer.get("status", "success") == "success", answer
    return answer.get("data", {}).get("result", [])


def alerts(base, states=("pending", "firing")):
    """Names of the alerts that are pending or fire."""
    found = json.loads(get(f"{base}/api/v1/alerts") or "{}").get("data", {}).get("alerts", [])
    return {alert["labels"]["alertname"] for alert in found if alert["state"] in states}


@pytest.fixture(scope="module")
def system(tmp_path_factory, fluent_bit, podsieve, prometheus):
    system = System(tmp_path_factory.mktemp("monitoring"))
    try:
        pods = system.folder / "var" / "log" / "pods"
        shutil.copytree(ROOT / "host-test" / "recordings" / "pods", pods)
        canary_log(pods, canary_lines(system.folder, "29401230-x7k2p"))

        s3, es = free_port(), free_port()
        system.start("s3", pathlib.Path(sys.executable).parent / "moto_server", "-H", "127.0.0.1", "-p", s3,
                     AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
        wait_for(lambda: get(f"http://127.0.0.1:{s3}/moto-api/"), "the S3 server answers")
        # Speaks _bulk; what it receives is hot storage.
        system.start("hot", fluent_bit, "-i", "elasticsearch", "-p", "listen=127.0.0.1", "-p", f"port={es}",
                     "-p", "buffer_max_size=16M", "-o", "file", "-p", f"path={system.folder}", "-p", "file=hot.jsonl",
                     "-p", "format=plain", "-m", "*", "-f", "0.2")
        # The default policy, but that a line of 180 KB in the recordings is too long: what is masked is counted, too.
        module = bake(podsieve, system.folder, "limits: {record: 150KiB}\n")
        system.ports = pipeline(system, fluent_bit, module, ES_PORT=es, S3_ENDPOINT=f"http://127.0.0.1:{s3}")
        system.prometheus = prometheus_of(system, prometheus, {"node-1": system.ports})
        # There is no bucket at first: an outage.
        wait_for(lambda: "podsieve_archive_upload_failures_total" in scrape(system), "uploads fail")
        system.outage = scrape(system)
        request = urllib.request.Request(f"http://127.0.0.1:{s3}/ai-agents-logs", method="PUT")
        urllib.request.urlopen(request, timeout=5).read()
        wait_for(lambda: "podsieve_archive_uploads_total" in scrape(system), "an upload")
        yield system
    finally:
        system.end()


def scrape(system):
    """All that both endpoints say, as {name: [(labels, value)]}."""
    found = {}
    for port, path in zip(system.ports, ("/api/v2/metrics/prometheus", "/metrics")):
        said = wait_for(lambda: get(f"http://127.0.0.1:{port}{path}"), f"an answer of {path}")
        for line in said.splitlines():
            if line and not line.startswith("#"):
                name, labels, value = re.match(r"([\w:]+)(?:\{(.*)\})? (\S+)", line).groups()
                labels = dict(re.findall(r'(\w+)="([^"]*)"', labels or ""))
                found.setdefault(name, []).append((labels, float(value)))
    return found


def test_each_metric_exists(system):
    wait_for(lambda: "podsieve_masked_total" in scrape(system), "a masked record")
    there = set(scrape(system)) | OF_PROMETHEUS | set(RECORDED)
    for where, expression in expressions():
        assert names(expression) <= there, (where, sorted(there))
    # And in Prometheus, with what the rules make of them.
    used = set.union(*(names(expression) for _, expression in expressions()))
    known = f"{system.prometheus}/api/v1/label/__name__/values"
    wait_for(lambda: used <= set(json.loads(get(known))["data"]), "all are in Prometheus")


def test_each_label_exists(system):
    """Selectors by a constant find something, but for what is not there in good times."""
    for where, expression in expressions():
        for selector in re.findall(r"([\w:]+\{[^}]*\})", expression):
            if not re.search(r'status="failure"|!=', selector):
                assert query(system.prometheus, selector), f"{where}: {selector} finds nothing"


def test_prometheus_evaluates_all_rules(system):
    groups = json.loads(get(f"{system.prometheus}/api/v1/rules"))["data"]["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        assert rule["health"] == "ok", (rule["name"], rule.get("lastError"))
    for where, expression in expressions():
        query(system.prometheus, expression)


def test_60_seconds_are_a_bucket(system):
    """Else the alert on latency would compare with what buckets cannot tell."""
    bounds = {float(labels["le"]) for labels, _ in scrape(system)["podsieve_duration_ms_bucket"]}
    assert 60000 in bounds and max(bounds - {float("inf")}) > 60000


def test_an_outage_of_s3_is_seen_in_the_uploads_only(system):
    """Why the alerts on the archive do not use the metrics of the output: the day that this fails they can."""
    before = system.outage
    assert before["podsieve_archive_upload_failures_total"][0][1] > 0
    for name in ("retries_total", "retries_failed_total", "errors_total", "dropped_records_total"):
        value, = [value for labels, value in before[f"fluentbit_output_{name}"] if labels["name"] == "archive"]
        assert value == 0, name
    assert "PodsieveArchiveUploadsFail" in alerts(system.prometheus)


def test_the_canary_arrives_redacted(system):
    metric = wait_for(lambda: scrape(system).get("podsieve_canary_records_total"), "the canary is counted")
    assert metric == [(dict.fromkeys(KINDS, "1"), 2)]
    hot = system.folder / "hot.jsonl"
    wait_for(lambda: hot.exists() and hot.read_text().count('"canary_id"') >= 2, "the canary is hot")
    text = hot.read_text()
    for secret in SECRETS:
        assert secret not in text
    found = wait_for(lambda: query(system.prometheus, "podsieve:canary_records:increase10m"), "Prometheus has it")
    assert [float(series["value"][1]) for series in found] == [2]
    assert not alerts(system.prometheus) & {"PodsieveCanaryMissing", "PodsieveCanaryUnredacted", "PodsieveCollectorDown"}


def test_a_secret_that_comes_through_is_an_alert(tmp_path, fluent_bit, podsieve, prometheus):
    """The same pipeline with a policy that lets passwords pass, and without a canary that is as it should be."""
    leaky = bake(podsieve, tmp_path, "detectors: {password: off}\n")
    system = System(tmp_path)
    try:
        canary_log(tmp_path / "var" / "log" / "pods", canary_lines(tmp_path, "29401235-b4c5d"))
        system.ports = pipeline(system, fluent_bit, leaky)
        base = prometheus_of(system, prometheus, {"node-1": system.ports})
        wait_for(lambda: "PodsieveCanaryUnredacted" in alerts(base), "the alert")
        assert "PodsieveCanaryMissing" not in alerts(base)
    finally:
        system.end()


def test_a_filter_that_drops_is_an_alert(tmp_path, fluent_bit, module, prometheus):
    """Fluent Bit counts what a filter with a wrong function_name loses."""
    system = System(tmp_path)
    try:
        broken = tmp_path / "broken.yaml"
        text = PIPELINE.read_text()
        assert "function_name: pipeline" in text
        broken.write_text(text.replace("function_name: pipeline", "function_name: pipelin"))
        pods = tmp_path / "var" / "log" / "pods"
        lines = canary_lines(tmp_path, "29401240-d6f7g")
        log = canary_log(pods, lines, "29401240-d6f7g")
        system.ports = pipeline(system, fluent_bit, module, configuration=broken)
        base = prometheus_of(system, prometheus, {"node-1": system.ports})
        wait_for(lambda: query(base, "fluentbit_filter_drop_records_total"), "the first scrape")

        def alert_or_more():
            with log.open("a") as file:
                file.write(log.read_text().splitlines(keepends=True)[0])
            return "PodsieveRecordsDropped" in alerts(base)

        wait_for(alert_or_more, "the alert")
    finally:
        system.end()


def test_a_failure_storm_and_silence_are_alerts(tmp_path, fluent_bit, module, prometheus):
    """Through the whole pipeline: outcomes of jobs, then failures among them, then nothing."""
    system = System(tmp_path)
    log = tmp_path / "var/log/pods/ai-agents_worker-7d9f6c5b8d-x2x4q_5f0c/worker/0.log"
    log.parent.mkdir(parents=True)

    def write(count, status):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        record = {"timestamp": now, "level": "INFO", "service": "ai-agents-worker", "status": status, "duration_ms": 900,
                  "operation": "enhancement_failed" if status == "failure" else "enhancement_completed"}
        with log.open("a") as file:
            file.write(f"{now} stderr F {json.dumps(record)}\n" * count)

    def firing(alert):
        return alert in alerts(base, ("firing",))

    try:
        write(100, "success")
        system.ports = pipeline(system, fluent_bit, module)
        base = prometheus_of(system, prometheus, {"node-1": system.ports}, hurried)
        wait_for(lambda: query(base, "podsieve:outcomes:increase5m"), "the jobs are counted")
        write(4, "failure")
        wait_for(lambda: query(base, 'podsieve:outcomes:increase5m{status="failure"}'), "the failures are counted")
        ratio, = query(base, "podsieve:failures:ratio5m")
        assert float(ratio["value"][1]) < 0.05 and not firing("PodsieveFailureRateHigh"), ratio
        write(100, "failure")
        wait_for(lambda: firing("PodsieveFailureRateHigh"), "the storm")
        assert not firing("PodsieveServiceSilent")
        wait_for(lambda: firing("PodsieveServiceSilent"), "the silence")
    finally:
        system.end()
