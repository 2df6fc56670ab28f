"""Each commit waits until PostgreSQL's log is on the disk (synchronous_commit = on)."""

from __future__ import annotations

from targets.durability._database import DatabaseTarget

TITLE = "synchronous commit"
REQUIRES = ("postgres",)
SERVICES = {"postgres": {"durable": "on"}}
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)


class Program(DatabaseTarget):
    """Is told that a record is stored when it would survive a loss of power."""

    def waits_for(self) -> str:
        return "on"
