"""The map of the code: every folder and file with its own first line."""

from __future__ import annotations

from pathlib import Path

from bench.tools.docs.markdown import code, first_line, table

FOLDERS = ("bench", "targets", "scenarios", "reports")


def part(root: Path) -> str:
    """A table for each folder that holds Python files, in the order of their paths."""
    folders = sorted(
        {path.parent for name in FOLDERS for path in (root / name).rglob("*.py")},
        key=lambda folder: folder.relative_to(root).parts,
    )
    return "\n\n".join(_folder(root, folder) for folder in folders)


def _folder(root: Path, folder: Path) -> str:
    name = folder.relative_to(root).as_posix()
    face = folder / "__init__.py"
    head = f"### {code(name + '/')}"
    if face.exists():
        head += f"\n\n{first_line(face)}."
    files = [path for path in sorted(folder.glob("*.py")) if path != face]
    if not files:
        return head
    rows = [(code(path.name), first_line(path)) for path in files]
    return f"{head}\n\n{table(('file', 'what it is for'), rows)}"
