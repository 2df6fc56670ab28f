"""Facts about the host: all there, in JSON, whatever the host lacks."""

from __future__ import annotations

import json
import os
import resource

import pytest

from bench.results import environment


def test_what_must_agree_between_runs_is_recorded() -> None:
    assert set(environment.COMPARABLE) <= set(environment.facts())


def test_facts_can_be_stored() -> None:
    found = environment.facts()
    assert json.loads(json.dumps(found)) == found


def test_every_package_has_a_version_or_is_missing() -> None:
    packages = environment.facts()["packages"]
    assert isinstance(packages, dict)
    assert set(packages) == set(environment.PACKAGES)
    assert packages["numpy"][0].isdigit()
    assert environment.package_version("no-such-package-at-all") == "missing"


def test_a_host_without_proc_is_described_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_read", lambda path: "")
    monkeypatch.setattr(environment.platform, "machine", lambda: "riscv64")
    found = environment.facts()
    assert found["cpu"] == "riscv64"
    assert found["system"] == found["clocksource"] == ""


def test_a_file_that_is_not_there_reads_as_nothing() -> None:
    assert environment._read("/no/such/file") == ""


def test_the_cpu_and_the_system_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "/proc/cpuinfo": "processor\t: 0\nmodel name\t: Fast: 3000\nmodel name\t: Other\n",
        "/etc/os-release": 'NAME="X"\nPRETTY_NAME="Some Linux 1"\nID=x\n',
    }
    monkeypatch.setattr(environment, "_read", lambda path: files.get(path, ""))
    found = environment.facts()
    assert (found["cpu"], found["system"]) == ("Fast: 3000", "Some Linux 1")


@pytest.mark.parametrize(("hard", "limit"), [(4096, 4096), (resource.RLIM_INFINITY, 1_048_576)])
def test_the_descriptor_limit_is_the_hard_one(
    monkeypatch: pytest.MonkeyPatch, hard: int, limit: int
) -> None:
    monkeypatch.setattr(environment.resource, "getrlimit", lambda which: (1024, hard))
    assert environment.descriptor_limit() == limit


def test_cores_are_those_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 1})
    assert environment.cpus() == [1, 3]
    assert environment.facts()["cores"] == 2


def test_memory_is_in_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2 * 2**18 + 2**15}
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__)
    assert environment.memory_gib() == 2.1
