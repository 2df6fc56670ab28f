"""What a master and its workers say to each other: the load process's commands, numbered.

Must not know how a message travels.
"""

from __future__ import annotations

from msgspec import Struct

from bench.model.messages import LoadCommand, LoadReply


class BeginClients(Struct, frozen=True, tag="begin_clients"):
    """Clients come next; the place of a worker in `order` says which are its own."""

    order: list[str]


class WorkerCommand(Struct, frozen=True):
    """A command with the number that its replies carry."""

    number: int
    command: LoadCommand | BeginClients


class WorkerReply(Struct, frozen=True):
    """The reply of worker `worker` to the command of this number."""

    number: int
    worker: int
    reply: LoadReply
