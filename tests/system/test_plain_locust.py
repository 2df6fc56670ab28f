"""Scenarios under plain `locust -f`, in the ways in which Locust's users start it."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from system_builders import ROOT, descendants, living, settings, start_bench, until

from bench.lab.components import chromium
from bench.lab.ports import accepts, free_port
from bench.lab.proxies import envoy

PUSHED, POLLED, CLOSED, PROXIED = (
    "notifications/sse",
    "notifications/short_polling",
    "proxies/direct",
    "notifications/sse_http2",
)
"""One that is pushed, one that polls, one whose clients make the work, one behind a proxy."""

PATTERNS = [PUSHED, POLLED, CLOSED, *([] if envoy.missing() else [PROXIED])]

CLASSES = {
    PUSHED: "NotificationsSse",
    POLLED: "NotificationsShortPolling",
    CLOSED: "ProxiesDirect",
    PROXIED: "NotificationsSseHttp2",
}
LOCUST = str(Path(sys.executable).with_name("locust"))
SET = {
    "notifications": settings(event_rate="20/s", poll_interval="50ms"),
    "proxies": settings(request_rate="40/s"),
}


def scenario(*names: str) -> str:
    return ",".join(f"scenarios/{name}.py" for name in names)


def locust(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LOCUST, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def offers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """What `bench serve` tells to give Locust, by pattern; all of them serve until the end."""
    folder = tmp_path_factory.mktemp("served")
    outputs = {name: folder / name.replace("/", "-") for name in PATTERNS}
    serving = [
        start_bench("serve", name, *SET[name.partition("/")[0]], output=output)
        for name, output in outputs.items()
    ]
    try:

        def offered() -> dict[str, list[str]]:
            lines = [
                re.search(
                    r"load: locust -f scenarios/(\S+)\.py (.*?)   ",
                    output.read_text(),
                )
                for output in outputs.values()
            ]
            return {line[1]: line[2].replace("'", "").split() for line in lines if line}

        until(lambda: len(offered()) == len(PATTERNS), 40, "all of them serve")
        started = [child for one in serving for child in descendants(one.pid)]
        yield offered()
        for one in serving:
            one.send_signal(signal.SIGINT)
        assert [one.wait(10) for one in serving] == [130] * len(serving)
        assert not living(started)
        assert "Traceback" not in "".join(output.read_text() for output in outputs.values())
    finally:
        for one in serving:
            one.kill()
            one.wait()


def of_this_project(said: str) -> list[str]:
    """Files of this project that stand in a traceback.

    Locust closes its tables while the greenlet that writes them still lives; where the end of its
    other processes takes a second, that greenlet fails, and Locust shows a traceback of its own.
    """
    folders = "|".join(("bench", "scenarios", "targets"))
    return re.findall(rf'File "{re.escape(str(ROOT))}/((?:{folders})/[^"]*)"', said)


def host(offer: list[str]) -> str:
    return offer[offer.index("--host") + 1]


def test_what_serve_offers_is_all_that_the_clients_need(offers: dict[str, list[str]]) -> None:
    assert offers[PUSHED][2:] == []
    assert offers[POLLED][2:] == ["--poll-interval", "50ms"]
    assert offers[CLOSED][2:] == ["--request-rate", "40/s"]


def counted(prefix: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """What Locust's CSV file says: requests and failures by type and name."""
    with Path(f"{prefix}_stats.csv").open() as file:
        return {
            (row["Type"], row["Name"]): (int(row["Request Count"]), int(row["Failure Count"]))
            for row in csv.DictReader(file)
        }


@pytest.mark.parametrize("processes", [1, 2])
def test_several_files_without_a_head(
    offers: dict[str, list[str]], tmp_path: Path, processes: int
) -> None:
    """Each against a target of its own, as Locust's own option says it; with a page and tables."""
    users = [
        json.dumps({"user_class_name": CLASSES[name], "host": host(offer)})
        for name, offer in offers.items()
    ]
    spread = ("--processes", str(processes)) if processes > 1 else ()
    ended = locust(
        *("-f", scenario(*PATTERNS), "--headless", "-u", str(2 * len(PATTERNS)), "-r", "10"),
        *(
            "-t",
            f"{processes}s",
            "--csv",
            str(tmp_path / "numbers"),
            "--html",
            str(tmp_path / "page.html"),
        ),
        *("--poll-interval", "50ms", "--request-rate", "40/s", *spread, "--config-users", *users),
    )
    assert ended.returncode == 0, ended.stderr
    assert not of_this_project(ended.stderr)
    found = counted(tmp_path / "numbers")
    assert not any(failures for _, failures in found.values())
    for name in PATTERNS:
        kind = name.partition("/")[2]
        assert found[kind, "connect"] == (2, 0)
        assert found[kind, "query" if name == CLOSED else "delivery"][0] > 2
    # Once a second, as by default, would be at most two by each.
    assert found["short_polling", "request"][0] > 2 * (processes + 1)
    assert "short_polling" in (tmp_path / "page.html").read_text()


