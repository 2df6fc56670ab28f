"""What callers of a server that is not ours have in common: what describes it, and texts filled.

Knows no format.
"""

from __future__ import annotations

from bench.model.ownserver import OwnServer, fill
from bench.model.ownserver.filling import CLIENT, FOLDER, HOST, PORT, SEQUENCE, secrets_in
from targets._own import described_in
from targets.calls._caller import CallerTarget, Found


class OwnCaller(CallerTarget):
    """Calls a described server; `asked` is the number of the latest call."""

    own: OwnServer

    def prepare(self) -> None:
        self.server, own = described_in(self.services)
        assert own is not None, "a trial gives it a described server"
        self.own, self.asked = own, 0
        self.folder = str(self.server[FOLDER])
        host, port = self.place()
        self._filling = {HOST: host, PORT: str(port)} | secrets_in(self.server)

    def place(self) -> tuple[str, int]:
        return str(self.server["host"]), int(str(self.server["port"]))

    def filled(self, text: str, client: int = 0) -> str:
        """A text of the description, as it is for a client now."""
        return fill(text, self._filling | {CLIENT: str(client), SEQUENCE: str(self.asked)})

    def verify(self, found: Found) -> None:
        """What it answers with is its own; that every field is there was seen."""

    def check(self, found: Found) -> None:
        """The same."""
