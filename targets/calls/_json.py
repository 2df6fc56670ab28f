"""The two libraries that write and read JSON here: the standard one, and a fast one."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Library:
    """How a library writes and reads; ValueError where it cannot read."""

    name: str
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]


def _write(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


LIBRARIES: Mapping[str, Library] = {
    "standard": Library(f"json of Python {platform.python_version()}", _write, json.loads),
    "orjson": Library(f"orjson {orjson.__version__}", orjson.dumps, orjson.loads),
}
