"""examples/archive: what gets there, what the bucket is like, who can do what with it, and the report as SQL."""

import collections
import datetime
import gzip
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import threading

import boto3
import botocore.exceptions
import duckdb
import moto
import moto.core
import pytest
import sqlglot
import yaml

from store_parts import RECORDINGS, dry_run, leaked, lint, pods, records, run_fluent_bit

KEY = re.compile(r"(archive\.[a-z]+\.[A-Za-z0-9_-]+)/(\d{4}/\d\d/\d\d)/\d\d-\d\d-\d\d-[A-Za-z0-9-]+\.jsonl\.gz")
BUCKET = "ai-agents-logs"
ACCESS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def archive(root):
    return root / "examples" / "archive"


def load(path):
    return json.loads(path.read_text())


# Fluent Bit to an S3 server


class S3:
    """moto's S3 on a port, and the headers of what was put there."""

    def __enter__(self):
        from moto.server import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"

            def log(self, *_):
                pass

        application = DomainDispatcherApplication(create_backend_app)
        self.puts = []

        def watched(environ, start_response):
            if environ["REQUEST_METHOD"] == "PUT":
                self.puts.append({name: value for name, value in environ.items() if name.startswith(("HTTP_", "PATH_", "CONTENT_"))})
            return application(environ, start_response)

        self.server = make_server("127.0.0.1", 0, watched, threaded=True, request_handler=Quiet)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.client = boto3.client("s3", endpoint_url=self.endpoint, **ACCESS)
        self.client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        self.puts.clear()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        boto3.client("s3", endpoint_url=self.endpoint, **ACCESS).close()

    def objects(self):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key):
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def archive_environment(folder, module):
    (folder / "state").mkdir(exist_ok=True)
    return {
        "PODS": str(folder / "var" / "log" / "pods"),
        "STATE": str(folder / "state"),
        "PODSIEVE": str(module),
        "S3_BUCKET": BUCKET,
        "S3_REGION": "us-east-1",
        "GCS_BUCKET": BUCKET,
        "GOOGLE_SERVICE_CREDENTIALS": str(folder / "key.json"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


@pytest.mark.parametrize("config", ["s3.conf", "s3.yaml"])
def test_each_tagged_record_is_in_the_bucket_once(fluent_bit, module, podsieve, archive, tmp_path, config):
    tagged = [record for record in records(podsieve, RECORDINGS / "pods") if "archive_tag" in record]
    pods(tmp_path)
    environment = archive_environment(tmp_path, module)
    dry_run(fluent_bit, archive / config, environment)
    lint(podsieve, archive / config, environment)
    with S3() as s3:
        # As it is, but for where the server is, and that nobody waits for ten minutes.
        colon = ":" if config.endswith("yaml") else " "
        text = (archive / config).read_text()
        region = re.search(r"^( +)region\b.*$", text, re.M)
        text = text.replace(region[0], f"{region[0]}\n{region[1]}endpoint{colon} {s3.endpoint}")
        text = re.sub(r"upload_timeout(:?\s+)10m", r"upload_timeout\g<1>2s", text)
        (tmp_path / config).write_text(text)
        log = run_fluent_bit(
            fluent_bit, tmp_path / config, environment, tmp_path, lambda: len({k.split("/")[0] for k in s3.objects()}) >= 4
        )
        lines = collections.defaultdict(list)
        for key in s3.objects():
            match = KEY.fullmatch(key)
            assert match, key
            lines[match[1]] += gzip.decompress(s3.read(key)).decode().splitlines()
            lock = s3.client.head_object(Bucket=BUCKET, Key=key)
            assert lock["ContentType"] == "application/gzip"
        assert s3.puts and all("HTTP_CONTENT_MD5" in put for put in s3.puts), "S3 asks for it where objects are locked"
    expected = collections.Counter(record["archive_tag"] for record in tagged)
    assert {tag: len(found) for tag, found in lines.items()} == expected
    for tag, found in lines.items():
        parsed = [json.loads(line) for line in found]
        assert all(record["archive_tag"] == tag for record in parsed)
        assert all("date" not in record for record in parsed)
        assert len(set(found)) == len(found)
    everything = "".join(line for found in lines.values() for line in found)
    assert not leaked(everything) and not leaked(log)


@pytest.mark.parametrize("config", ["gcs.yaml", "gcs-hmac.yaml"])
def test_google_configurations_are_read(fluent_bit, podsieve, module, archive, tmp_path, config):
    pods(tmp_path)
    environment = archive_environment(tmp_path, module)
    if config == "gcs.yaml":
        helped = subprocess.run([fluent_bit, "-o", "gcs", "-h"], capture_output=True, text=True)
        if "gcs_key_format" not in helped.stdout:
            pytest.skip("this Fluent Bit has no gcs output: 5.1 and later have")
    dry_run(fluent_bit, archive / config, environment)
    lint(podsieve, archive / config, environment)
