"""Where an Erlang node finds its modules: in few folders, so that it is there sooner.

A node opens a module in one folder after the other until it is found.  With all plugins that a
RabbitMQ brings these are some eighty for each of its thousand modules, and most of its start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

PLACES = ("usr/lib/erlang/lib", "usr/lib/rabbitmq/lib/rabbitmq_server-*/plugins")
SEARCHED_FIRST = (
    *("kernel", "stdlib", "rabbit_common", "compiler", "ssl", "inets", "xmerl", "tools"),
    *("mnesia", "ra", "cuttlefish", "osiris", "public_key", "rabbitmq_prelaunch", "sasl", "aten"),
    *("syslog", "systemd", "ranch", "recon", "observer_cli", "credentials_obfuscation"),
)
"""Those of which a node has most modules; the others are found after them."""

NEEDED = re.compile(r"\{applications,\s*\[([^\]]*)\]")


def options() -> str:
    """What makes Erlang look in those folders before the others."""
    # Each is put before those that are named before it.
    found = [str(path / "ebin") for name in reversed(SEARCHED_FIRST) for path in _folders(name)]
    return " ".join(["-pa", *found])


def link(folder: Path, plugins: Iterable[str]) -> None:
    """Make a folder of plugins that has only these, what they need, and the server's settings."""
    folder.mkdir()
    # Older versions pack them, so that nobody sees what they need: then all are there.
    for path in _folders("*", ".ez"):
        (folder / path.name).symlink_to(path)
    for name in ("rabbit", *plugins):
        _link(folder, name)


def _link(folder: Path, name: str) -> None:
    for path in _folders(name):
        if not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
            needed = NEEDED.search((path / "ebin" / f"{name}.app").read_text())
            for other in re.findall(r"\w+", needed[1] if needed and name != "rabbit" else ""):
                if other not in SEARCHED_FIRST:
                    _link(folder, other)


def _folders(name: str, suffix: str = "") -> list[Path]:
    """Where a library of this name is."""
    found = (path for place in PLACES for path in Path("/").glob(f"{place}/{name}-*{suffix}"))
    return sorted(found)
