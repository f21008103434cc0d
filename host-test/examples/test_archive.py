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
import sys
import threading
import urllib.request

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
        # What another test put there is still there: all servers of a process have one state.
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")).close()
        self.client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        self.puts.clear()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

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


# Conditions of an input's routes, in place of rewrite_tag

ROUTES = """
service: {{flush: 1, grace: 2, log_level: info}}
pipeline:
  inputs:
    - name: tail
      path: {pods}/*/*/*.log
      tag: kube.*
      multiline.parser: cri, docker
      read_from_head: true
      {processors}
      routes:
        logs:
          - name: audit
            condition: {{rules: [{{field: "$archive_tag", op: regex, value: '^archive\\.'}}]}}
            to: {{outputs: [archive]}}
          - name: rest
            condition: {{default: true}}
            to: {{outputs: [hot]}}
  {filters}
  outputs:
    - {{name: file, alias: hot, path: {out}, file: hot}}
    - {{name: file, alias: archive, path: {out}, file: archive}}
"""
WASM = "name: wasm, wasm_path: {module}, function_name: pipeline, event_format: json"


@pytest.mark.parametrize("place", ["filters", "processors"])
def test_why_no_example_has_router_conditions(fluent_bit, module, podsieve, tmp_path, place):
    """What README says of them, seen: as a filter podsieve comes too late, and the records pass as they are; as a
    processor it comes in time, and the archive loses the tag that says where an object belongs."""
    version = subprocess.run([fluent_bit, "--version"], capture_output=True, text=True).stdout
    if tuple(map(int, re.search(r"v(\d+)\.(\d+)", version).groups())) < (4, 2):
        pytest.skip("routes of an input have conditions since Fluent Bit 4.2")
    expected = records(podsieve, RECORDINGS / "pods")
    wasm = WASM.format(module=module)
    parts = {
        "filters": {"filters": f"filters: [{{{wasm}, match: kube.*}}]", "processors": ""},
        "processors": {"filters": "", "processors": f"processors: {{logs: [{{{wasm}}}]}}"},
    }
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "routes.yaml").write_text(ROUTES.format(pods=pods(tmp_path), out=out, **parts[place]))

    def lines(name):
        return (out / name).read_text(errors="replace").splitlines() if (out / name).exists() else []

    enough = lambda: len(lines("hot")) + len(lines("archive")) >= len(expected) - 1
    run_fluent_bit(fluent_bit, tmp_path / "routes.yaml", {}, tmp_path, enough)
    linted = subprocess.run([podsieve, "lint", tmp_path / "routes.yaml"], capture_output=True, text=True)
    if place == "filters":
        assert not lines("archive"), "no condition sees the field"
        assert leaked("\n".join(lines("hot"))) > 50, "they pass unredacted"
        assert linted.returncode == 1, "podsieve lint finds it before it is deployed"
    else:
        assert len(lines("archive")) == sum("archive_tag" in record for record in expected)
        assert not leaked("\n".join(lines("hot") + lines("archive")))
        assert {line.split(":")[0] for line in lines("archive")} == {"audit"}, "the route's name, not the archive_tag"


# The bucket


def make_bucket(client, aws):
    """As README does it with `aws s3api`, in its order."""
    client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
    put = {
        "put_bucket_versioning": ("VersioningConfiguration", "versioning"),
        "put_object_lock_configuration": ("ObjectLockConfiguration", "object-lock"),
        "put_bucket_encryption": ("ServerSideEncryptionConfiguration", "encryption"),
        "put_public_access_block": ("PublicAccessBlockConfiguration", "public-access-block"),
        "put_bucket_ownership_controls": ("OwnershipControls", "ownership"),
        "put_bucket_lifecycle_configuration": ("LifecycleConfiguration", "lifecycle"),
    }
    for call, (parameter, name) in put.items():
        # boto3 knows the API's shapes: a member that does not exist is refused here.
        getattr(client, call)(Bucket=BUCKET, **{parameter: load(aws / f"{name}.json")})
    client.put_bucket_policy(Bucket=BUCKET, Policy=(aws / "bucket-policy.json").read_text())


