"""The load engine beside wrk and Locust's FastHttpUser, on the same null target, taking turns.

The engine of an older commit may take part.  The generators have one core, nginx another.  Under a
fast generator nginx may be what limits all the same; what a request costs a generator in CPU time,
neither it nor a neighbour shifts.  Ratios are of medians; absolute numbers are this machine's, now.
"""

from __future__ import annotations

import math
import re
import resource
import shutil
import statistics
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
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
from bench.tools.aims import Figure
from bench.tools.older import Older
from bench.tools.turns import taking_turns
from reports.fitted_table import FittedTable, fitted

ENGINE, WRK, FAST_HTTP = "engine in Locust", "wrk", "FastHttpUser"
WARM_UP_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
WRK_REQUESTS = re.compile(r"(\d+) requests in .*Requests/sec:\s+([0-9.]+)", re.DOTALL)
AIM_RATE, AIM_CPU = 0.75, 1 / 0.75
"""How the engine is to compare with wrk: its rate at least, its CPU time per request at most."""


@dataclass(frozen=True)
class Turn:
    """What a generator reached: requests per second, and CPU time for each in microseconds.

    NaN where an older engine did not count its CPU time.
    """

    rate: float
    cpu_us: float


Generator = Callable[[int, float], Turn]


@dataclass
class Level:
    """The turns of each generator at one number of clients."""

    clients: int
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    target_busy: list[float] = field(default_factory=list)

    def values(self, name: str, what: str) -> list[float]:
        """`rate` or `cpu_us` of a generator, one entry a turn."""
        return list(map(attrgetter(what), self.turns[name]))

    def median(self, name: str, what: str) -> float:
        return statistics.median(self.values(name, what))

    def ratio(self, other: str, what: str = "rate", of: str = ENGINE) -> float | None:
        """A generator's median, the engine's if none is named, over another's.

        None where one of the two was not measured.
        """
        if other not in self.turns or of not in self.turns:
            return None
        ratio = self.median(of, what) / self.median(other, what)
        return None if math.isnan(ratio) else ratio


class Bench:
    """The generators on one core, the null target on another."""

    def __init__(self, folder: Path, older: Older | None) -> None:
        self._folder = folder
        self._older = older
        self._sets = cpu_sets(1)
        self.nginx = Nginx(self._sets["backend"])

    def generators(self) -> dict[str, Generator]:
        found: dict[str, Generator] = {ENGINE: self._python("engine", ROOT)}
        if self._older is not None:
            found[engine_at(self._older)] = self._python("engine", self._older.root)
        if shutil.which("wrk"):
            found[WRK] = self._wrk
        found[FAST_HTTP] = self._python("fast_http", ROOT)
        return found

    def _python(self, kind: str, root: Path) -> Generator:
        def measure(clients: int, seconds: float) -> Turn:
            log = self._folder / f"{kind}.log"
            child = python_child(
                "bench.load.closed_loop", f"generator {kind}", log, self._sets["load"], root
            )
            try:
                config = GeneratorConfig(kind, clients, "127.0.0.1", self.nginx.port, seconds)
                found = child.ask(config, GeneratorResult, PATIENCE_SECONDS + seconds)
                cpu_us = math.nan if found.cpu_us is None else found.cpu_us
                return Turn(found.requests_per_s, cpu_us)
            finally:
                child.stop()

        return measure

    def _wrk(self, clients: int, seconds: float) -> Turn:
        """wrk takes whole seconds and has no warm-up: it gets one more second.

        Its CPU time is that of the whole process.
        """
        whole = max(1, round(seconds + WARM_UP_SECONDS))
        cores = ",".join(str(core) for core in self._sets["load"])
        command = ["taskset", "-c", cores, "wrk", "-t1", f"-c{clients}", f"-d{whole}s"]
        before_s = _childrens_cpu_s()
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
        spent_s = _childrens_cpu_s() - before_s
        return Turn(float(match.group(2)), spent_s * 1e6 / max(1, int(match.group(1))))


def _childrens_cpu_s() -> float:
    """CPU time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def engine_at(older: Older) -> str:
    """The name of an older commit's engine."""
    return f"engine at {older.commit}"


def _beside(target: int, run_once: Generator, clients: int, seconds: float) -> tuple[Turn, float]:
    """What a generator reached, and the share of a core that the target used meanwhile."""
    before = cpu_clock_ns(target)
    reached = run_once(clients, seconds)
    return reached, (cpu_clock_ns(target) - before) / 1e9 / (seconds + 1)


