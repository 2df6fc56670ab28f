"""Client side of no cache: each answer comes from the store."""

from __future__ import annotations

from scenarios.cold_cache._lookups import LookupClient


class Client(LookupClient):
    """Looks keys up, and checks that each value is the key's."""
