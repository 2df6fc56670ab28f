"""The live page of a run in a real browser; what listens with it, and that nothing does without."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from system_builders import (
    BENCH_WITHOUT_FIGURES,
    ROOT,
    TINY,
    descendants,
    settings,
    start_bench,
    until,
)

from bench.lab.components import chromium
from bench.lab.ports import accepts

MISSING = chromium.missing()
URL = re.compile(r"http://127\.0\.0\.1:(\d+)/[\w-]{20,}/")
ONE = ("run", "notifications/sse", "--no-calibration", "--keep-disturbed")
PATIENCE_MS = 60_000
LOOK_S = 0.1
OUTCOMES = "parseFloat(document.getElementById('outcomes')?.textContent)"
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll("body *")]
    .filter(one => !one.closest("svg") || one.tagName === "svg")
    .filter(one => one.getBoundingClientRect().right > width + 1)
    .map(one => one.tagName + ": " + one.textContent.trim().slice(0, 40));
}"""
COLOURS = "() => getComputedStyle(document.body).backgroundColor"
LOCUSTS_ROUTES = """
import json, sys
from types import SimpleNamespace
from locust import User
from locust.env import Environment
from bench.load import locust_page

class Nobody(User):
    pass

called = []
environment = Environment(user_classes=[Nobody])
runner = environment.create_local_runner()
runner.stop = lambda: called.append("stop")
runner.start = lambda *_, **__: called.append("start")
environment.update_user_class = lambda *_: called.append("user")
environment.events.reset_stats.add_listener(lambda **_: called.append("reset"))
application = locust_page.page_of(environment)
client, found = application.test_client(), []
for rule in application.url_map.iter_rules():
    path = rule.rule.replace("<path:path>", "x").replace("<path:filename>", "x")
    for method in ("GET", "POST", "PUT", "DELETE"):
        form = {"user_count": "1", "spawn_rate": "1"} if path == "/swarm" else None
        status = client.open(path, method=method, data=form).status_code
        found.append((rule.rule, method, status, "GET" in rule.methods))
print(json.dumps([found, called, sorted(locust_page.READS)]))
"""


def address(output: Path, bench: subprocess.Popen[str]) -> re.Match[str]:
    """What the run printed: where it can be watched."""

    def printed() -> re.Match[str] | None:
        assert bench.poll() is None, output.read_text()
        return URL.search(output.read_text())

    found: re.Match[str] = until(printed, 60, "the address is printed")
    return found


def asked(url: str, method: str = "GET") -> tuple[int, bytes]:
    data = b"" if method == "POST" else None
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, data, method=method), timeout=10
        ) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def phase(url: str) -> str:
    trial: Any = json.loads(asked(url + "snapshot.json")[1])["trial"]
    return trial["phase"] if trial else ""


def listening(process: psutil.Process) -> list[tuple[str, int]]:
    try:
        sockets = process.net_connections("inet")
    except psutil.NoSuchProcess:
        return []
    return [tuple(one.laddr) for one in sockets if one.status == psutil.CONN_LISTEN]


def runs(process: psutil.Process, module: str) -> bool:
    try:
        return module in process.cmdline()
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def browser() -> Iterator[Browser]:
    if MISSING:
        pytest.skip(MISSING)
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=chromium.executable(), args=["--no-sandbox"])
        yield made
        made.close()


def opened(browser: Browser, url: str, width: int, scheme: Any, errors: list[str]) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(url)
    return page


def seen(page: Page, expression: str) -> None:
    """Wait until it holds in the page.  (Playwright's own wait evaluates a text there, which the
    page's policy forbids.)
    """
    until(lambda: page.evaluate(expression), 60, expression)