def test_a_failed_request_has_its_reason_and_makes_the_exit_code_1(tmp_path: Path) -> None:
    """Those of a scenario, and of a file of one's own that derives from one."""
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from scenarios.notifications import short_polling\n\n\n"
        "class Mine(short_polling.Client):\n    weight = 3\n"
    )
    ended = locust(
        *("-f", f"{scenario(PUSHED)},{mine}", "--headless", "-u", "4", "-r", "10", "-t", "1s"),
        *("--only-summary", "--host", f"http://127.0.0.1:{free_port()}", "--poll-interval", "50ms"),
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1, said
    for kind in ("sse", "short_polling"):
        reason = rf"(\d+) +{kind} connect: ConnectionRefusedError: \[Errno 111\] Connection refused"
        (times,) = re.findall(reason, said)
        assert re.search(rf"{kind} +connect +{times} +{times}\(100\.00%\)", said)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        (
            POLLED,
            (),
            "--host is missing; start `bench serve notifications/short_polling` and give Locust",
        ),
        (
            POLLED,
            ("--poll-interval", "5"),
            "poll_interval=5: the unit is missing; write it as 5s or 5ms",
        ),
        ("calls/raw", (), "calls/raw: a part of the pattern makes the work, and clients have none"),
    ],
)
def test_a_mistake_is_told_in_one_line(name: str, arguments: tuple[str, ...], words: str) -> None:
    ended = locust("-f", scenario(name), "--headless", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("locust: error: ")
    assert words in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_all_scenarios_have_names_of_their_own() -> None:
    files = sorted(
        path
        for path in (ROOT / "scenarios").glob("*/*.py")
        if (ROOT / "targets" / path.parent.name / path.name).exists() and path.stem[0] != "_"
    )
    ended = locust("-f", ",".join(map(str, files)), "--list")
    assert ended.returncode == 0, ended.stderr
    names = re.findall(r"^    (\w+)$", ended.stdout, re.M)
    assert len(set(names)) == len(names) == len(files)
    assert {*CLASSES.values()} < {*names}


# --- Locust's web page -----------------------------------------------------------------------


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Locust's web page for a scenario, in a browser."""
    port = free_port()
    with (tmp_path / "said").open("w") as said:
        web = subprocess.Popen(
            [
                LOCUST,
                "-f",
                scenario(POLLED),
                "--web-host",
                "127.0.0.1",
                "--web-port",
                str(port),
            ],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
    try:
        until(lambda: accepts(port), 30, "Locust's web page is there")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.executable(),
                args=["--no-sandbox"],
                env={**os.environ, "HOME": str(tmp_path)},
            )
            shown = browser.new_page()
            shown.goto(f"http://127.0.0.1:{port}/")
            yield shown
            browser.close()
        web.terminate()
        web.wait(10)
        assert "Traceback" not in (tmp_path / "said").read_text()
    finally:
        web.kill()
        web.wait()


def start(page: Page, **values: str) -> None:
    """Enter the values and press the button."""
    for name, value in values.items():
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name="Start").click()


@pytest.mark.skipif(bool(chromium.missing()), reason=chromium.missing())
def test_the_web_page_has_the_load_parameters_and_the_reasons(
    page: Page, offers: dict[str, list[str]]
) -> None:
    page.get_by_text("Custom parameters").click()
    assert page.locator("input[name=pollInterval]").input_value() == "1s"
    # A mistake is told in the page, and nothing starts.
    start(page, host=f"http://127.0.0.1:{free_port()}", pollInterval="5")
    page.get_by_text("poll_interval=5: the unit is missing; write it as 5s or 5ms").wait_for()
    # Nobody listens there: the reason is in the table of failures.
    start(page, pollInterval="50ms", userCount="2", spawnRate="2")
    page.get_by_role("tab", name="Failures").click()
    page.get_by_text("ConnectionRefusedError: [Errno 111] Connection refused").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="New").click()
    start(page, host=host(offers[POLLED]))
    page.get_by_role("tab", name="Statistics").click()
    row = page.get_by_role("row").filter(has_text="delivery")
    row.wait_for()
    kind, _, *numbers = row.inner_text().split()
    assert kind == "short_polling"
    assert int(numbers[0]) > 0
    assert numbers[1] == "0"
