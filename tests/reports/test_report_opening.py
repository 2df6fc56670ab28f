"""What a report opens with: sentences that follow from verdicts, and from nothing else."""

from __future__ import annotations

import math
import re

import pytest
from claim_builders import cell, evidence

from bench.analysis.evaluated import JudgedClaim
from bench.model.answer import Answer, Contrast, TurningPoint
from bench.model.claim import Claim
from bench.verdicts.evidence import Evidence
from bench.verdicts.judgement import Curve, Judgement, Number, Point
from bench.verdicts.rule import AllOf
from reports.opening import said

SPEED = Contrast(
    "latency_mean",
    ("sse", "websocket"),
    "short_polling",
    less="[is|are] {times} times faster than {other}",
    more="[is|are] {times} times slower than {other}",
)
COST = Contrast(
    "backend_cpu_us_per_event",
    ("sse", "websocket"),
    "short_polling",
    less="[costs|cost] {share} of {others} CPU",
    more="[costs|cost] {times} times {others} CPU",
)
TURN = TurningPoint("N4", below="it wins below {x} events/s", above="it wins above {x} events/s")
ANSWER = Answer(
    (SPEED, COST, TURN),
    at={"event_rate": 5.0},
    level={"event_rate": "{} events/s", "clients": "{} clients", "rtt": "{}"},
)


NOISE = {
    "sse": (1.0, 1.01, 0.99, 1.0, 1.02, 0.98),
    "websocket": (0.99, 1.02, 1.0, 1.01, 0.98, 1.0),
    "short_polling": (1.0,) * 6,
}


def trials(pattern: str, value: float, count: int = 6) -> list[float]:
    """Two percent about the value, in each pattern in another order."""
    return [value * factor for factor in NOISE[pattern][:count]]


def measured(
    sse: float = 1, websocket: float = 2, polling: float = 500, cost: float = 0.5, count: int = 6
) -> Evidence:
    """Latencies in ms; the pushes cost a share of what polling does."""
    costs = {"sse": 100 * cost, "websocket": 100 * cost, "short_polling": 100}
    latencies = {"sse": sse, "websocket": websocket, "short_polling": polling}
    return evidence(
        *(
            cell(
                name,
                {
                    "latency_mean": trials(name, latencies[name], count),
                    "backend_cpu_us_per_event": trials(name, costs[name], count),
                },
                event_rate_per_s=5.0,
            )
            for name in NOISE
        )
    )


def sentences(found: Evidence, *claims: JudgedClaim, answer: Answer = ANSWER) -> list[str]:
    return said(answer, found, claims, lambda name: name.replace("_", " "))


def test_what_is_settled_is_said_with_its_interval() -> None:
    (line,) = sentences(measured())
    numbers = re.findall(r"([0-9.]+) (?:% )?\(([0-9.]+) to ([0-9.]+)(?: %)?\)", line)
    assert re.sub(r" \([^)]*\)", "", line) == (
        "At 5 events/s and 100 clients, sse and websocket are 500 and 250 times faster than "
        "short polling and cost 50 % and 50 % of its CPU."
    )
    assert len(numbers) == 4
    assert all(float(low) < float(value) < float(high) for value, low, high in numbers)


def noisy(factor: float = 1.0) -> Evidence:
    """The trials of both scatter, each in its own way."""
    mine = [v * factor for v in (1.0, 1.1, 0.95, 1.05, 0.9, 1.02)]
    theirs = [1.03, 0.97, 1.0, 1.08, 0.93, 1.01]
    return evidence(
        cell("sse", {"latency_mean": mine}), cell("short_polling", {"latency_mean": theirs})
    )


def test_what_is_not_settled_has_no_number() -> None:
    assert sentences(noisy()) == ["This run does not settle how sse compares with short polling."]


def test_an_interval_of_how_many_times_less_is_turned_round() -> None:
    (line,) = sentences(noisy(0.1))
    assert line.startswith("At 1 events/s and 100 clients, sse is 1")
    low, high = line.partition("(")[2].partition(")")[0].split(" to ")
    assert float(low) < 10 < float(high)


def test_who_is_slower_is_said_to_be() -> None:
    (line,) = sentences(measured(sse=5000))
    bare = re.sub(r" \([^)]*\)", "", line)
    assert "websocket is 250 times faster than short polling" in bare
    assert "sse is 10.0 times slower than it" in bare


def test_few_repeats_settle_nothing() -> None:
    (line,) = sentences(measured(count=5))
    assert line.startswith("This run does not settle how sse and websocket compare with short")
    assert line.endswith("polling: it has 5 repeats, 6 are needed.")


def test_the_level_is_the_one_at_which_most_can_be_compared() -> None:
    lonely = cell("sse", {"latency_mean": trials("sse", 1)}, event_rate_per_s=5.0, clients=7)
    (line,) = sentences(Evidence((lonely, *measured().cells), {}))
    assert "100 clients" in line


def test_of_levels_alike_the_wanted_one_is_spoken_of() -> None:
    other = [cell(name, {"latency_mean": trials(name, 1)}, event_rate_per_s=9.0) for name in NOISE]
    (line,) = sentences(Evidence((*other, *measured().cells), {}))
    assert line.startswith("At 5 events/s")


def judged(first: float, verdict: str = "depends", low: float = 4.7) -> JudgedClaim:
    """A crossing at 4.9; the ratio at the first level says on which side there is less."""
    place = Number("crossing", "latency_mean", "a", 4.9, low, 5.1, 6, unit="/s")
    points = (Point(1, first, first, first), Point(9, 1 / first, 1 / first, 1 / first))
    curve = Curve("crossing", "latency_mean", "a", "b", "event_rate", "/s", points, crossing=place)
    claim = Claim("N4", "It wins", (), AllOf(()))
    return JudgedClaim(claim, Judgement(verdict, "", (), (curve,)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "side"), [(0.5, "below"), (2.0, "above")])
def test_a_turning_point_is_a_sentence_of_its_own(first: float, side: str) -> None:
    *_, line = sentences(measured(), judged(first))
    assert line == f"It wins {side} 4.90 (4.70 to 5.10) events/s."


@pytest.mark.parametrize(
    "claim", [judged(2, "not settled"), judged(2, low=math.nan)], ids=["unsure", "no interval"]
)
def test_a_turning_point_that_is_not_settled_is_not_said(claim: JudgedClaim) -> None:
    assert len(sentences(measured(), claim)) == 1


def test_where_nothing_can_be_compared_nothing_is_said() -> None:
    assert sentences(evidence(cell("sse", {"latency_mean": trials("sse", 1)}))) == []
    assert sentences(evidence()) == []
