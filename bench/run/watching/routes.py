"""Which address is answered how: a token, GET only, a few paths, and nothing else.  Pure.

Knows neither sockets nor what the pages hold.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, a body, its type, further headers."""

    status: int
    body: bytes
    kind: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


Page = Callable[[], Answer]
Below = Callable[[str], Answer]
"""Answers for all paths below one: it is given the rest, with its query."""


def line(status: int, text: str) -> Answer:
    """One line in words."""
    return Answer(status, f"{text}\n".encode())


class Routes:
    """`http://HOST/TOKEN/PATH`: `pages` by path, and below which paths somebody else decides."""

    def __init__(self, token: str, pages: Mapping[str, Page], below: Mapping[str, Below]) -> None:
        self._token, self.pages, self.below = token, dict(pages), dict(below)

    def answer(self, method: str, target: str) -> Answer:
        """The answer to a request line; `target` is its second word, as it was sent."""
        if method != "GET":
            found = line(405, "this page only reads: GET is all that it answers")
            return Answer(found.status, found.body, headers={"Allow": "GET"})
        path, question, query = target.partition("?")
        given, slash, rest = path.removeprefix("/").partition("/")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return line(403, "wrong token; use the whole address that `bench run --web` printed")
        if slash and rest in self.pages:
            return self.pages[rest]()
        for prefix, page in self.below.items():
            # Encoded dots are dots to whoever decodes them later.
            if rest.startswith(prefix) and ".." not in unquote(rest):
                return page(rest.removeprefix(prefix) + question + query)
        return line(404, "there is no such page")
