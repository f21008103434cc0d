"""examples/kubernetes, examples/app and the manifests of examples/envoy: against Kubernetes' schemas, against each
other, and run where there is something to run.

`kustomize`, or a kubectl (KUSTOMIZE, KUBECTL), builds them; helm (HELM) renders the official chart if HELM_CHART names
its folder. What is missing is skipped with its reason.
"""

import base64
import copy
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import kubernetes_validate
import pytest
import yaml
from system import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "examples/kubernetes"
MONITORING = ROOT / "examples/monitoring"
APP = ROOT / "examples/app"
# The oldest that the schemas know, some on the way, and the newest.
VERSIONS = ("1.25", "1.28", "1.31", "1.34", "1.37")
MIB = 1 << 20
# Kinds of other people's: their schemas come with the operators, as custom resource definitions.
CUSTOM = {"monitoring.coreos.com", "extensions.istio.io", "telemetry.istio.io", "networking.istio.io",
          "gateway.networking.k8s.io", "gateway.envoyproxy.io"}
# Of kustomize, which reads them itself; no server sees them.
KUSTOMIZE = {"kustomize.config.k8s.io"}
COMPONENTS = sorted(p.parent.name for p in KUBERNETES.glob("components/*/kustomization.yaml"))
BY_IMAGE = {"module-init-container", "module-image-volume"}


# Reading


def group(document):
    api = document["apiVersion"]
    return api.split("/")[0] if "/" in api else ""


def documents(path):
    return [d for d in yaml.safe_load_all(path.read_text()) if d]


def manifests():
    """Each manifest of the examples, as a file and a document."""
    files = [*KUBERNETES.rglob("*.yaml"), *APP.rglob("*.yaml"), *(ROOT / "examples/envoy").rglob("*.yaml")]
    for path in sorted(files):
        for document in documents(path):
            if isinstance(document, dict) and "apiVersion" in document and "kind" in document:
                yield path.relative_to(ROOT), document


