"""The command line as users meet it: bad input, missing parts, new patterns, traces."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from project_copy import copy_project
from system_builders import (
    TINY,
    bench_main,
    living,
    run_bench,
    settings,
)

from bench.lab.services import rabbitmq
from reports import figures

SSE, RABBITMQ = "notifications/sse", "notifications/rabbitmq"
Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Main:
    return lambda *arguments: bench_main(arguments, monkeypatch, capsys)


# --- bad input -------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with broken things in it."""
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "broken.toml").write_text("patterns = [")
    (tmp_path / "unknown.toml").write_text('patterns = ["notifications"]\nrepeat = 3\n')
    for name, content in (("newer", '{"version": 99}'), ("broken", "{"), ("empty", "{}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(content)
    (tmp_path / "odd" / "run.json").mkdir(parents=True)
    (tmp_path / "bare").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


QUICKLY = ("--repeats", "1", "--duration", "100ms")
BAD_INPUT = [
    (["nothing"], "nothing"),
    (["run"], "names"),
    (
        ["run", "nothing"],
        "nothing: unknown experiment 'nothing'; there is address_change, calls, chain, ",
    ),
    (["run", "notifications/nothing"], "notifications has long_polling, long_polling_own, "),
    (["run", SSE, "--nothing"], "--nothing"),
    (["run", SSE, "--repeats", "many"], "repeats"),
    (["run", SSE, "--repeats", "0"], "repeats=0: must be at least 1"),
    (["run", SSE, "--workers", "0"], "workers=0: must be at least 1"),
    (["run", SSE, "--workers", "5", "--clients", "2"], "workers=5: more load processes than"),
    (["run", SSE, "--duration", "5"], "duration=5: the unit is missing; write it as 5s"),
    (["run", SSE, "--set", "event_rate=5"], "event_rate=5: the unit is missing; write it as 5/s"),
    (["run", SSE, "--duration", "5 parsecs"], "duration=5 parsecs: "),
    (["run", SSE, "--clients", "1e9"], "clients=1e9: too large; the maximum is 1000000"),
    (
        ["run", SSE, "--clients", "1000000"],
        "clients=1000000: more connections than one process may hold here",
    ),
    (["run", SSE, "--clients", "ten"], "clients=ten: not a number; write it as 100"),
    (
        ["run", SSE, "--set", "payload"],
        "--set payload: not NAME=VALUE; write e.g. --set event_rate=5/s",
    ),
    (
        ["run", SSE, "--set", "colour=red"],
        "colour: notifications has no such parameter; `bench list notifications` shows them",
    ),
    (["run", SSE, "--slo", "p99<50ms"], "did you mean latency_p99 or service_p99?"),
    (["run", SSE, "--rtt", "80ms"], "write --set rtt=VALUE"),
    (["run", SSE, "--set", "audience=some"], "audience=some: unknown value; use every or one"),
    (["run", SSE, "--set", "schedule=trace"], "needs a trace"),
    (["run", SSE, "--results", "file"], "file"),
    (["run", "broken.toml"], "broken.toml: not TOML"),
    (["run", "unknown.toml"], "unknown.toml: unknown entry 'repeat'; did you mean repeats?"),
    (["run", "absent.toml"], "absent.toml: plan not found"),
    (["run", "broken.toml", SSE], "no other names go with a plan file"),
    (
        ["run", RABBITMQ, "--repeats", "1", "--amqp-url", "amqp://no.invalid/"],
        "amqp-url=amqp://no.invalid/: load goes to this host only; use a broker on 127.0.0.1",
    ),
    (
        ["run", RABBITMQ, "--repeats", "1", "--amqp-url", "http://127.0.0.1/"],
        "amqp-url=http://127.0.0.1/: not an address; write amqp://user:password@127.0.0.1/",
    ),
    (
        ["run", RABBITMQ, "--repeats", "1", "--amqp-url", "amqp://127.0.0.1:1/"],
        "amqp-url=amqp://127.0.0.1:1/: nothing listens there; start the broker first",
    ),
    (["trace", RABBITMQ, "--amqp-url", "amqp://no.invalid/"], "load goes to this host only"),
    *(
        ([command, folder], words)
        for command in ("report", "resume")
        for folder, words in (
            ("absent", "absent: folder not found; `ls results` shows the runs"),
            ("file", "file: a file, not a run"),
            ("bare", "bare: no run.json in it; name a folder of results/"),
            ("newer", "results version 99, this patternbench reads up to "),
            ("broken", "run.json: not a results file"),
            ("empty", "run.json: not a results file"),
            ("odd", "run.json: is not a file"),
        )
    ),
    (["serve", "notifications"], "names an experiment; write EXPERIMENT/PATTERN"),
    (["serve", SSE, "--port", "70000"], "port"),
    (["trace", SSE, "--set", "clients=1,2"], "clients: this command takes one value each"),
    (["list", "nothing"], "unknown experiment 'nothing'"),
    (["calibrate", "--clients", "x"], "clients=x: not a number"),
    (["calibrate", *QUICKLY, "--clients", "0"], "clients=0"),
    (["calibrate", *QUICKLY, "--clients", "1.5"], "clients=1.5"),
    (["calibrate", "--duration", "3"], "duration=3: the unit is missing"),
    (["calibrate", "--repeats", "1", "--duration", "0s"], "duration=0s"),
]


@pytest.mark.parametrize(
    ("arguments", "words"), BAD_INPUT, ids=[" ".join(arguments) for arguments, _ in BAD_INPUT]
)
def test_bad_input_is_answered_in_one_line(
    main: Main, place: Path, arguments: list[str], words: str
) -> None:
    before = listing(place)
    code, output, error = main(*arguments)
    assert (code, output) == (2, "")
    assert error.startswith("bench: ")
    assert error.count("\n") == 1
    assert words in error
    assert listing(place) == before, "nothing is created"


def test_bad_input_of_a_process(tmp_path: Path) -> None:
    ended = run_bench("run", "notifications/nothing", "--results", str(tmp_path / "results"))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert re.fullmatch(r"bench: notifications/nothing: unknown pattern [^\n]+\n", ended.stderr)
    assert not list(tmp_path.iterdir())


# --- a component is missing ------------------------------------------------------------------


def test_without_rabbitmq_the_other_patterns_are_measured(
    main: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbitmq, "SERVER", tmp_path / "absent")
    remedy = f"RabbitMQ is not installed; as root: {rabbitmq.INSTALL}"
    results = str(tmp_path / "results")
    monkeypatch.setattr(figures, "kinds", list)
    code, output, error = main(
        *("run", "notifications/null", "notifications/rabbitmq", *TINY),
        *("--repeats", "1", "--no-calibration", "--results", results),
    )
    assert (code, error) == (0, "")
    assert f"not measured: notifications/rabbitmq: {remedy}" in output
    (folder,) = Path(results).iterdir()
    report = (folder / "report" / "report.md").read_text()
    (row,) = [line for line in report.splitlines() if "RabbitMQ" in line and "not measured" in line]
    assert rabbitmq.INSTALL in report, row
    assert "notifications/rabbitmq" not in {
        f"{row['experiment']}/{row['pattern']}" for row in summary(folder)
    }


def test_asked_for_alone_it_is_refused(
    main: Main, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbitmq, "SERVER", place / "absent")
    before = listing(place)
    for command in ("run", "serve", "trace"):
        code, output, error = main(command, "notifications/rabbitmq")
        assert (code, output) == (4, "")
        assert error == f"bench: RabbitMQ is not installed; as root: {rabbitmq.INSTALL}\n"
    assert listing(place) == before


# --- a new pattern ---------------------------------------------------------------------------


def summary(folder: Path) -> list[dict[str, str]]:
    with (folder / "report" / "summary.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_new_pattern_is_two_files(tmp_path: Path) -> None:
    copy = copy_project(tmp_path, figures=())
    (copy / "targets/notifications/my_pattern.py").write_text(
        '"""As SSE, by another name."""\n\nfrom targets.notifications import sse\n\n\n'
        'class Target(sse.Target):\n    """Nothing new."""\n'
    )
    (copy / "scenarios/notifications/my_pattern.py").write_text(
        '"""Client side of my pattern."""\n\nfrom scenarios.notifications import sse\n\n\n'
        'class Client(sse.Client):\n    """Nothing new."""\n'
    )
    here = {"PYTHONPATH": str(copy)}
    listed = run_bench("list", cwd=copy, env=here)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert re.search(r"^notifications/my_pattern +As SSE, by another name\.", listed.stdout, re.M)
    ran = run_bench(
        *("run", "notifications/my_pattern", *TINY, "--repeats", "1", "--no-calibration"),
        *("--results", "results"),
        cwd=copy,
        env=here,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    (folder,) = (copy / "results").iterdir()
    assert re.search(r"^\| *my pattern *\|", (folder / "report/report.md").read_text(), re.M)
    rows = [row for row in summary(folder) if row["pattern"] == "my_pattern"]
    assert {row["experiment"] for row in rows} == {"notifications"}
    (complete,) = [row for row in rows if row["metric"] == "completeness"]
    assert (float(complete["value"]), complete["trials"]) == (1.0, "1")


# --- trace ----------------------------------------------------------------------------------


def crossings(text: str) -> list[tuple[bool, bytes]]:
    """What `bench trace` printed, as (up, bytes)."""
    found: list[tuple[bool, bytes]] = []
    for line in text.splitlines():
        head = re.fullmatch(r" *[0-9.]+ ms  client (->|<-) backend  (\d+) bytes", line)
        if head:
            found.append((head.group(1) == "->", b""))
        elif line.strip():
            up, data = found.pop()
            found.append((up, data + bytes.fromhex(line[11:58])))
    return found


def test_a_trace_shows_the_upgrade_and_every_byte_of_the_frame(main: Main) -> None:
    code, output, error = main("trace", "notifications/websocket", *settings(payload="100B"))
    assert (code, error) == (0, "")
    found = crossings(output)
    up = b"".join(data for is_up, data in found if is_up)
    down = b"".join(data for is_up, data in found if not is_up)
    assert up.startswith(b"GET /socket?client=0 HTTP/1.1\r\n")
    assert b"\r\nupgrade: websocket\r\n" in up.lower()
    head, _, frames = down.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert b"\r\nsec-websocket-accept: " in head.lower()
    # FIN and binary, 100 bytes, not masked; then the event, whose number is 1.
    assert frames[:4] == b"\x82\x64" + b"1 "
    assert len(frames[:102]) == 102
    assert not living(psutil.Process().children(recursive=True))
