"""All resources at once as streams of one HTTP/2 connection."""

from targets.page_load._page import PageTarget

TITLE = "HTTP/2"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -i 'http://{host}:{port}/resource?bytes=100'"


class Target(PageTarget):
    """The common application; how it is reached is the client's choice."""
