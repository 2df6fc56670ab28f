"""A commit waits for the primary's own disk only; a standby server follows as fast as it can."""

from __future__ import annotations

from targets.durability._database import DatabaseTarget

TITLE = "asynchronous replication"
REQUIRES = ("postgres",)
SERVICES = {"postgres": {"durable": "on", "standby": "on"}}
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)


class Program(DatabaseTarget):
    """Is told that a record is stored when the primary has it on its disk."""

    def waits_for(self) -> str:
        return "local"