def read_bucket(client):
    """What the bucket says of itself, in the words of the plain JSON."""
    lock = client.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]
    # S3 leaves out what was not given; moto says 0.
    lock["Rule"]["DefaultRetention"] = {name: value for name, value in lock["Rule"]["DefaultRetention"].items() if value}
    return {
        "versioning": {"Status": client.get_bucket_versioning(Bucket=BUCKET)["Status"]},
        "object-lock": lock,
        "encryption": client.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"],
        "public-access-block": client.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"],
        "ownership": client.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"],
        "lifecycle": {"Rules": client.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]},
        "bucket-policy": json.loads(client.get_bucket_policy(Bucket=BUCKET)["Policy"]),
    }


def plain(aws):
    return {path.stem: load(path) for path in aws.glob("*.json") if path.stem in read_names}


read_names = {
    "versioning", "object-lock", "encryption", "public-access-block", "ownership", "lifecycle", "bucket-policy",
}  # fmt: skip


def test_the_plain_json_makes_the_bucket_that_it_says(archive):
    with moto.mock_aws():
        client = boto3.client("s3", **ACCESS)
        make_bucket(client, archive / "aws")
        assert read_bucket(client) == plain(archive / "aws")
        # moto does not look at conditions, and takes the denial without TLS for one of everything; it is evaluated below.
        client.delete_bucket_policy(Bucket=BUCKET)
        # What a collector puts is locked for 90 days without its doing.
        client.put_object(Bucket=BUCKET, Key="archive.audit.api/2025/11/03/10-15-00-x.jsonl.gz", Body=b"x")
        version = client.list_object_versions(Bucket=BUCKET)["Versions"][0]
        lock = client.head_object(Bucket=BUCKET, Key=version["Key"])
        assert lock["ObjectLockMode"] == "COMPLIANCE"
        left = lock["ObjectLockRetainUntilDate"] - datetime.datetime.now(datetime.timezone.utc)
        assert 89 <= left.days <= 90
        # Nobody unlocks it, the root user neither.
        with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
            client.delete_object(
                Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"], BypassGovernanceRetention=True
            )


def test_it_is_kept_for_90_days_and_then_goes_to_glacier(archive):
    lock = load(archive / "aws" / "object-lock.json")["Rule"]["DefaultRetention"]
    assert lock == {"Mode": "COMPLIANCE", "Days": 90}
    rules = load(archive / "aws" / "lifecycle.json")["Rules"]
    assert all("Expiration" not in rule and "NoncurrentVersionExpiration" not in rule for rule in rules), "kept for good"
    (glacier,) = [rule for rule in rules if "Transitions" in rule]
    assert glacier["Filter"] == {"Prefix": "archive."}
    assert glacier["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER"}]
    google = load(archive / "gcp" / "lifecycle.json")["rule"]
    assert all(rule["action"]["type"] in ("SetStorageClass", "AbortIncompleteMultipartUpload") for rule in google)
    assert google[0]["action"]["storageClass"] == "COLDLINE" and google[0]["condition"]["age"] == 90


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def test_the_terraform_for_google_says_the_same_as_the_plain_json(archive):
    gcp = archive / "gcp"
    resources = load(gcp / "main.tf.json")["resource"]
    bucket = resources["google_storage_bucket"]["archive"]

    def snaked(value):
        if isinstance(value, dict):
            return {snake(name): snaked(inner) for name, inner in value.items()}
        return [snaked(inner) for inner in value] if isinstance(value, list) else value

    assert bucket["lifecycle_rule"] == snaked(load(gcp / "lifecycle.json")["rule"])
    assert bucket["retention_policy"] == {"retention_period": 90 * 86400, "is_locked": True}
    assert bucket["public_access_prevention"] == "enforced" and bucket["uniform_bucket_level_access"] is True
    for name in ("writer", "reader"):
        role = load(gcp / f"{name}-role.json")
        assert resources["google_project_iam_custom_role"][name]["permissions"] == role["includedPermissions"]
        assert resources["google_project_iam_custom_role"][name]["title"] == role["title"]
    assert load(gcp / "writer-role.json")["includedPermissions"] == ["storage.objects.create"]
    assert not [p for p in load(gcp / "reader-role.json")["includedPermissions"] if not p.endswith((".get", ".list"))]


