"""What is kept of a peer that does not end what it began.  Knows nothing of any protocol."""

from __future__ import annotations

MOST_BYTES = 256 * 1024 * 1024
"""The most that one message, line or reply may take.

More than any load asks for (`fan_out` goes to 200 MB): who sends more is cut off, so that a
hostile or broken server takes this much for each connection and no more.
"""
