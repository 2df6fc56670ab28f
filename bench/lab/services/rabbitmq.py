"""A private RabbitMQ node on free loopback ports, or an existing broker named by its URL.

The node shares nothing with one that the system may run: its own name server
(epmd), cookie, data and log folders.  Nothing is simulated where it is absent.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.lab.ports import accepts
from bench.lab.processes import Child
from bench.lab.scratch import make_folder
from bench.lab.side import LOOPBACK, Side
from bench.model.errors import ComponentMissing, TrialFailed, UsageError

# Not /usr/sbin/rabbitmq-server: that one changes the user and shares folders.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
INSTALL = "apt-get install -y --no-install-recommends rabbitmq-server"
READY_SECONDS = 60.0
FOLDER_PREFIX = "patternbench-rabbitmq-"
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"

ERLANG_OPTIONS = " ".join(
    (
        "+S 1:1",
        # Idle schedulers sleep instead of spinning, so that CPU time means work.
        "+sbwt none",
        # Otherwise the node starts a name server that outlives it.
        "-start_epmd false",
        "-kernel inet_dist_use_interface {127,0,0,1}",
    )
)


def missing() -> str:
    """The remedy where RabbitMQ is absent, "" where it is there."""
    if SERVER.exists() and shutil.which("epmd"):
        return ""
    return f"RabbitMQ is not installed; as root: {INSTALL}"


def version() -> str:
    """The installed version, from the library folder's name; "" where unknown."""
    for folder in sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*")):
        return folder.name.partition("-")[2]
    return ""


class RabbitNode:
    """A broker for one run; `pids` is empty for a foreign one, whose load cannot be read."""

    def __init__(self, pins: list[int], url: str = "", place: Side = LOOPBACK) -> None:
        self._pins = pins
        self._place = place
        self._foreign = url
        self._folder: Path | None = None
        self._epmd: Child | None = None
        self._node: Child | None = None
        self.port = 0

    @property
    def service(self) -> dict[str, Any]:
        """What targets and clients must know."""
        if self._foreign:
            parts = urlsplit(self._foreign)
            return {"url": self._foreign, "host": parts.hostname, "port": parts.port or 5672}
        host = self._place.host
        url = f"amqp://guest:guest@{host}:{self.port}/"
        return {"url": url, "host": host, "port": self.port}

    @property
    def pids(self) -> list[int]:
        return [self._node.pid] if self._node else []

    @property
    def alive(self) -> bool:
        return bool(self._foreign) or bool(self._node and self._node.alive)

    def log_tail(self) -> list[str]:
        if self._folder is None or self._node is None:
            return []
        lines = self._node.log_tail()
        for path in sorted((self._folder / "log").glob("bench@*.log")):
            lines += path.read_text(errors="replace").splitlines()[-15:]
        return lines[-15:]

    def start(self) -> None:
        """Start the node and wait until it speaks AMQP (about 4 s)."""
        if self._foreign:
            check_foreign(self._foreign)
            return
        if remedy := missing():
            raise ComponentMissing(remedy)
        self.stop()
        self._folder = folder = make_folder(FOLDER_PREFIX)
        self.port = self._place.free_port()
        env = self._environment(folder)
        epmd = shutil.which("epmd")
        assert epmd is not None
        log = folder / "log"
        self._epmd = Child(
            "epmd",
            [epmd, "-port", env["ERL_EPMD_PORT"], "-address", self._place.host],
            log / "epmd.out",
            env=env,
            join=self._place.join,
        )
        _wait(lambda: self._place.accepts(int(env["ERL_EPMD_PORT"])), self._epmd, 10.0)
        self._node = Child(
            "RabbitMQ",
            [str(SERVER)],
            log / "node.out",
            self._pins,
            env=env,
            cwd=folder,
            join=self._place.join,
        )
        _wait(self._speaks_amqp, self._node, READY_SECONDS)

    def _environment(self, folder: Path) -> dict[str, str]:
        """Folders, ports and settings of this node alone."""
        for name in ("home", "mnesia", "log"):
            (folder / name).mkdir()
        (folder / "enabled_plugins").write_text("[].\n")
        (folder / "env.conf").write_text("")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = {self._place.host}:{self.port}\n"
            # Of other hosts than loopback the default user is refused.
            "loopback_users = none\n"
            "log.console = false\n"
            "vm_memory_high_watermark.absolute = 2GiB\n"
            "disk_free_limit.absolute = 50MB\n"
            "management_agent.disable_metrics_collector = true\n"
        )
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder / "home"),
            "RABBITMQ_NODENAME": "bench@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": self._place.host,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._place.free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            # An empty file, or the system's settings would be read.
            "RABBITMQ_CONF_ENV_FILE": str(folder / "env.conf"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_OPTIONS,
            "RABBITMQ_CTL_ERL_ARGS": "",
            "ERL_EPMD_PORT": str(self._place.free_port()),
            "ERL_EPMD_ADDRESS": self._place.host,
            "ERL_CRASH_DUMP": str(folder / "log" / "crash.dump"),
            # The script then replaces itself by the node: its pid is the node's.
            "RUNNING_UNDER_SYSTEMD": "1",
        }

    def _speaks_amqp(self) -> bool:
        """An open port may be early; a reply to the protocol header is not."""
        with (
            contextlib.suppress(OSError),
            self._place.connect(self.port) as probe,
        ):
            probe.sendall(PROTOCOL_HEADER)
            return probe.recv(8)[:1] == b"\x01"
        return False

    def stop(self) -> None:
        """End node and name server and remove their folder."""
        if self._node is not None:
            # Nothing of it is kept, so it need not close its tables in order.
            self._node.stop(signal.SIGKILL)
        if self._epmd is not None:
            self._epmd.stop()
        self._node = self._epmd = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _wait(condition: Any, child: Child, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if not child.alive:
            raise TrialFailed(
                f"{child.name} ended while starting: {' / '.join(child.log_tail()[-3:])}"
            )
        if time.monotonic() > deadline:
            raise TrialFailed(f"{child.name} was not ready within {seconds:g} s")
        time.sleep(0.02)


def check_foreign(url: str) -> None:
    """Refuse what is no AMQP address on this host, or where nobody answers."""
    parts = urlsplit(url)
    if parts.scheme != "amqp" or not parts.hostname:
        raise UsageError(f"amqp-url={url}: not an address; write amqp://user:password@127.0.0.1/")
    if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise UsageError(f"amqp-url={url}: load goes to this host only; use a broker on 127.0.0.1")
    if not accepts(parts.port or 5672, 2.0):
        raise UsageError(f"amqp-url={url}: nobody listens there; start the broker first")
