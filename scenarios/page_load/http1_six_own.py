"""Client side of http1_six at somebody else's server: fetched over at most six connections."""

from scenarios.page_load._own_page import OwnPage


class Client(OwnPage):
    """See `OwnPage`."""

    version = "1.1"
    connections = 6
