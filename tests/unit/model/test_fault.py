"""Faults: what may be written, when they happen, and how the rest is refused."""

from __future__ import annotations

import re
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.model.errors import UsageError
from bench.model.fault import (
    ActorName,
    Fault,
    FaultDone,
    Moment,
    format_faults,
    parse_fault,
    parse_faults,
    timeline,
)

S = 1_000_000_000


def instants(text: str, window_s: float = 10, seed: int = 1) -> list[tuple[float, float | None]]:
    """(begin, end) in seconds of each planned occurrence."""
    return [
        (one.begin_ns / S, None if one.end_ns is None else one.end_ns / S)
        for one in timeline(parse_faults(text), round(window_s * S), seed)
    ]


# --- text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rabbitmq:kill@3s", Fault(ActorName("rabbitmq"), "kill", Moment(3.0))),
        (
            "server:stop@50%,for=1400ms",
            Fault(ActorName("server"), "stop", Moment(0.5, True), lasts=Moment(1.4)),
        ),
        (
            "backend.0:restart@1s,every=2s,times=5",
            Fault(ActorName("backend", 0, 0), "restart", Moment(1.0), every=Moment(2.0), times=5),
        ),
        (
            "clients.0-9:stop@0%,for=100%",
            Fault(ActorName("clients", 0, 9), "stop", Moment(0.0, True), lasts=Moment(1.0, True)),
        ),
        ("clients:cut@poisson(0.1/s)", Fault(ActorName("clients"), "cut", None, 0.1)),
        ("clients:cut@poisson(6/min)", Fault(ActorName("clients"), "cut", None, 0.1)),
        ("path.1:down@2s", Fault(ActorName("path", 1, 1), "down", Moment(2.0))),
        ("path.1:path_down@2s", Fault(ActorName("path", 1, 1), "down", Moment(2.0))),
    ],
)
def test_what_a_text_means(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize("separator", [" ", ";", " ; ", "\n"])
def test_several_are_apart(separator: str) -> None:
    several = parse_faults(separator.join(["server:kill@3s", "clients:cut@1s"]))
    assert [str(fault) for fault in several] == ["server:kill@3s", "clients:cut@1s"]
    assert format_faults(several) == "server:kill@3s clients:cut@1s"


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
MOMENTS = st.one_of(
    st.floats(0, 3600).map(lambda seconds: f"{seconds:.6f}s"),
    st.integers(0, 10_000_000).map(lambda count: f"{count}us"),
    st.floats(0, 100).map(lambda share: f"{share:.4f}%"),
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    actor = draw(NAMES)
    first = draw(st.none() | st.integers(0, 99))
    if first is not None:
        actor += f".{first}"
        if draw(st.booleans()):
            actor += f"-{first + draw(st.integers(0, 9))}"
    options = ""
    if draw(st.booleans()):
        options += f",for={draw(MOMENTS)}"
    if draw(st.booleans()):
        when = f"poisson({draw(st.integers(1, 1000))}/min)"
    else:
        when = draw(MOMENTS)
        if draw(st.booleans()):
            options += f",every={draw(st.integers(1, 5000))}ms"
    if "every" in options or "poisson" in when:
        options += draw(st.sampled_from(["", ",times=1", ",times=7"]))
    return f"{actor}:{draw(NAMES)}@{when}{options}"


@given(texts())
def test_what_is_written_is_read_again(text: str) -> None:
    fault = parse_fault(text)
    assert parse_fault(str(fault)) == fault
    assert str(parse_fault(str(fault))) == str(fault)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("server", "not ACTOR:VERB@WHEN[,for=TIME][,every=TIME][,times=N]; write e.g. server:"),
        ("server:stop", "not ACTOR:VERB@WHEN"),
        ("server@3s", "not ACTOR:VERB@WHEN"),
        ("Server:stop@3s", "not ACTOR:VERB@WHEN"),
        ("server:stop@", "not ACTOR:VERB@WHEN"),
        ("server.x:stop@1s", "not ACTOR:VERB@WHEN"),
        ("server:stop@3", "when=3: the unit is missing; write it as 3s or 3ms"),
        ("server:stop@x%", "when=x%: not a number with a unit; write it as 0.5% or 2%"),
        ("server:stop@101%", "when=101%: not within the window; write 0% to 100%"),
        ("server:stop@-1s", "when=-1s: not within the window; write 0s or more"),
        ("server:stop@1s,for=x", "for=x: not a number with a unit"),
        ("server:stop@1s,long=2s", "unknown setting 'long'; use for, every or times"),
        ("server:stop@1s,for", "for has no value; write it as for=1s"),
        ("server:stop@1s,for=1s,for=2s", "for is given twice; give it once"),
        ("server:kill@1s,times=3", "times needs every; add e.g. every=2s"),
        ("server:kill@1s,every=2s,times=0", "times=0: write a whole number from 1, as times=5"),
        ("server:kill@1s,every=2s,times=1.5", "times=1.5: write a whole number from 1"),
        ("server:kill@1s,every=0s", "every must be above 0"),
        ("server:kill@poisson(0/s)", "the rate must be above 0"),
        ("server:kill@poisson(3)", "poisson=3: the unit is missing"),
        ("server:kill@poisson(1/s),every=2s", "poisson draws its own times; remove every"),
        ("clients.9-0:cut@1s", "9-0 is not a range; write the smaller number first"),
        ("server:kill@1s server:kill@1000ms", "given twice; give it once"),
    ],
)
def test_what_is_no_fault_is_refused_in_one_line(text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_faults(text)
    message = str(refused.value)
    assert message.startswith("--fault ")
    assert words in message
    assert "\n" not in message


# --- times -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "planned"),
    [
        ("", []),
        ("server:kill@3s", [(3, None)]),
        ("server:kill@50%", [(5, None)]),
        ("server:stop@50%,for=1s", [(5, 6)]),
        ("clients:stop@0%,for=100%", [(0, 10)]),
        ("server:stop@0s,every=4s,for=10%", [(0, 1), (4, 5), (8, 9)]),
        ("server:kill@1s,every=4s", [(1, None), (5, None), (9, None)]),
        ("server:kill@2s,every=4s", [(2, None), (6, None)]),
        ("server:kill@1s,every=2s,times=2", [(1, None), (3, None)]),
        ("server:kill@9s clients:cut@1s", [(1, None), (9, None)]),
    ],
)
def test_when_a_fault_happens(text: str, planned: list[tuple[float, float | None]]) -> None:
    assert instants(text) == planned


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("server:kill@10s", "begins 10s after the window's beginning; the window is duration=10s"),
        ("server:kill@100%", "begins 10s after"),
        ("server:kill@1s,every=3s,times=4", "begins 10s after"),
        ("server:stop@9s,for=2s", "ends 11s after the window's beginning"),
        ("server:stop@0s,every=5s,for=6s", "lasts longer than every=5s; shorten for"),
    ],
)
def test_what_has_no_place_in_the_window_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        instants(text)
    assert words in str(refused.value)


