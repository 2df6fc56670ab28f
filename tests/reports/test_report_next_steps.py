"""After a run: short warnings, one line on its claims, and what to do next."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from make_run import make_claims_run
from measured import EXPERIMENTS

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.cli import answers
from bench.model import units
from bench.results.evaluation import evaluate
from reports import next_steps, not_carried, opening, short_lines

PAGE = "results/one/report/index.html"
RESEMBLES = (
    "Goodput and 2 more: each trial resembles the one that ran before it (correlation 0.75 over 12 "
    "trials, chance stays below 0.58). Remedy: look for what drifts on this machine; intervals "
    "allow for a correlation of 0.3."
)
BUSY = (
    "The machine had other work: load average 1.15 on 2 cores when the run began; tasks waited for "
    "a core (pressure) 3.1 % of the window in the middle trial, at most 5.7 %. Remedy: stop other "
    "work on this machine and measure again; compare only patterns of this run."
)


# --- warnings in a line --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "room", "said"),
    [
        (RESEMBLES, 400, RESEMBLES),
        (
            RESEMBLES,
            160,
            (
                "Goodput and 2 more: each trial resembles the one that ran before it (correlation "
                "0.75 over 12 trials). Remedy: look for what drifts on this machine."
            ),
        ),
        (
            BUSY,
            160,
            (
                "The machine had other work: load average 1.15 on 2 cores when the run began. "
                "Remedy: stop other work on this machine and measure again."
            ),
        ),
        (
            (
                "[a] Doubtful (SSE): it took 95 us each: the delay is the load process's. Remedy: "
                "use --workers 2, and compare the CPU."
            ),
            70,
            "[a] Doubtful (SSE): it took 95 us each. Remedy: use --workers 2.",
        ),
        ("Nothing can be left out of this.", 10, "Nothing can be left out of this."),
    ],
)
def test_a_warning_keeps_what_it_says_first(text: str, room: int, said: str) -> None:
    assert short_lines.short(text, room) == said


def test_percentiles_without_a_value_are_one_line(result: ExperimentResult) -> None:
    levels = {level.text for level in result.levels}
    note = not_carried.short_note(result, levels)
    assert note.startswith("[-] not shown, too little was observed: latency p99 (")
    assert len(note) <= short_lines.ROOM
    assert not_carried.short_note(result, set()) == ""


# --- claims --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    folder = tmp_path_factory.mktemp("results") / "claims"
    return evaluate(make_claims_run(folder, "N2,N3", 6, duration="2s"))


def test_claims_are_one_line_where_nobody_asked(judged: Evaluated, run: Evaluated) -> None:
    (result,) = judged.experiments
    line = next_steps.claims_line(result)
    assert line.startswith("Claims: ")
    for word in (
        "\u2713 N2 confirmed",
        "\u21c4 N3 depends",
        "; bench run notifications --claims all",
    ):
        assert word in line
    assert len(line) <= short_lines.ROOM
    only = tuple(one for one in result.claims if one.claim.id == "N2")
    line = next_steps.claims_line(dataclasses.replace(result, claims=only))
    assert line == "Claims: 1 judged (\u2713 N2 confirmed)."
    assert next_steps.claims_line(dataclasses.replace(result, claims=())) == ""
    lacking = [one for one in run.experiments[0].claims if one.remedy][:1]
    line = next_steps.claims_line(dataclasses.replace(result, claims=tuple(lacking)))
    assert line == (
        "Claims: none judged, 1 not (it needs trials of its own); "
        "bench run notifications --claims all"
    )


@pytest.mark.parametrize(
    ("command", "is_whole"),
    [
        ("bench run notifications --claims N2", True),
        ("bench run notifications --claims=N2", True),
        ("bench run notifications", False),
        ("", False),
    ],
)
def test_all_verdicts_are_shown_where_they_were_asked_for(
    judged: Evaluated,
    command: str,
    is_whole: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = dataclasses.replace(judged.file, command=command)
    found = dataclasses.replace(judged, file=file)
    monkeypatch.setattr("bench.results.evaluation.evaluate", lambda folder: found)
    monkeypatch.setattr("reports.page.write", lambda run: Path(PAGE))
    answers.write_report(judged.folder, judges_claims=True)
    shown = capsys.readouterr().out
    assert ("N3 depends: " in shown) is is_whole
    assert ("Claims: " in shown) is not is_whole


# --- the last lines ------------------------------------------------------------------------


def lines(run: Evaluated, command: str) -> list[str]:
    file = dataclasses.replace(run.file, command=command)
    return next_steps.lines(dataclasses.replace(run, file=file), PAGE)


def test_the_last_lines_are_aligned(run: Evaluated, monkeypatch: pytest.MonkeyPatch) -> None:
    settles = "bench run notifications --quick --repeats 10"
    monkeypatch.setattr(opening, "settling_of", lambda run: settles)
    assert lines(run, "bench run notifications --quick") == [
        f"report:     {PAGE}",
        f"to settle:  {settles}",
        (
            "your load:  bench run notifications --quick --clients 25 --set event_rate=6/s  "
            "(your numbers; your server: add --own FILE.toml, docs/own)"
        ),
    ]


def test_what_is_not_open_has_no_line(run: Evaluated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "settling_of", lambda run: "")
    report, load = lines(run, "bench run notifications")
    assert report == f"report:     {PAGE}"
    assert load.startswith("your load:  bench run notifications --clients 25")


@pytest.mark.parametrize(
    ("asked", "suggested"),
    [
        (
            "notifications/sse notifications/websocket --link wan --seed 3 --claims N1",
            "notifications/sse notifications/websocket --link wan {numbers}",
        ),
        (
            "notifications upload --quick --set event_rate=9/s --set payload=1kB --repeats 3",
            "notifications --quick --set payload=1kB {numbers}",
        ),
        (
            "notifications --per-client 1/s --fault=server:kill@1s",
            "notifications --per-client 1/s --fault server:kill@1s --clients 25",
        ),
        ("notifications --own mine.toml", "notifications --own mine.toml {numbers}"),
    ],
)
def test_what_a_run_measured_is_kept(result: ExperimentResult, asked: str, suggested: str) -> None:
    words = ["bench", "run", *asked.split()]
    command, _, remark = next_steps.own_load(result, words).partition("  (")
    numbers = "--clients 25 --set event_rate=6/s"
    assert command == f"bench run {suggested.format(numbers=numbers)}"
    assert ("--own FILE.toml" in remark) is ("--own" not in asked)


@pytest.mark.parametrize("command", ["", "bench capacity notifications/sse", "make_run"])
def test_another_command_says_where_its_report_is(run: Evaluated, command: str) -> None:
    assert lines(run, command) == [f"report: {PAGE}"]


@pytest.mark.parametrize("name", sorted(EXPERIMENTS))
def test_every_experiment_takes_what_is_suggested(name: str) -> None:
    experiment = EXPERIMENTS[name]
    known = experiment.load.parameters
    words = next_steps.settings(experiment, experiment.load().values())
    options = dict(zip(words[::2], words[1::2], strict=True))
    parameter, _, value = options["--set"].partition("=")
    assert units.parse(known[parameter], value) == known[parameter].default != 0
    clients = known["clients"]
    if clients.low == clients.high:
        assert "--clients" not in options
    else:
        assert units.parse(clients, options["--clients"]) == clients.default
