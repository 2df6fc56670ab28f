"""One TCP connection over the first path; the second is idle."""

from targets.multipath._download import DownloadTarget

TITLE = "TCP"
EXAMPLE = "(echo 1000; sleep 1) | nc {host} {port} | wc -c"


class Target(DownloadTarget):
    """A line with a number comes in; that many bytes go back."""
