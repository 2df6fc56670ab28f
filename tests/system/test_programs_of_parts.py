"""What a part starts ends with it, however it ends."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
from system_builders import ROOT

STARTS = """
import uvloop
from targets._starting import start_program

async def main():
    process = await start_program("sleep", "60")
    print(process.pid, flush=True)
    await process.wait()

uvloop.run(main())
"""


def test_a_program_ends_with_the_part_that_is_killed() -> None:
    part = subprocess.Popen(
        [sys.executable, "-c", STARTS], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert part.stdout is not None
    program = psutil.Process(int(part.stdout.readline()))
    assert program.name() == "sleep"
    part.kill()
    part.communicate()
    deadline = time.monotonic() + 10
    while program.is_running() and program.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "it outlives the part"
        time.sleep(0.01)
