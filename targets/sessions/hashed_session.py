"""Sessions in memory; a proxy finds a visitor's backend by hashing its name, and can add one."""

from __future__ import annotations

from targets.sessions._backend import BasketBackend
from targets.sessions._balancer import HashBalancer
from targets.sessions._memory import MemorySessions
from targets.sessions._sessions import Sessions

TITLE = "session in memory, by hash"
REQUIRES = ("nginx",)
PARTS = (
    {"name": "backend", "role": "server", "count": "backends"},
    {"name": "spare", "role": "server", "class": "Backend"},
    {"name": "balancer", "role": "proxy", "entrance": True},
)
EXAMPLE = "curl -i -X POST -H 'Cookie: user=1.1' 'http://{host}:{port}/login'"


class Backend(BasketBackend):
    """No cookie says where a session is: the same name always leads to the same backend."""

    @property
    def shown_number(self) -> int:
        return self.load.own.backends if self.part == "spare" else self.number

    def sessions(self) -> Sessions:
        return MemorySessions(self.load.own.session_life_s)


class Balancer(HashBalancer):
    """nginx with `hash`, modulo or consistent; started again, it also leads to the spare one."""
