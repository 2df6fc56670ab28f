"""What the sidecars counted of each hop of the way: connections, by protocol.  Pure.

In Envoy's own words; each sidecar counts both of its ends.  Where there is none, nobody counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from bench.analysis.proxy_counts import at_listener, at_upstream
from bench.analysis.trialdata import TrialData
from bench.model.metric import Counts

CLIENT, SERVER = "client_sidecar", "server_sidecar"
END = "end"


def counted(data: TrialData, name: str) -> float:
    """A counter at the trial's end; NaN where nobody counts it."""
    return data.counted.get(END, {}).get(name, math.nan)


def share_of(hits: Iterable[float], of: Iterable[float]) -> Counts | None:
    """Connections of one kind among all; a kind that nobody counted has none."""
    whole = sum(value for value in of if not math.isnan(value))
    if not whole:
        return None
    return Counts(sum(value for value in hits if not math.isnan(value)), whole, "share")


def outside_http1(data: TrialData) -> Counts | None:
    """Connections of client and service to their sidecars: those that speak HTTP/1.1."""
    counts = data.counted.get(END, {})
    return share_of(
        (
            at_listener(counts, "downstream_cx_http1_total", CLIENT),
            at_upstream(counts, "upstream_cx_http1_total", SERVER),
        ),
        (
            at_listener(counts, "downstream_cx_total", CLIENT),
            at_upstream(counts, "upstream_cx_total", SERVER),
        ),
    )


def between_http2(data: TrialData) -> Counts | None:
    """Connections between the sidecars: those that speak HTTP/2."""
    counts = data.counted.get(END, {})
    return share_of(
        (at_upstream(counts, "upstream_cx_http2_total", CLIENT),),
        (at_upstream(counts, "upstream_cx_total", CLIENT),),
    )


def between_tls(data: TrialData) -> Counts | None:
    """Connections between the sidecars: those whose handshake ended in TLS 1.3."""
    counts = data.counted.get(END, {})
    return share_of(
        (at_upstream(counts, "ssl.versions.TLSv1.3", CLIENT),),
        (at_upstream(counts, "upstream_cx_total", CLIENT),),
    )


def connections_between(data: TrialData) -> float:
    """Connections that the clients' sidecars have opened to the service's."""
    return at_upstream(data.counted.get(END, {}), "upstream_cx_total", CLIENT)
