"""The parts of the system as processes: started, waited for and stopped in this one place."""

import collections
import contextlib
import gzip
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import boto3
import botocore.config
import botocore.exceptions

RECORDINGS = pathlib.Path(__file__).resolve().parents[1] / "recordings"
BUCKET = "ai-agents-logs"
# What is in each line that is written, and in the record that comes of it.
MARK = re.compile(rb"e2eid([0-9]{6})")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(condition, what, seconds=60):
    """Waits until a condition holds, and returns what it says."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for {what() if callable(what) else what}")
        time.sleep(0.05)


def get(url, data=None, context=None):
    """The body of an answer, or nothing if there is none yet."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=5, context=context) as answer:
            return answer.read().decode()
    except OSError:
        return ""


class Process:
    """A process that writes what it says into a file, and that ends with the test."""

    def __init__(self, arguments, log, env=None, cwd=None):
        self.log = log
        with open(log, "ab") as output:
            self.child = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                env=env,
                cwd=cwd,
            )

    def signal(self, number):
        self.child.send_signal(number)

    def running(self):
        return self.child.poll() is None

    def said(self):
        return self.log.read_text(errors="replace")

    def stop(self, seconds=20):
        """Asks it to end, and returns with what it did."""
        if self.running():
            self.signal(signal.SIGTERM)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"does not end: {self.said()[-2000:]}") from None

    def kill(self):
        if self.running():
            self.signal(signal.SIGKILL)
        self.child.wait()


