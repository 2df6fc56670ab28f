"""`--link TEXT`: what may be written, which link it means, and how the rest is refused."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model import links, linktext
from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.links import Link, Path, Way
from bench.model.load import LoadType, parameters_of
from bench.plan.trials import loads_of


@dataclasses.dataclass(frozen=True)
class Nothing:
    """No parameter of its own."""


LOAD = LoadType(Nothing)
EXPERIMENT = Experiment("e", "E", "?", LOAD, (), "", (), (), {}, {})
DEFAULTS = LOAD().values()
MS = 1_000_000


def load_of(text: str = "", **more: str) -> dict[str, Any]:
    """The one load of `--link TEXT --set ...`, as a plan has it."""
    ((_, load),) = loads_of(EXPERIMENT, {**linktext.settings_of(text), **more})
    return load


def link_of(text: str, **more: str) -> Link:
    link = linktext.link_of(load_of(text, **more))
    assert link is not None
    return link


def refusal(text: str, **more: str) -> str:
    with pytest.raises(UsageError) as refused:
        load_of(text, **more)
    message = str(refused.value)
    assert "\n" not in message
    return message


# --- what may be written ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("", {}),
        ("  ", {}),
        ("loopback", {"link": "loopback"}),
        ("wan", {"link": "wan"}),
        ("lan,wifi", {"link": "lan,wifi"}),
        ("loopback, wan", {"link": "loopback,wan"}),
        ("4g,loss=2%", {"link": "4g", "loss": "2%"}),
        ("rtt=50ms", {"link": "emulated", "rtt": "50ms"}),
        ("emulated,rtt=50ms", {"link": "emulated", "rtt": "50ms"}),
        (
            "rtt=50ms,jitter=5ms,loss=1%,rate=20mbit,cc=cubic",
            {
                "link": "emulated",
                "rtt": "50ms",
                "jitter": "5ms",
                "loss": "1%",
                "rate": "20mbit",
                "cc": "cubic",
            },
        ),
        ("rtt=0,20,50,100ms", {"link": "emulated", "rtt": "0,20,50,100ms"}),
        ("rtt=0,20ms,loss=0,1%", {"link": "emulated", "rtt": "0,20ms", "loss": "0,1%"}),
        ("cc=reno,cubic,bbr", {"link": "emulated", "cc": "reno,cubic,bbr"}),
        ("rate=20mbit/5mbit", {"link": "emulated", "rate": "20mbit", "rate_up": "5mbit"}),
        ("loss=1%/0", {"link": "emulated", "loss": "1%", "loss_up": "0"}),
        ("rate=20mbit/s", {"link": "emulated", "rate": "20mbit"}),
        ("rate=800bit/s/400bit/s", {"link": "emulated", "rate": "800bit", "rate_up": "400bit"}),
        (
            "path=rtt=20ms,cc=bbr path=rtt=60ms,loss=1%",
            {"link": "emulated", "rtt": "20ms", "cc": "bbr", "second_path": "rtt=60ms,loss=1%"},
        ),
        (
            "path=wifi, path=rate=5mbit/1mbit",
            {"link": "wifi", "second_path": "rate=5mbit/1mbit"},
        ),
    ],
)
def test_a_link_stands_for_load_parameters(text: str, settings: dict[str, str]) -> None:
    assert linktext.settings_of(text) == settings


def way(rtt_ms: float = 0, **values: Any) -> Way:
    return Way(delay_ns=round(rtt_ms * MS / 2), **values)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("emulated", Link()),
        ("rtt=50ms", Link((Path(way(50), way(50)),))),
        ("rtt=1ms,jitter=1ms", Link((Path(*[way(1, jitter_ns=MS // 2)] * 2),))),
        ("loss=2%", Link((Path(way(loss=0.02), way(loss=0.02)),))),
        ("loss=2%/0%", Link((Path(way(), way(loss=0.02)),))),
        ("rate=20mbit/5mbit", Link((Path(way(rate=5e6), way(rate=20e6)),))),
        ("rate=1mbit,queue=20ms", Link((Path(*[way(rate=1e6, queue_ns=20 * MS)] * 2),))),
        ("cc=host", Link()),
        ("cc=reno", Link(congestion="reno")),
        ("wan", Link((Path(*[way(80, rate=1e8)] * 2),))),
        ("wifi", Link((Path(way(2, rate=15e6), way(2, rate=30e6)),))),
        # What is said outweighs the name; a rate of one's own replaces both of the name's.
        ("wifi,rtt=8ms", Link((Path(way(8, rate=15e6), way(8, rate=30e6)),))),
        ("wifi,rate=1mbit", Link((Path(*[way(2, rate=1e6)] * 2),))),
        ("wifi,rate=1mbit/2mbit", Link((Path(way(2, rate=2e6), way(2, rate=1e6)),))),
        ("wan,rtt=0", Link((Path(*[way(rate=1e8)] * 2),))),
        (
            "path=rtt=20ms,cc=bbr path=rtt=60ms,rate=5mbit/1mbit",
            Link(
                (Path(way(20), way(20)), Path(way(60, rate=1e6), way(60, rate=5e6))),
                "bbr",
            ),
        ),
    ],
)
def test_a_text_means_a_link(text: str, link: Link) -> None:
    assert link_of(text) == link


def test_the_way_up_alone_leaves_the_other_as_it_is() -> None:
    assert link_of("wifi", rate_up="1mbit") == Link((Path(way(2, rate=1e6), way(2, rate=30e6)),))
    assert link_of("rtt=1ms", loss_up="3%") == Link((Path(way(1, loss=0.03), way(1)),))


@pytest.mark.parametrize("name", links.NAMED)
def test_every_name_is_a_link_with_a_source(name: str) -> None:
    named = links.NAMED[name]
    assert link_of(name) == link_of(named.text)
    assert link_of(name).paths[0].rtt_ns > 0
    assert len(named.source) > 20
    assert name in links.CHOICES


@pytest.mark.parametrize("text", ["", "loopback"])
def test_loopback_is_no_link(text: str) -> None:
    assert linktext.link_of(load_of(text)) is None
    assert load_of(text) == DEFAULTS


def test_loads_of_before_there_were_links_have_none() -> None:
    assert linktext.link_of({"clients": 1}) is None
    assert linktext.format_link({"clients": 1}) == "loopback"


# --- sweeps ----------------------------------------------------------------------------------


def levels(text: str) -> list[tuple[dict[str, Any], Link | None]]:
    loads = loads_of(EXPERIMENT, linktext.settings_of(text))
    return [(level, linktext.link_of(load)) for level, load in loads]


def test_a_swept_round_trip_gives_a_level_each() -> None:
    found = levels("rtt=0,20,50ms,loss=1%")
    assert [level for level, _ in found] == [{"rtt": 0}, {"rtt": 0.02}, {"rtt": 0.05}]
    assert [link.paths[0].rtt_ns for _, link in found if link] == [0, 20 * MS, 50 * MS]
    assert {link.paths[0].up.loss for _, link in found if link} == {0.01}


def test_swept_names_bring_their_own_values() -> None:
    found = levels("loopback,lan,satellite")
    assert found == [
        ({"link": "loopback"}, None),
        ({"link": "lan"}, link_of("lan")),
        ({"link": "satellite"}, link_of("satellite")),
    ]


def test_on_loopback_nothing_of_a_link_is_left() -> None:
    """So that the loopback level of a sweep can be compared with a run that has no link."""
    (loopback, lan) = loads_of(EXPERIMENT, linktext.settings_of("loopback,lan,loss=1%"))
    assert loopback[1] == DEFAULTS
    assert lan[1]["loss"] == lan[1]["loss_up"] == 0.01


def test_swept_losses_are_the_same_on_both_ways() -> None:
    assert [link.paths[0].up.loss for _, link in levels("loss=0,1,2%") if link] == [0, 0.01, 0.02]


# --- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "moon",
            "--link moon: unknown link 'moon'; use loopback, lan, wifi, 4g, wan, satellite, or ",
        ),
        ("lan,moon", "--link lan,moon: unknown link 'moon'"),
        ("lan,", "--link lan,: unknown link ''"),
        ("delay=5ms", "--link delay=5ms: unknown setting 'delay'; did you mean rtt?"),
        ("=5ms", "--link =5ms: unknown setting '=5ms'"),
        ("rtt=5ms,rtt=6ms", "rtt is given twice; write rtt=A,B to sweep it"),
        ("loopback,rtt=5ms", "--link loopback,rtt=5ms: loopback has no rtt; leave it out"),
        ("rtt=5", "rtt=5: the unit is missing; write it as 5s or 5ms"),
        ("rtt=5ms,soon", "rtt=soon: not a number"),
        ("rtt=2min", "rtt=2min: too large; the maximum is 60s"),
        ("rtt=-5ms", "rtt=-5ms: too small; the minimum is 0s"),
        ("loss=2", "loss=2: the unit is missing; write it as 2%"),
        ("loss=101%", "loss=101%: too large; the maximum is 100%"),
        ("rate=20", "rate=20: the unit is missing; write it as 20mbit"),
        ("rate=20mb", "rate=20mb: unknown unit 'mb'; write it as 20mbit"),
        ("rate=2mbit/1", "rate_up=1: the unit is missing"),
        ("rate=20mbit/5mbit,9mbit", "down/up cannot be swept; name one pair"),
        ("rtt=20ms/40ms", "rtt=20ms/40ms: one value serves both directions"),
        ("cc=vegas", "cc=vegas: unknown value; use host or reno or cubic or bbr"),
        ("jitter=5ms", "jitter=5ms: more than rtt=0s; a round trip cannot take less than no time"),
        ("lan,jitter=1ms", "jitter=1ms: more than rtt=500us"),
        ("rtt=1,1ms", "rtt=1,1ms: a value appears twice"),
        ("rtt=1,2ms,loss=1,2%,cc=reno,bbr", "rtt, loss, cc: 3 parameters are swept at once"),
        ("path=rtt=5ms", "not two paths; write --link 'path=rtt=20ms path=rtt=60ms'"),
        ("path=rtt=5ms path=", "not two paths"),
        ("path=lan path=rtt=5ms path=rtt=6ms", "not two paths"),
        ("rtt=5ms path=rtt=6ms", "not two paths"),
        ("path=loopback path=rtt=6ms", "loopback has no second path; write --link path=rtt=20ms"),
        ("path=rtt=5ms path=lan", "second path lan: lan: write one value of rtt, jitter, loss"),
        ("path=rtt=5ms path=rtt=6,7ms", "second path rtt=6,7ms: rtt: write one value of rtt"),
        ("path=rtt=5ms path=cc=bbr", "second path cc=bbr: cc: write one value of rtt"),
        ("path=rtt=5ms path=rtt=6", "rtt=6: the unit is missing"),
        ("path=rtt=5ms path=rtt=1ms,jitter=2ms", "jitter=2ms: more than rtt=1ms"),
    ],
)
def test_what_is_no_link_is_refused_with_a_remedy(text: str, message: str) -> None:
    assert message in refusal(text)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rtt": "50ms"}, "rtt=50ms: loopback has none; write --link rtt=50ms"),
        ({"rate": "1mbit"}, "rate=1mbit: loopback has none; write --link rate=1mbit"),
        ({"cc": "bbr"}, "cc=bbr: loopback has none; write --link cc=bbr"),
        ({"loss_up": "1%"}, "loss_up=1%: loopback has none; add --set link=emulated"),
        ({"second_path": "lan"}, "second_path=lan: loopback has none; add --set link=emulated"),
    ],
)
def test_a_link_that_nobody_asked_for_is_refused(settings: dict[str, str], message: str) -> None:
    assert refusal("", **settings) == message


def test_a_second_path_is_read_before_anything_starts() -> None:
    assert "unknown setting 'delay'" in refusal("lan", second_path="delay=5ms")


# --- properties ------------------------------------------------------------------------------

percents = st.integers(0, 100).map(lambda n: f"{n}%")
rates = st.integers(0, 10**6).map(lambda n: f"{n}kbit")


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Links of one path, every value with few enough digits to be shown whole."""
    rtt = draw(st.integers(0, 60_000))
    values = {
        "rtt": f"{rtt}ms",
        "jitter": f"{draw(st.integers(0, min(rtt, 999)))}ms",
        "loss": draw(percents | st.tuples(percents, percents).map("/".join)),
        "rate": draw(rates | st.tuples(rates, rates).map("/".join)),
        "queue": f"{draw(st.integers(0, 999))}ms",
        "cc": draw(st.sampled_from(links.CONGESTION)),
    }
    kept = draw(st.lists(st.sampled_from([k for k in values if k != "jitter"]), unique=True))
    if "rtt" in kept and draw(st.booleans()):
        kept.append("jitter")
    return ",".join(f"{key}={values[key]}" for key in draw(st.permutations(kept))) or "emulated"


