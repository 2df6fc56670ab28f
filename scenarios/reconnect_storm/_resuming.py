"""A TLS context that may resume a session: event loops offer no way to pass one.

Knows nothing of connections.
"""

from __future__ import annotations

import ssl
from typing import Any


class ResumingContext(ssl.SSLContext):
    """`session` is that of the next connection; None: a full handshake."""

    session: ssl.SSLSession | None = None

    def wrap_bio(self, *args: Any, **named: Any) -> ssl.SSLObject:
        return super().wrap_bio(*args, **{"session": self.session, **named})
