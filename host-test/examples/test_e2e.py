"""The whole system: pods write, a real Fluent Bit with examples/kubernetes reads, redacts, counts, and delivers to a
receiver of _bulk, an S3 server and Prometheus; and then what goes wrong. Nothing is lost, nothing is unredacted."""

import collections
import contextlib
import json
import os
import re
import signal
import subprocess
import time

import pytest
import system
from system import Kubelet, Node, Process, Receiver, Store, Writing, free_port, get, ids, planted, wait_for

CONFIGURATIONS = ["fluent-bit.yaml", "fluent-bit.conf"]
RULES = "email card ssn bearer basic jwt private_key url_password password api_key secret token".split()
STATUSES = "received queued started success failure retry none".split()
WORDS = re.compile(r"(?=.{1,64}$)[a-z]+[0-9]?([._-][a-z]+[0-9]?)*")


class Cluster:
    """A node, what it delivers to, and what must have arrived."""

    def __init__(self, folder, fluent_bit, podsieve, root, module, name="fluent-bit.yaml", tls=False, **settings):
        self.folder = folder
        self.podsieve = podsieve
        self.store = Store(folder)
        self.receiver = Receiver(folder, fluent_bit, tls)
        configuration = root / "examples/kubernetes" / name
        self.node = Node(folder, fluent_bit, configuration, module, self.receiver, self.store, **settings)
        self.kubelet = Kubelet(self.node.pods, folder / "whole/var/log/pods")
        # Lines that Fluent Bit was within when it was stopped: see `cut`.
        self.cut = set()

    def up(self):
        self.store.up()
        self.receiver.up()
        self.node.up()

    def end(self):
        for part in self.node, self.receiver, self.store:
            if part.process:
                part.process.kill()

    def expected(self):
        """What podsieve makes of everything that was written: the record of each id."""
        command = [self.podsieve, "run", self.folder / "whole/var/log/pods"]
        lines = subprocess.run(command, capture_output=True, check=True).stdout.splitlines()
        records = {int(system.MARK.search(line)[1]): json.loads(line) for line in lines}
        assert sorted(records) == list(range(self.kubelet.count))
        return records

    def stop(self, kill=False):
        """Ends Fluent Bit while lines are written."""
        if kill:
            self.node.process.kill()
        else:
            self.node.down(within_a_line=True)
        self.cut |= set(self.node.cut())

    def hot(self):
        return ids(self.receiver.lines())

    def archived(self):
        return ids(line for _, text in self.store.objects() for line in text.splitlines())

    def wait_for_hot(self, seconds=25):
        """Waits until everything that was written is in hot storage."""
        everything = set(range(self.kubelet.count))

        def what():
            missing = sorted(everything - set(self.hot()) - self.cut)
            return f"{len(missing)} of {len(everything)} records, {missing[:10]}, in hot storage\n{self.node.said()[-3000:]}"

        wait_for(lambda: everything <= set(self.hot()) | self.cut, what, seconds)

    def settle(self):
        """Waits until hot storage has everything, and ends Fluent Bit, which then sends the archive what is left."""
        self.wait_for_hot()
        self.node.down()
        self.receiver.down()

    def judge(self, twice=False):
        """Nothing is lost and nothing is unredacted; what came twice is printed, and is an error unless it may be."""
        expected = self.expected()
        hot, archive = self.hot(), self.archived()
        audit = {number for number, record in expected.items() if "archive_tag" in record}
        pieces = hot.pop(None, 0) + archive.pop(None, 0)
        assert pieces <= 2 * len(self.cut), f"{pieces} records without an id, {len(self.cut)} lines cut"
        assert not set(expected) - set(hot) - self.cut, f"not hot: {sorted(set(expected) - set(hot) - self.cut)}"
        assert not audit - set(archive) - self.cut, f"not archived: {sorted(audit - set(archive) - self.cut)}"
        assert not set(archive) - audit - self.cut, f"archived: {sorted(set(archive) - audit - self.cut)}"
        again = sum(hot.values()) - len(hot), sum(archive.values()) - len(archive)
        # Elasticsearch keeps one of those that have the same id.
        same = len({json.loads(line)["@meta"]["create"]["_id"] for line in self.receiver.lines()})
        same -= len(hot) + self.hot()[None]
        print(f"{len(hot)} records hot, {again[0]} of them again ({same} with another _id);", end=" ")
        print(f"{len(archive)} archived, {again[1]} of them again; {len(self.cut)} lines cut")
        assert same == 0, "what is delivered again has the same _id"
        if not twice:
            assert again == (0, 0)
        for name, text in self.store.objects():
            tags = {json.loads(line)["archive_tag"] for line in text.splitlines()}
            assert tags == {name.split("/")[0]}, f"{name} has records of {tags}"
        self.judge_secrets()
        return expected

    def judge_secrets(self, at_least=0):
        """None of the planted secrets is in what was delivered, buffered on disk or said. `at_least` bytes are buffered."""
        places = {}
        for path in self.node.state.rglob("*"):
            # Chunks come and go.
            with contextlib.suppress(FileNotFoundError, IsADirectoryError):
                places[str(path)] = path.read_bytes()
        assert sum(map(len, places.values())) >= at_least
        places |= {path.name: path.read_bytes() for path in self.folder.glob("*.log")}
        places |= {"hot.jsonl": b"\n".join(self.receiver.lines())}
        if self.store.process.running():
            places |= dict(self.store.objects())
        found = [f"{secret} in {name}" for secret, forms in planted() for name, text in places.items()
                 if any(form in text for form in forms)]  # fmt: skip
        assert not found, "\n".join(found)