def test_the_terraform_for_aws_says_the_same_as_the_plain_json(archive):
    aws = archive / "aws"
    resources = load(aws / "main.tf.json")["resource"]

    def of(kind):
        return resources[kind]["archive"]

    def same(terraform, api):
        """Whether a block of Terraform has all that a structure of the API has, under its own names."""
        if isinstance(api, dict):
            names = {"Transitions": "transition", "NoncurrentVersionTransitions": "noncurrent_version_transition", "Rules": "rule",
                     "ID": "id", "SSEAlgorithm": "sse_algorithm", "KMSMasterKeyID": "kms_master_key_id",
                     "BlockPublicAcls": "block_public_acls", "IgnorePublicAcls": "ignore_public_acls"}  # fmt: skip
            return all(same(terraform.get(names.get(name, snake(name))), inner) for name, inner in api.items())
        if isinstance(api, list):
            blocks = terraform if isinstance(terraform, list) else [terraform]
            return len(blocks) == len(api) and all(map(same, blocks, api))
        if terraform == "${aws_kms_alias.archive.name}":
            terraform = of("aws_kms_alias")["name"]
        return terraform == api

    pairs = {
        "aws_s3_bucket_object_lock_configuration": "object-lock",
        "aws_s3_bucket_lifecycle_configuration": "lifecycle",
        "aws_s3_bucket_server_side_encryption_configuration": "encryption",
        "aws_s3_bucket_public_access_block": "public-access-block",
        "aws_s3_bucket_ownership_controls": "ownership",
    }
    for kind, name in pairs.items():
        assert same(of(kind), load(aws / f"{name}.json")), name
    assert same(of("aws_s3_bucket_versioning")["versioning_configuration"], load(aws / "versioning.json"))
    assert not same(of("aws_s3_bucket_object_lock_configuration"), {"Rule": {"DefaultRetention": {"Days": 91}}})
    assert of("aws_s3_bucket")["bucket"] == BUCKET and of("aws_s3_bucket")["object_lock_enabled"] is True
    # Policies are not written twice: Terraform reads the files.
    assert of("aws_s3_bucket_policy")["policy"] == '${file("${path.module}/bucket-policy.json")}'
    for name in ("writer", "reader"):
        assert resources["aws_iam_policy"][name]["policy"] == '${file("${path.module}/%s-policy.json")}' % name


@pytest.fixture
def terraform(archive, tmp_path):
    """`terraform` in a folder with the configuration, initialized, and the S3 server that it makes the bucket in."""
    path = os.environ.get("TERRAFORM") or shutil.which("terraform")
    if not path:
        pytest.skip("no terraform: install it, or let TERRAFORM name it")
    for source in (archive / "aws").glob("*.json"):
        shutil.copy(source, tmp_path)
    with S3() as s3:
        s3.client.delete_bucket(Bucket=BUCKET)
        endpoints = {service: s3.endpoint for service in ("s3", "iam", "kms", "sts")}
        provider = {"region": "us-east-1", "access_key": "test", "secret_key": "test", "endpoints": endpoints}
        provider |= {"s3_use_path_style": True, "skip_credentials_validation": True, "skip_metadata_api_check": True}
        (tmp_path / "provider.tf.json").write_text(json.dumps({"provider": {"aws": provider}}))

        def run(*arguments):
            environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
            return subprocess.run([path, *arguments], cwd=tmp_path, capture_output=True, text=True, env=environment)

        plugins = os.environ.get("TERRAFORM_PLUGINS")
        initialized = run("init", "-input=false", "-no-color", *([f"-plugin-dir={plugins}"] if plugins else []))
        if initialized.returncode:
            pytest.skip("terraform init failed: no registry and no TERRAFORM_PLUGINS with hashicorp/aws 5.x? "
                        + initialized.stderr.strip().splitlines()[-1][:100])  # fmt: skip
        yield run, s3


