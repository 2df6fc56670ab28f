"""A private RabbitMQ node on free loopback ports, or an existing broker named by its URL.

The node shares nothing with one that the system may run: its own name server
(epmd), cookie, data and log folders.  Nothing is simulated where it is absent.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.lab.ports import accepts
from bench.lab.services import _rabbitmq_libraries as libraries
from bench.lab.services._service import Service
from bench.model.messages import Values

TITLE = "RabbitMQ"
ROLE = "broker"
SETTINGS = {
    "plugins": {
        "any_of": (
            "rabbitmq_stream",
            "rabbitmq_mqtt",
            "rabbitmq_management",
            "rabbitmq_consistent_hash_exchange",
            "rabbitmq_event_exchange",
        )
    }
}
FOREIGN = "amqp-url"

# Not /usr/sbin/rabbitmq-server: that one changes the user and shares folders.
SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
INSTALL = "apt-get install -y --no-install-recommends rabbitmq-server"
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
QUEUE = "patternbench"

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

PLUGIN_LINES = {
    "rabbitmq_stream": (
        "stream",
        """stream.listeners.tcp.1 = {host}:{port}
stream.advertised_host = {host}
stream.advertised_port = {port}
""",
    ),
    "rabbitmq_mqtt": ("mqtt", "mqtt.listeners.tcp.1 = {host}:{port}\n"),
    "rabbitmq_management": (
        "management",
        """management.tcp.ip = {host}
management.tcp.port = {port}
management_agent.disable_metrics_collector = true
""",
    ),
}
"""Of the plugins that listen: the word before "_port" in the address, and lines of settings."""


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


class RabbitMQ(Service):
    """One node and its name server."""

    ready_seconds = 60.0
    port = epmd_port = dist_port = 0

    @property
    def address(self) -> Values:
        host = self.side.host
        url = f"amqp://guest:guest@{host}:{self.port}/"
        return {"url": url, "host": host, "port": self.port, **self._plugin_ports}

    @property
    def _plugins(self) -> list[str]:
        return self.setup.settings["plugins"].split()

    def prepare(self) -> None:
        folder = self.folder
        listening = [name for name in self._plugins if name in PLUGIN_LINES]
        self.port, self.epmd_port, self.dist_port, *ports = self.side.free_ports(3 + len(listening))
        self._plugin_ports: Values = {
            f"{PLUGIN_LINES[name][0]}_port": port
            for name, port in zip(listening, ports, strict=True)
        }
        for name in ("home", "mnesia", "log"):
            (folder / name).mkdir()
        libraries.link(folder / "plugins", self._plugins)
        (folder / "enabled_plugins").write_text(f"[{','.join(self._plugins)}].\n")
        (folder / "env.conf").write_text("")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = {self.side.host}:{self.port}\n"
            # Of other hosts than loopback the default user is refused.
            "loopback_users = none\n"
            "log.console = false\n"
            "vm_memory_high_watermark.absolute = 2GiB\n"
            "disk_free_limit.absolute = 50MB\n"
            + "".join(
                PLUGIN_LINES[name][1].format(host=self.side.host, port=port)
                for name, port in zip(listening, ports, strict=True)
            )
        )

    def launch(self) -> None:
        """The name server, then the node (about 2 s)."""
        env = self._environment()
        epmd = shutil.which("epmd")
        assert epmd is not None
        ports = ["-port", str(self.epmd_port), "-address", self.side.host]
        names = self.spawn("epmd", [epmd, *ports], env)
        self.wait(names, lambda: self.side.accepts(self.epmd_port))
        node = self.spawn(TITLE, [str(SERVER)], env)
        self.wait(node, self._speaks_amqp)

    def log_tail(self) -> list[str]:
        lines = super().log_tail()
        if self.started:
            for path in sorted((self.folder / "log").glob("bench@*.log")):
                lines += path.read_text(errors="replace").splitlines()[-15:]
        return lines[-15:]

    def _environment(self) -> dict[str, str]:
        """Folders, ports and settings of this node alone."""
        folder = self.folder
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder / "home"),
            "RABBITMQ_NODENAME": "bench@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": self.side.host,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PLUGINS_DIR": str(folder / "plugins"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            # An empty file, or the system's settings would be read.
            "RABBITMQ_CONF_ENV_FILE": str(folder / "env.conf"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{ERLANG_OPTIONS} {libraries.options()}",
            "RABBITMQ_CTL_ERL_ARGS": "",
            # The node itself starts another Erlang that would, where ours has just died.
            "ERL_AFLAGS": "-start_epmd false",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": self.side.host,
            "ERL_CRASH_DUMP": str(folder / "log" / "crash.dump"),
            # The script then replaces itself by the node: its pid is the node's.
            "RUNNING_UNDER_SYSTEMD": "1",
        }

    def _speaks_amqp(self) -> bool:
        """An open port may be early; a reply to the protocol header is not."""
        with (
            contextlib.suppress(OSError),
            self.side.connect(self.port) as probe,
        ):
            probe.sendall(PROTOCOL_HEADER)
            return probe.recv(8)[:1] == b"\x01"
        return False

    def probe(self, text: str) -> None:
        asyncio.run(_publish(str(self.address["url"]), text))

    def kept(self) -> str:
        return asyncio.run(_peek(str(self.address["url"])))

    @classmethod
    def foreign_fault(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "amqp" or not parts.hostname:
            return "not an address; write amqp://user:password@127.0.0.1/"
        if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            return "load goes to this host only; use a broker on 127.0.0.1"
        if not accepts(parts.port or 5672, 2.0):
            return "nothing listens there; start the broker first"
        return ""

    @classmethod
    def foreign_address(cls, url: str) -> Values:
        parts = urlsplit(url)
        return {"url": url, "host": parts.hostname, "port": parts.port or 5672}


async def _publish(url: str, text: str) -> None:
    """Into an empty durable queue; returns when the broker has confirmed it."""
    import aio_pika  # noqa: PLC0415 - who only starts a broker does not need it

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True)
        await queue.purge()
        message = aio_pika.Message(text.encode(), delivery_mode=2)
        await channel.default_exchange.publish(message, routing_key=QUEUE)


async def _peek(url: str) -> str:
    """The oldest message of the queue, which stays in it."""
    import aio_pika  # noqa: PLC0415

    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True)
        message: Any = await queue.get(fail=False)
        if message is None:
            return ""
        await message.nack(requeue=True)
        return str(message.body.decode())
