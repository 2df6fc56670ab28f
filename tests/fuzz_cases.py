"""How much is fuzzed, with which seed, and what a case may cost; for tests/fuzz.

    FUZZ_CASES=10000 FUZZ_SEED=7 pytest tests/fuzz

Without, 200 cases of each kind: at a desk the same ones each time, in CI others in each run.  A
case that fails names the seed that repeats it.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

CASES = int(os.environ.get("FUZZ_CASES", "200"))
SEED = int(
    os.environ.get("FUZZ_SEED")
    or (random.SystemRandom().getrandbits(32) if os.environ.get("CI") else 1)
)

CPU_SECONDS = 10.0
"""What one case may take of a core: hundreds of times what any of them needs."""

MEMORY_BYTES = 2 << 30
"""What a test may ask for beyond what its process had: an endless list ends as MemoryError."""


class TooLong(AssertionError):
    """A case took so much of a core that it would not have ended."""


def _too_long(_: int, __: FrameType | None) -> None:
    raise TooLong(f"a case takes more than {CPU_SECONDS:g} s of a core")


@contextlib.contextmanager
def _bounded_time() -> Iterator[None]:
    """CPU time, not that of the clock: a case does not fail because others have the core."""
    before = signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def bounded_memory() -> Iterator[None]:
    """The address space of this process may grow by MEMORY_BYTES and no more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + MEMORY_BYTES
    if before[1] != resource.RLIM_INFINITY:
        most = min(most, before[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def repeated_by(words: str = "") -> str:
    """How to have the same cases again."""
    return f"{words}repeat with FUZZ_CASES={CASES} FUZZ_SEED={SEED}"


def fuzzed(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """A test of CASES examples of these strategies, each in bounded time."""

    def decorate(check: Callable[..., None]) -> Any:
        def bounded(*values: Any) -> None:
            with _bounded_time():
                check(*values)

        limits = settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
        run = seed(SEED)(limits(given(st.tuples(*strategies))(lambda all_: bounded(*all_))))

        def test() -> None:
            try:
                run()
            except BaseException as error:
                error.add_note(repeated_by())
                raise

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        test.__module__ = check.__module__
        return test

    return decorate


def each_case(name: str, check: Callable[[random.Random], object], cases: int = CASES) -> None:
    """`check(dice)` once for each case, in bounded time; the dice are those of seed and number."""
    for number in range(cases):
        try:
            with _bounded_time():
                check(random.Random(f"{SEED}-{name}-{number}"))
        except BaseException as error:
            error.add_note(repeated_by(f"case {number} of {name}; "))
            raise


# --- bytes that are nearly right ------------------------------------------------------------

NUMBERS = (b"0", b"-1", b"-20", b"00", b"4294967296", b"18446744073709551616", b"9" * 5000, b"1e9")
LENGTHS = (b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\xff" * 8, b"\x80" + bytes(7))


MOST_BYTES = 4 << 20
"""Of a damaged text: what is repeated again and again would outgrow the test's own memory."""


def mutated(dice: random.Random, valid: Sequence[bytes], words: Sequence[bytes] = ()) -> bytes:
    """One of the valid texts with some damage; `words` are pieces that mean something in them."""
    data = dice.choice(valid)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        data = dice.choice(DAMAGES)(data, dice, [*valid, *words])[:MOST_BYTES]
    return data


def _flip(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    raw = bytearray(data)
    raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    return bytes(raw)


def _put(data: bytes, dice: random.Random, known: Sequence[bytes]) -> bytes:
    """Something meaningful, or noise, over or between what is there."""
    at = dice.randint(0, len(data))
    piece = dice.choice([*known, *NUMBERS, *LENGTHS, dice.randbytes(dice.randint(1, 20))])
    over = dice.choice((0, 0, len(piece)))
    return data[:at] + piece + data[at + over :]


def _cut(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    first, last = sorted(dice.randint(0, len(data)) for _ in range(2))
    return data[:first] + data[last:] if dice.random() < 0.7 else data[:first]


def _again(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    first, last = sorted(dice.randint(0, len(data)) for _ in range(2))
    return data[:last] + data[first:last] * dice.choice((1, 2, 50)) + data[last:]


def _joined(data: bytes, dice: random.Random, known: Sequence[bytes]) -> bytes:
    other = dice.choice(known)
    return data[: dice.randint(0, len(data))] + other[dice.randint(0, len(other)) :]


def _number(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    """Another number in place of one that is written in digits."""
    places = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if not places:
        return data
    first = last = dice.choice(places)
    while last < len(data) and 48 <= data[last] <= 57:
        last += 1
    return data[:first] + dice.choice(NUMBERS) + data[last:]


DAMAGES = (_flip, _flip, _put, _put, _cut, _again, _joined, _number, _number)


def read_in_pieces(dice: random.Random, data: bytes) -> list[bytes]:
    """The data as some reads."""
    places = sorted(dice.randint(0, len(data)) for _ in range(dice.randint(0, 4)))
    edges = [0, *places, len(data)]
    found = [data[edges[at] : edges[at + 1]] for at in range(len(edges) - 1)]
    return [one for one in found if one]