class Store:
    """A real S3 server. Its objects are gone with it, so that they are read before it goes down."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.gone = []
        self.process = None

    def client(self):
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=botocore.config.Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def up(self):
        server = pathlib.Path(sys.executable).with_name("moto_server")
        self.process = Process([server, "-H", "127.0.0.1", "-p", self.port], self.folder / "s3.log")
        wait_for(lambda: get(f"{self.endpoint}/moto-api/"), "the S3 server")
        self.client().create_bucket(Bucket=BUCKET)

    def down(self, node):
        """Ends it while the node is held, lest an object come between reading and the end."""
        with node.held():
            read, again = None, self.objects()
            # What is on its way comes within that time.
            while read != again:
                time.sleep(0.3)
                read, again = again, self.objects()
            self.gone = read
            self.process.kill()

    def objects(self):
        """Name and text of each object that ever was."""
        client = self.client()
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        names = [item["Key"] for page in pages for item in page.get("Contents", [])]
        bodies = (client.get_object(Bucket=BUCKET, Key=name)["Body"].read() for name in names)
        return self.gone + [(name, gzip.decompress(body)) for name, body in zip(names, bodies)]


class Receiver:
    """What speaks _bulk: the `elasticsearch` input of Fluent Bit, which writes all it gets into a file."""

    def __init__(self, folder, fluent_bit, tls=False):
        self.fluent_bit = fluent_bit
        self.folder = folder
        self.file = folder / "hot.jsonl"
        self.port = free_port()
        self.tls = {}
        if tls:
            key, self.ca = folder / "key.pem", folder / "ca.pem"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
                + ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", self.ca],
                check=True,
                capture_output=True,
            )
            self.tls = {"tls": "on", "tls.verify": "off", "tls.crt_file": str(self.ca), "tls.key_file": str(key)}
        self.process = None

    def up(self):
        listen = {"name": "elasticsearch", "listen": "127.0.0.1", "port": self.port, "buffer_max_size": "64M"}
        configuration = {
            "service": {"flush": 0.2, "log_level": "info"},
            "pipeline": {
                "inputs": [listen | self.tls],
                "outputs": [
                    {"name": "file", "match": "*", "path": str(self.folder), "file": "hot.jsonl", "format": "plain"}
                ],
            },
        }
        path = self.folder / "receiver.yaml"
        path.write_text(json.dumps(configuration))
        self.process = Process([self.fluent_bit, "-c", path], self.folder / "receiver.log")

        def listens():
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", self.port)) == 0

        wait_for(listens, "the receiver")

    def down(self):
        """Ends once what it took is in the file."""
        self.process.stop()

    def lines(self):
        return self.file.read_bytes().splitlines() if self.file.exists() else []


class Node:
    """Fluent Bit with a configuration of examples/kubernetes, whose environment stands for the cluster's."""

    def __init__(self, folder, fluent_bit, configuration, module, receiver, store, **settings):
        self.fluent_bit = fluent_bit
        self.configuration = configuration
        self.folder = folder
        self.pods = folder / "var/log/pods"
        self.pods.mkdir(parents=True)
        self.state = folder / "state"
        self.state.mkdir()
        self.module = folder / "podsieve.wasm"
        shutil.copy(module, self.module)
        self.settings = {
            "PODS": self.pods,
            "STATE": self.state,
            "PODSIEVE": self.module,
            "ES_HOST": "localhost" if receiver.tls else "127.0.0.1",
            "ES_PORT": receiver.port,
            "ES_TLS": "on" if receiver.tls else "off",
            "ES_TLS_VERIFY": "on",
            "ES_CA_FILE": receiver.ca if receiver.tls else "",
            "ES_USER": "fluent-bit",
            "ES_PASSWORD": "not-for-any-log",
            "ES_INDEX": "ai-agents",
            "S3_BUCKET": BUCKET,
            "S3_REGION": "us-east-1",
            "S3_ENDPOINT": store.endpoint,
            # The smallest that Fluent Bit looks after in time.
            "S3_UPLOAD_TIMEOUT": "6s",
            "S3_BUFFER": "2G",
            "BUFFER_CHUNKS": "4096",
            "HTTP_PORT": free_port(),
            "METRICS_PORT": free_port(),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        } | settings
        self.process = None

    def url(self, path, port="HTTP_PORT"):
        return f"http://127.0.0.1:{self.settings[port]}{path}"

    def up(self):
        env = os.environ | {name: str(value) for name, value in self.settings.items()}
        self.process = Process([self.fluent_bit, "-c", self.configuration], self.folder / "fluent-bit.log", env)
        wait_for(lambda: get(self.url("/")) or not self.process.running(), "Fluent Bit")
        assert self.process.running(), self.process.said()

    def down(self, within_a_line=False):
        """Asks it to end. Fluent Bit 5.1.1 crashes at the very end when it has read a part of a line; what it had to do is
        done then, so that this is no error while lines are written."""
        ended = self.process.stop()
        crashed = within_a_line and "ml_flush_callback" in self.said()
        assert ended == 0 or crashed, self.said()[-3000:]

    @contextlib.contextmanager
    def held(self):
        """Stops it where it is, and lets it go on."""
        self.process.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.signal(signal.SIGCONT)

    def said(self):
        return self.process.said()

    def cut(self):
        """Ids of the lines of which the position database says that a part is read, and not the end. Not while it runs."""
        copy = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        for path in self.state.glob("tail.db*"):
            shutil.copy(path, copy)
        with sqlite3.connect(copy / "tail.db") as database:
            positions = dict(database.execute("select inode, offset from in_tail_files"))
        for path in self.pods.glob("*/*/*.log*"):
            text, at = path.read_bytes(), positions.get(path.stat().st_ino, 0)
            first = at
            while partial(before := text[text.rfind(b"\n", 0, max(first - 1, 0)) + 1 : first]):
                first -= len(before)
            if first < at:
                # The line: the parts before the position, and the rest up to the first that is not partial.
                rest = itertools.takewhile(partial, text[at:].split(b"\n"))
                end = at + sum(len(line) + 1 for line in rest)
                end = text.find(b"\n", end)
                parts = text[first:end].split(b"\n")
                yield int(MARK.search(b"".join(line.split(b" ", 3)[3] for line in parts if line))[1])

    def metrics(self):
        """The metrics made of records: {name: {labels: value}}."""
        return parse_metrics(get(self.url("/metrics", "METRICS_PORT")) or "")

    def own_metrics(self):
        """The metrics of Fluent Bit about itself."""
        return parse_metrics(get(self.url("/api/v2/metrics/prometheus")) or "")


