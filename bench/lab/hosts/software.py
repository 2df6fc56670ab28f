"""What this host runs, as far as the numbers of a load process depend on it.

Knows nothing of what is compared.
"""

from __future__ import annotations

import hashlib
import platform

from bench import __version__
from bench.catalog import ROOT
from bench.model.hosts import Software
from bench.results import environment

FOLDERS = ("bench", "scenarios")
"""What load processes import; a worker's host runs no target."""

DIGEST_DIGITS = 16


def software() -> Software:
    """Versions, and a digest of every file that a load process may import."""
    files = {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_DIGITS]
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    packages = {name: environment.package_version(name) for name in environment.PACKAGES}
    return Software(__version__, platform.python_version(), packages, files)
