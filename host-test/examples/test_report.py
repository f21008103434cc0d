"""`podsieve report` on a bucket: the same report as on the folder that it was filled from."""

import gzip
import json
import os
import subprocess

import pytest
from system import BUCKET, Store

ENVIRONMENT = {**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    store.up()
    yield store
    store.process.kill()


def report(podsieve, source, *arguments):
    command = [podsieve, "report", "--month", "2025-11", str(source), "--json", "-", "--quiet", *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, done.stdout


def test_a_bucket_and_a_folder_are_the_same(podsieve, store, tmp_path):
    client = store.client()
    folder = tmp_path / "archive"
    for number in range(1, 13):
        key = f"archive.audit.api/2025/11/{number:02}/10-15-00-ä b+{number}.jsonl.gz"
        lines = [{"time": f"2025-11-{number:02}T10:15:{second:02}Z", "operation": "sync"} for second in range(60)]
        if number == 7:
            lines[4]["to"] = "ada@example.com"
        body = gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
        if number == 9:
            body = body[:-20]
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(body)
        client.put_object(Bucket=BUCKET, Key=key, Body=body)
    code, of_folder = report(podsieve, folder)
    assert code == 1
    of_bucket = report(podsieve, f"s3://{BUCKET}/archive.", "--endpoint", store.endpoint)
    assert of_bucket == (1, of_folder.replace(f"{folder}/", f"s3://{BUCKET}/"))
    said = json.loads(of_folder)
    assert [place["line"] for place in said["redaction_check"]["places"]] == [5]
    assert said["archive"]["bad_objects"] == 1
