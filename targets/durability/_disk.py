"""The disk on which files are stored: this machine's, or a volatile one that can lose its cache.

Where it is now stands in a file, as it is elsewhere after each start.
Knows nothing of what is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys

from bench.model.messages import Address
from targets._target import BaseTarget

MOUNT_SECONDS = 10.0
POLL_S = 0.005
WHERE = "where"


class DiskTarget(BaseTarget):
    """To kill it and start it again is to cut its power."""

    process: subprocess.Popen[bytes] | None = None

    async def start(self, port: int) -> int:
        where = self.data / WHERE
        where.unlink(missing_ok=True)
        folder = self.data / "files"
        folder.mkdir(parents=True, exist_ok=True)
        if self.load.own.disk == "volatile":
            await self._mount()
        else:
            self._say(str(folder))
        return port

    async def _mount(self) -> None:
        mount = self.data / "mount"
        mount.mkdir(exist_ok=True)
        backing, flush_s = self.data / "files", str(self.load.own.flush_time_s)
        command = [sys.executable, "-m", "targets.durability._volatile"]
        self.process = subprocess.Popen(
            [*command, str(backing), str(mount), flush_s], stdin=subprocess.DEVNULL
        )
        there = f"/proc/{self.process.pid}/root{mount}"
        for _ in range(round(MOUNT_SECONDS / POLL_S)):
            with contextlib.suppress(OSError):
                if os.stat(there).st_dev != mount.stat().st_dev:
                    self._say(there)
                    return
            if self.process.poll() is not None:
                break
            await asyncio.sleep(POLL_S)
        raise RuntimeError("the volatile disk could not be mounted; its messages are above")

    def _say(self, where: str) -> None:
        fresh = self.data / f"{WHERE}.fresh"
        fresh.write_text(where)
        fresh.replace(self.data / WHERE)  # whole, or not there

    def address(self, port: int) -> Address:
        return Address(self.host, port, more={WHERE: str(self.data / WHERE)})

    async def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
