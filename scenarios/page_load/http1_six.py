"""Client side of http1_six: resources over at most six HTTP/1.1 connections, as browsers do it."""

from scenarios.page_load._page import PageClient


class Client(PageClient):
    """See `PageClient`."""

    version = "1.1"
    connections = 6