def one(built, kind, name=None):
    found = [d for d in built if d["kind"] == kind and name in (None, d["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} {kind} {name}"
    return found[0]


def validate(document, version):
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except kubernetes_validate.ValidationError as e:
        where = "/".join(map(str, e.path))
        pytest.fail(f"{document['kind']} {document['metadata']['name']}, Kubernetes {version}: {where}: {e.message[:300]}")


def variables(path):
    """Environment variables that a configuration of Fluent Bit uses."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    return set(re.findall(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}", "\n".join(lines)))


def settings():
    lines = (KUBERNETES / "settings.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def configurations():
    return sorted(p for p in KUBERNETES.glob("fluent-bit*") if p.suffix in (".yaml", ".conf"))


# Schemas


def test_there_are_manifests():
    kinds = {d["kind"] for _, d in manifests()}
    assert {"DaemonSet", "Namespace", "ServiceAccount", "Service", "NetworkPolicy", "PriorityClass", "Deployment",
            "Secret", "ClusterRole", "ClusterRoleBinding"} <= kinds


@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_have_the_form_that_kubernetes_asks_for(version):
    checked = 0
    for _, document in manifests():
        if group(document) not in CUSTOM | KUSTOMIZE:
            validate(document, version)
            checked += 1
    assert checked > 15


def test_the_schemas_are_strict():
    """Else a misspelt key would pass."""
    daemonset = one(documents(KUBERNETES / "daemonset.yaml"), "DaemonSet")
    daemonset["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(daemonset, VERSIONS[-1], strict=True)


# Building


def builder():
    kustomize = os.environ.get("KUSTOMIZE") or shutil.which("kustomize")
    if kustomize:
        return [kustomize, "build"]
    kubectl = os.environ.get("KUBECTL") or shutil.which("kubectl")
    if kubectl:
        return [kubectl, "kustomize"]
    pytest.skip("no kustomize and no kubectl: install one, or let KUSTOMIZE or KUBECTL name it")


@pytest.fixture(scope="session")
def build(tmp_path_factory, module):
    """Builds examples/kubernetes with the components that are named, as the README says to."""
    tool = builder()
    done = {}

    def run(*components):
        if components in done:
            return copy.deepcopy(done[components])
        folder = tmp_path_factory.mktemp("kubernetes") / "kubernetes"
        shutil.copytree(KUBERNETES, folder)
        shutil.copy(module, folder / "podsieve.wasm")
        path = folder / "kustomization.yaml"
        kustomization = yaml.safe_load(path.read_text())
        kustomization["components"] = [f"components/{c}" for c in components]
        if BY_IMAGE & set(components):
            (folder / "podsieve.wasm").unlink()
            generators = kustomization["configMapGenerator"]
            kustomization["configMapGenerator"] = [g for g in generators if g["name"] != "podsieve"]
        path.write_text(yaml.safe_dump(kustomization))
        answer = subprocess.run([*tool, folder], capture_output=True, text=True)
        assert answer.returncode == 0, answer.stderr
        done[components] = list(yaml.safe_load_all(answer.stdout))
        return copy.deepcopy(done[components])

    return run


def generated(name):
    kustomization = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    generator = next(g for g in kustomization["configMapGenerator"] if g["name"] == name)
    return generator.get("files", []) + generator.get("envs", [])


def test_what_kustomize_is_told_to_read_is_there():
    """Without a kustomize too."""
    kustomization = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    names = [g["name"] for g in kustomization["configMapGenerator"]]
    named = kustomization["resources"] + [file for name in names for file in generated(name)]
    missing = [n for n in named if not (KUBERNETES / n).exists() and n != "podsieve.wasm"]
    assert not missing
    text = (KUBERNETES / "kustomization.yaml").read_text()
    commented = re.findall(r"^ *# - (components/[a-z0-9.-]+|[a-z]+\.yaml)", text, re.M)
    assert sorted(c for c in commented if "/" in c) == [f"components/{c}" for c in COMPONENTS]
    assert all((KUBERNETES / c).exists() for c in commented)


TOGETHER = ("module-init-container", "fluent-bit-2.0", "docker-nodes", "pod-labels")


@pytest.mark.parametrize("components", [(), *((c,) for c in COMPONENTS), TOGETHER], ids=lambda c: "+".join(c) or "plain")
def test_built_manifests_fit_the_schemas_and_each_other(build, components):
    built = build(*components)
    # Image volumes are in no schema before 1.31.
    versions = [v for v in VERSIONS if "module-image-volume" not in components or int(v.split(".")[1]) >= 31]
    for version in versions:
        for document in built:
            validate(document, version)
    relations(built)
    # One namespace, and nothing in another.
    for document in built:
        if document["kind"] not in ("Namespace", "PriorityClass", "ClusterRole", "ClusterRoleBinding"):
            assert document["metadata"]["namespace"] == "logging", document["metadata"]
    if BY_IMAGE & set(components):
        assert not [d for d in built if d.get("binaryData")]


def test_image_volumes_need_1_31(build):
    daemonset = one(build("module-image-volume"), "DaemonSet")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(daemonset, "1.30", strict=True)


def relations(built):
    """What one manifest names, another one has."""
    daemonset = one(built, "DaemonSet")
    pod = daemonset["spec"]["template"]["spec"]
    labels = daemonset["spec"]["template"]["metadata"]["labels"]
    container = one_container(pod)
    names = {(d["kind"], d["metadata"]["name"]) for d in built}
    secrets = {d["metadata"]["name"]: set(d["stringData"]) for d in documents(KUBERNETES / "secret.example.yaml")}
    assert ("ServiceAccount", pod["serviceAccountName"]) in names
    assert ("PriorityClass", pod["priorityClassName"]) in names
    assert daemonset["spec"]["selector"]["matchLabels"].items() <= labels.items()

    volumes = {v["name"]: v for v in pod["volumes"]}
    for volume in volumes.values():
        kinds = set(volume) - {"name"}
        assert len(kinds) == 1, f"volume {volume}"
        if "configMap" in volume:
            assert ("ConfigMap", volume["configMap"]["name"]) in names, volume
    mounts = {m["mountPath"]: m for m in container["volumeMounts"]}
    for c in (container, *pod.get("initContainers", [])):
        assert {m["name"] for m in c["volumeMounts"]} <= set(volumes)

    # The environment: from what is here, or from a Secret of which there is an example.
    environment = {}
    for source in container["envFrom"]:
        if "configMapRef" in source:
            found = one(built, "ConfigMap", source["configMapRef"]["name"])
            environment |= found["data"]
        else:
            environment |= dict.fromkeys(secrets[source["secretRef"]["name"]])
    config = one(built, "ConfigMap", volumes[mounts["/etc/fluent-bit"]["name"]]["configMap"]["name"])
    (argument,) = container["args"]
    file = pathlib.PurePosixPath(argument.removeprefix("--config="))
    assert str(file.parent) == "/etc/fluent-bit" and file.name in config["data"], argument
    for name, text in config["data"].items():
        used = variables(KUBERNETES / name)
        assert used <= set(environment), f"{name} uses {sorted(used - set(environment))}, which nothing sets"
        assert text == (KUBERNETES / name).read_text()
        for parsers in re.findall(r"(?mi)^\s*parsers_file:?\s+(\S+)", text):
            assert pathlib.PurePosixPath(parsers).name in config["data"]

    # Folders: read where they are mounted, written where they may be.
    def mount(path):
        return max((m for m in mounts if pathlib.PurePosixPath(path).is_relative_to(m)), key=len, default=None)

    assert mounts[mount(environment["PODS"])]["readOnly"] is True
    state = mounts[mount(environment["STATE"])]
    assert not state.get("readOnly") and "hostPath" in volumes[state["name"]]
    assert [m for m in mounts.values() if not m.get("readOnly")] == [state]
    wasm = pathlib.PurePosixPath(environment["PODSIEVE"])
    assert mounts[str(wasm.parent)]["name"] == "podsieve"
    if "configMap" in volumes["podsieve"]:
        assert wasm.name in one(built, "ConfigMap", volumes["podsieve"]["configMap"]["name"])["binaryData"]

    # Ports, by name, and by what the configuration listens on.
    ports = {p["name"]: p["containerPort"] for p in container["ports"]}
    assert ports == {"http": int(environment["HTTP_PORT"]), "metrics": int(environment["METRICS_PORT"])}
    for probe in ("livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] in ports
    service = one(built, "Service")
    assert service["spec"]["selector"].items() <= labels.items()
    assert all(p["targetPort"] in ports and p["port"] == ports[p["targetPort"]] for p in service["spec"]["ports"])
    policy = one(built, "NetworkPolicy")
    assert policy["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    assert {p["port"] for rule in policy["spec"]["ingress"] for p in rule["ports"]} == set(ports)
    out = {p["port"] for rule in policy["spec"]["egress"] for p in rule["ports"]}
    assert {53, int(environment["ES_PORT"]), 443} <= out
    (monitor,) = documents(MONITORING / "podmonitor.yaml")
    assert monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert {e["port"] for e in monitor["spec"]["podMetricsEndpoints"]} == set(ports)
    for binding in (d for d in built if d["kind"].endswith("RoleBinding")):
        assert (binding["roleRef"]["kind"], binding["roleRef"]["name"]) in names
        assert all((s["kind"], s["name"]) in names for s in binding["subjects"])


def one_container(pod):
    (container,) = pod["containers"]
    return container


def test_the_collector_has_no_more_rights_than_it_needs(build):
    for components in ((), ("module-init-container",), ("pod-labels",)):
        built = build(*components)
        pod = one(built, "DaemonSet")["spec"]["template"]["spec"]
        roles = [d for d in built if d["kind"] in ("Role", "ClusterRole")]
        assert pod["automountServiceAccountToken"] is bool(roles)
        assert all(rule["verbs"] == ["get"] for role in roles for rule in role["rules"])
        assert not pod.get("hostNetwork") and not pod.get("hostPID") and not pod.get("hostIPC")
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in (*pod["containers"], *pod.get("initContainers", [])):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False and context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]} and not context.get("privileged")
            assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"]
            image, _, tag = container["image"].rpartition(":")
            assert image and tag not in ("", "latest")


def test_two_collectors_never_share_a_node(build):
    assert one(build(), "DaemonSet")["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"] == 0


def test_the_image_and_its_configuration_go_together(build):
    for components, image, file in (((), "fluent/fluent-bit:5.1.1", "fluent-bit.yaml"),
                                    (("fluent-bit-2.0",), "fluent/fluent-bit:2.0.14", "fluent-bit-2.0.conf")):
        container = one_container(one(build(*components), "DaemonSet")["spec"]["template"]["spec"])
        assert container["image"] == image and container["args"] == [f"--config=/etc/fluent-bit/{file}"]


# The module in a ConfigMap


def test_the_module_fits_into_a_config_map(build, module):
    """The API server adds up the lengths of values as they are, and not of their base64."""
    (binary,) = [d for d in build() if d.get("binaryData")]
    assert list(binary["binaryData"]) == ["podsieve.wasm"] and not binary.get("data")
    assert base64.b64decode(binary["binaryData"]["podsieve.wasm"]) == module.read_bytes()
    assert binary["immutable"] is True
    assert module.stat().st_size <= MIB
    # The annotation that a client-side apply keeps may have 256 KiB, and base64 counts there.
    assert len(json.dumps(binary)) > 256 * 1024, "README.md: --server-side is not needed any more"


def test_every_module_for_fluent_bit_fits_into_a_config_map(root):
    for path in (*(root / "dist").glob("*.wasm"), *(root / "dist").glob("*.aot")):
        if "envoy" not in path.name:
            assert path.stat().st_size <= MIB, path.name


def test_a_baked_module_fits_too(podsieve, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text(subprocess.run([podsieve, "policy"], capture_output=True, text=True, check=True).stdout)
    subprocess.run([podsieve, "bake", policy, "-o", tmp_path / "acme.wasm"], check=True, capture_output=True)
    size = (tmp_path / "acme.wasm").stat().st_size
    print(f"the default policy baked: {size} bytes")
    assert size <= MIB


def test_images_are_built_of_what_is_in_dist(root):
    for dockerfile, context in ((KUBERNETES / "Dockerfile", root / "dist"), (APP / "Dockerfile", APP)):
        for line in dockerfile.read_text().splitlines():
            if line.startswith("COPY "):
                *sources, _ = line.split()[1:]
                assert all((context / s).exists() for s in sources), line
    app = (APP / "Dockerfile").read_text()
    for needed in ("PYTHONUNBUFFERED=1", "PYTHONDONTWRITEBYTECODE=1", "LOG_FILE_ENABLED=false", "LOG_LEVEL=INFO",
                   "USER 10001:10001"):
        assert needed in app


# Fluent Bit


def environment(tmp_path, module):
    for folder in ("state", "var/log/pods"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    here = {"PODS": str(tmp_path / "var/log/pods"), "STATE": str(tmp_path / "state"), "PODSIEVE": str(module)}
    return dict(os.environ, **settings() | here, ES_USER="fluent-bit", ES_PASSWORD="not-a-password")


@pytest.mark.parametrize("path", configurations(), ids=lambda p: p and p.name)
def test_fluent_bit_takes_the_configuration(path, fluent_bit, module, tmp_path):
    env = environment(tmp_path, module)
    answer = subprocess.run([fluent_bit, "--dry-run", "-c", path], env=env, capture_output=True, text=True)
    said = answer.stdout + answer.stderr
    assert answer.returncode == 0 and "configuration test is successful" in said, said[-2000:]


@pytest.mark.parametrize("path", configurations(), ids=lambda p: p and p.name)
def test_podsieve_lint_finds_no_error(path, podsieve, module):
    answer = subprocess.run([podsieve, "lint", "--module", module, path], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def classic(text):
    """Sections of a classic configuration: each its kind and its sorted settings."""
    sections = []
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            sections.append((line.strip("[]").lower(), []))
        elif line and not line.startswith("#"):
            key, _, value = line.partition(" ")
            sections[-1][1].append((key, spelt(value.strip())))
    return [(kind, sorted(settings)) for kind, settings in sections]


def as_classic(config):
    """The same of a YAML configuration. Processors of an input are filters of its tag."""

    def settings(plugin):
        for key, value in plugin.items():
            yield from ((key, spelt(one)) for one in (value if isinstance(value, list) else [value]))

    pipeline = config["pipeline"]
    sections = [("service", sorted(settings(config["service"])))]
    processors = []
    for plugin in pipeline["inputs"]:
        for processor in plugin.pop("processors", {}).get("logs", []):
            processors.append(("filter", sorted([*settings(processor), ("match", plugin["tag"])])))
        sections.append(("input", sorted(settings(plugin))))
    sections += processors + [("filter", sorted(settings(plugin))) for plugin in pipeline["filters"]]
    return sections + [("output", sorted(settings(plugin))) for plugin in pipeline["outputs"]]


def spelt(value):
    """A value as both forms mean it."""
    text = str(value)
    return {"true": "on", "false": "off"}.get(text.lower(), re.sub(r"\s*,\s*", ",", text))


def test_both_forms_say_the_same():
    said = classic((KUBERNETES / "fluent-bit.conf").read_text())
    wanted = as_classic(yaml.safe_load((KUBERNETES / "fluent-bit.yaml").read_text()))
    assert [kind for kind, _ in said] == [kind for kind, _ in wanted]
    for one, other in zip(said, wanted):
        assert one == other


def for_2_0(text):
    """fluent-bit.conf as Fluent Bit 2.0 takes it."""

    def section(kind, name=None, without=None):
        for found in re.findall(r"(?m)^\[\w+\]\n(?:[ \t]+.*\n)+", text):
            if found.startswith(f"[{kind}]") and (not name or re.search(rf"(?m)^\s+name\s+{name}$", found)):
                return re.sub(rf"(?m)^\s+{without}\s.*\n", "", found) if without else found
        raise KeyError(f"{kind} {name}")

    return f"""\
# fluent-bit.conf for Fluent Bit 2.0, as far as 2.0 goes:
#  - no `event_format`: it came with 3.0, and an unknown key keeps Fluent Bit from starting. JSON is what 2.0 has;
#  - no metrics of records: `log_to_metrics` came with 2.1. Fluent Bit's own are at METRICS_PORT, path /metrics;
#  - no `hot_reload` (2.1): SIGHUP ends the process.
# The rest is fluent-bit.conf's: a test of host-test/examples/test_kubernetes.py holds the two side by side, and writes
# this file when PODSIEVE_WRITE is set. Written by the sources of 2.0.14; run with 5.1.1.

{section("SERVICE", without="hot_reload")}
{section("INPUT", "tail")}
# Fluent Bit's own metrics.
[INPUT]
    name            fluentbit_metrics
    tag             metrics.out
    scrape_interval 10

{section("FILTER", "wasm", without="event_format")}
# Until 4.0 Fluent Bit loads the module anew for each chunk, and when it cannot, the chunk goes on as it is: with its
# secrets. Whatever went through podsieve says which namespace it is from. What does not is dropped here: lost rather
# than leaked.
[FILTER]
    name  grep
    match kube.*
    regex $kubernetes['namespace_name'] .

# Copies for the archive.
{section("FILTER", "rewrite_tag")}
{section("OUTPUT", "es")}
{section("OUTPUT", "s3")}
{section("OUTPUT", "prometheus_exporter")}"""


def test_the_configuration_for_2_0_is_the_other_one_without_what_2_0_lacks():
    now, old = KUBERNETES / "fluent-bit.conf", KUBERNETES / "fluent-bit-2.0.conf"
    wanted = for_2_0(now.read_text())
    if os.environ.get("PODSIEVE_WRITE"):
        old.write_text(wanted)
    assert old.read_text() == wanted, "PODSIEVE_WRITE=1 writes it"
    keys = {line.split()[0] for line in wanted.splitlines() if line.startswith(" ")}
    assert not {"event_format", "hot_reload"} & keys


PODS = ("ai-agents_ai-agents-worker-6b7c9d8f4-abcde_71ab63f1-457e-4b9d-8f00-c3acfe7c5be8",
        "ai-agents_ai-agents-api-7d9f6c5b8d-x2x4q_8d623cf2-b3ee-4445-84c0-cc0546f55a57")


def to_files(text, out):
    """The configuration with files in place of its stores."""
    for name, file in (("es", "hot.jsonl"), ("s3", "archive.jsonl")):
        text, n = re.subn(rf"(?m)(\[OUTPUT\]\n\s+name\s+){name}\n(?:.*\n)*?(\s+match\s+\S+\n)(?:[ \t]+.*\n)*",
                          rf"\g<1>file\n\g<2>    path   {out}\n    file   {file}\n    format plain\n", text)
        assert n == 1, name
    return text


def run_fluent_bit(fluent_bit, text, tmp_path, module, seconds=6, prefix=()):
    """Runs a classic configuration over the application's recorded logs; returns its own log."""
    env = environment(tmp_path, module)
    for pod in PODS:
        shutil.copytree(ROOT / "host-test/recordings/pods" / pod, tmp_path / "var/log/pods" / pod)
    (tmp_path / "out").mkdir()
    (tmp_path / "fluent-bit.conf").write_text(to_files(text, tmp_path / "out"))
    env |= {"HTTP_PORT": str(free_port()), "METRICS_PORT": str(free_port())}
    process = subprocess.Popen([*prefix, fluent_bit, "-c", tmp_path / "fluent-bit.conf"], env=env, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    time.sleep(seconds)
    health = None
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{env['HTTP_PORT']}/api/v1/health", timeout=5) as answer:
            health = answer.status
    except OSError:
        pass
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=30)[0]
    return said, health


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def planted(pods=PODS):
    with open(ROOT / "host-test/recordings/planted.jsonl", encoding="utf-8") as f:
        return [p["secret"] for p in map(json.loads, f) if any(pod in p["where"] for pod in pods)]


def leaks(text):
    """Planted secrets in a text, also as JSON writes them."""
    forms = lambda s: (s, json.dumps(s, ensure_ascii=False)[1:-1], json.dumps(s)[1:-1])
    return [s for s in planted() if any(form in text for form in forms(s))]


@pytest.mark.parametrize("file", ["fluent-bit-2.0.conf", "fluent-bit.conf"])
def test_it_collects_without_a_secret_and_without_rights(file, fluent_bit, module, tmp_path):
    """As the DaemonSet runs it: no capabilities, no new privileges; and it answers the probes."""
    path = KUBERNETES / file
    prefix = ()
    if os.geteuid() == 0 and shutil.which("setpriv"):
        prefix = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")
    said, health = run_fluent_bit(fluent_bit, path.read_text(), tmp_path, module, prefix=prefix)
    hot, archive = lines(tmp_path / "out/hot.jsonl"), lines(tmp_path / "out/archive.jsonl")
    assert health == 200, said[-2000:]
    assert len(hot) > 100 and archive, said[-2000:]
    routed = [r for r in map(json.loads, hot) if "archive_tag" in r]
    assert len(routed) == len(archive)
    assert all(r["kubernetes"]["namespace_name"] == "ai-agents" for r in map(json.loads, hot))
    assert not leaks("\n".join(hot + archive) + said)


def test_in_2_0_what_passed_the_module_by_is_dropped(fluent_bit, module, tmp_path):
    """What a host before 4.1 does with a module that it cannot load: here the filter is not there at all."""
    text = (KUBERNETES / "fluent-bit-2.0.conf").read_text()
    text, n = re.subn(r"\[FILTER\]\n\s+name\s+wasm\n(?:[ \t]+.*\n)*", "", text)
    assert n == 1
    said, _ = run_fluent_bit(fluent_bit, text, tmp_path, module, seconds=4)
    assert lines(tmp_path / "out/hot.jsonl") == [] and lines(tmp_path / "out/archive.jsonl") == [], said[-2000:]


# The Helm chart


def values():
    return yaml.safe_load((KUBERNETES / "values.yaml").read_text())


def test_the_chart_has_every_key_of_the_values():
    keys = yaml.safe_load((ROOT / "host-test/examples/fixtures/helm-fluent-bit-values.yaml").read_text())
    wrong = []

    def walk(mine, theirs, path):
        if theirs in ("free", "value"):
            return
        if not isinstance(mine, dict):
            wrong.append(f"{path}: the chart has a map here")
            return
        for key, value in mine.items():
            if key in theirs:
                walk(value, theirs[key], f"{path}.{key}")
            else:
                wrong.append(f"{path}.{key}")

    walk(values(), keys, "values")
    assert not wrong


def test_the_values_say_what_the_manifests_say():
    v = values()
    daemonset = one(documents(KUBERNETES / "daemonset.yaml"), "DaemonSet")
    pod = daemonset["spec"]["template"]["spec"]
    container = one_container(pod)
    # A Helm chart's map is merged with what a user has; here the values are all there is.
    assert {e["name"]: e["value"] for e in v["env"]} == settings()
    assert v["envFrom"] == [s for s in container["envFrom"] if "secretRef" in s]
    assert f"{v['image']['repository']}:{v['image']['tag']}" == container["image"]
    assert v["updateStrategy"] == daemonset["spec"]["updateStrategy"]
    assert v["podSecurityContext"] == pod["securityContext"]
    for key in ("priorityClassName", "terminationGracePeriodSeconds", "tolerations", "nodeSelector", "affinity"):
        assert v[key] == pod[key], key
    for key in ("securityContext", "resources", "livenessProbe", "readinessProbe"):
        assert v[key] == container[key], key
    for name, of_values, of_pod in (("volumes", v["daemonSetVolumes"], pod["volumes"]),
                                    ("mounts", v["daemonSetVolumeMounts"], container["volumeMounts"])):
        assert of_values == [m for m in of_pod if m["name"] in ("varlog", "state")], name
    assert v["extraVolumeMounts"] == [m for m in container["volumeMounts"] if m["name"] == "podsieve"]
    ports = {"http": v["metricsPort"]} | {p["name"]: p["containerPort"] for p in v["extraPorts"]}
    assert ports == {p["name"]: p["containerPort"] for p in container["ports"]}


def test_the_chart_gets_the_configuration_as_it_is():
    """`--set-file` brings the file itself, so that it cannot differ; but the chart takes it for a template."""
    path = KUBERNETES / "fluent-bit.yaml"
    assert "{{" not in path.read_text()
    command = r"--set-file 'config.extraFiles.fluent-bit\.yaml=fluent-bit.yaml'"
    assert command in (KUBERNETES / "values.yaml").read_text() and command in (KUBERNETES / "README.md").read_text()
    assert values()["args"] == ["--config=/fluent-bit/etc/conf/fluent-bit.yaml"]
    assert not any(values()["config"].values())


def test_helm_renders_it(tmp_path):
    helm = os.environ.get("HELM") or shutil.which("helm")
    chart = os.environ.get("HELM_CHART")
    if not helm or not chart:
        pytest.skip("no helm, or no chart: let HELM name it, and HELM_CHART charts/fluent-bit of fluent/helm-charts")
    env = dict(os.environ, **{f"HELM_{k}_HOME": str(tmp_path) for k in ("CACHE", "CONFIG", "DATA")})
    answer = subprocess.run(
        [helm, "template", "fluent-bit", chart, "--namespace", "logging", "-f", "values.yaml",
         "--set-file", r"config.extraFiles.fluent-bit\.yaml=fluent-bit.yaml"],
        cwd=KUBERNETES, env=env, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    rendered = [d for d in yaml.safe_load_all(answer.stdout) if d]
    for document in rendered:
        validate(document, VERSIONS[-1])
    daemonset = one(rendered, "DaemonSet")
    container = one_container(daemonset["spec"]["template"]["spec"])
    config = one(rendered, "ConfigMap")["data"]["fluent-bit.yaml"]
    assert yaml.safe_load(config) == yaml.safe_load((KUBERNETES / "fluent-bit.yaml").read_text())
    mounts = {m["mountPath"] for m in container["volumeMounts"]}
    assert mounts == {"/fluent-bit/etc/conf", "/var/log", "/var/lib/fluent-bit", "/podsieve"}
    assert variables(KUBERNETES / "fluent-bit.yaml") <= {e["name"] for e in container["env"]} | {"ES_USER", "ES_PASSWORD"}
    # What is applied beside the chart finds its pods.
    labels = daemonset["spec"]["template"]["metadata"]["labels"]
    selected = (KUBERNETES / "networkpolicy.yaml", "podSelector"), (MONITORING / "podmonitor.yaml", "selector")
    for file, selector in selected:
        (document,) = documents(file)
        assert document["spec"][selector]["matchLabels"].items() <= labels.items()


# The application

SECRETS = {
    "OPENAI_API_KEY": "sk-proj-Zk3vQ9sT1xW7yB2nM5cR8dF4gH6jL0pA",
    "CLIENT_SECRET": "pX9fK2mQ7wZ4tB8nV1cY6hJ3",
    "DESK_API_KEY": "b7Kq2Xw9Lm4Zt8Rv1Ny6Pc3J",
    "DESK_BASIC": base64.b64encode(b"desk:Wq8zT3vN6xK1").decode(),
    "DATABASE_URL": "postgresql://agents:Hn4xQ8wZ2tV@db.internal.example:5432/agents",
}
# Of these values only that part is secret.
HIDDEN = [*(v for k, v in SECRETS.items() if k != "DATABASE_URL"), "Hn4xQ8wZ2tV", "ada@customer.example",
          "4111 1111 1111 1111", "Tr0ub4dor-77"]


def app_environment(service, **more):
    return dict(os.environ, **SECRETS, SERVICE=service, BROKER_URL="memory://",
                GIT_SHA="4924ddd8e4d6374e48288df496d0d23f46d3d846", IMAGE="registry.example.com/ai-agents:0.1.0",
                PUBLIC_KEY="ssh-ed25519 AAAA deploy", PYTHONUNBUFFERED="1", PYTHONDONTWRITEBYTECODE="1", **more)


def server(what, port, env):
    return subprocess.Popen([sys.executable, "-m", "uvicorn", "--port", port, what], cwd=APP, env=env, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def request(port, path, body=None, tries=150):
    headers = {"Content-Type": "application/json", "X-Correlation-ID": "6f2c1c1e-9a53-4c0c-8d0e-3d2f6f4f1a77"}
    for _ in range(tries):
        try:
            data = body and json.dumps(body).encode()
            call = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=data, headers=headers)
            return json.load(urllib.request.urlopen(call, timeout=10))
        except urllib.error.URLError as e:
            if isinstance(e, urllib.error.HTTPError):
                raise
            time.sleep(0.1)
    raise TimeoutError(path)


# The first try of a write is refused, so that the worker logs what it sent.
PAYLOAD = {"fail": 1, "ticket_id": "TKT-000123", "subject": "Cannot log in", "requester": "ada@customer.example",
           "description": "card 4111 1111 1111 1111 was refused, password=Tr0ub4dor-77 worked yesterday"}


def run_application(folder, **env):
    """The API and a job of the worker, for one ticket: what each wrote to standard error, and to standard output."""
    desk_port, api_port = str(free_port()), str(free_port())
    env = {"UPSTREAM": f"http://127.0.0.1:{desk_port}", "LOG_DIR": str(folder), **env}
    running = [server("servicedesk:app", desk_port, app_environment("stub"))]
    running.append(server("api:app", api_port, app_environment("api", **env)))
    try:
        request(desk_port, "/openapi.json")
        request(api_port, "/webhook/tenant-acme-001", PAYLOAD)
        job = ("import json, sys, tasks; tasks.configure(); "
               "tasks.enhance_ticket('tenant-acme-001', 'corr-1', json.load(sys.stdin))")
        worker = subprocess.run([sys.executable, "-c", job], cwd=APP, env=app_environment("worker", **env), text=True,
                                input=json.dumps(PAYLOAD), capture_output=True, timeout=60)
        assert worker.returncode == 0, worker.stderr[-2000:]
    finally:
        for process in running:
            process.send_signal(signal.SIGINT)
        _, api = (p.communicate(timeout=30) for p in running)
    return {"api": (api[1], api[0]), "worker": (worker.stderr, worker.stdout)}


def records(text):
    """The lines that are records; uvicorn writes a few of its own, as text."""
    return [line for line in text.splitlines() if line.startswith("{")]


def extra(record):
    """What was bound: loguru's own form has it further down."""
    return record["record"]["extra"] if "record" in record else record


@pytest.fixture(scope="session")
def migration(tmp_path_factory):
    """The application in the three phases of the migration, and the folder of its files."""
    phases = {}
    for phase, env in (("both", {"LOG_FILE_ENABLED": "true"}), ("stdout", {"LOG_FILE_ENABLED": "false"}),
                       ("unset", {})):
        folder = tmp_path_factory.mktemp(phase) / "logs"
        phases[phase] = (run_application(folder, **env), folder)
    return phases


@pytest.mark.parametrize("phase", ["stdout", "unset"])
def test_the_application_writes_json_to_the_container_s_stream_and_nothing_to_files(migration, phase):
    wrote, folder = migration[phase]
    for service, (stderr, stdout) in wrote.items():
        found = [json.loads(line) for line in records(stderr)]
        assert len(found) >= 3, stderr[-1000:]
        assert not records(stdout)
        operations = {extra(r).get("operation") for r in found}
        assert {"api": {"webhook_received", "job_queued"},
                "worker": {"enhancement_started", "enhancement_completed"}}[service] <= operations
        assert {extra(r)["service"] for r in found} == {service}
    assert not folder.exists()


def test_while_it_migrates_the_application_writes_the_same_to_both(migration):
    """README.md's proof of the first phase: what `comm` finds in the file only is nothing."""
    wrote, folder = migration["both"]
    assert sorted(p.name for p in folder.iterdir()) == ["api.log", "worker.log"]
    for service, (stderr, _) in wrote.items():
        assert (folder / f"{service}.log").read_text().splitlines() == records(stderr)


def test_log_level_is_what_is_written_at_least(tmp_path):
    program = ("import logsetup; from loguru import logger\nlogsetup.{form}()\n"
               "for l in ('DEBUG', 'INFO', 'ERROR'): logger.log(l, l)")
    for form in ("flat", "serialized"):
        for level, count in (("DEBUG", 3), ("info", 2), ("ERROR", 1), (None, 2)):
            env = app_environment("api", **({"LOG_LEVEL": level} if level else {}))
            if not level:
                env.pop("LOG_LEVEL", None)
            command = [sys.executable, "-c", program.format(form=form)]
            answer = subprocess.run(command, cwd=APP, env=env, capture_output=True, text=True)
            assert len(records(answer.stderr)) == count, (form, level, answer.stderr)


def test_podsieve_keeps_what_an_audit_needs_and_takes_the_secrets(migration, podsieve, tmp_path):
    wrote, _ = migration["stdout"]
    raw = "".join(stderr for stderr, _ in wrote.values())
    # Is there anything to take?
    assert not [s for s in HIDDEN if s not in raw]
    found = []
    for service, (stderr, _) in wrote.items():
        log = tmp_path / f"var/log/pods/ai-agents_ai-agents-{service}-7d9f6c5b8d-x2x4q_8d623cf2/{service}/0.log"
        log.parent.mkdir(parents=True)
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        log.write_text("".join(f"{now} stderr F {line}\n" for line in stderr.splitlines()))
        answer = subprocess.run([podsieve, "run", "--quiet", log], capture_output=True, text=True, check=True)
        assert not [s for s in HIDDEN if s in answer.stdout]
        found += map(json.loads, answer.stdout.splitlines())
    assert len(found) == len(raw.splitlines())
    audit = [r for r in found if r.get("archive_tag", "").startswith("archive.audit.")]
    assert {r["archive_tag"] for r in audit} == {"archive.audit.api", "archive.audit.worker"}
    tickets = [r for r in audit if "TKT-000123" in json.dumps(r)]
    assert len(tickets) >= 6 and all("tenant-acme-001" in json.dumps(r) for r in tickets)
    assert sum(r.get("ticket_id") == "TKT-000123" for r in found) >= 4


def test_manifests_of_the_application_fit_each_other():
    built = documents(APP / "app.yaml")
    assert {d["metadata"].get("namespace") for d in built if d["kind"] != "Namespace"} == {"ai-agents"}
    maps = {d["metadata"]["name"]: d["data"] for d in built if d["kind"] == "ConfigMap"}
    secrets = {d["metadata"]["name"]: d["stringData"] for d in built if d["kind"] == "Secret"}
    deployments = {d["metadata"]["name"]: d["spec"] for d in built if d["kind"] == "Deployment"}
    ports = {}
    for name, spec in deployments.items():
        pod, labels = spec["template"]["spec"], spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"] == labels
        container = one_container(pod)
        assert {m["name"] for m in container.get("volumeMounts", [])} == {v["name"] for v in pod.get("volumes", [])}
        ports[name] = (labels, {p["name"]: p["containerPort"] for p in container.get("ports", [])})
        env = {e["name"] for e in container.get("env", [])}
        for source in container.get("envFrom", []):
            found = maps[source["configMapRef"]["name"]] if "configMapRef" in source else secrets[source["secretRef"]["name"]]
            env |= set(found)
        for e in container.get("env", []):
            if "valueFrom" in e:
                reference = e["valueFrom"]["secretKeyRef"]
                assert reference["key"] in secrets[reference["name"]]
        # What its program reads of the environment without a default.
        sources = {"ai-agents-api": ("api.py", "tasks.py", "logsetup.py"), "ai-agents-worker": ("tasks.py", "logsetup.py"),
                   "ai-agents-servicedesk": ("servicedesk.py",)}.get(name, ())
        needed = {v for s in sources for v in re.findall(r"""os\.environ\[["'](\w+)["']\]""", (APP / s).read_text())}
        assert needed <= env, f"{name} lacks {sorted(needed - env)}"
        assert not container.get("tty") and pod["securityContext"]["runAsNonRoot"] is True
    for service in (d for d in built if d["kind"] == "Service"):
        selected = [p for labels, p in ports.values() if service["spec"]["selector"].items() <= labels.items()]
        assert len(selected) == 1 and all(p["targetPort"] in selected[0] for p in service["spec"]["ports"])
    services = {d["metadata"]["name"]: {p["port"] for p in d["spec"]["ports"]} for d in built if d["kind"] == "Service"}
    for url in (maps["ai-agents"]["UPSTREAM"], secrets["ai-agents"]["BROKER_URL"]):
        host, port = re.search(r"([a-z-]+):(\d+)(?:/|$)", url).groups()
        assert int(port) in services[host]
    assert maps["ai-agents"]["LOG_FILE_ENABLED"] == "false"
