"""From declared proxies to processes: names, order, where references lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.lab.proxies.instances import (
    MOST_PER_CLIENT,
    Instance,
    endpoints_of,
    in_order,
    instances,
    needed_names,
    resolve,
)
from bench.model.errors import UsageError
from bench.model.proxy import Endpoint, Listener, Proxy, Upstream

KNOWN = {
    "server": [Endpoint("10.0.0.1", port) for port in (1, 2, 3)],
    "b.tls": [Endpoint("10.0.0.1", port) for port in (11, 12, 13)],
}


def proxy(name: str, *endpoints: str, per_client: bool = False) -> Proxy:
    upstream = Upstream("up", endpoints)
    return Proxy(name, (Listener("tls"),), (upstream,), per_client=per_client)


def test_one_process_or_one_for_each_client() -> None:
    assert [one.name for one in instances(proxy("a", "server"), 3)] == ["a"]
    own = instances(proxy("a", "server", per_client=True), 3)
    assert [one.name for one in own] == ["a.0", "a.1", "a.2"]


def test_more_than_the_memory_holds_is_refused() -> None:
    with pytest.raises(UsageError, match=r"clients=201.*at most 200"):
        instances(proxy("a", "server", per_client=True), MOST_PER_CLIENT + 1)


@pytest.mark.parametrize(
    ("text", "number", "ports"),
    [
        ("server", None, [1, 2, 3]),
        ("server.1", None, [2]),
        ("b.tls", None, [11, 12, 13]),
        ("b.tls", 1, [12]),
    ],
)
def test_where_references_lead(text: str, number: int | None, ports: list[int]) -> None:
    own = Instance(proxy("a", text, per_client=number is not None), number)
    assert [found.port for found in resolve(text, own, KNOWN, {"a", "b"})] == ports
    assert [found.port for found in endpoints_of(own, KNOWN, {"a", "b"})["up"]] == ports


def test_clients_proxies_share_one_that_is_not_per_client() -> None:
    own = Instance(proxy("a", "b.tls", per_client=True), 1)
    assert len(resolve("b.tls", own, KNOWN, {"a"})) == 3


@pytest.mark.parametrize("text", ["server.3", "server.x", "c", "b", "b.other"])
def test_what_nothing_is_called_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=f"nothing is called '{text}'; there is b.tls, server"):
        resolve(text, Instance(proxy("a", text)), KNOWN, set())


def test_needed_are_parts_and_proxies() -> None:
    assert needed_names(proxy("a", "server.1", "server", "b.tls")) == {"server", "b"}


@given(st.permutations(["a", "b", "c", "d"]))
def test_what_others_lead_to_comes_first(order: list[str]) -> None:
    leads = {"a": "b.tls", "b": "d.tls", "c": "d.tls", "d": "server"}
    found = [one.name for one in in_order([proxy(name, leads[name]) for name in order])]
    assert sorted(found) == sorted(leads)
    for name, to in leads.items():
        if to != "server":
            assert found.index(to.partition(".")[0]) < found.index(name)


def test_a_circle_is_refused() -> None:
    with pytest.raises(UsageError, match=r"circle: .* -> "):
        in_order([proxy("a", "b.tls"), proxy("b", "a.tls")])


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="proxy a is declared twice"):
        in_order([proxy("a", "server"), proxy("a", "server")])
