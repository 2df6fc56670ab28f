"""Each resource that finds no idle HTTP/1.1 connection opens one."""

from targets.page_load._page import PageTarget

TITLE = "HTTP/1.1 no limit"
REQUIRES = ("envoy",)
PROXIES = ("proxy",)
EXAMPLE = "curl -i 'http://{host}:{port}/resource?bytes=100'"


class Target(PageTarget):
    """The common application; how it is reached is the client's choice."""
