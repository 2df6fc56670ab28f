"""Words of the command line: each means something or is refused in one line; nothing is started.

First the small languages each for itself (links, faults, gates, hosts, values), then whole
command lines that only look, in this process.
"""

from __future__ import annotations

import functools
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main
from fuzz_cases import each_case, fuzzed
from hypothesis import strategies as st

from bench import catalog
from bench.adaptive import precision
from bench.analysis import gates
from bench.analysis.metrics import metrics_of_all
from bench.cli.main import main
from bench.lab import faults
from bench.model import linktext
from bench.model.errors import UsageError
from bench.model.fault import OPTIONS, format_faults, parse_faults, timeline
from bench.model.hosttext import address_of, parts_of
from bench.model.load import parameters_of
from bench.plan.trials import loads_of
from bench.run import request

SOAK = {"FUZZ_CASES": "{fuzz_cases}", "FUZZ_SEED": "{seed}"}

EXPERIMENTS = catalog.experiments()
METRICS = metrics_of_all(EXPERIMENTS.values())
NAMES = [*EXPERIMENTS, *(one.id for name in EXPERIMENTS for one in catalog.patterns(name).values())]

digits = st.sampled_from(
    [*"0123456789", "00", "10", "1_0", "1__0", "_1", "1_", "1e308", "1e-308", "9" * 5000, "٣", "½"]
)
numbers = st.builds("".join, st.lists(digits | st.sampled_from([".", "-", "+", "e"]), max_size=4))
units = st.sampled_from(
    ["", "ms", "us", "s", "min", "h", "%", "/s", "/min", "B", "kB", "MiB", "mbit", "gbit", "x", "é"]
)
values = st.builds("{}{}".format, numbers, units)
noise = st.text("abrt0159.,:;=@-_/%<>[]{}() \t\n\0é٣\u2028\"'", max_size=12) | st.text(max_size=4)


def joined(*parts: st.SearchStrategy[str], most: int = 7) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(*parts), max_size=most).map("".join)


def one_line(act: Callable[[], object]) -> None:
    """What it says where it refuses is for a line: what a user wrote stands in it as it is."""
    refusal = "taken"
    try:
        act()
    except UsageError as error:
        refusal = str(error)
    assert refusal.strip()


link_words = joined(
    st.sampled_from([*linktext.KEYS, "path", "services:", "standby:", "lan", "wifi", "loopback"]),
    st.sampled_from(["=", ",", "/", " ", ":"]),
    values,
    noise,
    most=12,
)


@fuzzed(link_words)
def test_links(text: str) -> None:
    def act() -> None:
        settings = linktext.settings_of_all([text])
        for _, load in loads_of(EXPERIMENTS["notifications"], settings, measures=False):
            linktext.links_of(load)

    one_line(act)


fault_words = joined(
    st.sampled_from(["server", "clients", "backend", "rabbitmq", "path", ".", "0", "1-3", "-"]),
    st.sampled_from([f":{verb}@" for verb in faults.verbs()]),
    st.sampled_from(["50%", "100%", "poisson(", "poisson(5/s)", ")", ",", *OPTIONS.values()]),
    st.sampled_from(["for=", "every=", "times="]),
    values,
    noise,
    most=10,
)
whole_faults = st.builds(
    "server:stop@{},for={},every={},times={}".format, values, values, values, numbers
)


@fuzzed(fault_words | whole_faults, st.sampled_from([0, 1, 10**9, 3600 * 10**9]))
def test_faults(text: str, window_ns: int) -> None:
    def act() -> None:
        found = parse_faults(text)
        assert parse_faults(format_faults(found)) == found
        for one in timeline(found, window_ns, seed=1):
            assert 0 <= one.begin_ns < window_ns

    one_line(act)


settings = st.sampled_from(
    [
        (name, one)
        for name, experiment in EXPERIMENTS.items()
        for one in parameters_of(experiment.load)
    ]
)


@fuzzed(settings, values | noise | st.builds("{},{}".format, values, values))
def test_values_of_load_parameters(which: tuple[str, str], text: str) -> None:
    name, parameter = which
    one_line(lambda: loads_of(EXPERIMENTS[name], {parameter: text}, measures=False))


gate_words = joined(
    st.sampled_from([*list(METRICS)[:20], "p95", "p" + "9" * 400, "latency_p"]),
    st.sampled_from(["<", "<=", ">", "=", "≤", " ", "%", "+10%", "[0]"]),
    values,
    noise,
    most=6,
)