def test_terraform_makes_the_same_bucket_as_the_plain_json(terraform, archive):
    run, s3 = terraform
    validated = run("validate", "-json")
    assert json.loads(validated.stdout)["valid"], validated.stdout
    applied = run("apply", "-auto-approve", "-input=false", "-no-color")
    assert applied.returncode == 0, applied.stdout[-2000:] + applied.stderr[-2000:]
    made, said = read_bucket(s3.client), plain(archive / "aws")
    for settings in (made, said):
        settings["lifecycle"]["Rules"].sort(key=lambda rule: rule["ID"])
    assert made == said
    iam = boto3.client("iam", endpoint_url=s3.endpoint, **ACCESS)
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        name = policy["PolicyName"].removeprefix("ai-agents-logs-")
        assert version["PolicyVersion"]["Document"] == load(archive / "aws" / f"{name}-policy.json")


# Who can do what


def matches(pattern, value, case=True):
    flags = 0 if case else re.IGNORECASE
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value, flags))


def listed(value):
    return value if isinstance(value, list) else [value]


def decides(policy, action, resource, secure=True):
    """`Deny`, `Allow` or None, as IAM evaluates statements; of conditions only the one on TLS."""
    verdicts = set()
    for statement in policy["Statement"]:
        condition = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
        if condition is not None and condition != str(secure).lower():
            continue
        if any(matches(a, action, case=False) for a in listed(statement["Action"])) and any(
            matches(r, resource) for r in listed(statement["Resource"])
        ):
            verdicts.add(statement["Effect"])
    return "Deny" if "Deny" in verdicts else "Allow" if "Allow" in verdicts else None


OBJECT = f"arn:aws:s3:::{BUCKET}/archive.audit.api/2025/11/03/10-15-00-x.jsonl.gz"


@pytest.mark.parametrize(
    "who, action, resource, allowed",
    [
        ("writer", "s3:PutObject", OBJECT, True),
        ("writer", "s3:PutObject", f"arn:aws:s3:::{BUCKET}/elsewhere", False),
        ("writer", "s3:PutObject", "arn:aws:s3:::another/archive.audit.api/x", False),
        *(("writer", f"s3:{action}", OBJECT, False) for action in (
            "GetObject", "DeleteObject", "DeleteObjectVersion", "PutObjectRetention", "PutObjectAcl", "BypassGovernanceRetention")),
        ("writer", "s3:ListBucket", f"arn:aws:s3:::{BUCKET}", False),
        ("reader", "s3:GetObject", OBJECT, True),
        ("reader", "s3:ListBucket", f"arn:aws:s3:::{BUCKET}", True),
        *(("reader", f"s3:{action}", OBJECT, False) for action in (
            "PutObject", "DeleteObject", "DeleteObjectVersion", "PutObjectRetention")),
        ("reader", "s3:PutLifecycleConfiguration", f"arn:aws:s3:::{BUCKET}", False),
    ],
)  # fmt: skip
def test_rights_by_the_policies(archive, who, action, resource, allowed):
    own = decides(load(archive / "aws" / f"{who}-policy.json"), action, resource)
    bucket = decides(load(archive / "aws" / "bucket-policy.json"), action, resource)
    assert (own == "Allow" and bucket != "Deny") is allowed


