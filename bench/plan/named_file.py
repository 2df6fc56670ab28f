"""A text file that a load parameter names, as its lines: read whole, or refused in one line.

Knows nothing of what stands in it.
"""

from __future__ import annotations

from pathlib import Path

from bench.model.errors import UsageError

MOST_BYTES = 100_000_000
"""More than a trace of millions of lines."""


def lines_of(parameter: str, name: str) -> list[str]:
    """The lines of the file; UsageError with the parameter, the file and the remedy."""
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{parameter}={name}: is not a file; name a CSV file")
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode()
    except (OSError, ValueError) as error:  # a NUL in a name is a ValueError, too
        raise UsageError(f"{parameter}={name}: cannot be read ({error}); name a CSV file") from None
    if len(raw) > MOST_BYTES:
        raise UsageError(f"{parameter}={name}: more than {MOST_BYTES:,} bytes; name a shorter file")
    return text.splitlines()
