"""Resources over at most six HTTP/1.1 connections, as browsers do."""

from targets.page_load._page import PageTarget

TITLE = "HTTP/1.1 six connections"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -i 'http://{host}:{port}/resource?bytes=100'"


class Target(PageTarget):
    """The common application; how it is reached is the client's choice."""
