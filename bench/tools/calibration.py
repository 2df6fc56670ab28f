"""The load engine beside wrk and Locust's FastHttpUser, on the same null target, taking turns.

The generators have one core, nginx another, so that the target is not what
limits.  Ratios are of medians; absolute numbers are this machine's, now.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bench.catalog import ROOT
from bench.lab.nginx import Nginx
from bench.lab.processes import cpu_sets, environment, python_child
from bench.lab.procfs import cpu_clock_ns
from bench.lab.scratch import folder_for
from bench.model.errors import UsageError
from bench.model.generator_messages import GeneratorConfig, GeneratorResult
from bench.model.units import significant
from reports.fitted_table import FittedTable, fitted

ENGINE, WRK, FAST_HTTP = "engine in Locust", "wrk", "FastHttpUser"
WARM_UP_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
WRK_REQUESTS = re.compile(r"Requests/sec:\s+([0-9.]+)")

Generator = Callable[[int, float], float]


@dataclass
class Level:
    """Requests per second of each generator at one number of clients, one entry a turn."""

    clients: int
    rates: dict[str, list[float]] = field(default_factory=dict)
    target_busy: list[float] = field(default_factory=list)

    def median(self, name: str) -> float:
        return statistics.median(self.rates[name])

    def ratio(self, other: str) -> float | None:
        """The engine's median over another generator's; None where that was not run."""
        return self.median(ENGINE) / self.median(other) if other in self.rates else None


class Bench:
    """The generators on one core, the null target on another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sets = cpu_sets(1)
        self.nginx = Nginx(self._sets["backend"])

    def generators(self) -> dict[str, Generator]:
        found: dict[str, Generator] = {ENGINE: self._python("engine")}
        if shutil.which("wrk"):
            found[WRK] = self._wrk
        found[FAST_HTTP] = self._python("fast_http")
        return found

    def _python(self, kind: str) -> Generator:
        def measure(clients: int, seconds: float) -> float:
            log = self._folder / f"{kind}.log"
            child = python_child(
                "bench.load.closed_loop", f"generator {kind}", log, self._sets["load"], ROOT
            )
            try:
                config = GeneratorConfig(kind, clients, "127.0.0.1", self.nginx.port, seconds)
                found = child.ask(config, GeneratorResult, PATIENCE_SECONDS + seconds)
                return found.requests_per_s
            finally:
                child.stop()

        return measure

    def _wrk(self, clients: int, seconds: float) -> float:
        """wrk takes whole seconds and has no warm-up: it gets one more second."""
        whole = max(1, round(seconds + WARM_UP_SECONDS))
        cores = ",".join(str(core) for core in self._sets["load"])
        command = ["taskset", "-c", cores, "wrk", "-t1", f"-c{clients}", f"-d{whole}s"]
        finished = subprocess.run(
            [*command, f"http://127.0.0.1:{self.nginx.port}/"],
            capture_output=True,
            text=True,
            check=True,
            timeout=whole + PATIENCE_SECONDS,
            env=environment(),
        )
        match = WRK_REQUESTS.search(finished.stdout)
        if not match:
            raise UsageError(f"wrk printed no rate: {finished.stdout[-200:]!r}; run wrk by hand")
        return float(match.group(1))


def measure(levels: Sequence[int], repeats: int, seconds: float, console: Console) -> list[Level]:
    """All generators at all levels, `repeats` turns each, interleaved."""
    found = []
    with folder_for("patternbench-calibrate-") as folder:
        bench = Bench(folder)
        try:
            for clients in levels:
                level = Level(clients)
                for turn in range(1, repeats + 1):
                    for generator, run_once in bench.generators().items():
                        before = cpu_clock_ns(bench.nginx.pid)
                        rate = run_once(clients, seconds)
                        busy = (cpu_clock_ns(bench.nginx.pid) - before) / 1e9 / (seconds + 1)
                        level.rates.setdefault(generator, []).append(rate)
                        level.target_busy.append(busy)
                        console.print(
                            f"{clients} clients, turn {turn} of {repeats}: "
                            f"{generator} {rate:,.0f} requests/s"
                        )
                found.append(level)
        finally:
            bench.nginx.stop()
    return found


def table_of(levels: Sequence[Level]) -> FittedTable:
    """Medians with their extremes below, and the engine's ratio to each other generator."""
    names = list(dict.fromkeys(name for level in levels for name in level.rates))
    rows = [[name, *(_rates(level, name) for level in levels)] for name in names]
    for other in (WRK, FAST_HTTP):
        ratios = [level.ratio(other) for level in levels]
        texts = ["not measured" if ratio is None else f"{ratio:.2f}" for ratio in ratios]
        rows.append([f"engine / {other}", *texts])
    headers = ("generator", *(f"{level.clients} clients" for level in levels))
    title = "requests/s on one core: median, below it least to most"
    return fitted(headers, rows, title, numbers=len(levels))


def _rates(level: Level, name: str) -> str:
    rates = [significant(rate) for rate in (min(level.rates[name]), max(level.rates[name]))]
    return f"{significant(level.median(name))}/s\n{rates[0]} to {rates[1]}"


def answer(levels: Sequence[Level]) -> str:
    """How the engine compares, in a sentence."""
    texts = [
        f"{ratio:.2f} times {other} at {level.clients} clients"
        for other in (WRK, FAST_HTTP)
        for level in levels
        if (ratio := level.ratio(other)) is not None
    ]
    return f"The load engine makes requests at {', '.join(texts)}."


def run(levels: Sequence[int], repeats: int, seconds: float, console: Console) -> None:
    """Measure and print."""
    if not shutil.which("wrk"):
        console.print("wrk is not installed (apt-get install wrk): compared with FastHttpUser only")
    found = measure(levels, repeats, seconds, console)
    console.print(answer(found))
    console.print(table_of(found))
    busiest = max(max(level.target_busy) for level in found)
    console.print(f"the null target used at most {busiest:.0%} of its core")