@pytest.fixture
def cluster(tmp_path, fluent_bit, podsieve, root, module):
    """Makes clusters that end with the test."""
    clusters = []

    def make(**options):
        options = {"module": module} | options
        clusters.append(Cluster(tmp_path, fluent_bit, podsieve, root, **options))
        return clusters[-1]

    yield make
    for one in clusters:
        one.end()


# What is counted.


def bounded(name):
    return name if WORDS.fullmatch(name) else "other"


def counts(records):
    """The metrics that these records make."""
    metrics = collections.defaultdict(collections.Counter)

    def add(name, value=1, **labels):
        metrics[name][tuple(sorted(labels.items()))] += value

    for record in records:
        field = lambda name: record.get(name, record.get(f"extra.{name}"))  # noqa: E731
        service, operation, status = bounded(record["service"]), field("operation"), field("status") or "none"
        redacted = record.get("podsieve", {}).get("redacted", {})
        if operation:
            add(
                "podsieve_events_total",
                service=service,
                operation=bounded(operation),
                status=status if status in STATUSES else "other",
            )
        if "archive_tag" in record:
            add("podsieve_archived_total", route=record["archive_tag"].split(".")[1])
        if isinstance(field("duration_ms"), (int, float)) and (redacted or "archive_tag" in record):
            labels = {"service": service, "operation": bounded(operation or "none")}
            add("podsieve_duration_ms_count", **labels)
            add("podsieve_duration_ms_sum", field("duration_ms"), **labels)
        if redacted:
            add("podsieve_redacted_records_total", service=service)
        for rule, count in redacted.items():
            if rule in RULES:
                add("podsieve_redactions_per_record_sum", count, rule=rule)
                add("podsieve_redactions_per_record_count", rule=rule)
    return {name: {labels: pytest.approx(value) for labels, value in by.items()} for name, by in metrics.items()}


def scraped(port, name):
    """What Prometheus has of a metric."""
    answer = json.loads(get(f"http://127.0.0.1:{port}/api/v1/query?query={name}") or '{"data": {"result": []}}')
    return {
        tuple(sorted(item for item in series["metric"].items() if item[0] not in ("__name__", "instance", "job"))): float(
            series["value"][1]
        )
        for series in answer["data"]["result"]
    }


@pytest.fixture
def scraping(tmp_path, prometheus):
    """Starts Prometheus over a node, and returns its port."""
    processes = []

    def start(node, rules=(), interval="1s"):
        port = free_port()
        targets = [f"127.0.0.1:{node.settings[name]}" for name in ("METRICS_PORT", "HTTP_PORT")]
        jobs = [
            {"job_name": "records", "static_configs": [{"targets": targets[:1]}]},
            {"job_name": "fluent-bit", "metrics_path": "/api/v2/metrics/prometheus", "static_configs": [{"targets": targets[1:]}]},
        ]
        configuration = {
            "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
            "rule_files": [str(path) for path in rules],
            "scrape_configs": jobs,
        }
        path = tmp_path / "prometheus.yaml"
        path.write_text(json.dumps(configuration))
        arguments = [f"--config.file={path}", f"--storage.tsdb.path={tmp_path}/tsdb", f"--web.listen-address=127.0.0.1:{port}"]
        processes.append(Process([prometheus, *arguments], tmp_path / "prometheus.log"))
        wait_for(lambda: get(f"http://127.0.0.1:{port}/-/ready"), "Prometheus")
        return port

    yield start
    for process in processes:
        process.kill()


# The tests.


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_everything_arrives(cluster, scraping, name):
    one = cluster(name=name, tls=name == "fluent-bit.yaml")
    one.up()
    port = scraping(one.node)
    # Each recorded line once as the runtime writes it, and once in parts that also cut secrets.
    one.kubelet.write(len(one.kubelet.recorded))
    one.kubelet.write(len(one.kubelet.recorded), part=150)
    one.wait_for_hot()
    expected = counts(one.expected().values())
    assert set(expected) > {"podsieve_events_total", "podsieve_duration_ms_sum", "podsieve_redactions_per_record_sum"}
    for metric, series in expected.items():
        wait_for(lambda: one.node.metrics()[metric] == series, lambda: f"{series}, is {one.node.metrics()[metric]}")
        wait_for(lambda: scraped(port, metric) == series, lambda: f"{series}, is {scraped(port, metric)} in Prometheus")
    assert not [labels for series in one.node.metrics().values() for labels in series if ("", "") in labels]
    assert get(one.node.url("/api/v1/health")) == "ok\n"
    one.settle()
    one.judge()
    assert "not-for-any-log" not in one.node.said()
    assert "[error]" not in one.node.said(), one.node.said()
    # The secrets were in what was written.
    written = b"".join(path.read_bytes() for path in one.node.pods.rglob("*.log"))
    assert sum(any(form in written for form in forms) for _, forms in planted()) > 150


