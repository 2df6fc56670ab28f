"""What a search found, in words: bracket, reason, law."""

from __future__ import annotations

import math

import pytest
from measured import METRICS

from bench.adaptive import capacity_text
from bench.adaptive.capacity import Level, Search, Step, TrialOutcome
from bench.adaptive.capacity_text import LevelReadings, SweptParameter
from bench.analysis import gates
from bench.model.load import Window, parameters_of
from bench.stats.theil_sen import LineCrossing
from scenarios.notifications._capacity import broadcast_clients, core_full_at, fan_out_words
from scenarios.notifications.load import LOAD

SEARCH = Search(gates.objective("latency_p99 < 200 ms", METRICS), 100, 20_000, "the bound")
PARAMETERS = parameters_of(LOAD)
CLIENTS = SweptParameter("notifications/sse", PARAMETERS["clients"])
RATE = SweptParameter("notifications/sse", PARAMETERS["event_rate"])
QUIET = {"server_cpu_share": 0.4, "generator_cpu_share": 0.3, "loop_lag_p99": 0.25}


def level(number: float, *values: float, broken: str = "") -> Level:
    seen = [TrialOutcome(number, value) for value in values]
    if broken:
        seen.append(TrialOutcome(number, math.nan, broken=broken))
    return Level(SEARCH, number, tuple(seen))


GOOD, BAD = level(3364, 188, 171, 190), level(3498, 207, 260, 185)


def test_a_level_is_written_as_it_is_set() -> None:
    assert CLIENTS.level(1412.0) == "clients=1,412"
    assert RATE.level(12.5) == "event_rate=12.5/s"


ENDS = [
    "  passes at clients=3,364: latency_p99 188 ms (median of 3 trials, 171 ms to 190 ms)",
    "  fails at clients=3,498: latency_p99 207 ms (median of 3 trials, 185 ms to 260 ms)",
]


def test_the_answer_is_the_lines_with_its_interval_and_states_the_bracket() -> None:
    step, line = Step(None, "", GOOD, BAD, "found"), LineCrossing(3420.0, 3190.0, 3660.0, 19)
    assert capacity_text.answer(SEARCH, step, CLIENTS, line) == [
        (
            "notifications/sse: latency_p99 < 200 ms holds up to clients=3,420 "
            "(95 % interval 3,190 to 3,660)"
        ),
        "  a line through 19 trials near it (Theil and Sen) reaches it there",
        *ENDS,
    ]


def test_without_a_line_the_answer_is_the_bracket() -> None:
    assert capacity_text.answer(SEARCH, Step(None, "", GOOD, BAD, "found"), CLIENTS) == [
        "notifications/sse: latency_p99 < 200 ms holds up to clients=3,364",
        "  no line: the metric does not grow steadily near it, so there is no interval",
        *ENDS,
    ]


def test_the_limit_is_a_lower_bound() -> None:
    first, second = capacity_text.answer(SEARCH, Step(None, "", GOOD, None, "limit"), CLIENTS)
    assert first.endswith("holds up to clients=3,364 and maybe higher")
    assert second.startswith("  passes at")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step(None, "", None, BAD, "start fails"), "does not even hold at clients=3,498"),
        (
            Step(None, "", None, BAD, "cannot be judged"),
            "cannot be judged (below it trials have too few samples); clients=3,498 fails",
        ),
        (Step(None, "80 samples", None, None, "cannot be judged"), "judged (80 samples); raise"),
        (Step(100, "the start"), "nothing is known yet"),
    ],
)
def test_where_there_is_no_answer_it_says_why(step: Step, words: str) -> None:
    assert words in capacity_text.answer(SEARCH, step, CLIENTS)[0]


def test_a_broken_trial_is_counted_and_quoted() -> None:
    one = level(200, 40, broken="the target died")
    _, line = capacity_text.answer(SEARCH, Step(None, "", None, one, "start fails"), CLIENTS)
    assert line.endswith("latency_p99 40 ms (1 trial); 1 of 2 trials broke: the target died") or (
        "1 of 2 trials broke: the target died" in line
    )


@pytest.mark.parametrize(
    ("seen", "held"),
    [
        (TrialOutcome(200, 31.2), "clients=200, trial 2: latency_p99 31.2 ms: holds"),
        (TrialOutcome(200, 200.0), "clients=200, trial 2: latency_p99 200 ms: misses"),
        (TrialOutcome(200, 9.0, broken="died"), "clients=200, trial 2: broke: died"),
        (TrialOutcome(200, 9.0, silent="few"), "clients=200, trial 2: cannot be judged: few"),
    ],
)
def test_a_trial_is_told_in_a_line(seen: TrialOutcome, held: str) -> None:
    assert capacity_text.trial_words(SEARCH, seen, CLIENTS, 2) == held


# --- why ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "reasons"),
    [
        (LevelReadings(QUIET | {"server_cpu_share": 0.93}), ["server CPU: 93% of a core"]),
        (LevelReadings(QUIET | {"broker_cpu_share": 0.99}), ["broker CPU: 99% of a core"]),
        (LevelReadings(QUIET | {"generator_cpu_share": 0.9}), ["generator CPU: 90% of its cores"]),
        (LevelReadings(QUIET, {"generator_late": "late"}), ["generator: late"]),
        (
            LevelReadings(QUIET, {"generator_limits": "slow", "source_late": "x"}),
            ["generator: slow"],
        ),
        (
            LevelReadings(
                QUIET | {"generator_cpu_share": 0.9, "server_cpu_share": 1.0},
                {"generator_saturated": "said already"},
            ),
            ["generator CPU: 90% of its cores", "server CPU: 100% of a core"],
        ),
    ],
)
def test_the_reason_is_read_from_the_meters(shown: LevelReadings, reasons: list[str]) -> None:
    assert capacity_text.reasons(BAD, shown) == reasons