@given(texts())
def test_the_words_of_a_load_mean_the_same_link(text: str) -> None:
    load = load_of(text)
    again = load_of(linktext.format_link(load))
    if not (load["rate"] or load["rate_up"]):  # no queue without a rate
        load["queue_s"] = again["queue_s"]
    assert again == pytest.approx(load)


@given(texts(), texts())
def test_two_paths_are_two_links(first: str, second: str) -> None:
    second = ",".join(part for part in second.split(",") if not part.startswith("cc="))
    second = second.replace("emulated", "rtt=0") or "rtt=0"
    found = link_of(f"path={first} path={second}")
    assert found.paths == (*link_of(first).paths, *link_of(second).paths)
    assert found.congestion == link_of(first).congestion


@given(texts())
def test_packets_are_never_asked_to_arrive_before_they_leave(text: str) -> None:
    for way in dataclasses.asdict(link_of(text))["paths"][0].values():
        assert 0 <= way["jitter_ns"] <= way["delay_ns"]


@given(st.text("rtlosae0123456789ms%/=,. bipch", max_size=24))
def test_any_text_is_a_link_or_a_usage_error(text: str) -> None:
    """No other exception, and whatever is taken is whole."""
    loads = []
    with contextlib.suppress(UsageError):
        loads = loads_of(EXPERIMENT, linktext.settings_of(text))
    for _, load in loads:
        assert set(load) == set(DEFAULTS)
        assert load == DEFAULTS or linktext.link_of(load) is not None


def test_the_load_parameters_of_a_link_are_known_as_such() -> None:
    found = [p.name for p in parameters_of(LOAD).values() if linktext.is_of_link(p)]
    assert found == [
        *(
            "link",
            "rtt",
            "jitter",
            "loss",
            "loss_up",
            "rate",
            "rate_up",
            "queue",
            "cc",
            "second_path",
        )
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("loopback", "loopback"),
        ("emulated", "rtt=0s"),
        ("rtt=50ms,loss=1%", "rtt=50ms,loss=1%"),
        ("queue=5ms", "rtt=0s"),
        ("rate=20mbit/5mbit,queue=5ms", "rtt=0s,rate=20mbit/5mbit,queue=5ms"),
        ("wan", "wan,rtt=80ms,rate=100mbit"),
        ("path=rtt=20ms path=rtt=60ms", "path=rtt=20ms path=rtt=60ms"),
    ],
)
def test_a_link_is_shown_as_it_is_written(text: str, words: str) -> None:
    assert linktext.format_link(load_of(text)) == words
