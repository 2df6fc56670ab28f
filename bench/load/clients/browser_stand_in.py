"""Answers a tab's requests in a server's place, until the tab has its document and has rehearsed.

The server is asked for nothing, and no connection to it is opened: Chromium opens one to wherever
a navigation goes as soon as that begins, but none to where it is redirected.  So the navigation
goes elsewhere, to nobody, and is answered with the way to the server.
Knows nothing of what the document is for.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from playwright.async_api import CDPSession

ELSEWHERE = "http://elsewhere.invalid/"
EVERYTHING = [{"urlPattern": "*"}]
NOTHING = ""


class StandIn:
    """`async with` it the tab is answered: ELSEWHERE leads to `url`, which is the document."""

    def __init__(self, devtools: CDPSession, url: str, document: str) -> None:
        self._devtools, self._url, self._document = devtools, url, document

    async def __aenter__(self) -> Self:
        self._devtools.on("Fetch.requestPaused", self._answer)
        await self._devtools.send("Fetch.enable", {"patterns": EVERYTHING})
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self._devtools.send("Fetch.disable")
        self._devtools.remove_listener("Fetch.requestPaused", self._answer)

    async def _answer(self, paused: Mapping[str, Any]) -> None:
        if paused["request"]["url"] == ELSEWHERE:
            status, header, body = 302, {"name": "Location", "value": self._url}, NOTHING
        else:
            status, header = 200, {"name": "Content-Type", "value": "text/html"}
            body = self._document if paused["resourceType"] == "Document" else NOTHING
        answer = {
            "requestId": paused["requestId"],
            "responseCode": status,
            "responseHeaders": [header],
            "body": base64.b64encode(body.encode()).decode(),
        }
        await self._devtools.send("Fetch.fulfillRequest", answer)
