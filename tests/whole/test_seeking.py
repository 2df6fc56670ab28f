"""The driver of a search: what is refused, what a trial says, the run that it leaves."""

from __future__ import annotations

import dataclasses
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from make_run import _write_failed, _write_trial
from measured import EXPERIMENTS, METRICS
from unit_builders import data, events, latencies

from bench.analysis import gates
from bench.analysis.evaluate import TrialEvaluator
from bench.analysis.trialdata import TrialData
from bench.cli.main import main
from bench.model import samples
from bench.model.errors import UsageError
from bench.model.records import TrialFile
from bench.model.trial import Trial
from bench.results import store
from bench.run import runner, searching
from bench.run.searching import CapacityRequest, CapacitySearch
from scenarios.notifications.load import LOAD

EXPERIMENT = EXPERIMENTS["notifications"]

OBJECTIVE = gates.objective("latency_p50 < 1 ms", METRICS)


def capacity_request(**changes: Any) -> CapacityRequest:
    return dataclasses.replace(CapacityRequest("notifications/sse", OBJECTIVE), **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pattern": "notifications"}, "write EXPERIMENT/PATTERN"),
        (
            {"over": "schedule"},
            "--over schedule: not a numeric parameter; `bench list notifications` shows",
        ),
        ({"over": "speed"}, "--over speed: not a numeric parameter"),
        ({"settings": ["clients=5"]}, "--set clients: the search varies this parameter"),
        ({"settings": ["payload=100B,1kB"]}, "cannot sweep"),
        ({"first": "many"}, "--from: clients=many: not a number"),
        ({"first": "0"}, "--from: clients=0: too small"),
        ({"over": "away"}, "away=0.0: cannot be doubled; name a start with --from"),
        ({"most": "1.5"}, "--most: clients=1.5: must be a whole number"),
        ({"first": "200", "most": "100"}, "--from 200: more than is possible; --most 100"),
        ({"within": "5"}, "--within 5: not a percentage"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        searching.plan_of(capacity_request(**changes))
    assert message in str(caught.value)


def test_the_bound_is_the_least_and_has_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "most_clients", lambda *_: 900)
    search = searching.plan_of(capacity_request()).search
    assert (search.first, search.most) == (100, 900)
    assert "descriptors: ulimit -n" in search.why_most
    assert (
        searching.plan_of(capacity_request(most="500")).search.why_most
        == "--most 500 was asked for"
    )
    rate = searching.plan_of(capacity_request(over="event_rate", first="10/s")).search
    assert (rate.first, rate.whole) == (10.0, False)
    assert rate.why_most == "event_rate=100000/s is the parameter's own bound"


def test_trials_of_the_same_number_share_their_seed() -> None:
    plan = searching.plan_of(capacity_request())
    first, other = plan.trial(0, 100.0, 1), plan.trial(7, 200.0, 1)
    assert (first.seed, first.level, first.load["clients"]) == (other.seed, {"clients": 100}, 100)
    assert plan.trial(8, 200.0, 2).seed != first.seed


# --- what a trial says ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    record: TrialFile
    content: TrialData

    def data(self) -> TrialData:
        return self.content


def said(
    count: int, published: int, metric: str = "latency_p50", **load: Any
) -> searching.TrialOutcome:
    rows = latencies([1_000_000] * count)
    rows["sequence"] = range(1, count + 1)
    rows["outcome"] = samples.OK
    sent = [(samples.EVERY, number, 0, 0) for number in range(1, published + 1)]
    one = data(rows, events=events(*sent))
    record = TrialFile(store.VERSION, Trial(0, "notifications/sse", {}, 1, 1, {}), "ok")
    source = Source(dataclasses.replace(record, counted=count), one)
    result = TrialEvaluator({"notifications": EXPERIMENT}).result(source)
    return searching.seen_of(10, METRICS[metric], result, EXPERIMENT, LOAD(**load))


def test_a_whole_trial_has_its_value() -> None:
    seen = said(20, 20)
    assert (seen.value, seen.broken, seen.silent) == (1.0, "", "")


def test_what_is_missing_breaks_a_trial() -> None:
    assert said(15, 20).broken == "completeness 75.0000%: 5 of 20 never arrived"
    assert said(15, 20, "completeness").broken == ""
    assert said(15, 20, away_s=0.1, recovery="none").broken == ""
    assert said(0, 20).broken == "nothing was delivered in the window"


def test_too_few_samples_break_nothing() -> None:
    assert said(20, 20, "latency_p99").silent == "20 events in a trial, latency_p99 needs 459"
    assert said(20, 20, "broker_cpu_share").silent == (
        "no trial of this pattern has broker_cpu_share"
    )
    assert said(0, 0).silent == "no event fell into the window"


# --- the run --------------------------------------------------------------------------------------


class Said:
    def __init__(self) -> None:
        self.said: list[str] = []

    def run_begins(self, *_: object) -> None: ...

    def trials_added(self, trials: Any, reason: str) -> None:
        self.said.append(reason)

    def says(self, text: str) -> None:
        self.said.append(text)


def test_a_search_leaves_an_ordinary_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real folders and real decisions; the trials are synthetic, above 30 clients they fail."""

    def measure(run: store.StoredRun, *_: object) -> None:
        for one in run.unfinished:
            if one.load["clients"] > 30:
                _write_failed(run.folder, one)
            else:
                _write_trial(run.folder, one, counted_wrong=False, lose_one=False)

    monkeypatch.setattr(runner, "measure", measure)
    asked = capacity_request(first="10", within="50%", settings=["duration=1s", "event_rate=10/s"])
    seeker = CapacitySearch(searching.plan_of(asked), tmp_path)
    said: Any = Said()
    step = seeker.run(said)
    assert step.passes is not None
    assert step.fails is not None
    assert (step.passes.level, step.fails.level) == (28, 40)
    assert step.words == "the target ended with exit code 1 during connect"
    run = store.open_run(seeker.folder)
    assert run.unfinished == []
    assert len(run.trials) == len(seeker.seen)
    assert len(list(seeker.folder.glob("more-*.json"))) == len(seeker.seen) - 1
    assert [one.trial.number for one in run.trials] == list(range(len(seeker.seen)))
    assert "10 passes: twice as much" in said.said
    assert seeker.shown(28).of("latency_p50") > 0
    assert math.isnan(seeker.shown(40).of("latency_p50"))
    (law, level), *_ = seeker.expected(28) or [("", None)]
    assert (law, level) == ("", None)  # no law of sse predicts its median


def test_an_interrupted_search_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(run: store.StoredRun, *_: object) -> None:
        for one in run.unfinished:
            if one.number == 3:
                raise KeyboardInterrupt
            _write_trial(run.folder, one, counted_wrong=False, lose_one=False)

    monkeypatch.setattr(runner, "measure", measure)
    asked = capacity_request(first="10", settings=["duration=1s", "event_rate=10/s"])
    seeker = CapacitySearch(searching.plan_of(asked), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        seeker.run(Said())  # type: ignore[arg-type]
    assert seeker.step.passes is not None
    assert seeker.step.passes.level == 10
    run = store.open_run(seeker.folder)
    assert (len(run.trials), [one.number for one in run.unfinished]) == (3, [3])


# --- the command ----------------------------------------------------------------------------------


def ended(monkeypatch: pytest.MonkeyPatch, results: Path, *words: str) -> int:
    start = ["bench", "capacity", "notifications/sse", "--results", str(results)]
    monkeypatch.setattr(sys, "argv", [*start, *words])
    monkeypatch.setattr("bench.cli.capacity.write_report", lambda folder, opens: None)
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


QUICK = ("--from", "10", "--duration", "1s", "--set", "event_rate=10/s", "--within", "50%")


def synthetic(fails_above: int = 10**6, interrupted_at: int = -1) -> Any:
    def measure(run: store.StoredRun, *_: object) -> None:
        for one in run.unfinished:
            if one.number == interrupted_at:
                raise KeyboardInterrupt
            if one.load["clients"] > fails_above:
                _write_failed(run.folder, one)
            else:
                _write_trial(run.folder, one, counted_wrong=False, lose_one=False)

    return measure


@pytest.mark.parametrize("width", [80, 120])
def test_the_answer_fits_the_terminal(
    width: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(runner, "measure", synthetic(30))
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.chdir(tmp_path)
    assert ended(monkeypatch, Path("r"), "--slo", "latency_p50 < 1 ms", *QUICK) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("holds up to clients=28" in line for line in lines)
    said = "load: 10 clients, 10 events/s for all of them = 100 deliveries/s (the first"
    assert lines[0].startswith(said)
    assert [line for line in lines if len(line) > width and "results in" not in line] == []


def test_each_client_keeps_its_rate_at_every_level() -> None:
    asked = CapacityRequest(
        "notifications/sse",
        gates.objective("latency_p50 < 1 ms", METRICS),
        ["per_client=2/s", "duration=1s"],
    )
    plan = searching.plan_of(asked)
    loads = [plan.load_at(level) for level in (10, 300)]
    assert [load["event_rate_per_s"] for load in loads] == [20.0, 600.0]
    assert {load["audience"] for load in loads} == {"one"}
    with pytest.raises(UsageError, match="--over event_rate: --per-client sets it"):
        searching.plan_of(dataclasses.replace(asked, over="event_rate"))


@pytest.mark.parametrize(
    ("measure", "words", "code", "said"),
    [
        (synthetic(30), (), 0, "holds up to clients=28"),
        (synthetic(), ("--most", "20"), 0, "why the search stopped: --most 20 was asked for"),
        (synthetic(5), (), 1, "does not even hold at clients=10"),
        (synthetic(), ("--slo", "broker_cpu_share < 1", "--most", "10"), 3, "cannot be judged"),
        (synthetic(interrupted_at=3), (), 130, "holds up to clients=10 and maybe higher"),
    ],
)
def test_the_command_says_what_it_found(
    measure: Any,
    words: tuple[str, ...],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(runner, "measure", measure)
    objective = () if "--slo" in words else ("--slo", "latency_p50 < 1 ms")
    assert ended(monkeypatch, tmp_path, *objective, *QUICK, *words) == code
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("--slo", "latency_p50 < 1"),
        ("--slo", "latency_p50 < 1 ms", "--within", "5"),
        ("--slo", "latency_p50 < 1 ms", "--duration", "1s", "--set", "duration=2s"),
        (),
    ],
)
def test_the_command_refuses_in_one_line(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    results = tmp_path / "results"
    assert ended(monkeypatch, results, *words) == 2
    message = capsys.readouterr().err
    assert message.startswith("bench: ")
    assert message.count("\n") == 1
    assert not results.exists()
