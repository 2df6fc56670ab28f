"""A TOML file that a user wrote, as values: read whole, and no more of it than anybody writes.

Knows nothing of what is asked for in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.model import tomltext
from bench.model.errors import UsageError

MOST_BYTES = 1_000_000
"""More than anybody writes by hand."""


def content_of(path: Path, missing: str) -> dict[str, Any]:
    """What the file says; UsageError with the file and the remedy.

    `missing` is what is said of a file that is not there.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise UsageError(f"more than {MOST_BYTES} bytes; name a TOML file")
        return tomltext.content_of(raw.decode())
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None
    except FileNotFoundError:
        raise UsageError(f"{path}: {missing}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); check the file") from None
