#!/usr/bin/env python3
"""Stands for the stores behind the gateway: takes what comes and writes each body to standard output.

    python3 stores.py [name=port ...]

Answers as Elasticsearch, Loki and Splunk do, so that collectors are content. Needs nothing but Python.
"""
import gzip
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORTS = {"elasticsearch": 9200, "loki": 3100, "splunk": 8088, "ingest": 8081, "hot": 8082, "archive": 8083, "app": 8000}
WRITING = threading.Lock()


class Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it each answer would wait for the client's acknowledgement.
    disable_nagle_algorithm = True

    def body(self):
        """The body, or None if the gateway gave it up: it does so when it refuses a request of which a part went on."""
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while line := self.rfile.readline():
            size = int(line.split(b";")[0], 16)
            body += self.rfile.read(size)
            if size == 0:
                while self.rfile.readline().strip():
                    pass
                return body
            self.rfile.readline()
        return None

    def do_GET(self):
        body = self.body()
        if body is None:
            print(f"== {self.server.name} {self.command} {self.path} given up", flush=True)
            self.close_connection = True
            return
        compressed = self.headers.get("content-encoding") == "gzip"
        with WRITING:
            how = "chunked" if "transfer-encoding" in self.headers else self.headers.get("content-length", "none")
            print(f"== {self.server.name} {self.command} {self.path} length={how}", end="")
            for name in ("content-type", "content-encoding", "x-archive-tag", "x-podsieve"):
                if name in self.headers:
                    print(f" {name}={self.headers[name]}", end="")
            try:
                text = gzip.decompress(body) if compressed else body
            except (OSError, EOFError):
                text = b"(not gzip)"
            print(f"\n{text.decode(errors='replace').rstrip()}", flush=True)
        self.answer(body)

    do_POST = do_PUT = do_GET

    def answer(self, body):
        status, answer = 200, {}
        if self.server.name == "elasticsearch":
            answer = {"took": 1, "errors": False, "items": [{"create": {"status": 201}}]}
        elif self.server.name == "splunk":
            answer = {"text": "Success", "code": 0}
        elif self.server.name == "loki":
            status = 204
        elif self.server.name == "app":
            status = 202
        answer = b"" if status == 204 else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        if status != 204:
            self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def main():
    ports = dict(argument.split("=") for argument in sys.argv[1:]) or PORTS
    for name, port in ports.items():
        server = ThreadingHTTPServer(("127.0.0.1", int(port)), Store)
        server.name = name
        threading.Thread(target=server.serve_forever).start()


if __name__ == "__main__":
    main()
