"""What all tests share: a deterministic Hypothesis profile and golden data.

Golden data lives in tests/golden/ as JSON.  After a wanted change write it anew:

    pytest tests/unit --update-golden

and read the difference before committing it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

GOLDEN = Path(__file__).parent / "golden"

settings.register_profile(
    "patternbench", max_examples=25, derandomize=True, deadline=None, database=None
)
settings.load_profile("patternbench")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        default=False,
        help="write tests/golden/*.json anew instead of comparing with them",
    )


def rounded(value: Any) -> Any:
    """JSON-able data with floats to 12 digits: the last bits belong to the C library."""
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(entry) for entry in value]
    return value


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`golden("name", data)` compares data with tests/golden/name.json.

    With `may_grow`, keys that the file does not hold yet are let pass.
    """

    def check(name: str, data: Any, *, may_grow: bool = False) -> None:
        path = GOLDEN / f"{name}.json"
        found = rounded(data)
        if request.config.getoption("--update-golden"):
            path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        assert path.exists(), f"{path.name} is missing; make it with --update-golden"
        expected = json.loads(path.read_text())
        if may_grow:
            found = {key: value for key, value in found.items() if key in expected}
        assert found == expected

    return check
