"""No commit waits for the disk: PostgreSQL writes its log soon after (synchronous_commit = off)."""

from __future__ import annotations

from targets.durability._database import DatabaseTarget

TITLE = "asynchronous commit"
REQUIRES = ("postgres",)
SERVICES = {"postgres": {"durable": "on"}}
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)


class Program(DatabaseTarget):
    """Is told that a record is stored while it is still only in the server's memory."""

    def waits_for(self) -> str:
        return "off"
