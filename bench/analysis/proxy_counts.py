"""What proxies counted, by proxy and by listener or upstream.  Pure.

A trial keeps Envoy's own names (docs/proxies.md); where there are several proxies each
begins with its proxy's.  Knows no pattern.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from bench.model.proxy import RESERVED

_NAME = re.compile(
    r"(?:(?P<proxy>[a-z][a-z0-9_]*)\.)?(?P<kind>http|tcp|cluster|listener)\."
    r"(?P<name>[a-z][a-z0-9_]*)\.(?P<counter>.+)"
)


def at_upstream(
    counts: Mapping[str, float], counter: str, proxy: str = "", upstream: str = ""
) -> float:
    """A counter such as `upstream_cx_total`, summed over what fits ("": all); NaN where nothing."""
    return _sum(counts, ("cluster",), counter, proxy, upstream)


def at_listener(
    counts: Mapping[str, float], counter: str, proxy: str = "", listener: str = ""
) -> float:
    """A counter such as `downstream_cx_total` or `ssl.handshake`, as above."""
    return _sum(counts, ("http", "tcp", "listener"), counter, proxy, listener)


def _sum(
    counts: Mapping[str, float], kinds: tuple[str, ...], counter: str, proxy: str, name: str
) -> float:
    found = [
        value
        for text, value in counts.items()
        if (parts := _NAME.fullmatch(text)) is not None
        and parts["kind"] in kinds
        and parts["counter"] == counter
        and parts["name"] not in RESERVED
        and proxy in ("", parts["proxy"])
        and name in ("", parts["name"])
    ]
    return sum(found) if found else math.nan
