"""Locust's own rounding of response times is the oracle for ours."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import numpy as np

from bench.load.stats import rounded

ASK = """
import json, sys
from locust.stats import bucket_response_time
print(json.dumps([bucket_response_time(one) for one in json.load(sys.stdin)]))
"""


def test_times_are_rounded_as_locust_rounds() -> None:
    """In a process of its own: Locust changes the one that imports it."""
    dice = random.Random(1)
    edges = [0.0, 0.5, 1.5, 99.4, 99.6, 100, 145, 147, 994, 996, 3432, 9949, 9951, 58_760, 1e6]
    times = [*edges, *(10 ** dice.uniform(-1, 6) for _ in range(2000))]
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps(times),
        capture_output=True,
        check=True,
        text=True,
    )
    assert rounded(np.array(times)).tolist() == json.loads(asked.stdout)
