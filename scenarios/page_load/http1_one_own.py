"""Client side of http1_one at somebody else's server: fetched over one connection."""

from scenarios.page_load._own_page import OwnPage


class Client(OwnPage):
    """See `OwnPage`."""

    version = "1.1"
    connections = 1
