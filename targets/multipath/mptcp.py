"""One MPTCP connection (RFC 8684): its kernel adds a subflow over the second path."""

import socket

from targets.multipath._download import DownloadTarget

TITLE = "MPTCP"
REQUIRES = ("mptcp",)
EXAMPLE = "(echo 1000; sleep 1) | nc {host} {port} | wc -c"


class Target(DownloadTarget):
    """As over TCP, but with an MPTCP socket, which accepts plain TCP too."""

    protocol = socket.IPPROTO_MPTCP
