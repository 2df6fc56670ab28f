"""What the load of `page_load` means for a server that is not ours.  Pure.

Imports neither Locust nor a server.
"""

from __future__ import annotations

from urllib.parse import urljoin

from bench.model.errors import UsageError
from bench.model.load import Load
from bench.model.ownserver import OwnServer, OwnUse, is_secure
from bench.model.rates import counted
from scenarios.page_load.load import PageLoad

BROWSER = "browser_own"
"""The pattern whose protocol the load says, and whose client knows resources by their URLs."""


def check(pattern: str, load: Load[PageLoad], own: OwnServer) -> None:
    """UsageError where a browser cannot load the page by that protocol, or not tell how."""
    if pattern != BROWSER:
        return
    page, protocol = own.page, load.own.protocol
    if protocol != "http1" and not is_secure(page.url):
        raise UsageError(f"page.url = {page.url}: protocol={protocol} needs https://")
    seen: set[str] = set()
    for text in page.resources:
        if (url := urljoin(page.url, text)) in seen:
            raise UsageError(
                f"page.resources: {text} is there twice, and a browser cannot tell their times "
                "apart; name it once"
            )
        seen.add(url)


def sentence(load: Load[PageLoad], own: OwnServer) -> str:
    """How many load how much at once: the page is the description's."""
    page = f"pages of {counted(len(own.page.resources), 'resource')} of your own server"
    return f"{counted(load.window.clients, 'client')}, {page}, one after the other (no rate)"


OWN = OwnUse(
    only_ours=(
        "resources",
        "resource_size",
        "sizes",
        "server_delay",
        "tls",
        "streams",
        "max_streams",
    ),
    why="is not told; remove it, and describe the page in page.url and page.resources",
    per_second=None,
    check=check,
    sentence=sentence,
)
