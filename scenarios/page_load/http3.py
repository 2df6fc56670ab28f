"""Client side of http3: all resources at once as streams of one HTTP/3 connection, over QUIC."""

from scenarios.page_load._page import PageClient


class Client(PageClient):
    """See `PageClient`."""

    version = "3"
    connections = None
