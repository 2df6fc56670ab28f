"""Client side of http3 at somebody else's server: fetched by HTTP/3."""

from scenarios.page_load._own_page import OwnPage


class Client(OwnPage):
    """See `OwnPage`."""

    version = "3"
    connections = None
