"""A service over HTTP: it works on a request, then calls the next service of its slip.

    GET /work?slip=1@HOST:PORT,2@HOST:PORT     200 once all of them have done their work

400: the slip cannot be read.  424: a service behind this one failed, did not answer or is not
asked.  500: this one failed.  503: its line is full.

Whose caller leaves is worked on no more.  How the next service is called, a pattern says.
"""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp
from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from bench.clock import now_ns
from scenarios.chain._slip import Stop, format_slip, read_slip
from scenarios.chain.load import patience_s
from targets._web import WebTarget
from targets.chain._desk import Desk, Full
from targets.chain._work import Failure, Work

ANSWERED, BEHIND, FAILED, FULL = 200, 424, 500, 503
KEEP_S = 3600.0
"""Connections stay."""


class Unanswered(Exception):
    """The next service failed, or did not answer in time."""


class BehindFailed(Unanswered):
    """The next service answered; one behind it failed, or did not answer."""


class NotAsked(Exception):
    """The next service is full, or is not asked: to try again at once would be no help."""


class HttpService(WebTarget):
    """One service of the row."""

    session: ClientSession | None = None

    def __init__(self, *settings: object) -> None:
        super().__init__(*settings)  # type: ignore[arg-type]
        self.desk = Desk(self.load.own.service_workers, self.load.own.line)
        self.calls = self.failed_calls = self.called_ns = self.not_asked = 0
        self.facts["client library"] = f"aiohttp {aiohttp.__version__}"

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/work", self.work)]

    async def start(self, port: int) -> int:
        self.own_work = Work(self.load, self.seed, self.number)
        self.session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=KEEP_S),
            timeout=ClientTimeout(total=None),
        )
        return await super().start(port)

    async def work(self, request: web.Request) -> web.Response:
        try:
            slip = read_slip(request.query.get("slip", ""))
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"{error}\n") from None
        try:
            async with self.desk.place():
                await self.own_work.do()
                if slip:
                    await self._call(slip)
        except Full as error:
            return _answer(FULL, f"service {self.number}: {error}\n")
        except Failure:
            return _answer(FAILED, f"service {self.number} failed\n")
        except (Unanswered, NotAsked) as error:
            return _answer(BEHIND, f"service {slip[0].number}: {error}\n")
        return _answer(ANSWERED, "done\n")

    async def _call(self, slip: Sequence[Stop]) -> None:
        began_ns = now_ns()
        try:
            await self.ask_next(slip)
        except Unanswered:
            self.failed_calls += 1
            raise
        except NotAsked:
            self.not_asked += 1
            raise
        self.calls += 1
        self.called_ns += now_ns() - began_ns

    async def ask_next(self, slip: Sequence[Stop]) -> None:
        """Have the next service and those behind it do their work; Unanswered, or NotAsked.

        It is tried again at once as often as the load says, but not where it is full.
        """
        own = self.load.own
        patience = patience_s(own, min(slip[0].number, own.services - 1))
        for left in reversed(range(1 + own.retries)):
            try:
                await self.attempt(slip, patience)
            except Unanswered:
                if not left:
                    raise
            else:
                return

    async def attempt(self, slip: Sequence[Stop], patience_s: float) -> None:
        """One attempt at the next service, given up with its connection after so long."""
        assert self.session is not None
        stop = slip[0]
        url = f"http://{stop.host}:{stop.port}/work?slip={format_slip(slip[1:])}"
        try:
            async with self.session.get(url, timeout=ClientTimeout(total=patience_s)) as reply:
                words = await reply.text()
        except TimeoutError:
            raise Unanswered("no answer in time") from None
        except aiohttp.ClientError as error:
            raise Unanswered(f"{type(error).__name__}: {error}") from None
        if reply.status == FULL:
            raise NotAsked(words.strip()[:200])
        if reply.status == BEHIND:
            raise BehindFailed(words.strip()[:200])
        if reply.status != ANSWERED:
            raise Unanswered(f"HTTP {reply.status}: {words.strip()[:200]}")

    def counts(self) -> dict[str, float]:
        found = {
            **self.desk.counts(),
            "calls": self.calls,
            "failed_calls": self.failed_calls,
            "not_asked": self.not_asked,
            "called_ns": self.called_ns,
        }
        return {f"service.{self.number}.{name}": float(value) for name, value in found.items()}

    async def stop(self) -> None:
        if self.session is not None:
            await self.session.close()
        self.own_work.close()


def _answer(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=words)
