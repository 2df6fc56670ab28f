"""Memory of one more client: a slope over levels."""

from __future__ import annotations

import dataclasses
import math

import pytest
from report_builders import group, near, result

from bench.analysis.evaluated import Group, Level
from reports.memory import per_further_client
from scenarios.notifications.load import LOAD

KEY = "server_memory_bytes_per_client"


def at(clients: int, grown: float, rate: float = 1.0) -> Group:
    level = Level((("clients", clients), ("event_rate", rate)), f"{clients} {rate}")
    one = group("sse", {KEY: near(grown / clients)}, level)
    return dataclasses.replace(one, load=LOAD(clients=clients))


def slope(*groups: Group) -> float:
    found = result(KEY, {"sse": near(1.0)})
    grid = {(one.pattern, one.level.text): one for one in groups}
    levels = tuple(one.level for one in groups)
    swept = dataclasses.replace(found, grid=grid, levels=levels)
    return per_further_client(swept, groups[0], "server")


def test_what_a_process_needs_anyway_is_not_the_clients() -> None:
    anyway = 3_000_000
    assert slope(*(at(n, anyway + 20_000 * n) for n in (10, 100, 1000))) == pytest.approx(20_000)


def test_levels_that_differ_in_more_than_clients_are_apart() -> None:
    others = [at(n, 90_000 * n, rate=5.0) for n in (10, 100)]
    assert slope(at(10, 200_000), at(100, 1_100_000), *others) == pytest.approx(10_000)


def test_one_level_has_no_slope() -> None:
    assert math.isnan(slope(at(100, 5e6)))
