"""Services of one run: shared where patterns ask for the same, apart where they do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from system_builders import living, until

from bench import catalog
from bench.lab import components
from bench.lab.network.network import usable
from bench.model.component import request_of
from bench.model.messages import Values
from bench.model.pattern import Pattern
from bench.run import request
from bench.run.services import Services

if components.missing("redis"):
    pytest.skip(components.missing("redis"), allow_module_level=True)


def pattern(**settings: str) -> Pattern:
    asked = request_of(catalog.components()["redis"], settings)
    return Pattern("e", "p", "P", "", requires=("redis",), services=(asked,))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def pool(said: list[str]) -> Iterator[Services]:
    found = Services([], {}, said.append)
    yield found
    children = psutil.Process().children(recursive=True)
    found.stop()
    assert not living(children)


def address(pool: Services, load: dict[str, Any] | None = None, **settings: str) -> Values:
    return pool.context_for(pattern(**settings), 1, load).services["redis"]


def test_the_same_request_is_the_same_instance(pool: Services, said: list[str]) -> None:
    first = address(pool)
    assert address(pool) == first
    assert address(pool, appendonly="off", side="backend")["port"] != first["port"]
    assert address(pool, appendonly="always")["port"] != first["port"]
    assert said == ["starting Redis"] * 3
    context = pool.context_for(pattern(), 1)
    assert context.roles == {"redis": "cache"}
    assert context.services["redis"] == first


def test_one_that_died_is_restarted_on_its_data(pool: Services, said: list[str]) -> None:
    before = address(pool, appendonly="everysec")
    node: Any = pool.context_for(pattern(appendonly="everysec"), 1).nodes["redis"]
    node.probe("kept")
    (pid,) = node.pids
    process = psutil.Process(pid)
    process.kill()
    psutil.wait_procs([process], 5)
    assert address(pool, appendonly="everysec") == before
    assert node.kept() == "kept"
    assert node.pids != [pid]
    assert said == ["starting Redis", "restarting Redis"]


def test_a_foreign_one_is_used_and_not_started(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.lab.services.rabbitmq.accepts", lambda *_: True)
    url = "amqp://guest:guest@127.0.0.1:5673/"
    pool = Services([], {"rabbitmq": url}, said.append)
    (rabbit,) = catalog.select(["notifications/rabbitmq"])
    context = pool.context_for(rabbit, 1)
    assert context.services == {"rabbitmq": {"url": url, "host": "127.0.0.1", "port": 5673}}
    assert (context.roles, context.nodes, said) == ({}, {}, [])


@pytest.mark.skipif(bool(usable()[1]), reason=usable()[1])
def test_a_side_behind_a_link_has_an_instance_of_its_own(pool: Services) -> None:
    _, linked = request.one_pattern("connection_pool/pool", [], {}, ["services:rtt=2ms"])
    beside = address(pool, linked, side="backend")
    behind = address(pool, linked)
    local = address(pool)
    hosts = [str(where["host"]) for where in (local, beside, behind)]
    assert hosts[0] == "127.0.0.1"
    assert len(set(hosts)) == 3


@pytest.mark.skipif(
    bool(usable()[1] or components.missing("postgres")), reason="needs links and PostgreSQL"
)
def test_a_standby_follows_over_a_link_of_its_own(pool: Services) -> None:
    _, linked = request.one_pattern("connection_pool/pool", [], {}, ["services:rtt=2ms"])
    linked |= {
        name.replace("services_", "standby_"): value
        for name, value in linked.items()
        if name.startswith("services_")
    }
    asked = request_of(catalog.components()["postgres"], {"standby": "on"})
    pair = Pattern("e", "p", "P", "", requires=("postgres",), services=(asked,))
    context = pool.context_for(pair, 1, linked)
    found = context.services["postgres"]
    assert len({found["host"], found["standby_host"], context.sides.backend.host}) == 3
    node: Any = context.nodes["postgres"]
    until(lambda: "started streaming" in "".join(node.log_tail()), 20, "the standby streams")
