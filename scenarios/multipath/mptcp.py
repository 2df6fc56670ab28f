"""Client side of MPTCP: the same socket calls; the kernel uses both paths."""

from __future__ import annotations

import _socket  # the original class: socket.socket is gevent's in a load process
import struct

from scenarios.multipath._download import DownloadClient

IPPROTO_MPTCP, SOL_MPTCP, MPTCP_INFO = 262, 284, 1
INFO_BYTES = 48
FELL_BACK = 1
_SUBFLOWS_FLAGS = struct.Struct("<B7xI")  # mptcpi_subflows beside the first, mptcpi_flags


class Client(DownloadClient):
    """Transfers one after the other on a kept connection.

    It fails where the connection fell back to TCP: that would be the other pattern.
    """

    protocol = IPPROTO_MPTCP

    def opens(self) -> None:
        # TCP_INFO of such a socket tells of its first subflow only.
        self.session.wire.unseen += 1

    def closes(self) -> None:
        """Nothing is counted here: the link does it."""

    def fetched(self) -> None:
        assert self.download is not None
        subflows = 1 + _subflows(self.download.transport.get_extra_info("socket").fileno())
        facts = self.session.facts
        facts["subflows"] = max(subflows, int(facts.get("subflows") or 0))


def _subflows(fd: int) -> int:
    """How many subflows the connection has beside its first; ConnectionError without MPTCP."""
    borrowed = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM, IPPROTO_MPTCP, fd)
    try:
        info = borrowed.getsockopt(SOL_MPTCP, MPTCP_INFO, INFO_BYTES)
    except OSError:
        raise ConnectionError("the connection fell back to TCP") from None
    finally:
        borrowed.detach()
    subflows, flags = _SUBFLOWS_FLAGS.unpack_from(info)
    if flags & FELL_BACK:
        raise ConnectionError("the connection fell back to TCP")
    return int(subflows)