@given(
    rate=st.floats(0.01, 50),
    seed=st.integers(0, 2**32),
    lasts_ms=st.none() | st.integers(0, 3000),
    times=st.none() | st.integers(1, 20),
)
def test_drawn_times_stay_in_the_window_and_apart(
    rate: float, seed: int, lasts_ms: int | None, times: int | None
) -> None:
    text = f"clients:stop@poisson({rate:.4f}/s)"
    text += "" if lasts_ms is None else f",for={lasts_ms}ms"
    text += "" if times is None else f",times={times}"
    planned = instants(text, seed=seed)
    assert planned == instants(text, seed=seed)
    assert times is None or len(planned) <= times
    free = 0.0
    for begin, end in planned:
        assert free <= begin < 10
        assert end is None or begin <= end <= 10
        free = begin if end is None else end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("server:stop@1e300s", "not within the window"),
        ("server:cut@0s,every=1e300s,times=2", "not within the window"),
        ("server:cut@0s,every=1us", "10000000 times within the window; name a longer every"),
        ("server:cut@0s,every=2s,times=" + "9" * 5000, "write a whole number from 1"),
        ("server:cut@0s,every=2s,times=\u0663", "write a whole number from 1"),
        ("server." + "9" * 5000 + ":stop@0s", "not ACTOR:VERB@WHEN"),
    ],
)
def test_numbers_beyond_all_bounds_are_refused(text: str, words: str) -> None:
    """They overflowed, or made a list of as many faults."""
    with pytest.raises(UsageError, match=re.escape(words)):
        instants(text)


def test_a_window_of_no_time_has_room_for_nothing() -> None:
    with pytest.raises(UsageError, match="begins 0s after the window's beginning"):
        instants("server:cut@50%", window_s=0)


def test_drawn_times_are_a_poisson_process() -> None:
    """Mean and variance of the count are both rate x window; another seed has other times."""
    counts = [len(instants("clients:cut@poisson(0.4/s)", seed=seed)) for seed in range(2000)]
    assert statistics.fmean(counts) == pytest.approx(4, rel=0.05)
    assert statistics.variance(counts) == pytest.approx(4, rel=0.15)
    text = "clients:cut@poisson(1/s)"
    assert instants(text, seed=1) != instants(text, seed=2)
    assert [begin for begin, _ in instants("server:cut@poisson(1/s)")] != [
        begin for begin, _ in instants(text)
    ]


# --- what was done ---------------------------------------------------------------------------


def test_whom_it_was_done_to() -> None:
    some = FaultDone("clients", "stop", 0, 5, first=2, last=4)
    assert (some.who, some.numbers) == ("clients.2-4", (2, 4))
    everybody = FaultDone("clients", "cut", 0, None)
    assert everybody.who == "clients"
    assert everybody.numbers[0] == 0
    assert everybody.numbers[1] > 10**9
