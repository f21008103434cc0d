"""Runs containers: runc under conmon as podman and CRI-O do it, and docker.

The "image" of every container is the machine's own /usr, read only, under a root of its own with a small /etc;
process, mount, IPC and UTS namespaces are new for each, the network namespace is one with a loopback interface
and nothing else, shared by all (docker's containers have none at all).
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

# What docker and containerd give a container by default, as far as anything here needs it.
CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETGID", "CAP_SETUID"]


def run(*args, **kwargs):
    return subprocess.run([str(a) for a in args], check=True, **kwargs)


def wait_for(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def make_root(path):
    for d in ("usr", "etc/ssl/certs/java", "etc/java-17-openjdk", "proc", "dev", "sys", "tmp", "var/log/nginx", "app", "run"):
        (path / d).mkdir(parents=True, exist_ok=True)
    for link in ("bin", "lib", "lib64", "sbin"):
        (path / link).symlink_to(f"usr/{link}")
    (path / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")
    (path / "etc/group").write_text("root:x:0:\nnogroup:x:65534:\n")
    (path / "etc/hosts").write_text("127.0.0.1 localhost\n")
    shutil.copy("/etc/ld.so.cache", path / "etc/ld.so.cache")


class Network:
    """A network namespace with a loopback interface only, held open by a sleeping process."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "ip link set lo up; exec sleep 900"])
        time.sleep(0.5)
        self.path = f"/proc/{self.holder.pid}/ns/net"

    def close(self):
        self.holder.terminate()
        self.holder.wait()


class Monitored:
    """One container under conmon, which writes `log` in the CRI format (log driver k8s-file)."""

    def __init__(self, scratch, network, name, hostname, args, log, env=(), mounts=(), cwd="/"):
        self.log = log
        self.id, self.exits = f"podsieve-{name}-{os.getpid()}", scratch / "exits"
        bundle = scratch / "bundles" / name
        make_root(bundle / "rootfs")
        self.exits.mkdir(exist_ok=True)
        log.parent.mkdir(parents=True)
        run("runc", "spec", cwd=bundle)
        spec = json.loads((bundle / "config.json").read_text())
        spec["hostname"] = hostname
        spec["root"]["readonly"] = False
        spec["process"].update(
            terminal=False, args=[str(a) for a in args], cwd=cwd,
            env=["PATH=/usr/sbin:/usr/bin", "LANG=C.UTF-8", *(f"{k}={v}" for k, v in dict(env).items())],
        )
        for source, target in [("/usr", "/usr"), *mounts]:
            spec["mounts"].append(
                {"destination": target, "type": "bind", "source": str(source), "options": ["rbind", "ro"]}
            )
        for kind in ("bounding", "effective", "permitted"):
            spec["process"]["capabilities"][kind] = CAPABILITIES
        for n in spec["linux"]["namespaces"]:
            if n["type"] == "network":
                n["path"] = network.path
        (bundle / "config.json").write_text(json.dumps(spec))
        run(
            "conmon", "--cid", self.id, "--cuuid", self.id, "--name", name, "--runtime", shutil.which("runc"),
            "--bundle", bundle, "--container-pidfile", bundle / "pid", "--conmon-pidfile", bundle / "conmon.pid",
            "--log-path", f"k8s-file:{log}", "--exit-dir", self.exits, "--full-attach", stdout=subprocess.DEVNULL,
            stderr=open(bundle / "conmon.err", "w"),
        )
        wait_for(f"{name} created", lambda: subprocess.run(["runc", "state", self.id], capture_output=True).returncode == 0)
        run("runc", "start", self.id)

    def finished(self):
        return (self.exits / self.id).exists()

    def end(self, kill=True, seconds=60):
        """Stops the container, or waits for its own end, until conmon has written the last line."""
        if kill and not self.finished():
            run("runc", "kill", self.id, "TERM")
        wait_for(f"{self.id} gone", self.finished, seconds)
        time.sleep(0.2)
        subprocess.run(["runc", "delete", "--force", self.id], capture_output=True)


class Docker:
    """A docker daemon of its own, with its data below `scratch`, no bridge and no firewall rules."""

    def __init__(self, scratch):
        self.dir, self.socket = scratch / "docker", f"unix://{scratch}/docker/socket"
        self.dir.mkdir()
        self.out = open(self.dir / "daemon.log", "w")
        self.daemon = subprocess.Popen(
            ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs",
             "--data-root", str(self.dir / "data"), "--exec-root", str(self.dir / "exec"),
             "--pidfile", str(self.dir / "pid"), "--host", self.socket],
            stdout=self.out, stderr=self.out, start_new_session=True,
        )
        wait_for("docker", lambda: subprocess.run(["docker", "-H", self.socket, "info"], capture_output=True).returncode == 0)
        root = self.dir / "root"
        make_root(root)
        tar = run("tar", "-C", root, "-c", ".", capture_output=True).stdout
        run("docker", "-H", self.socket, "import", "-", "base", input=tar, stdout=subprocess.DEVNULL)

    def record(self, to, args, env=(), mounts=(), cwd="/", options=()):
        """Runs a container to its end and copies its json-file log below `to`."""
        command = ["docker", "-H", self.socket, "create", "--network", "none", "--workdir", cwd, "--log-driver", "json-file", *options]
        for source, target in [("/usr", "/usr"), *mounts]:
            command += ["--volume", f"{source}:{target}:ro"]
        for k, v in dict(env).items():
            command += ["--env", f"{k}={v}"]
        container = run(*command, "base", *args, capture_output=True, text=True).stdout.strip()
        run("docker", "-H", self.socket, "start", "-a", container, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        target = pathlib.Path(to) / container
        target.mkdir(parents=True)
        shutil.copyfile(self.dir / "data/containers" / container / f"{container}-json.log", target / f"{container}-json.log")

    def close(self):
        os.kill(self.daemon.pid, signal.SIGTERM)
        self.daemon.wait(30)
        self.out.close()
