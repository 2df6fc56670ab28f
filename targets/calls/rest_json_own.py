"""REST with JSON from a server of your own, which a TOML file describes (docs/own/README.md)."""

from __future__ import annotations

from typing import Any

import aiohttp

from bench.certificates import trusting
from bench.model.ownserver import OwnServer, ca_file_of, fill, is_secure
from bench.model.ownserver.events import place_of, values_in
from bench.model.ownserver.filling import CLIENT, FOLDER, HOST, PORT, SEQUENCE, secrets_in
from targets._own import described_in
from targets.calls._caller import Answer, CallerTarget, Found
from targets.calls._json import LIBRARIES
from targets.calls._web import KEEP_S

TITLE = "REST with JSON, your own server"
REQUIRES = ("own_server",)
SERVICES = {"own_server": {"side": "backend"}}
PARTS = ({"name": "caller", "role": "caller", "side": "clients"},)
STANDS_FOR = "rest_json"
SCHEME = "http https"
READS = ("call",)
ON_REQUEST = True


class Caller(CallerTarget):
    """Asks as the description says, and reads the fields that it names; each must be there."""

    own: OwnServer
    session: aiohttp.ClientSession | None = None

    def prepare(self) -> None:
        self.server, own = described_in(self.services)
        assert own is not None, "a trial gives it a described server"
        self.own, self.asked = own, 0
        self._fields = [(text, place_of(text)) for text in own.call.fields]
        self._json = LIBRARIES[self.load.own.json]
        self.facts["format library"] = self._json.name
        self.facts["client library"] = f"aiohttp {aiohttp.__version__}"

    def place(self) -> tuple[str, int]:
        return str(self.server["host"]), int(str(self.server["port"]))

    async def open(self, host: str, port: int) -> None:
        self._place = {HOST: host, PORT: str(port)} | secrets_in(self.server)
        folder = str(self.server[FOLDER])
        self._tls: Any = True
        if is_secure(self.own.call.url):
            self._tls = trusting(ca_file_of(self.own, folder))
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_S),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    def _filled(self, text: str, client: int) -> str:
        return fill(text, self._place | {CLIENT: str(client), SEQUENCE: str(self.asked)})

    async def ask(self, client: int) -> Answer:
        assert self.session is not None
        call, self.asked = self.own.call, self.asked + 1
        url, body = (self._filled(text, client) for text in (call.url, call.body))
        headers = {name: self._filled(text, client) for name, text in call.headers.items()}
        data = body.encode() if body else None
        self.request_bytes = len(data or b"")
        try:
            async with self.session.request(
                call.method,
                url,
                data=data,
                headers=headers,
                allow_redirects=False,
                ssl=self._tls,
            ) as reply:
                message = await reply.read()
        except aiohttp.ClientError as error:
            raise ConnectionError(f"{type(error).__name__}: {error}") from None
        if reply.status not in call.status:
            words = message[:200].decode(errors="replace")
            raise ConnectionError(f"{call.method} {url}: HTTP {reply.status}: {words}")
        with self.messages:
            return self._read(message), len(message)

    def _read(self, message: bytes) -> Found:
        """The values of each field; ConnectionError where one is not there."""
        try:
            document = self._json.read(message)
        except ValueError as error:
            raise ConnectionError(f"{message[:60]!r} is no JSON ({error})") from None
        found = []
        for text, place in self._fields:
            values = values_in(document, place)
            if not values:
                raise ConnectionError(f"call.fields: the answer has no {text}: {message[:80]!r}")
            found.append(tuple(values))
        return found

    def verify(self, found: Found) -> None:
        """What it answers with is its own; that every field is there was seen."""

    def check(self, found: Found) -> None:
        """The same."""

    async def stop(self) -> None:
        if self.session is not None:
            await self.session.close()
