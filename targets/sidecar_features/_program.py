"""The program of every pattern of `sidecar_features`: its clients call, and it keeps the account.

When its clients are done it waits until nothing more comes, and reads what the collector and Redis
have.  Knows no pattern; where it calls is an address like any other.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path

from bench.clock import now_ns
from bench.model.messages import Begin, ListenerAddress
from bench.model.samples import FAILED, OK
from targets._sidecars import CLIENT_SIDECAR, PLAIN
from targets._target import BaseTarget
from targets.sidecar_features._client import Call, Plan, converse
from targets.sidecar_features._collector import requests_in
from targets.sidecar_features._effects import Effects
from targets.sidecar_features._spans import SERVER, by_call, inner_of, is_chain, spans_of

QUIET_S, LOOK_S = 0.3, 0.05
LONGEST_S = 5.0
TRIED_BY = 99_999
"""The client that tries one call beforehand; it is not in the account."""


class ProgramTarget(BaseTarget):
    """A pattern says through which services a call goes, for the account of spans."""

    is_caller = True
    services_passed: tuple[str, ...] = ()

    async def start(self, _: int) -> int:
        self.answers = Counter[int]()
        self.effects = Effects(str(self.services["redis"]["url"]), self.data.parent.name)
        return 0

    async def stop(self) -> None:
        await self.effects.forget()
        await self.effects.close()

    @property
    def entrance(self) -> tuple[str, int]:
        """Where it calls: its sidecar where it has one, else the first server."""
        server = self.parts["server"][0]
        sidecar: ListenerAddress | None = server.listeners.get(f"{CLIENT_SIDECAR}.{PLAIN}")
        return (server.host, server.port) if sidecar is None else (sidecar.host, sidecar.port)

    def plan(self, start_ns: int, end_ns: int, most: int = 0) -> Plan:
        host, port = self.entrance
        own = self.load.own
        keys = own.keys if own.is_cached and not most else 0
        return Plan(host, port, own.method, keys, own.think_time_s, start_ns, end_ns, most)

    async def run(self, plan: Plan, clients: list[int]) -> None:
        """Have these clients carry out the plan; `record` is told of every call."""
        raise NotImplementedError

    async def try_call(self) -> None:
        now = now_ns()
        self._failed = ""
        await self.run(self.plan(now, now + 10**10, most=1), [TRIED_BY])
        if self._failed:
            raise ConnectionError(self._failed)

    async def call(self, begin: Begin) -> None:
        plan = self.plan(begin.start_ns, begin.t1_ns)
        try:
            await self.run(plan, list(range(self.load.window.clients)))
            await self._until_quiet()
        finally:
            await self._keep_account()

    def record(self, call: Call) -> None:
        """A call that has ended."""
        if call.client == TRIED_BY:
            self._failed = call.error
            return
        if call.process:
            self.answers[call.process] += 1
        if call.error:
            self.failed(ConnectionError(call.error))
        self.recorder.add(
            self.recorder.code("call"),
            FAILED if call.error else OK,
            call.client,
            call.number,
            call.sent_ns,
            call.sent_ns,
            call.made_ns,
            call.done_ns,
            call.bytes_up,
            call.bytes_down,
        )

    # --- the account --------------------------------------------------------------------------

    @property
    def _spans_file(self) -> Path | None:
        found = self.parts.get("collector")
        return Path(found[0].more["spans"]) if found else None

    async def _until_quiet(self) -> None:
        """Until no span has come for a while, and whoever still does a call has done it."""
        path, deadline = self._spans_file, time.monotonic() + LONGEST_S
        size, since = -1, time.monotonic()
        while time.monotonic() < min(since + QUIET_S, deadline):
            await asyncio.sleep(LOOK_S)
            now = path.stat().st_size if path is not None else 0
            if now != size:
                size, since = now, time.monotonic()

    async def _keep_account(self) -> None:
        self._record_spans()
        self._record_servers()
        add, code = self.recorder.add, self.recorder.code("effect")
        now = now_ns()
        for call, (times, value) in (await self.effects.read()).items():
            client, number = (int(part) for part in call.split("/"))
            if client != TRIED_BY:
                add(code, OK, client, number, now, now, now, now, times, value)

    def _record_servers(self) -> None:
        now, code = now_ns(), self.recorder.code("server")
        for number, (process, answers) in enumerate(self.answers.items()):
            self.recorder.add(code, OK, number, process, now, now, now, now, answers, 0)

    def _record_spans(self) -> None:
        path = self._spans_file
        if path is None:
            return
        add, span, trace = self.recorder.add, *map(self.recorder.code, ("span", "trace"))
        expected = self.services_passed
        if self.load.own.server_spans == "on":
            expected = (*expected, SERVER)
        found = spans_of(requests_in(path), time.time_ns() - now_ns())
        for (client, number), spans in by_call(found).items():
            if client == TRIED_BY:
                continue
            for one in spans:
                begin_ns, end_ns = inner_of(one, spans)
                add(
                    span,
                    OK,
                    client,
                    number,
                    one.start_ns,
                    begin_ns,
                    end_ns,
                    max(one.end_ns, begin_ns),
                    0,
                    0,
                )
            first_ns = spans[0].start_ns
            last_ns = max(first_ns, *(one.end_ns for one in spans))
            right = int(is_chain(spans, expected))
            add(trace, OK, client, number, first_ns, first_ns, 0, last_ns, len(spans), right)


class PythonProgram(ProgramTarget):
    """Its clients are Python's."""

    async def run(self, plan: Plan, clients: list[int]) -> None:
        await asyncio.gather(*(converse(plan, client, self.record) for client in clients))