@fuzzed(gate_words)
def test_gates_and_goals(text: str) -> None:
    one_line(lambda: gates.objective(text, METRICS))
    one_line(lambda: gates.change(text, METRICS))
    one_line(lambda: precision.goal(text, "latency_p50", 30, METRICS))
    one_line(lambda: request.settings_of([text]))


host_words = joined(
    st.sampled_from(
        ["http://", "127.0.0.1", ":8080", "?listener.a=", "&part.b=", "[::1]", "@", "%"]
    ),
    st.sampled_from(["ca_file=", "amqp://a:b@", ":", "/", "#", ","]),
    numbers,
    noise,
    most=8,
)


@fuzzed(host_words)
def test_addresses(text: str) -> None:
    one_line(lambda: address_of(text))
    one_line(lambda: parts_of(text))


# --- whole command lines ------------------------------------------------------------------------

LOOKING = ("run", "list", "report", "verify", "compare", "claims", "advise", "atlas", "resume")
SAID = ["--clients", "--duration", "--set", "--link", "--fault", "--repeats", "--workers", "--seed"]
SAID += ["--slo", "--claims", "--until-precise", "--metric", "--most-repeats", "--per-client"]
FINE = {0, 1, 2, 3, 4}
"""All exit codes but that of a defect; 1 and 3 are of gates and of runs without a usable trial."""


def word(dice: random.Random) -> str:
    number = dice.choice(
        ["1", "10", "0", "-1", "1e308", "9" * 25, "9" * 5000, "1_", "1__0", "٣", "x"]
    )
    return dice.choice(
        [
            number,
            number + dice.choice(["ms", "s", "%", "/s", "kB", "mbit", ""]),
            dice.choice(NAMES),
            dice.choice(["clients", "event_rate", "duration", "rtt", "fault"]) + "=" + number,
            "server:stop@" + number + "%,for=1s",
            "rtt=" + number + "ms",
            "latency_p99 < " + number + " ms",
            dice.choice(["", " ", "\n", "é", "--", "-", "../x", "/dev/null", "a/b/c", "x.toml"]),
            "".join(dice.choice("ab=,:@/%-._ 01") for _ in range(dice.randint(1, 8))),
        ]
    )


def command_line(dice: random.Random, missing: Path) -> list[str]:
    """Something that only looks: a run is dry, a folder of results is not there."""
    command = dice.choice(LOOKING)
    folder = str(missing / dice.choice(["x", "y/../z", "é", "a" * 300]))
    words: list[str] = [command]
    if command in ("run", "advise", "list"):
        words.append(dice.choice([dice.choice(NAMES), word(dice)]))
    elif command != "atlas":
        words.append(folder)
    if command in ("run", "atlas"):
        words.append("--dry-run")
    for _ in range(dice.randint(0, 4)):
        if dice.random() < 0.7:
            words += [dice.choice(SAID), word(dice)]
        else:
            words.append(word(dice))
    words = [one for one in words if one not in ("--measure", "--audit")]
    return words + (["--results", folder] if command in ("run", "advise", "atlas") else [])


def test_command_lines_that_only_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--` and a value that an option swallows may take the `--dry-run` away: nothing may start."""

    def refuse(*arguments: object, **_: object) -> None:
        raise UsageError(f"started: {arguments[:1]}")

    started: list[str] = []
    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "fork", refuse)
    monkeypatch.setattr("bench.run.runner.links_usable", lambda: ("root", ""))
    monkeypatch.setattr("bench.run.runner.new_run", refuse)
    monkeypatch.setattr("bench.cli.measure.execute", lambda *_: started.append("a run"))
    # The commands do not change; without this each line would have them declared anew.
    monkeypatch.setattr("typer.main.get_command", functools.cache(typer.main.get_command))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)

    def check(dice: random.Random) -> None:
        words = command_line(dice, tmp_path / "missing")
        monkeypatch.setattr(sys, "argv", ["bench", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        code, said = ended.value.code, capsys.readouterr().err
        assert code in FINE, f"bench {words}: exit {code}: {said}"
        assert "Traceback" not in said
        if code != 0:
            assert said.count("\n") <= 1, f"bench {words}: {said}"

    each_case("command line", check)
    assert started == []
