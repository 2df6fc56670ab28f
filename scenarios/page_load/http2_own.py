"""Client side of http2 at somebody else's server: fetched by HTTP/2."""

from scenarios.page_load._own_page import OwnPage


class Client(OwnPage):
    """See `OwnPage`."""

    version = "2"
    connections = None