def test_a_page_follows_the_run(browser: Browser, tmp_path: Path) -> None:
    output, errors = tmp_path / "said", list[str]()
    bench = start_bench(
        *(*ONE, "--web", "--clients", "10", "--duration", "7s", "--repeats", "2"),
        *settings(warmup="500ms", event_rate="50/s"),
        *("--fault", "server:stop@40%,for=500ms", "--results", str(tmp_path / "results")),
        output=output,
        command=BENCH_WITHOUT_FIGURES,
    )
    try:
        match = address(output, bench)
        url, port = match[0], int(match[1])
        narrow = opened(browser, url, 400, "dark", errors)
        wide = opened(browser, url, 1400, "light", errors)
        seen(wide, f"{OUTCOMES} > 0")
        before = wide.locator("#state").inner_text(), wide.locator("#cost").inner_text()
        until(lambda: wide.locator("#state").inner_text() != before[0], 60, "time goes on")
        until(lambda: wide.locator("#cost").inner_text() != before[1], 60, "the next snapshot")
        for page in (wide, narrow):
            seen(page, "/from [\\d.]+ s to/.test(document.getElementById('faults').textContent)")
            seen(page, "parseFloat(document.getElementById('cpu-server')?.textContent) > 0")
            assert page.evaluate(WIDER) == []
            seen(page, "!!document.querySelector('#latency path[d*=L]')")
            seen(page, "!/NaN/.test(document.getElementById('latency').innerHTML)")
            seen(page, "!!document.querySelector('#latency .fault')")
        assert wide.evaluate(COLOURS) != narrow.evaluate(COLOURS)
        assert errors == []

        theirs = browser.new_page()
        until(lambda: asked(url + "locust/")[0] == 200, 60, "a load process runs")
        theirs.goto(url + "locust/")
        theirs.get_by_text("delivery").first.wait_for(timeout=PATIENCE_MS)
        for path in ("locust/stop", "locust/swarm", "locust/stats/reset", "", "snapshot.json"):
            assert asked(url + path, "POST")[0] == 405
        assert asked(url + "locust/login")[0] == 404
        assert asked(f"http://127.0.0.1:{port}/")[0] == 403
        assert asked(url[:-2] + "/")[0] == 403
        assert listening(psutil.Process(bench.pid)) == [("127.0.0.1", port)]
        assert not any(listening(one) for one in descendants(bench.pid) if runs(one, "bench.load"))

        seen(wide, "!!document.querySelector('#tables tbody tr')")
        assert errors == []
        assert bench.wait(120) == 0, output.read_text()
    finally:
        bench.kill()
        bench.wait()
    assert not accepts(port)
    (run,) = (tmp_path / "results").iterdir()
    records = [json.loads(path.read_text()) for path in run.glob("trials/*/trial.json")]
    assert [one["is_watched"] for one in records] == [True] * len(records)
    assert "live page" in (run / "report" / "index.html").read_text()


def test_an_interrupted_run_leaves_nothing_that_listens(tmp_path: Path) -> None:
    output = tmp_path / "said"
    arguments = (*ONE, "--web", "--clients", "3", "--duration", "60s", "--repeats", "1")
    bench = start_bench(
        *(*arguments, "--results", str(tmp_path / "results")),
        output=output,
        command=BENCH_WITHOUT_FIGURES,
    )
    try:
        match = address(output, bench)
        until(lambda: phase(match[0]) == "window", 60, "it measures")
        bench.send_signal(signal.SIGINT)
        assert bench.wait(60) == 130
    finally:
        bench.kill()
        bench.wait()
    assert not accepts(int(match[1]))
    folders = Path(tempfile.gettempdir()).glob(f"patternbench-watch-{bench.pid}-*")
    assert list(folders) == []


def test_without_it_only_the_parts_listen(tmp_path: Path) -> None:
    output = tmp_path / "said"
    arguments = (*ONE, *TINY, "--duration", "1s", "--repeats", "1")
    bench = start_bench(
        *(*arguments, "--results", str(tmp_path / "results")),
        output=output,
        command=BENCH_WITHOUT_FIGURES,
    )
    seen: dict[str, set[tuple[str, int]]] = {"harness": set(), "load": set(), "parts": set()}
    sockets = set[str]()
    try:
        while bench.poll() is None:
            try:
                family = [psutil.Process(bench.pid), *descendants(bench.pid)]
            except psutil.NoSuchProcess:
                break
            for one in family:
                who = "load" if runs(one, "bench.load") else "parts"
                who = "harness" if one.pid == bench.pid else who
                seen[who] |= set(listening(one))
            sockets |= set(re.findall(r"\S*patternbench-watch\S*", _unix_sockets()))
            time.sleep(LOOK_S)
        assert bench.wait(60) == 0, output.read_text()
    finally:
        bench.kill()
        bench.wait()
    assert (seen["harness"], seen["load"], sockets) == (set(), set(), set())
    assert seen["parts"]
    (run,) = (tmp_path / "results").iterdir()
    (record,) = run.glob("trials/*/trial.json")
    assert json.loads(record.read_text())["is_watched"] is False
    assert "live page" not in (run / "report" / "index.html").read_text()


def _unix_sockets() -> str:
    return Path("/proc/net/unix").read_text()


def test_locust_answers_what_only_reads() -> None:
    """Each of its routes, with each method, as this version of Locust declares them."""
    ended = subprocess.run(
        [sys.executable, "-c", LOCUSTS_ROUTES],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    )
    found, called, reads = json.loads(ended.stdout)
    assert called == []
    offered = {rule for rule, method, status, _ in found if method == "GET" and status != 404}
    assert offered | {"/assets/<path:path>"} == set(reads)  # there is no asset of that name
    assert {status for _, method, status, _ in found if method != "GET"} == {405}
    refused = {rule for rule, method, _, reads_it in found if reads_it and method == "GET"}
    assert refused - set(reads) == {
        "/login",
        "/static/<path:filename>",
        "/stats/requests_full_history/csv",
    }
