"""One contract for every service, found by being there, with each of its settings.

Real processes on loopback.  Nothing here names a service.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from bench import catalog
from bench.lab import components, scratch, services
from bench.lab.services import Service
from bench.lab.side import ON_LOOPBACK
from bench.model.component import Component, ServiceRequest, request_of

SERVICES = [component for component in catalog.components().values() if component.role]


def variants(service: Component) -> Iterator[ServiceRequest]:
    """As it is by default, and with every value of each setting once."""
    yield request_of(service, {})
    for name, setting in service.settings.items():
        if setting.several:
            yield request_of(service, {name: " ".join(setting.choices)})
            continue
        for value in setting.choices[1:]:
            yield request_of(service, {name: value})


REQUESTS = [request for service in SERVICES for request in variants(service)]


def name_of(request: ServiceRequest) -> str:
    known = catalog.components()[request.name].settings
    special = [f"{key}={value}" for key, value in request.settings if value != known[key].default]
    return "-".join([request.name, *special])


def has_plugins(request: ServiceRequest) -> bool:
    """Whether it has what a setting of several choices adds to it."""
    known = catalog.components()[request.name].settings
    return any(
        known[key].several and value != known[key].default for key, value in request.settings
    )


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as name:
        # A service that gives up root's power must get there: pytest's own folders are closed.
        Path(name).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield
        monkeypatch.undo()


def living(service: Service) -> list[psutil.Process]:
    """All its processes."""
    roots = [psutil.Process(pid) for pid in service.pids]
    return [one for root in roots for one in (root, *root.children(recursive=True))]


def segments_of(pids: set[int]) -> list[str]:
    """The shared memory segments that these processes have made."""
    rows = [row.split() for row in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    return [row[1] for row in rows if int(row[4]) in pids]


def gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


@pytest.mark.parametrize("request_", REQUESTS, ids=map(name_of, REQUESTS))
def test_a_service_keeps_the_contract(request_: ServiceRequest) -> None:
    if remedy := components.missing(request_.name):
        pytest.skip(remedy)
    service = services.create(request_, sorted(os.sched_getaffinity(0)), ON_LOOPBACK)
    known: set[int] = set()
    assert (service.alive, service.started, service.pids) == (False, False, [])
    try:
        service.start()
        check_life(service, known)
        if not has_plugins(request_):  # they do not change how a living one is ended
            check_restart(service, known)
        check_end(service)
    finally:
        service.remove()
    assert (service.alive, service.started, service.pids) == (False, False, [])
    assert not scratch.own()
    assert known
    assert not segments_of(known)


def check_life(service: Service, known: set[int]) -> None:
    """From the start to a restart after its death; `known` gets its processes."""
    assert service.alive
    address = service.address
    assert {"host", "port", "url"} <= set(address)
    service.probe("first")
    service.probe("second")
    kept = "second" if service.persists else ""
    assert not kept or service.kept() == kept

    everybody = living(service)
    known |= {one.pid for one in everybody}
    service.kill()
    assert not service.alive
    assert gone(everybody)
    assert service.started

    service.restart()
    assert service.alive
    assert service.address == address
    assert service.kept() == kept
    known |= {one.pid for one in living(service)}


def check_restart(service: Service, known: set[int]) -> None:
    """What still runs is killed before, and keeps what it has."""
    everybody, kept = living(service), service.kept()
    service.restart()
    assert gone(everybody)
    assert service.kept() == kept
    known |= {one.pid for one in living(service)}


def check_end(service: Service) -> None:
    everybody = living(service)
    service.remove()
    assert gone(everybody)


@pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])
def test_two_instances_do_not_meet(service: Component) -> None:
    if remedy := components.missing(service.name):
        pytest.skip(remedy)
    pair = [services.create(request_of(service, {}), [], ON_LOOPBACK) for _ in range(2)]
    try:
        for one in pair:
            one.start()
        pair[0].probe("of the first")
        assert pair[0].address["port"] != pair[1].address["port"]
        pair[0].kill()
        pair[1].probe("of the second")
        assert pair[1].alive
    finally:
        for one in pair:
            one.remove()


@pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])
def test_what_is_installed_has_a_version(service: Component) -> None:
    if not components.missing(service.name):
        assert components.version(service.name)
    assert service.role
    assert service.title
