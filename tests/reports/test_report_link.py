"""What a report says of an emulated link: in words, in its tables, along a sweep of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from measured import EXPERIMENTS
from report_builders import group, near, trial

from bench.analysis.evaluated import Evaluated, ExperimentResult, Level
from bench.analysis.shapes import RoleLoad
from bench.model.linktext import settled
from bench.model.load import Load
from bench.model.pattern import Pattern
from reports import about, present, sweeps, tables
from scenarios.notifications.load import LOAD, NotificationLoad


def load(**values: Any) -> Load[NotificationLoad]:
    """A load over a link; what is not said of it is as for one that was asked for."""
    whole = LOAD(**{"link": "emulated", **values}).values()
    return LOAD(**settled(whole, {"link", *values}))


def result(*loads: Load, swept: tuple[str, ...] = (), **estimates: float) -> ExperimentResult:
    """One pattern at a level for each load; levels speak of the swept parameters."""
    names = {"loss": "loss", "cc": "cc", "rtt": "rtt_s", "link": "link"}
    grid, levels = {}, []
    for one in loads:
        values = tuple((name, one.values()[names[name]]) for name in swept)
        level = Level(values, " ".join(f"{name}={value}" for name, value in values))
        found = group("sse", {key: near(value) for key, value in estimates.items()}, level)
        grid["sse", level.text] = dataclasses.replace(found, load=one)
        levels.append(level)
    patterns = (Pattern("notifications", "sse", "SSE", ""),)
    return ExperimentResult(
        EXPERIMENTS["notifications"], patterns, ("sse",), tuple(levels), grid, {}
    )


LOSSES = [load(rtt_s=0.05, loss=loss, cc=cc) for loss in (0.0, 0.02) for cc in ("reno", "cubic")]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (result(LOAD()), ""),
        (result(load(rtt_s=0.05)), "rtt=50ms"),
        (result(load(rtt_s=0.05, loss=0.01, cc="reno")), "rtt=50ms,loss=1%,cc=reno"),
        (result(*LOSSES, swept=("loss", "cc")), "rtt=50ms; several values of loss and cc"),
        (
            result(LOAD(), load(link="wan"), swept=("link",)),
            "several values of link",
        ),
    ],
)
def test_a_link_is_told_once_with_what_of_it_is_swept(found: ExperimentResult, words: str) -> None:
    assert present.link_words(found) == words


def test_the_plan_has_every_link_in_words(run: Evaluated) -> None:
    plan = dict(about.plan(run, result(*LOSSES, swept=("loss", "cc"))))
    assert plan["link"].startswith("emulated: rtt=50ms,cc=reno; rtt=50ms,cc=cubic; ")
    assert plan["link"].endswith("rtt=50ms,loss=2%,cc=cubic")
    assert "loss" not in plan
    assert dict(about.plan(run, result(LOAD())))["link"] == "loopback"


MEASURED = {
    "link_rtt_asked_ms": 50.0,
    "link_rtt_probe_ms": 50.3,
    "link_late_p99_us": 120.0,
    "link_cpu_share": 0.02,
    "link_lost_share_down": 0.021,
    "link_lost_share_up": 0.019,
}


def test_the_link_has_a_table_of_its_own() -> None:
    table = present.link(result(load(rtt_s=0.05), **MEASURED))
    row = dict(zip(table.headers, table.lines[0].cells, strict=True))
    assert row["pattern"] == "SSE"
    assert row["requested round-trip time (ms)"] == "50.0"
    assert row["round-trip time probed (ms)"] == "50.3"
    assert row["link lateness p99 (µs)"] == "120"
    assert row["packets lost (down / up)"] == "2.1 % / 1.9 %"
    assert row["packets sent again (down / up)"] == "- / -"


def test_what_went_over_loopback_has_no_such_table() -> None:
    found = result(LOAD(), load(rtt_s=0.05), swept=("link",), **MEASURED)
    assert len(present.link(found).lines) == 1
    only = result(LOAD(), **MEASURED)
    assert present.link(only).lines == ()
    terms = [term for term, _ in present.glossary(only)]
    more = [term for term, _ in present.glossary(found)]
    assert not any("link" in term for term in terms)
    assert "link lateness p99 (µs)" in more


def test_every_role_has_its_row_and_the_link_its_cpu_per_delivery() -> None:
    one = trial("sse")
    used = RoleLoad(np.ones(2), np.ones(2), 5_000_000, 30)
    names = ("link", "database", "generator", "proxy", "server")
    record = dataclasses.replace(one.record, t0_ns=0, t1_ns=2_000_000_000)
    one = dataclasses.replace(
        one,
        record=record,
        roles=dict.fromkeys(names, used),
        metrics={"link_cpu_share": 0.1, "deliveries": 10.0},
    )
    found = result(
        load(rtt_s=0.05),
        proxy_cpu_us_per_event=7.0,
        proxy_memory_bytes_per_client=900.0,
        link_cpu_share=0.1,
    )
    changed = dataclasses.replace(found.grid["sse", ""], trials=(one,))
    frame = tables.backend(dataclasses.replace(found, grid={("sse", ""): changed}))
    assert frame["role"].tolist() == ["server", "proxy", "database", "generator", "link"]
    by_role = frame.set_index("role")
    assert by_role.loc["proxy", "cpu_us_per_event"] == 7
    assert np.isnan(by_role.loc["proxy", "memory_bytes_per_client"]), "one level has no slope"
    assert by_role.loc["link", "cpu_us_per_event"] == pytest.approx(0.1 * 2e6 / 10)
    assert by_role.loc["link", "switches_per_event"] == 3


# --- sweeps over what a link derives -------------------------------------------------------


def test_loss_is_swept_though_loss_from_clients_follows_it() -> None:
    found = sweeps.sweeps(result(*LOSSES, swept=("loss", "cc")))
    assert {(one.name, one.fixed) for one in found} == {("loss", "cc=reno"), ("loss", "cc=cubic")}
    assert [len(one.levels) for one in found] == [2, 2]


def test_a_loss_of_its_own_from_clients_is_no_sweep_of_loss() -> None:
    apart = [load(rtt_s=0.05, loss=0.0, loss_up=0.03), load(rtt_s=0.05, loss=0.02, loss_up=0.01)]
    assert sweeps.sweeps(result(*apart, swept=("loss",))) == []


def test_named_links_are_a_sweep_though_all_of_them_differ() -> None:
    named = [load(link=name) for name in ("lan", "wan", "wifi")]
    (found,) = sweeps.sweeps(result(*named, swept=("link",)))
    assert (found.name, len(found.levels)) == ("link", 3)


def test_each_link_has_its_row_where_there_are_several() -> None:
    """The process of all links is one, so its CPU share is that of each row."""
    far = load(rtt_s=0.05, services_link="emulated", services_rtt_s=0.005, link="emulated")
    found = present.link(
        result(far, **MEASURED, services_link_rtt_asked_ms=5.0, services_link_lost_share_up=0.5)
    )
    first, second = (dict(zip(found.headers, row.cells, strict=True)) for row in found.lines)
    assert (first["link"], second["link"]) == ("clients", "services")
    asked = "requested round-trip time (ms)"
    assert (first[asked], second[asked]) == ("50.0", "5.00")
    assert second["packets lost (down / up)"] == "- / 50.0 %"
    assert first["link CPU share"] == second["link CPU share"] == "0.0200"
    assert present.link_words(result(far)) == "rtt=50ms; services: rtt=5ms"
