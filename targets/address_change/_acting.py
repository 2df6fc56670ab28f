"""What both servers are: actions to do, a certificate to show, an address with whom to trust."""

from __future__ import annotations

from bench.model.messages import Address
from targets._target import BaseTarget
from targets.address_change._actions import Actions
from targets.address_change._identity import Identity, identity


class ActingTarget(BaseTarget):
    """Does the action of each request; a pattern listens."""

    actions: Actions
    identity: Identity

    async def start(self, port: int) -> int:
        self.actions = Actions(self.load)
        self.identity = identity(self.data, self.host)
        return await self.listen(port)

    async def listen(self, port: int) -> int:
        """Listen at `port` (0: a free one) and return the port."""
        raise NotImplementedError

    def address(self, port: int) -> Address:
        return Address(self.host, port, ca_file=str(self.identity.ca))

    def counts(self) -> dict[str, float]:
        return self.actions.counts()
