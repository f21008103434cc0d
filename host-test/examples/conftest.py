"""The real parts that the tests of the examples run, and where they are found."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program(name, variable, what):
    """The path of a program: the environment's variable names it, or it is on the PATH; else the test is skipped."""
    path = os.environ.get(variable) or shutil.which(name)
    if not path:
        pytest.skip(f"no {name}: {what}, or let {variable} name it")
    return pathlib.Path(path)


def built(name):
    path = ROOT / "dist" / name
    assert path.exists(), f"{path} is missing: `make build` makes it"
    return path


@pytest.fixture(scope="session")
def root():
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def module():
    """The module for Fluent Bit, with the default policy."""
    return built("podsieve.wasm")


@pytest.fixture(scope="session")
def podsieve():
    """The command."""
    return built("podsieve")


@pytest.fixture(scope="session")
def fluent_bit():
    """A real Fluent Bit."""
    path = program("fluent-bit", "FLUENT_BIT", "install Fluent Bit")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    print(version.splitlines()[0])
    return path


@pytest.fixture(scope="session")
def prometheus():
    """A real Prometheus."""
    return program("prometheus", "PROMETHEUS", "install Debian's prometheus")


@pytest.fixture(scope="session")
def promtool():
    """Prometheus's tool that checks rules."""
    return program("promtool", "PROMTOOL", "install Debian's prometheus")
