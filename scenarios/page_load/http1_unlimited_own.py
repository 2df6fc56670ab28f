"""Client side of http1_unlimited at somebody else's server: fetched without a limit."""

from scenarios.page_load._own_page import OwnPage


class Client(OwnPage):
    """See `OwnPage`."""

    version = "1.1"
    connections = None
