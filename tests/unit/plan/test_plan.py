"""Plans: what is asked for is what is planned, in blocks and by the seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit_builders import trial

from bench.model.errors import UsageError
from bench.model.experiment import Experiment
from bench.model.load import LoadType, parameter
from bench.model.pattern import Pattern
from bench.plan.settings import parse_settings
from bench.plan.trials import Request, check_limits, loads_of, seconds_of, trials_of


@dataclass(frozen=True, kw_only=True)
class ALoad:
    event_rate_per_s: float = parameter(1.0, "/s", "", low=0.001, high=1000)
    payload_bytes: int = parameter(100, "B", "", low=48, high=16_000_000)
    audience: str = parameter("every", "", "", choices=("every", "one"))
    trace: str = parameter("", "", "")


EXPERIMENT = Experiment("e", "E", "?", LoadType(ALoad), (), "", (), (), {}, {})
PATTERNS = [Pattern("e", name, name, name) for name in ("poll", "sse", "websocket")]

plans = st.builds(
    Request,
    names=st.just(("e",)),
    settings=st.fixed_dictionaries(
        {},
        optional={
            "clients": st.sampled_from(["10", "10,100", "1,2,3"]),
            "event_rate": st.sampled_from(["1/s", "1,2/s", "60/min"]),
        },
    ),
    repeats=st.integers(1, 4),
    seed=st.integers(0, 2**40),
)
patterns = st.lists(st.sampled_from(PATTERNS), min_size=1, unique_by=lambda p: p.id)


@given(plans, patterns)
def test_every_pattern_runs_at_every_level_once_per_block(
    request: Request, chosen: list[Pattern]
) -> None:
    trials = trials_of(EXPERIMENT, chosen, request, first_number=3)
    _, swept = parse_settings(EXPERIMENT, request.settings)
    size = len(chosen)
    for values in swept.values():
        size *= len(values)
    assert len(trials) == size * request.repeats
    assert [entry.number for entry in trials] == list(range(3, 3 + len(trials)))
    seeds = []
    for repeat in range(1, request.repeats + 1):
        block = trials[(repeat - 1) * size : repeat * size]
        assert {entry.repeat for entry in block} == {repeat}
        counts = Counter((entry.pattern, *entry.level.items()) for entry in block)
        assert len(counts) == size
        (seed,) = {entry.seed for entry in block}
        seeds.append(seed)
    assert len(set(seeds)) == request.repeats


@given(plans, patterns)
def test_the_same_request_gives_the_same_plan(request: Request, chosen: list[Pattern]) -> None:
    assert trials_of(EXPERIMENT, chosen, request) == trials_of(EXPERIMENT, chosen, request)


def test_another_seed_gives_other_events_and_another_order() -> None:
    one, two = (
        trials_of(EXPERIMENT, PATTERNS, Request(("e",), {"clients": "1,2,3"}, 5, seed))
        for seed in (1, 2)
    )
    assert [entry.pattern for entry in one] != [entry.pattern for entry in two]
    assert not {entry.seed for entry in one} & {entry.seed for entry in two}


def test_every_pattern_comes_first_about_as_often() -> None:
    """Interleaving hits all alike: 300 blocks of three, far within the binomial bounds."""
    trials = trials_of(EXPERIMENT, PATTERNS, Request(("e",), repeats=300))
    first = Counter(entry.pattern for entry in trials[::3])
    assert len(first) == 3
    assert all(55 <= count <= 150 for count in first.values())


def test_more_repeats_only_add_blocks() -> None:
    settings = {"clients": "1,2"}
    few, more = (trials_of(EXPERIMENT, PATTERNS, Request(("e",), settings, n)) for n in (2, 4))
    assert more[: len(few)] == few


def test_a_trials_load_holds_every_value_in_base_units() -> None:
    settings = {"clients": "10,20", "duration": "2min", "payload": "1kB", "audience": "one"}
    trials = trials_of(EXPERIMENT, PATTERNS[:1], Request(("e",), settings, 1))
    for entry in trials:
        assert entry.load == {
            "clients": entry.level["clients"],
            "duration_s": 120,
            "warmup_s": 1,
            "drain_s": 10,
            "fault": "",
            "link": "loopback",
            "rtt_s": 0,
            "jitter_s": 0,
            "loss": 0,
            "loss_up": 0,
            "rate": 0,
            "rate_up": 0,
            "queue_s": 0.1,
            "cc": "host",
            "second_path": "",
            "event_rate_per_s": 1,
            "payload_bytes": 1000,
            "audience": "one",
            "trace": "",
        }
        assert set(entry.level) == {"clients"}
    assert {entry.level["clients"] for entry in trials} == {10, 20}


def test_settings_are_split_into_fixed_and_swept() -> None:
    assert parse_settings(
        EXPERIMENT,
        {
            "clients": "10",
            "event_rate": "0.1,1/s",
            "audience": "every,one",
            "trace": "a,b.csv",
        },
    ) == (
        {"clients": 10, "trace": "a,b.csv"},
        {"event_rate": [0.1, 1], "audience": ["every", "one"]},
    )


def test_the_link_of_a_load_is_made_whole() -> None:
    """A name brings its values, and each level has those of its own link."""
    settings = {"link": "loopback,wifi", "loss": "1%", "clients": "5"}
    trials = trials_of(EXPERIMENT, PATTERNS[:1], Request(("e",), settings, 1))
    found = {
        entry.level["link"]: [entry.load[name] for name in ("rtt_s", "rate", "rate_up", "loss_up")]
        for entry in trials
    }
    assert found == {"loopback": [0, 0, 0, 0], "wifi": [0.002, 30e6, 15e6, 0.01]}
    assert {tuple(entry.level) for entry in trials} == {("link",)}


def test_a_link_of_two_values_is_two_levels_of_what_it_stands_for() -> None:
    settings = {"link": "emulated", "rtt": "0,50ms", "cc": "reno,bbr"}
    trials = trials_of(EXPERIMENT, PATTERNS[:1], Request(("e",), settings, 1))
    assert sorted((entry.level["rtt"], entry.level["cc"]) for entry in trials) == [
        (0, "bbr"),
        (0, "reno"),
        (0.05, "bbr"),
        (0.05, "reno"),
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"colour": "red"}, "colour: e has no such parameter; `bench list e` shows them"),
        ({"duration_s": "1s"}, "duration_s: e has no such parameter; did you mean duration?"),
        ({"users": "5"}, "users: e has no such parameter; did you mean clients?"),
        ({"repeats": "5"}, "repeats: e has no such parameter; write --repeats 5"),
        (
            {"clients": "1,000"},
            "clients=1,000: commas separate the values of a sweep; write 1000",
        ),
        (
            {"rate": "5/s"},
            (
                "rate=5/s: unknown unit '/s'; write it as 500kbit, 20mbit or 1gbit; "
                "or did you mean event_rate=5/s?"
            ),
        ),
        ({"clients": "10,0"}, "clients=0: too small; the minimum is 1"),
        ({"clients": "10,"}, "clients=: a value is missing; write it as 100"),
        ({"audience": "all"}, "audience=all: unknown value; use every or one"),
        ({"clients": "10,20,10"}, "clients=10,20,10: a value appears twice; give each once"),
        (
            {"event_rate": "1/s,60/min"},
            "event_rate=1/s,60/min: a value appears twice; give each once",
        ),
        (
            {"clients": "1,2", "payload": "50,60B", "event_rate": "1,2/s"},
            "clients, payload, event_rate: 3 parameters are swept at once; sweep at most 2",
        ),
        ({"rtt": "50ms"}, "rtt=50ms: loopback has none; write --link rtt=50ms"),
        ({"link": "lan,lan"}, "link=lan,lan: a value appears twice; give each once"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        trials_of(EXPERIMENT, PATTERNS, Request(("e",), settings))
    assert str(refused.value) == message


def test_a_plan_without_repeats_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        trials_of(EXPERIMENT, PATTERNS, Request(("e",), repeats=0))
    assert str(refused.value) == "repeats=0: must be at least 1; write --repeats 6"


def test_a_plan_that_no_memory_holds_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^repeats=1000000000: .* at most 100000 are planned"):
        trials_of(EXPERIMENT, PATTERNS, Request(("e",), repeats=10**9))


@pytest.mark.parametrize(
    ("clients", "workers", "message"),
    [
        (924, 1, None),
        (
            925,
            1,
            (
                "clients=925: more connections than one process may hold here "
                "(ulimit -n, net.ipv4.ip_local_port_range); "
                "use at most clients=924"
            ),
        ),
        (
            1000,
            8,
            (
                "clients=1000: more connections than one process may hold here "
                "(ulimit -n, net.ipv4.ip_local_port_range); "
                "use at most clients=924"
            ),
        ),
        (2, 2, None),
        (2, 3, "workers=3: more load processes than clients=2; use --workers 2"),
    ],
)
def test_loads_that_cannot_run_are_refused_before_they_start(
    clients: int, workers: int, message: str | None
) -> None:
    trials = [trial(load={"clients": 1 if workers == 1 else 9}), trial(load={"clients": clients})]
    if message is None:
        check_limits(trials, 924, workers)
        return
    with pytest.raises(UsageError) as refused:
        check_limits(trials, 924, workers)
    assert str(refused.value) == message


def test_the_time_of_a_plan_is_the_sum_of_its_trials() -> None:
    trials = [
        trial(load={"warmup_s": 1, "duration_s": 10}),
        trial(load={"warmup_s": 0, "duration_s": 5}),
    ]
    assert seconds_of(trials) == pytest.approx(19)
    assert seconds_of(trials, overhead_s=0) == 16
    assert seconds_of([]) == 0


def test_the_plan_of_a_seed_stays_as_it_was(golden: Callable[..., None]) -> None:
    """A resumed run must find its plan again, whatever the version."""
    request = Request(("e",), {"clients": "10,100"}, repeats=2, seed=1)
    golden("plan", [(t.folder, t.seed) for t in trials_of(EXPERIMENT, PATTERNS, request)])


# --- faults ----------------------------------------------------------------------------------


def test_faults_are_stored_in_one_way() -> None:
    settings = {"fault": "server:stop@1000ms,for=0.5s;path.1:path_down@50%", "duration": "4s"}
    ((_, load),) = loads_of(EXPERIMENT, settings)
    assert load["fault"] == "server:stop@1s,for=500ms path.1:down@50%"


def test_a_fault_outside_the_window_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        loads_of(EXPERIMENT, {"fault": "server:kill@3s", "duration": "2s"})
    assert str(refused.value) == (
        "--fault server:kill@3s: begins 3s after the window's beginning; the window is duration=2s"
    )
