"""Client side of tus behind a buffering proxy: a client cannot tell, but HEAD says 0."""

from __future__ import annotations

from scenarios.upload import resumable


class Client(resumable.Client):
    """POST, HEAD and PATCH as without the proxy."""
