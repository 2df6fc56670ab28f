"""Client side of http1_one: resources one after the other over a single HTTP/1.1 connection."""

from scenarios.page_load._page import PageClient


class Client(PageClient):
    """See `PageClient`."""

    version = "1.1"
    connections = 1
