"""io_uring: a kernel that refuses it is told with the remedy, and a queue does what it is told."""

from __future__ import annotations

import errno
import importlib
import os
from pathlib import Path

import pytest

from bench.lab.components import io_uring


def test_a_kernel_that_refuses_is_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "refused")

    monkeypatch.setattr(importlib.import_module("liburing"), "io_uring_queue_init", refuse)
    switch = tmp_path / "io_uring_disabled"
    monkeypatch.setattr(io_uring, "SWITCH", switch)
    assert "Operation not permitted" in io_uring.missing()
    assert "seccomp" in io_uring.missing()
    switch.write_text("2\n")
    assert "sysctl kernel.io_uring_disabled=0" in io_uring.missing()


@pytest.mark.skipif(bool(io_uring.missing()), reason="io_uring is not allowed here")
def test_more_operations_than_a_queue_holds_are_all_done() -> None:
    import liburing

    from targets._uring import Completions

    ring = Completions(4)
    reading, writing = os.pipe()
    try:
        os.write(writing, b"x" * 50)
        buffers = [bytearray(5) for _ in range(10)]
        for place, buffer in enumerate(buffers):
            operation = ring.next()
            liburing.io_uring_prep_read(operation, reading, buffer)
            operation.user_data = place
        ring.submit()
        found: dict[int, int] = {}
        while len(found) < len(buffers):
            ring.wait()
            found |= dict(ring.done())
        assert found == dict.fromkeys(range(10), 5)
        assert all(buffer == b"xxxxx" for buffer in buffers)
    finally:
        ring.close()
        ring.close()
        os.close(reading)
        os.close(writing)