def measure(
    levels: Sequence[int], repeats: int, seconds: float, console: Console, older: Older | None
) -> list[Level]:
    """All generators at all levels, `repeats` turns each, the order changing from turn to turn."""
    found = []
    with folder_for("patternbench-calibrate-") as folder:
        bench = Bench(folder, older)
        generators = bench.generators()
        optional = engine_at(older) if older is not None else ""
        try:
            for clients in levels:
                level = Level(clients)
                contenders = {
                    name: partial(_beside, bench.nginx.pid, run_once, clients, seconds)
                    for name, run_once in generators.items()
                }
                for turn, name, (reached, busy) in taking_turns(
                    contenders, repeats, optional, console
                ):
                    level.turns.setdefault(name, []).append(reached)
                    level.target_busy.append(busy)
                    console.print(
                        f"{clients} clients, turn {turn} of {repeats}: "
                        f"{name} {reached.rate:,.0f} requests/s, "
                        f"{significant(reached.cpu_us)} us of CPU each"
                    )
                found.append(level)
        finally:
            bench.nginx.stop()
    return found


def table_of(levels: Sequence[Level]) -> FittedTable:
    """Medians with their extremes below, and the engine's ratios beside their aims."""
    names = list(dict.fromkeys(name for level in levels for name in level.turns))
    others = [WRK, *(name for name in names if name not in {ENGINE, WRK})]
    rows = [[name, *(_spread(level, name, "rate", "/s") for level in levels), ""] for name in names]
    rows += [
        _ratios(f"engine / {name}", levels, name, "rate", f">= {AIM_RATE:g}" * (name == WRK))
        for name in others
    ]
    rows += [
        [f"CPU, {name}", *(_spread(level, name, "cpu_us", " us") for level in levels), ""]
        for name in names
    ]
    rows += [
        _ratios(
            f"CPU, engine / {name}", levels, name, "cpu_us", f"<= {AIM_CPU:.2f}" * (name == WRK)
        )
        for name in others
        if name != FAST_HTTP
    ]
    headers = ("generator", *(f"{level.clients} clients" for level in levels), "aim")
    title = "requests/s on one core, and CPU time per request: median, below it least to most"
    return fitted(headers, rows, title, numbers=len(levels) + 1)


def _ratios(key: str, levels: Sequence[Level], other: str, what: str, aim: str) -> list[str]:
    ratios = [level.ratio(other, what) for level in levels]
    return [
        key,
        *("not measured" if ratio is None else f"{ratio:.2f}" for ratio in ratios),
        aim,
    ]


def _spread(level: Level, name: str, what: str, unit: str) -> str:
    values = level.values(name, what) if name in level.turns else [math.nan]
    if math.isnan(values[0]):
        return "not measured"
    least, most = significant(min(values)), significant(max(values))
    return f"{significant(level.median(name, what))}{unit}\n{least} to {most}"


def answer(levels: Sequence[Level]) -> str:
    """How the engine compares, in a sentence."""
    texts = [
        f"{ratio:.2f} times {other} at {level.clients} clients"
        for other in (WRK, FAST_HTTP)
        for level in levels
        if (ratio := level.ratio(other)) is not None
    ]
    words = f"The load engine makes requests at {', '.join(texts)}."
    cpu = [
        f"{ratio:.2f} at {level.clients} clients"
        for level in levels
        if (ratio := level.ratio(WRK, "cpu_us")) is not None
    ]
    return words + (f" CPU time per request over {WRK}'s: {', '.join(cpu)}." if cpu else "")


def figures_of(levels: Sequence[Level], older: Older | None) -> list[Figure]:
    """What has an aim, and what an older engine reaches of it."""
    kinds = (
        ("rate", "requests per second", AIM_RATE, False),
        ("cpu_us", "CPU per request", AIM_CPU, True),
    )
    return [
        Figure(
            f"engine / {WRK}, {words}, {level.clients:,} clients",
            level.ratio(WRK, what),
            aim,
            is_most=is_most,
            before=None if older is None else level.ratio(WRK, what, engine_at(older)),
        )
        for what, words, aim, is_most in kinds
        for level in levels
    ]


def run(
    levels: Sequence[int],
    repeats: int,
    seconds: float,
    console: Console,
    older: Older | None = None,
) -> list[Figure]:
    """Measure and print; returns what has an aim."""
    if not shutil.which("wrk"):
        console.print("wrk is not installed (apt-get install wrk): compared with FastHttpUser only")
    found = measure(levels, repeats, seconds, console, older)
    console.print(answer(found))
    console.print(table_of(found))
    busiest = max(max(level.target_busy) for level in found)
    console.print(f"the null target used at most {busiest:.0%} of its core")
    return figures_of(found, older)