def parse_metrics(text):
    metrics = collections.defaultdict(dict)
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        name, labels, value = re.fullmatch(r"([a-z0-9_]+)(?:\{(.*)\})? ([^ ]+)(?: [0-9]+)?", line).groups()
        metrics[name][tuple(sorted(re.findall(r'([a-z_]+)="([^"]*)"', labels or "")))] = float(value)
    return metrics


class Kubelet:
    """Writes what the recorded applications logged, each line with an id of its own, as the runtime does.

    Everything is also written below `all`, in one file for each container: `podsieve run` over it says what is to arrive.
    """

    # Where containerd splits a line.
    PART = 16384

    def __init__(self, pods, whole):
        self.pods = pods
        self.whole = whole
        self.count = 0
        self.rotations = 0
        self.recorded = [
            (path.relative_to(RECORDINGS / "pods"), stream, line)
            for path in sorted((RECORDINGS / "pods").glob("*/*/*.log"))
            for stream, line in logged(path)
        ]

    def write(self, lines, part=PART, pause=None):
        """Writes so many of the recorded lines, from the first on again when there are no more."""
        for _ in range(lines):
            file, stream, line = self.recorded[self.count % len(self.recorded)]
            mark = b"e2eid%06d" % self.count
            self.count += 1
            if line.startswith(b"{") and line.endswith(b"}"):
                line = b'{"e2e":"' + mark + b'",' + line[1:]
            else:
                line += b" " + mark
            parts = [line[at : at + part] for at in range(0, len(line), part)]
            now = time.time_ns()
            written = b""
            for index, text in enumerate(parts):
                moment = now + index
                stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment // 10**9)).encode()
                tag = b"P" if index + 1 < len(parts) else b"F"
                written += b"%s.%09dZ %s %s %s\n" % (stamp, moment % 10**9, stream, tag, text)
            for root in self.pods, self.whole:
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                with open(root / file, "ab") as output:
                    output.write(written)
            if pause:
                time.sleep(pause)

    def rotate(self):
        """Renames each log, as the kubelet does; the runtime goes on in a new one."""
        self.rotations += 1
        for path in self.pods.glob("*/*/0.log"):
            path.rename(f"{path}.20251103-{101500 + self.rotations}")
            path.touch()


class Writing(threading.Thread):
    """A kubelet that writes while something else happens. Leave the block, and it has ended."""

    def __init__(self, kubelet, pause=0.002, **options):
        super().__init__()
        self.kubelet = kubelet
        self.options = options | {"pause": pause}
        self.enough = threading.Event()

    def run(self):
        while not self.enough.is_set():
            self.kubelet.write(1, **self.options)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.enough.set()
        self.join()

    def lines(self, count):
        """Waits until so many more lines are written."""
        goal = self.kubelet.count + count
        wait_for(lambda: self.kubelet.count >= goal, f"{count} more lines")


def partial(line):
    """A CRI line that does not end what the container wrote."""
    return line.split(b" ", 3)[2:3] == [b"P"]


def logged(path):
    """Stream and text of each line that a container wrote: CRI parts joined."""
    open_parts = collections.defaultdict(bytes)
    for line in path.read_bytes().split(b"\n"):
        fields = line.split(b" ", 3)
        if len(fields) < 3:
            continue
        stream, tag, text = fields[1], fields[2], fields[3] if len(fields) > 3 else b""
        open_parts[stream] += text
        if not tag.startswith(b"P"):
            yield stream, open_parts.pop(stream)
    yield from ((stream, text) for stream, text in open_parts.items() if text)


def planted():
    """The secrets that the recorded pods hold, and as JSON writes them."""
    for line in (RECORDINGS / "planted.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["where"].startswith("pods/"):
            forms = {entry["secret"]} | {json.dumps(entry["secret"], ensure_ascii=ascii)[1:-1] for ascii in (True, False)}
            yield entry["secret"], [form.encode() for form in forms]


def ids(lines):
    """How often each id is in these lines; None is for those that have none."""
    found = (MARK.search(line) for line in lines)
    return collections.Counter(int(mark[1]) if mark else None for mark in found)
