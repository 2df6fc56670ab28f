"""What is fuzzed says its seed, and may not eat the machine."""

from __future__ import annotations

from collections.abc import Iterator

import fuzz_cases
import pytest


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    print(fuzz_cases.repeated_by())
    with fuzz_cases.bounded_memory():
        yield
