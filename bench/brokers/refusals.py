"""What a user can do where an AMQP broker is away or refuses: its words, and a remedy.  Pure."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from bench.brokers.amqp import BrokerClosed
from bench.certificates import UNTRUSTED

AWAY = "start the broker first, or correct the address"
REMEDIES: Mapping[int, str] = {
    403: "correct user, password or permissions",
    404: "declare it first, or correct the name",
    405: "somebody else uses it exclusively; name another",
    406: "it is there with other settings; name another",
    530: "correct the virtual host, or the user's permissions there",
}
"""By AMQP's reply code."""


def explained(error: Exception) -> str:
    """An error of a connection in one line that ends with the remedy."""
    words = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    if isinstance(error, BrokerClosed):
        return f"{words}; {REMEDIES.get(error.code, 'see the log of the broker')}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{words}; {UNTRUSTED}"
    return f"{words}; {AWAY}"
