"""Where sides are and how they are reached: properties over every choice of links."""

from __future__ import annotations

import itertools

import pytest

from bench.lab.network.topology import (
    SPANS,
    behind,
    host,
    spans_of,
    subnets_behind,
    where,
)
from bench.model.links import BACKEND, CLIENTS, LINKS, SERVICES, SIDES, STANDBY

SUBSETS = [
    links for count in range(len(LINKS) + 1) for links in itertools.combinations(LINKS, count)
]


@pytest.mark.parametrize(
    ("links", "places"),
    [
        ((), (BACKEND, BACKEND, BACKEND, BACKEND)),
        ((CLIENTS,), (CLIENTS, BACKEND, BACKEND, BACKEND)),
        ((SERVICES,), (BACKEND, BACKEND, SERVICES, SERVICES)),
        ((STANDBY,), (BACKEND, BACKEND, BACKEND, STANDBY)),
        ((CLIENTS, SERVICES), (CLIENTS, BACKEND, SERVICES, SERVICES)),
        (LINKS, SIDES),
    ],
)
def test_a_side_without_its_link_is_where_the_link_would_begin(
    links: tuple[str, ...], places: tuple[str, ...]
) -> None:
    assert tuple(where(side, links) for side in SIDES) == places


@pytest.mark.parametrize("links", SUBSETS, ids="+".join)
def test_every_side_has_one_address_and_a_route_from_every_other(links: tuple[str, ...]) -> None:
    spans = spans_of(links)
    assert set(spans) == set(links)
    places = {where(side, links) for side in SIDES}
    assert len({host(side, links) for side in SIDES}) == len(places)
    for here, there in itertools.permutations(places, 2):
        subnet = host(there, links).rpartition(".")[0]
        mine = [span for span in spans.values() if here in (span.near, span.far)]
        routed = [
            span
            for span in mine
            if subnet in (*span.subnets, *subnets_behind(here, span, spans.values()))
        ]
        assert len(routed) == 1, (here, there)
        assert there in set(behind(here, routed[0], spans.values()))


def test_subnets_and_devices_are_told_apart() -> None:
    subnets = [subnet for span in SPANS for subnet in span.subnets]
    devices = [device for span in SPANS for device in span.devices]
    assert len(set(subnets)) == len(subnets) == len(devices) == len(set(devices))
    assert all(len(device) <= 15 for device in devices), "the kernel takes no longer name"
