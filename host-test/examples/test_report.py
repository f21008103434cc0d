"""`podsieve report` on a bucket: the same report as on the folder that it was filled from."""

import gzip
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

import pytest

boto3 = pytest.importorskip("boto3")

ENVIRONMENT = {**os.environ, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@pytest.fixture
def server(tmp_path):
    moto = pathlib.Path(sys.executable).parent / "moto_server"
    if not moto.exists():
        pytest.skip("no moto_server beside this Python: host-test/requirements.txt has it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(tmp_path / "moto.log", "w") as log:
        process = subprocess.Popen([moto, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
    try:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def report(podsieve, source, *arguments):
    command = [podsieve, "report", "--month", "2025-11", str(source), "--json", "-", "--quiet", *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, done.stdout


def test_a_bucket_and_a_folder_are_the_same(podsieve, server, tmp_path):
    client = boto3.client(
        "s3", endpoint_url=server, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    client.create_bucket(Bucket="logs")
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
        client.put_object(Bucket="logs", Key=key, Body=body)
    code, of_folder = report(podsieve, folder)
    assert code == 1
    of_bucket = report(podsieve, "s3://logs/archive.", "--endpoint", server)
    assert of_bucket == (1, of_folder.replace(f"{folder}/", "s3://logs/"))
    said = json.loads(of_folder)
    assert [place["line"] for place in said["redaction_check"]["places"]] == [5]
    assert said["archive"]["bad_objects"] == 1
