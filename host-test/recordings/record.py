#!/usr/bin/env python3
"""Records the pod logs in this directory; takes about a minute.

Real: every container is made by runc and watched by conmon, the container monitor of podman and CRI-O, and
conmon itself writes the log files in the CRI format (its log driver k8s-file). In them run a FastAPI service
under uvicorn, a Celery worker, redis as their broker, nginx before them, a Go program on klog, a Java program,
and a program that writes lines no collector likes. The json-file logs are written by a docker daemon. Requests,
retries, failures, stack traces, splits into partial lines and all timestamps happened; nothing is edited after.

Not real: the secrets (`fakes.py`); the language model and the service desk (`examples/app/servicedesk.py`); pod names,
uids and the `/var/log/pods` layout, which the kubelet would choose; the image (`runtime.py`); and the file of
CRI variants, which conmon never writes and `variants()` below makes up from the format's description.

Needs root, and from Debian 12: conmon runc docker.io nginx-light redis-server golang-go golang-k8s-klog-dev
openjdk-17-jdk-headless python3-venv iproute2. Downloads the packages of `examples/app/requirements.txt` with pip; the
containers see no network but a loopback interface.

Usage: record.py [SCRATCH]     (default: podsieve-recordings below the directory for temporary files)
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import uuid

import check
from fakes import Fakes
from runtime import Docker, Monitored, Network, make_root, run, wait_for
from scenario import SEED, Scenario

HERE = pathlib.Path(__file__).resolve().parent
APP = HERE.parents[1] / "examples/app"
PYTHON = "/app/.venv/bin/python"


def build(scratch):
    """The virtual environment and the two compiled programs."""
    if not (scratch / "venv/done").exists():
        run("/usr/bin/python3", "-m", "venv", scratch / "venv")
        run(scratch / "venv/bin/pip", "install", "-q", "-r", APP / "requirements.txt")
        (scratch / "venv/done").touch()
    env = dict(os.environ, GO111MODULE="off", GOPATH=f"{scratch}/go:/usr/share/gocode", GOCACHE=f"{scratch}/gocache", CGO_ENABLED="0")
    (scratch / "bin").mkdir(exist_ok=True)
    klog = scratch / "go/src/k8s.io/klog/v2"  # Debian keeps it without the /v2 of its import path
    klog.parent.mkdir(parents=True, exist_ok=True)
    if not klog.exists():
        klog.symlink_to("/usr/share/gocode/src/k8s.io/klog")
    run("go", "build", "-trimpath", "-o", scratch / "bin/controller", "controller.go", cwd=HERE / "others", env=env)
    run("javac", "-d", scratch / "bin/java", HERE / "others/TicketSync.java")


def variants(path, f):
    """What the CRI format allows beyond what conmon writes: tags after F and P, Z and other offsets, fewer
    digits of a second, an empty message with and without its space, and a partial line with no end."""
    t = "2026-11-23T08:00:0"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"{t}0.000000001Z stdout F containerd writes Z, mail {f.email()}\n"
        f"{t}0.1Z stdout F trailing zeros of a second are cut, image {f.image('registry.example.com/api')}\n"
        f"{t}0Z stderr F no fraction at all\n"
        f"{t}1.5+09:00 stderr F another offset\n"
        f"{t}2.000000002Z stdout F:extra a tag after F, password={f.password()}\n"
        f"{t}2.000000003Z stdout P:first:second a tag after P, card {(c := f.card('-'))[:7]}\n"
        f"{t}2.000000004Z stdout F:last {c[7:]} and on\n"
        f"{t}3.000000001Z stdout F\n"
        f"{t}3.000000002Z stdout F \n"
        f"{t}3.000000003Z stdout F   two spaces before\n"
        f"{t}4.000000001Z stdout P one \n"
        f"{t}4.000000002Z stderr P uno \n"
        f"{t}4.000000003Z stdout P two \n"
        f"{t}4.000000004Z stderr F due, SSN {f.ssn()}\n"
        f"{t}4.000000005Z stdout F three, see {f.keep('INC0099887', 'ticket_id')}\n"
        f"{t}5.000000001Z stdout P cut off in the middle of {f.email('cut')}\n",
        encoding="utf-8",
    )


def write_lists(f):
    """`planted.jsonl` and `kept.jsonl`: one line for each text and each file it is in."""
    texts = {w: check.text_of(w) for w in check.logs()}

    def lines(values, name, label):
        for text, kind in values.items():
            found = [w for w in texts if text in texts[w]]
            if not found:
                raise ValueError(f"{label} {kind} {text!r} is in no file")
            for w in found:
                yield json.dumps({name: text, label: kind, "where": w}, ensure_ascii=False) + "\n"

    (HERE / "planted.jsonl").write_text("".join(lines(f.planted, "secret", "rule")), encoding="utf-8")
    (HERE / "kept.jsonl").write_text("".join(lines(f.kept, "text", "kind")), encoding="utf-8")


def main():
    scratch = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir() + "/podsieve-recordings")
    scratch.mkdir(exist_ok=True)
    for old in ("bundles", "exits", "docker"):
        shutil.rmtree(scratch / old, ignore_errors=True)
    for old in ("pods", "docker"):
        shutil.rmtree(HERE / old, ignore_errors=True)
    build(scratch)
    f = Fakes(SEED)
    s = Scenario(f)
    (scratch / "values.json").write_text(json.dumps(s.values))
    app = [(APP, "/app/src"), (scratch / "venv", "/app/.venv")]
    others = [(HERE / "others", "/app/others"), (scratch / "bin", "/app/bin"), (scratch / "values.json", "/app/values.json")]
    java = [("/etc/java-17-openjdk", "/etc/java-17-openjdk")]
    python = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "LOG_FILE_ENABLED": "false", "LOG_LEVEL": "DEBUG"}
    network = Network()
    running = []

    def log_path(namespace, pod, container):
        uid = uuid.UUID(bytes=f.random.randbytes(16), version=4)
        return HERE / "pods" / f"{namespace}_{pod}_{uid}" / container / "0.log"

    def pod(namespace, name, container, args, **kwargs):
        made = Monitored(scratch, network, name, name, args, log_path(namespace, name, container), **kwargs)
        running.append(made)
        return made

    def listening(port):
        probe = ["nsenter", f"--net={network.path}", "bash", "-c", f"</dev/tcp/127.0.0.1/{port}"]
        wait_for(f"port {port}", lambda: subprocess.run(probe, capture_output=True).returncode == 0)

    try:
        pod("ai-agents", "redis-0", "redis",
            ["redis-server", "--bind", "127.0.0.1", "--save", "", "--requirepass", s.redis_password])
        listening(6379)
        uvicorn = [PYTHON, "-m", "uvicorn", "--host", "127.0.0.1"]
        pod("ai-agents", "servicedesk-stub-0", "stub", [*uvicorn, "--port", "8100", "servicedesk:app"],
            env=python, mounts=app, cwd="/app/src")
        pod("ai-agents", "ai-agents-api-7d9f6c5b8d-x2x4q", "api", [*uvicorn, "--port", "8000", "api:app"],
            env={**python, "SERVICE": "api", **s.api_env}, mounts=app, cwd="/app/src")
        worker = pod("ai-agents", "ai-agents-worker-6b7c9d8f4-abcde", "worker",
            [PYTHON, "-m", "celery", "-q", "-A", "tasks", "worker", "--pool", "solo", "--without-mingle", "--without-gossip"],
            env={**python, "SERVICE": "worker", **s.worker_env}, mounts=app, cwd="/app/src")
        pod("ingress-nginx", "ingress-nginx-controller-5f7bcfc6b7-kk9wz", "controller",
            ["nginx", "-e", "stderr", "-c", "/app/others/nginx.conf"], mounts=others)
        for port in (8100, 8000, 8080):
            listening(port)
        wait_for("worker", lambda: b"worker ready" in worker.log.read_bytes())
        (scratch / "requests.json").write_text(json.dumps(s.requests))
        run("nsenter", f"--net={network.path}", scratch / "venv/bin/python", HERE / "drive.py", scratch / "requests.json")
        jobs = sum(r["method"] == "POST" and "tenant_config" not in r["json"] for r in s.requests)
        ended = re.compile(rb'"operation": "enhancement_(completed|failed)"')
        wait_for("jobs", lambda: len(ended.findall(worker.log.read_bytes())) >= jobs)
        pod("cert-system", "cert-controller-58c9f7d6d-8t5zn", "controller", ["/app/bin/controller"], env=s.go_env, mounts=others).end(kill=False)
        pod("ai-agents", "ticket-sync-29384710-q7w2e", "sync",
            [pathlib.Path(shutil.which("java")).resolve(), "-XX:+UseSerialGC", "-Xmx64m", "-cp", "/app/bin/java", "com.example.tickets.TicketSync"],
            env=s.java_env, mounts=others + java).end(kill=False)
        pod("ai-agents", "log-edge-0", "edge", [PYTHON, "/app/others/edge.py", "/app/values.json"],
            env=python, mounts=app + others).end(kill=False)
    finally:
        for r in reversed(running):
            r.end()
        network.close()
    docker = Docker(scratch)
    try:
        docker.record(HERE / "docker", [PYTHON, "/app/others/billing.py", "/app/values.json"],
                      env={**python, "SERVICE": "billing", "PYTHONPATH": "/app/src"}, mounts=app + others, cwd="/app/src",
                      options=["--label", "com.example.team=billing", "--label", f"com.example.revision={s.git_sha}",
                               "--log-opt", "labels=com.example.team,com.example.revision", "--log-opt", "tag=billing/{{.ID}}"])
        docker.record(HERE / "docker", ["sh", "/app/others/plain.sh"], env=s.shell_env, mounts=others)
    finally:
        docker.close()
    variants(log_path("ai-agents", "cri-variants-0", "variants"), f)
    s.keep_from_logs()
    write_lists(f)
    return check.main()


if __name__ == "__main__":
    sys.exit(main())
