"""What a process may have of the system: it takes all descriptors that it is allowed."""

from __future__ import annotations

import resource


def raise_descriptors() -> None:
    """Raise the soft limit to the hard one, as for ten thousand connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
