"""What clients of `page_load` do at somebody else's server: fetch what its description names.

Every resource must come with status 200, with as many bytes as the first time, and in bounded time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from bench.load.clients.curl_timing import Fetched
from bench.load.described import description_of
from bench.model.ownserver import ca_file_of, fill
from bench.model.ownserver.filling import CLIENT, FOLDER, HOST, PORT, secrets_in
from bench.model.ownserver.places import port_of
from scenarios.page_load._page import Arrived, PageClient
from scenarios.page_load._patience import all_come, patience_s


class OwnPage(PageClient):
    """Loads the page of a described server."""

    abstract = True

    def __init__(self, environment: Any) -> None:
        self.own, _ = description_of(getattr(environment, "patternbench", None))
        super().__init__(environment)
        page = self.own.page
        self.url = self.filled(page.url)
        self.named_headers = {name: self.filled(one) for name, one in page.headers.items()}
        self.headers = tuple(f"{name}: {value}" for name, value in self.named_headers.items())
        self._paths = [self._path_of(self.filled(text)) for text in page.resources]
        self._bytes: dict[int, int] = {}

    def filled(self, text: str) -> str:
        session = self.session
        values = {HOST: session.host, PORT: str(session.port), CLIENT: str(self.number)}
        return fill(text, values | secrets_in(session.address.more))

    def _path_of(self, resource: str) -> str:
        parts = urlsplit(urljoin(self.url, resource))
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    @property
    def paths(self) -> list[str]:
        return self._paths

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def ca_file(self) -> str:
        """Those that the description trusts."""
        return ca_file_of(self.own, self.session.address.more[FOLDER])

    async def all_of(self, fetches: Sequence[asyncio.Future[Fetched]]) -> Sequence[Fetched]:
        session = self.session
        seconds = patience_s(session.only_one, session.load.window.drain_s)
        port = port_of(self.url) if self.version == "3" else 0
        return await all_come(fetches, self._paths, seconds, port)

    def check(self, number: int, one: Arrived) -> None:
        if one.status != 200:
            raise ConnectionError(f"{self._paths[number]}: HTTP {one.status}")
        wanted = self._bytes.setdefault(number, one.body_bytes)
        if one.body_bytes != wanted:
            raise ConnectionError(
                f"{self._paths[number]}: {one.body_bytes} B came, the first time {wanted} B"
            )