def test_the_bucket_denies_what_an_administrator_is_allowed(archive):
    policy = load(archive / "aws" / "bucket-policy.json")
    assert decides(policy, "s3:DeleteObject", OBJECT) == "Deny"
    assert decides(policy, "s3:DeleteObjectVersion", OBJECT) == "Deny"
    assert decides(policy, "s3:DeleteBucket", f"arn:aws:s3:::{BUCKET}") == "Deny"
    assert decides(policy, "s3:PutObject", OBJECT, secure=False) == "Deny"
    assert decides(policy, "s3:PutObject", OBJECT) is None


def test_a_principal_with_the_writers_policy_puts_and_cannot_delete(archive):
    # After a server of moto's in this process, moto refuses what is signed here: so it has a process of its own.
    if "ARCHIVE_ALONE" not in os.environ:
        command = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", __file__, "-k", "a_principal_with"]
        alone = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "ARCHIVE_ALONE": "1"})
        assert alone.returncode == 0 and "1 passed" in alone.stdout, alone.stdout
        return
    with moto.mock_aws():
        make_bucket(boto3.client("s3", **ACCESS), archive / "aws")
        # moto has no principals for the bucket's own policy; that one is evaluated above.
        boto3.client("s3", **ACCESS).delete_bucket_policy(Bucket=BUCKET)
        iam, keys = boto3.client("iam", **ACCESS), {}
        for name in ("writer", "reader"):
            iam.create_user(UserName=name)
            document = (archive / "aws" / f"{name}-policy.json").read_text()
            iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=document)
            keys[name] = iam.create_access_key(UserName=name)["AccessKey"]

        @moto.core.set_initial_no_auth_action_count(0)
        def with_rights():
            def client(name):
                key = keys[name]
                access = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
                return boto3.client("s3", region_name="us-east-1", **access)

            key = OBJECT.split("/", 1)[1]
            writer, reader = client("writer"), client("reader")
            writer.put_object(Bucket=BUCKET, Key=key, Body=b"x")
            assert reader.get_object(Bucket=BUCKET, Key=key)["Body"].read() == b"x"
            refused = [
                lambda: writer.put_object(Bucket=BUCKET, Key="elsewhere", Body=b"x"),
                lambda: writer.get_object(Bucket=BUCKET, Key=key),
                lambda: writer.delete_object(Bucket=BUCKET, Key=key),
                lambda: writer.list_objects_v2(Bucket=BUCKET),
                lambda: reader.put_object(Bucket=BUCKET, Key=key, Body=b"y"),
                lambda: reader.delete_object(Bucket=BUCKET, Key=key),
            ]
            for call in refused:
                with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied|Forbidden|403"):
                    call()

        with_rights()


# The report as SQL


def statements(path):
    """Queries by their names."""
    text = path.read_text()
    parts = re.split(r"^-- name: (\w+)$", text, flags=re.M)[1:]
    return {name: query.strip().rstrip(";") for name, query in zip(parts[::2], parts[1::2])}


def hours_later(record, hours):
    time = re.sub(r"T(\d\d)", lambda hour: f"T{int(hour[1]) + hours:02}", record["time"])
    return {**record, "time": time}


@pytest.fixture(scope="module")
def objects(podsieve, tmp_path_factory):
    """An archive of the recordings as objects: two for each tag, with a few records twice, a record that comes late, an hour
    of silence, one of another month, one with a policy and one that was masked."""
    folder = tmp_path_factory.mktemp("bucket")
    by_tag = collections.defaultdict(list)
    for record in records(podsieve, RECORDINGS / "pods"):
        if "archive_tag" in record:
            by_tag[record["archive_tag"]].append(record)
    assert len(by_tag) >= 3
    kept = []
    for tag, found in sorted(by_tag.items()):
        found.sort(key=lambda record: record["time"])
        half = len(found) // 2
        parts = [found[:half], [hours_later(record, 1) for record in found[half:]]]
        if tag == "archive.audit.worker":
            parts[0] += parts[0][:3]
            parts[1].append({**found[0], "message": "late"})
            parts[1].append({**found[1], "message": "of another month", "time": "2026-10-31T23:59:59.5Z"})
            parts[1].append({**found[2], "message": "x", "podsieve": {"policy": "abc123", "error": "too_large"}})
        for part, name in zip(parts, ("09-09-02-aaaaaaaa", "10-09-02-bbbbbbbb")):
            path = folder / tag / "2026/11/23" / f"{name}.jsonl.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            assert KEY.fullmatch(str(path.relative_to(folder)))
            path.write_bytes(gzip.compress("".join(json.dumps(record) + "\n" for record in part).encode()))
            kept += [(f"{tag}/{name}", record) for record in part]
    return folder, kept


