"""REST with JSON from a server of your own, which a TOML file describes (docs/own/README.md)."""

from __future__ import annotations

from typing import Any

import aiohttp

from bench.certificates import trusting
from bench.model.ownserver import ca_file_of, is_secure
from bench.model.ownserver.events import place_of, values_in
from targets.calls._caller import Answer, Found
from targets.calls._json import LIBRARIES
from targets.calls._own_caller import OwnCaller
from targets.calls._web import KEEP_S

TITLE = "REST with JSON, your own server"
REQUIRES = ("own_server",)
SERVICES = {"own_server": {"side": "backend"}}
PARTS = ({"name": "caller", "role": "caller", "side": "clients"},)
STANDS_FOR = "rest_json"
SCHEME = "http https"
READS = ("call",)
ON_REQUEST = True


class Caller(OwnCaller):
    """Asks as the description says, and reads the fields that it names; each must be there."""

    session: aiohttp.ClientSession | None = None

    def prepare(self) -> None:
        super().prepare()
        self._fields = [(text, place_of(text)) for text in self.own.call.fields]
        self._json = LIBRARIES[self.load.own.json]
        self.facts["format library"] = self._json.name
        self.facts["client library"] = f"aiohttp {aiohttp.__version__}"

    async def open(self, _: str, __: int) -> None:
        self._tls: Any = True
        if is_secure(self.own.call.url):
            self._tls = trusting(ca_file_of(self.own, self.folder))
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_S),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def ask(self, client: int) -> Answer:
        assert self.session is not None
        call, self.asked = self.own.call, self.asked + 1
        url, body = (self.filled(text, client) for text in (call.url, call.body))
        headers = {name: self.filled(text, client) for name, text in call.headers.items()}
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

    async def stop(self) -> None:
        if self.session is not None:
            await self.session.close()
