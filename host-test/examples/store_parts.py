"""What the tests of stores and archive share: a Fluent Bit that runs over the recordings, a server that takes what it
sends, and what was planted in the recordings."""

import gzip
import http.server
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORDINGS = ROOT / "host-test" / "recordings"


def planted():
    """The secrets in the recordings: none may leave Fluent Bit."""
    with open(RECORDINGS / "planted.jsonl") as lines:
        return [json.loads(line)["secret"] for line in lines]


def leaked(text):
    """How many of them are in a text, which itself is never printed."""
    return sum(1 for secret in planted() if secret in text)


def records(podsieve, *folders):
    """What podsieve makes of the recordings, in their order."""
    out = subprocess.run([podsieve, "run", "--quiet", *folders], capture_output=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


class Receiver:
    """A server that keeps the requests it gets: (method, path, headers, body), the body without its compression."""

    def __init__(self, answer, certificate=None):
        self.requests = requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                if self.headers.get("transfer-encoding") == "chunked":
                    body = b""
                    while size := int(self.rfile.readline(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                status, reply = answer(self.command, self.path, body)
                requests.append((self.command, self.path, dict(self.headers.items()), body))
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_GET = do_PUT = do_POST = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        # A handshake that fails is what a test is about.
        self.server.handle_error = lambda *_: None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def pods(folder):
    """A copy of the recorded pod logs below var/log/pods, where the tag comes from."""
    path = folder / "var" / "log" / "pods"
    shutil.copytree(RECORDINGS / "pods", path)
    return path


def run_fluent_bit(fluent_bit, config, environment, folder, done, seconds=40):
    """Runs until `done()`, or until the time is up, then ends it. Its log."""
    log = folder / "fluent-bit.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            [fluent_bit, "-c", config], stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end and process.poll() is None and not done():
                time.sleep(0.1)
            # What would come twice or too late comes now.
            time.sleep(1.5)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    return log.read_text(errors="replace")


def dry_run(fluent_bit, config, environment):
    result = subprocess.run(
        [fluent_bit, "--dry-run", "-c", config], capture_output=True, text=True, env={**os.environ, **environment}
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "configuration test is successful" in result.stdout + result.stderr


def lint(podsieve, config, environment):
    """`podsieve lint` finds nothing that it calls an error."""
    result = subprocess.run(
        [podsieve, "lint", config], capture_output=True, text=True, env={**os.environ, **environment}, cwd=ROOT
    )
    assert result.returncode == 0, result.stdout + result.stderr
