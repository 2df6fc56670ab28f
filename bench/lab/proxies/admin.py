"""What an Envoy tells of itself over its Unix socket, and how its histograms are read.

Knows no proxy and no process.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket

ADMIN_SECONDS = 1.0
"""For an answer that takes a millisecond; a stopped one gives none."""

TIMES = re.compile(
    r"envoy_http_downstream_rq_time_(?P<kind>bucket|sum|count)"
    r"\{envoy_http_conn_manager_prefix=\"(?P<listener>(?!admin\")[a-z][a-z0-9_]*)\""
    r"(,le=\"(?P<most>[0-9.]+)\")?\} (?P<value>\S+)"
)


def ask(socket_path: str, page: str) -> str:
    """A page of its administration; OSError or HTTPException where it does not answer."""
    with contextlib.closing(_UnixConnection(socket_path)) as connection:
        connection.request("GET", page)
        return connection.getresponse().read().decode()


def request_times(page: str) -> dict[str, int]:
    """Its histograms of request times, from its Prometheus page, by the names of its counters."""
    return {
        f"http.{one['listener']}.downstream_rq_time.{_series(one)}": round(float(one["value"]))
        for one in map(TIMES.fullmatch, page.splitlines())
        if one is not None
    }


def _series(found: re.Match[str]) -> str:
    return f"le_{found['most']}" if found["kind"] == "bucket" else found["kind"]


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ADMIN_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        folder, _, name = self._path.rpartition("/")
        # The kernel takes 107 characters; through its folder's descriptor the path is short.
        descriptor = os.open(folder, os.O_PATH)
        try:
            self.sock.connect(f"/proc/self/fd/{descriptor}/{name}")
        finally:
            os.close(descriptor)
