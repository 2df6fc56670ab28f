"""Client side of TCP: one connection, over the first path."""

from scenarios.multipath._download import DownloadClient


class Client(DownloadClient):
    """Transfers one after the other on a kept connection."""
