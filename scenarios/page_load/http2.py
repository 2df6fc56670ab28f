"""Client side of http2: all resources at once as streams of one HTTP/2 connection."""

from scenarios.page_load._page import PageClient


class Client(PageClient):
    """See `PageClient`."""

    version = "2"
    connections = None
