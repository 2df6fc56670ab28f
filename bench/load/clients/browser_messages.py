"""What a load process and its browser's driver say to each other; one union for each direction.

The first line to the driver is its configuration, the first line back says that Chromium
runs.  Then requests, several under way at once: `number` joins a reply to its request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

Protocol = Literal["http1", "http2", "http3"]


class BrowserConfig(Struct, frozen=True):
    """The one protocol to be spoken, to whom, and whose certificate is believed ("": anyone's)."""

    protocol: Protocol
    origin: str
    key_fingerprint: str


class Options(Struct, frozen=True):
    """What a page loads: the URLs of its resources, and of streams that it opens before.

    It begins when `room` of the streams have told their first news, and waits `patience_ms` for
    each resource (0: for ever).  The script of the page takes it.
    """

    urls: tuple[str, ...]
    streams: tuple[str, ...] = ()
    room: int = 0
    patience_ms: int = 0


# --- load process -> driver ---------------------------------------------------------------------


class OpenTab(Struct, frozen=True, tag="open"):
    """Give the client a fresh tab with the page at `url`; `headers` go with all its requests.

    A `document` is shown there as if the server had answered with it: nothing is asked for, and no
    connection is opened.
    """

    number: int
    client: int
    url: str
    document: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class LoadPage(Struct, frozen=True, tag="load"):
    """Have the client's page load."""

    number: int
    client: int
    options: Options


BrowserCommand = OpenTab | LoadPage


# --- driver -> load process ---------------------------------------------------------------------


class BrowserReady(Struct, frozen=True, tag="ready"):
    """Chromium runs."""

    version: str


class TabOpened(Struct, frozen=True, tag="opened"):
    """The tab is there."""

    number: int


class ResourceTiming(Struct, frozen=True, rename="camel"):
    """One entry of PerformanceResourceTiming, in ms since the page's navigation began."""

    start_time: float
    connect_start: float
    connect_end: float
    request_start: float
    response_start: float
    response_end: float
    protocol: str
    status: int
    bytes: int


class PageTiming(Struct, frozen=True):
    """When the page began and ended loading, by its own clock, and its resources in order."""

    began: float
    ended: float
    resources: tuple[ResourceTiming, ...]


class PageLoaded(Struct, frozen=True, tag="loaded"):
    """The page's own times; where their zero lies on this host's clock, and two instants of it
    that bracket what the page says."""

    number: int
    page: PageTiming
    zero_ns: int
    between_ns: tuple[int, int]


class BrowserFailed(Struct, frozen=True, tag="failed"):
    """It could not be done; `number` -1 where Chromium did not start."""

    reason: str
    number: int = -1


BrowserReply = BrowserReady | TabOpened | PageLoaded | BrowserFailed
