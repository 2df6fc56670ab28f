"""Each commit waits for a standby server, which follows by streaming."""

from __future__ import annotations

from targets.durability._database import DatabaseTarget

TITLE = "synchronous replication"
REQUIRES = ("postgres",)
SERVICES = {"postgres": {"durable": "on", "standby": "on"}}
PARTS = ({"name": "program", "role": "caller", "side": "clients"},)


class Program(DatabaseTarget):
    """Is told that a record is stored when the standby has it too."""

    def waits_for(self) -> str:
        return str(self.load.own.standby_mode)