@pytest.fixture(scope="module")
def answers(archive, objects):
    """What DuckDB says to each query, as rows."""
    folder, _ = objects
    with duckdb.connect() as connection:
        connection.execute(f"SET VARIABLE objects = '{folder}/archive.*/*/*/*/*.jsonl.gz'")
        connection.execute((archive / "athena" / "duckdb.sql").read_text())
        return {n: connection.execute(q).fetchall() for n, q in statements(archive / "athena" / "report.sql").items()}


def of(record, name):
    return record.get(name, record.get(f"extra.{name}"))


def is_failure(record):
    return of(record, "status") in ("failure", "failed", "error")


def is_error(record):
    return is_failure(record) or record.get("severity") in ("error", "fatal")


@pytest.fixture(scope="module")
def month(objects):
    return [(name, record) for name, record in objects[1] if record["time"].startswith("2026-11")]


def test_sql_counts_as_python_does(answers, month):
    found = [record for _, record in month]
    ((events, first, last, failures, errors, tenants, count),) = answers["events"]
    assert events == len(found) and errors == sum(map(is_error, found)) and failures == sum(map(is_failure, found))
    assert (first.isoformat()[:19], last.isoformat()[:19]) == (
        min(record["time"] for record in found)[:19], max(record["time"] for record in found)[:19])  # fmt: skip
    assert tenants == len({of(record, "tenant_id") for record in found} - {None})
    assert count == len({name for name, _ in month})

    def grouped(name):
        groups = collections.defaultdict(list)
        for record in found:
            groups[of(record, name)].append(record)
        groups.pop(None, None)
        return groups

    for query, name in (("by_operation", "operation"), ("by_service", "service")):
        expected = {value: (len(some), sum(map(is_error, some))) for value, some in grouped(name).items()}
        assert {row[0]: row[1:] for row in answers[query]} == expected
    assert dict(answers["tenants"]) == {tenant: len(some) for tenant, some in grouped("tenant_id").items()}
    rules = collections.Counter()
    for record in found:
        rules.update(record.get("podsieve", {}).get("redacted", {}))
    assert rules and dict(answers["redactions_by_rule"]) == rules
    assert {rule: n for day, rule, n in answers["redactions_by_day"]} == rules
    assert {day.isoformat() for day, _, _ in answers["redactions_by_day"]} == {"2026-11-23"}
    assert [row[:2] for row in answers["policies"]] == [("abc123", 1)]
    assert answers["masked"] == [("too_large", 1)]
    for operation, durations, p50, p95, p99, longest in answers["latency"]:
        values = sorted(of(r, "duration_ms") for r in grouped("operation")[operation] if of(r, "duration_ms") is not None)
        assert durations == len(values) and longest == values[-1]
        for told, quantile in ((p50, 0.5), (p95, 0.95), (p99, 0.99)):
            assert told == values[max(math.ceil(quantile * len(values)) - 1, 0)]


