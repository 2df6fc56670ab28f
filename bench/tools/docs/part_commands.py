"""Every command with its arguments and options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer.main

from bench.cli.main import application
from bench.tools.docs.markdown import code, table


def part(root: Path) -> str:
    """The commands of the application."""
    return commands(typer.main.get_command(application()))


def commands(group: Any) -> str:
    """Every command of a Typer application with its arguments and options."""
    return "\n\n".join(_command(name, command) for name, command in group.commands.items())


def _command(name: str, command: Any) -> str:
    shown = [_written(parameter) for parameter in command.params]
    usage = ["bench", name, *(text for text in shown if not text.startswith("-"))]
    head = f"### {code(' '.join(usage))}\n\n{command.help.strip()}"
    rows = [
        (code(text), _default(parameter), parameter.help or "")
        for text, parameter in zip(shown, command.params, strict=True)
    ]
    headers = ("argument or option", "default", "meaning")
    return f"{head}\n\n{table(headers, rows)}" if rows else head


def _written(parameter: Any) -> str:
    """As it is typed: `RUN`, `--repeats INT`, `--quick`; dots where several may be given."""
    name = str(parameter.opts[0])
    if not name.startswith("-"):
        name = parameter.metavar or name.upper()
        name = name if parameter.required else f"[{name}]"
    elif not parameter.is_flag:
        kind = getattr(parameter.type_descriptor.annotation, "__name__", "text")
        name += f" {parameter.metavar or kind.upper()}"
    several = parameter.multiple or parameter.nargs == -1
    return f"{name}..." if several and not name.endswith("...") else name


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    none = parameter.default is None or parameter.default is False
    return "" if none else code(str(parameter.default))
