"""Chromium as the distribution packages it: where it is, which one it is, how to get it.

Never one that is downloaded.  Knows nothing of how it is driven.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
from pathlib import Path

TITLE = "Chromium"

PROGRAM = Path("/usr/lib/chromium/chromium")
"""Debian's; /usr/bin/chromium is a script before it that adds flags of the host's."""

REMEDY = "as root: apt-get install -y --no-install-recommends chromium"
VERSION_SECONDS = 10.0


def executable() -> str:
    """Its path; "" where it is not installed."""
    if PROGRAM.exists():
        return str(PROGRAM)
    return shutil.which("chromium") or ""


def missing() -> str:
    """The remedy where Chromium or its driver is absent, "" where both are there."""
    if not executable():
        return f"Chromium is not installed; {REMEDY}"
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed; .venv/bin/pip install playwright"
    return ""


def version() -> str:
    """Its version; "" where it does not say."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run(
            [executable(), "--version"],
            capture_output=True,
            text=True,
            timeout=VERSION_SECONDS,
            check=True,
        )
        # "Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"
        return said.stdout.split()[1]
    return ""
