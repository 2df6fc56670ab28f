"""The claims of `page_load`, as data with a rule.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NORMAL: Mapping[str, Any] = {"loss": 0, "streams": 0}
CLAIMS: tuple[Any, ...] = ()