def test_two_load_processes_have_two_cores() -> None:
    shown = LevelReadings(QUIET | {"generator_cpu_share": 1.2}, generator_cores=2)
    assert "no process is saturated" in capacity_text.reasons(BAD, shown)[0]


def test_a_broken_level_has_its_own_reason_first() -> None:
    one = level(200, broken="3 of 200 clients connected in time")
    shown = LevelReadings(QUIET | {"server_cpu_share": 1.0})
    assert capacity_text.reasons(one, shown) == [
        "3 of 200 clients connected in time",
        "server CPU: 100% of a core",
    ]


def test_bursts_are_named_where_they_explain_the_latency() -> None:
    shown = LevelReadings(QUIET | {"server_marginal_cpu_us": 55.0}, receivers=3498)
    (reason,) = capacity_text.reasons(BAD, shown)
    assert reason == (
        "latency grows though no process is saturated (CPU: server 40%, generator 30%): bursts, "
        "N x s = 3,498 x 55 us = 192 ms for one event"
    )
    (other,) = capacity_text.reasons(
        BAD, LevelReadings(QUIET | {"server_marginal_cpu_us": 5.0}, receivers=3498)
    )
    assert other.endswith("takes N x s = 17.5 ms; the load process's loop lags 0.250 ms (p99)")
    (bare,) = capacity_text.reasons(BAD, LevelReadings({}))
    assert (
        bare == "latency_p99 misses the objective though no process is saturated (CPU: not metered)"
    )


# --- laws -----------------------------------------------------------------------------------------


def fan_out(search: Search, shown: LevelReadings, swept: SweptParameter) -> list[str] | None:
    return fan_out_words(capacity_text.question_of(search, GOOD, shown, swept, LOAD()))


def test_the_law_is_solved_for_the_clients() -> None:
    assert broadcast_clients(200, 1.0, 0.01, 0.0) == pytest.approx(20_000)
    assert broadcast_clients(200, 0.5, 0.01, 10.0) == pytest.approx(38_000)
    assert broadcast_clients(1, 0.5, 0.01, 10.0) == 0
    assert core_full_at(1000, 50_000, 10e-6) == pytest.approx(2000)
    assert core_full_at(1000, math.nan, 10e-6) == math.inf


def test_the_law_stands_beside_the_measured() -> None:
    metrics = QUIET | {
        "server_marginal_cpu_us": 10.0,
        "generator_marginal_cpu_us": 20.0,
        "deliveries_per_s": 33_640.0,
    }
    words = fan_out(SEARCH, LevelReadings(metrics, receivers=3364), CLIENTS)
    assert words[0] == ("law FAN-1: one core serves N clients in turn: latency_p99 = 0.99 N s")
    assert "clients=20,202; measured / law = 0.17" in words[1]
    assert "generator CPU" in words[2]
    assert "clients=10,101; measured / law = 0.33" in words[2]
    assert words[3].endswith("saturated at clients=10,000")


def test_the_law_says_nothing_where_its_cost_is_unknown() -> None:
    assert fan_out(SEARCH, LevelReadings(QUIET, receivers=3364), CLIENTS) == []
    known = LevelReadings({"server_marginal_cpu_us": 10.0}, receivers=3364)
    assert fan_out(SEARCH, known, RATE) == []
    assert fan_out(SEARCH, LevelReadings(known.metrics, receivers=1), CLIENTS) == []
    bytes_ = Search(gates.objective("wire_bytes_per_event < 200 B", METRICS), 100, 1000, "")
    assert fan_out(bytes_, known, CLIENTS) == []


def test_another_law_is_solved_by_halving() -> None:
    found = capacity_text.predicted_level(lambda clients: clients / 20, SEARCH, 1e6)
    assert found == pytest.approx(4000, rel=1e-6)
    assert capacity_text.predicted_level(lambda _: 3.0, SEARCH, 1e6) is None
    assert capacity_text.predicted_level(lambda _: 300.0, SEARCH, 1e6) is None
    assert capacity_text.predicted_level(lambda _: 1 / 0, SEARCH, 1e6) is None
    assert capacity_text.expected_words(
        2000, [("X-1: N s", 4000.0), ("Y-1: T", None)], CLIENTS
    ) == [
        "law X-1: N s: clients=4,000; measured / law = 0.50",
        "law Y-1: T: sets no limit for clients",
    ]


def test_medians_leave_out_what_a_trial_does_not_have() -> None:
    trials = [{"a": 1.0, "b": math.nan}, {"a": 5.0, "b": 2.0}, {"a": 2.0, "b": 4.0}]
    assert capacity_text.medians(trials) == {"a": 2.0, "b": 3.0}
    assert capacity_text.medians([{"c": math.nan}]) == {}


def test_a_load_without_a_sweep_has_the_words_too() -> None:
    assert SweptParameter("x/y", parameters_of(Window)["duration"]).level(0.25) == "duration=250ms"
