"""Pages with generated parts: what is stale, and how it should read.

Reads declarations and syntax trees only.  Must not know how anything is run,
measured or drawn, and imports no Locust.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import re
from collections.abc import Mapping
from pathlib import Path

from bench import catalog
from bench.tools import docs

ROOT = catalog.ROOT
PREFIX = "part_"
PART = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def parts(root: Path = ROOT) -> dict[str, str]:
    """The generated parts by name."""
    names = [found.name for found in pkgutil.iter_modules(docs.__path__)]
    return {
        name.removeprefix(PREFIX): importlib.import_module(f"{docs.__name__}.{name}").part(root)
        for name in names
        if name.startswith(PREFIX)
    }


def refreshed(text: str, made: Mapping[str, str]) -> str:
    """The text with its generated parts as they should be; KeyError for an unknown part."""
    return PART.sub(lambda m: f"{m.group(1)}\n{made[m.group(2)]}\n\n{m.group(3)}", text)


def stale(root: Path = ROOT) -> dict[Path, str]:
    """The files whose generated parts differ, with the text that they should have."""
    made, found = parts(root), {}
    for path in sorted((root / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if (fresh := refreshed(text, made)) != text:
            found[path] = fresh
    return found


def main() -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.tools.docs", description=docs.__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    for path, text in (found := stale()).items():
        if write:
            path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'written' if write else 'stale'}")
    return 1 if found and not write else 0