def test_archive_is_down(cluster):
    """S3 is away for longer than an object takes: what was to go there waits on disk."""
    one = cluster()
    one.up()
    with Writing(one.kubelet) as writing:
        writing.lines(500)
        wait_for(one.store.objects, "the first objects")
        one.store.down(one.node)
        writing.lines(500)
        wait_for(lambda: one.node.said().count("PutObject") > 2, lambda: f"failures: {one.node.said()[-2000:]}")
        one.judge_secrets(at_least=10_000)
        one.store.up()
    one.settle()
    one.judge(twice=True)


def test_archive_buffer_is_full(cluster):
    """S3 is away until its folder on disk has reached its limit: what is more waits in front of it."""
    one = cluster(S3_BUFFER="3M")
    one.up()
    one.store.down(one.node)
    with Writing(one.kubelet) as writing:
        wait_for(lambda: "Buffer is full" in one.node.said(), lambda: f"the limit\n{one.node.said()[-3000:]}", 60)
        one.judge_secrets(at_least=100_000)
        one.store.up()
    audit = {number for number, record in one.expected().items() if "archive_tag" in record}
    # A retry may be half a minute away.
    wait_for(lambda: len(one.archived()) > 0.9 * len(audit), lambda: f"{len(one.archived())} of {len(audit)} archived", 100)
    one.settle()
    one.judge(twice=True)


def test_killed(cluster):
    """SIGKILL and SIGTERM in turns, in the middle, also soon after a start with much to read."""
    one = cluster()
    one.up()
    with Writing(one.kubelet, part=1000) as writing:
        for turn in range(5):
            writing.lines(100 + 100 * (turn % 2))
            one.stop(kill=turn % 3 < 2)
            one.judge_secrets()
            one.node.up()
        writing.lines(100)
    one.settle()
    one.judge(twice=True)


def test_rotated(cluster):
    """Logs are renamed while they are written, also while Fluent Bit is down, and the old ones stay."""
    one = cluster()
    one.up()
    with Writing(one.kubelet) as writing:
        for _ in range(3):
            writing.lines(150)
            one.kubelet.rotate()
        one.node.down(within_a_line=True)
        one.cut |= set(one.node.cut())
        writing.lines(150)
        one.kubelet.rotate()
        writing.lines(150)
        one.node.up()
        writing.lines(150)
    one.wait_for_hot()
    # Longer than tail takes to look for files again.
    writing = time.monotonic()
    wait_for(lambda: time.monotonic() > writing + 6, "the next look for files", 10)
    one.settle()
    one.judge()


def test_receiver_is_down(cluster):
    """Hot storage is away, and logs are rotated meanwhile: what was read waits on disk, and the archive goes on."""
    one = cluster()
    one.store.up()
    one.node.up()
    with Writing(one.kubelet) as writing:
        writing.lines(300)
        one.kubelet.rotate()
        writing.lines(300)
        wait_for(lambda: "failed to flush chunk" in one.node.said(), "a retry")
        wait_for(one.store.objects, "the archive")
        one.judge_secrets(at_least=10_000)
        one.receiver.up()
        writing.lines(100)
    one.settle()
    one.judge(twice=True)


@pytest.mark.parametrize("how", ["SIGHUP", "HTTP"])
def test_policy_is_replaced(cluster, podsieve, how):
    """Another module is put in place of the old one, and Fluent Bit is told to load it, while lines are written."""
    one = cluster()
    policy = one.folder / "policy.yaml"
    policy.write_text("audit: {policy: on}\n")
    new = one.folder / "new.wasm"
    subprocess.run([podsieve, "bake", policy, "-o", new], check=True, capture_output=True)
    one.up()
    with Writing(one.kubelet) as writing:
        writing.lines(200)
        os.replace(new, one.node.module)
        if how == "SIGHUP":
            one.node.process.signal(signal.SIGHUP)
        else:
            assert get(one.node.url("/api/v2/reload"), data=b"{}")
        wait_for(lambda: json.loads(get(one.node.url("/api/v2/reload")) or "{}").get("hot_reload_count") == 1, "the reload")
        writing.lines(300)
    one.settle()
    one.judge(twice=True)
    with_policy = [b'"policy":' in line for line in one.receiver.lines()]
    print(f"{sum(with_policy)} of {len(with_policy)} records by the new policy")
    assert with_policy.count(False) > 100 and with_policy.count(True) > 200