def test_sql_sees_silence_duplicates_and_what_came_late(answers, month):
    lines = collections.Counter(json.dumps(record, sort_keys=True) for _, record in month)
    assert answers["duplicates"] == [(sum(lines.values()) - len(lines),)] == [(3,)]
    # The first half of each tag is an hour before the second. cert-controller has two records: an hour is usual there.
    assert {service for service, *_ in answers["gaps"]} == {"api", "worker", "log-edge"}
    assert all(3500 < seconds < 3700 for *_, seconds in answers["gaps"])
    newest = collections.defaultdict(str)
    for name, record in month:
        if name.endswith("aaaaaaaa"):
            key = (name.split("/")[0], record["kubernetes"]["pod_id"])
            newest[key] = max(newest[key], record["time"])
    late = [
        record for name, record in month
        if name.endswith("bbbbbbbb") and record["time"] < newest[name.split("/")[0], record["kubernetes"]["pod_id"]]
    ]  # fmt: skip
    assert answers["out_of_order"] == [(len(late),)] and len(late) >= 1


@pytest.mark.parametrize("dialect", ["athena", "trino", "duckdb"])
def test_sql_is_of_the_dialect(archive, dialect):
    files = ["report.sql", "duckdb.sql"] if dialect == "duckdb" else ["report.sql", "prelude.sql"]
    files += ["table.sql"] if dialect == "athena" else []
    for name in files:
        parsed = sqlglot.parse((archive / "athena" / name).read_text(), dialect=dialect)
        assert parsed
        # What it does not know it keeps as a `Command`, without a look.
        assert not [part for part in parsed if isinstance(part, sqlglot.exp.Command) and "VARIABLE" not in part.sql()]
    with pytest.raises(sqlglot.errors.ParseError):
        sqlglot.parse("SELECT count(* FROM period", dialect=dialect)


def test_the_table_has_what_the_views_take_and_the_layout_of_the_keys(archive, objects):
    athena = archive / "athena"
    table, prelude = (athena / "table.sql").read_text(), (athena / "prelude.sql").read_text()
    columns = set(re.findall(r"^  `(\w+)`", table, re.M))
    duckdb_columns = set(re.findall(r"'([\w.]+)': '", (athena / "duckdb.sql").read_text()))
    assert {name.replace(".", "_") for name in duckdb_columns} == columns
    view = sqlglot.parse(prelude, dialect="athena")[0]
    taken = {column.parts[0].name for column in view.find_all(sqlglot.exp.Column)} - {"$path", "tag", "day"}
    assert taken <= columns
    template = re.search(r"'storage.location.template' = 's3://ai-agents-logs/(.*)'", table)[1]
    tags = re.search(r"'projection.tag.values' = '(.*)'", table)[1].split(",")
    folder, _ = objects
    for path in folder.rglob("*.gz"):
        key = KEY.fullmatch(str(path.relative_to(folder)))
        assert key[0].startswith(template.replace("${tag}", key[1]).replace("${day}", key[2]))
        assert key[1] in tags, "a tag that is not listed is in no answer"


def test_podsieve_report_says_the_same(podsieve, objects, answers):
    folder, _ = objects
    command = [podsieve, "report", "--month", "2026-11", "--json", "-", folder]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    ((events, _, _, failures, errors, tenants, _),) = answers["events"]
    assert (report["events"], report["failures"], report["errors"]) == (events, failures, errors)
    assert report["tenants"]["count"] == tenants
    for name in ("by_operation", "by_service"):
        assert {n: (v["events"], v["errors"]) for n, v in report[name].items()} == {n: (e, f) for n, e, f in answers[name]}
    assert report["redactions"]["by_rule"] == dict(answers["redactions_by_rule"])
    by_day = collections.defaultdict(dict)
    for day, rule, n in answers["redactions_by_day"]:
        by_day[day.isoformat()][rule] = n
    assert report["redactions"]["by_day"] == by_day
    assert report["policies"] == {policy: n for policy, n, *_ in answers["policies"]}
    assert report["masked"] == dict(answers["masked"])
    assert report["duplicates"]["count"] == answers["duplicates"][0][0]
    for operation, durations, p50, p95, p99, longest in answers["latency"]:
        told = report["by_operation"][operation]["latency_ms"]
        assert told["count"] == durations
        for name, value in (("p50", p50), ("p95", p95), ("p99", p99), ("max", longest)):
            assert told[name] == pytest.approx(value, rel=0.002, abs=0.002)
