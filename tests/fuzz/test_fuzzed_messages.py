"""Lines on the pipes between processes: a message of the union, or ValueError; nothing else."""

from __future__ import annotations

import contextlib
import random
import types
from typing import Any

from fuzz_cases import each_case, mutated

from bench.lab.network import messages as network_messages
from bench.load import worker_messages
from bench.load.clients import browser_messages
from bench.model import messages
from bench.model.combining import combine
from bench.model.messages import (
    AskPartCounters,
    Begin,
    ClientCounters,
    Counts,
    Failed,
    LoadReady,
    LoadResults,
    PartCounters,
    PartResults,
    Probed,
    Spawn,
    Tried,
    Verify,
    Window,
)
from bench.pipes import hear, line_of

SOAK = {"FUZZ_CASES": "{fuzz_cases}", "FUZZ_SEED": "{seed}"}

MODULES = (messages, network_messages, browser_messages)
UNIONS: list[Any] = [
    *(
        one
        for module in MODULES
        for one in vars(module).values()
        if isinstance(one, types.UnionType)
    ),
    *(worker_messages.WorkerCommand, worker_messages.WorkerReply),
    *(messages.PartConfig, messages.LoadConfig, network_messages.Counted),
]
LINES = [
    line_of(one)
    for one in (
        *(AskPartCounters(), Begin(1, 2, 3), Failed("no"), Spawn(), Verify(3), Window(1, 2)),
        *(LoadReady([1, 2]), Tried(1), Probed(7), Counts({"a": 1.0}), PartCounters(published=2)),
        *(
            LoadResults(3, errors=["x"], facts={"a": 1}),
            PartResults(1),
            ClientCounters(1, 0, 2, 0, []),
        ),
        worker_messages.WorkerCommand(1, Spawn()),
        network_messages.Mark([1, 2]),
        browser_messages.OpenTab(1, 2, "http://127.0.0.1/", "<p>", {"A": "b"}),
        browser_messages.LoadPage(1, 2, browser_messages.Options(("http://127.0.0.1/",))),
    )
]
WORDS = [
    *(b'"type":"window",', b'"type":1,', b'{"x":' * 3000, b"[" * 5000, b"null", b"1e999"),
    *(b"\xff\xfe", b'"\\ud800"', b"-1", b"{}", b"[]", b'"unheard":{"of":[1]},'),
]
COMBINED = (LoadResults, PartResults, PartCounters, ClientCounters, Counts, Tried, Probed)


def test_lines() -> None:
    def check(dice: random.Random) -> None:
        line = mutated(dice, LINES, WORDS)
        kind = dice.choice(UNIONS)
        with contextlib.suppress(ValueError):
            found = hear(line, kind)
            assert hear(line_of(found), kind) == found
            if isinstance(found, COMBINED):
                combine([found, found])

    each_case("lines", check)
