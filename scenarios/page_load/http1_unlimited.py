"""Client side of no limit: each resource that finds no idle HTTP/1.1 connection opens one."""

from scenarios.page_load._page import PageClient


class Client(PageClient):
    """See `PageClient`."""

    version = "1.1"
    connections = None
