"""Links behind the backend: `--link services:...`, their load parameters, what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bench.model import linktext
from bench.model.errors import UsageError
from bench.model.links import CLIENTS, SERVICES, STANDBY, Link, Path, Way
from bench.model.load import LoadType, parameters_of
from bench.plan.trials import loads_of
from scenarios.connection_pool.experiment import EXPERIMENT
from scenarios.page_load.experiment import EXPERIMENT as WITHOUT


def loads(*links: str) -> list[dict[str, Any]]:
    return [load for _, load in loads_of(EXPERIMENT, linktext.settings_of_all(links))]


def symmetric(**values: Any) -> Link:
    return Link((Path(Way(**values), Way(**values)),))


@pytest.mark.parametrize(
    ("texts", "links"),
    [
        ([], {}),
        (["rtt=4ms"], {CLIENTS: symmetric(delay_ns=2_000_000)}),
        (["clients:rtt=4ms"], {CLIENTS: symmetric(delay_ns=2_000_000)}),
        (["services:rtt=4ms"], {SERVICES: symmetric(delay_ns=2_000_000)}),
        (["services:emulated"], {SERVICES: symmetric()}),
        (["services:loopback"], {}),
        (
            ["wifi", "services:loss=1%,rate=10mbit/5mbit"],
            {
                CLIENTS: Link((Path(Way(1_000_000, rate=15e6), Way(1_000_000, rate=30e6)),)),
                SERVICES: Link((Path(Way(0, 0, 0.01, 5e6), Way(0, 0, 0.01, 10e6)),)),
            },
        ),
        (["services:lan"], {SERVICES: symmetric(delay_ns=250_000, rate=1e9)}),
        (["services:lan,rtt=2ms"], {SERVICES: symmetric(delay_ns=1_000_000, rate=1e9)}),
    ],
)
def test_each_text_is_of_the_link_that_it_names(
    texts: Sequence[str], links: dict[str, Link]
) -> None:
    (load,) = loads(*texts)
    assert linktext.links_of(load) == links
    for name in (CLIENTS, SERVICES, STANDBY):
        assert linktext.link_of(load, name) == links.get(name)


def test_a_link_behind_the_backend_can_be_swept_with_numbers() -> None:
    found = loads_of(EXPERIMENT, linktext.settings_of_all(["services:rtt=0,5,20ms", "lan"]))
    assert [level for level, _ in found] == [{"services_rtt": rtt} for rtt in (0, 0.005, 0.02)]
    read = [EXPERIMENT.load(**load) for _, load in found]
    assert [load.services.rtt_s for load in read] == [0, 0.005, 0.02]
    assert {load.services.link for load in read} == {"emulated"}
    assert {load.link.rtt_s for load in read} == {0.0005}
    assert [load.values() for load in read] == [load for _, load in found]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["rtt=4ms"], "rtt=4ms"),
        (["services:rtt=4ms,loss=1%"], "loopback services:rtt=4ms,loss=1%"),
        (["wan", "services:lan"], "wan,rtt=80ms,rate=100mbit services:lan,rtt=500us,rate=1gbit"),
    ],
)
def test_links_are_told_in_the_words_of_the_command_line(texts: list[str], words: str) -> None:
    (load,) = loads(*texts)
    assert linktext.format_links(load) == words


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["database:rtt=4ms"], "unknown link 'database'; use clients, services, standby"),
        (["services:path=rtt=1ms path=rtt=2ms"], "one path; write --link services:rtt=5ms"),
        (["services:rtt=1ms", "services:loss=1%"], "services_link is described twice"),
        (["rtt=1ms", "clients:loss=1%"], "link is described twice"),
        (["services:loopback,rtt=4ms"], "loopback has no rtt"),
        (["services:delay=4ms"], "delay"),
        (["standby:rtt=4ms"], "standby_link: connection_pool has no such parameter"),
    ],
)
def test_what_is_no_link_is_refused(texts: list[str], message: str) -> None:
    with pytest.raises(UsageError) as error:
        loads(*texts)
    assert message in str(error.value)


def test_a_value_without_its_link_is_refused_with_the_option_that_makes_it_one() -> None:
    with pytest.raises(UsageError) as error:
        loads_of(EXPERIMENT, {"services_rtt": "4ms"})
    assert str(error.value) == (
        "services_rtt=4ms: loopback has none; write --link services:rtt=4ms"
    )


def test_an_experiment_offers_only_the_links_that_mean_something_for_it() -> None:
    with pytest.raises(UsageError, match="services_link: page_load has no such parameter"):
        loads_of(WITHOUT, linktext.settings_of("services:rtt=4ms"))
    offered = [name for name in parameters_of(EXPERIMENT.load) if name.startswith("services_")]
    assert offered == [
        *("services_link", "services_rtt", "services_jitter", "services_loss"),
        *("services_loss_up", "services_rate", "services_rate_up", "services_queue"),
        "services_cc",
    ]
    assert all(linktext.is_of_link(parameters_of(EXPERIMENT.load)[name]) for name in offered)
    with pytest.raises(ValueError, match="services_rtt_s is no shared parameter"):
        LoadType(EXPERIMENT.load.own, changes={}, without=frozenset({"services_rtt_s"}))
