"""What the commands print on: a terminal's lines fit its width, a pipe's are left whole.

Knows lines and commands to copy, not what they say.
"""

from __future__ import annotations

import os
import textwrap

import typer
from rich.console import Console, ConsoleDimensions
from rich.text import Text

PIPED_COLUMNS = 200
"""The width of tables that go to a file or a program, where COLUMNS says nothing else."""


class PipedConsole(Console):
    """A console for which it is no failure that the reader has seen enough (`| head`).

    Where nobody looks, sentences stay on one line each, and tables have room.
    """

    def on_broken_pipe(self) -> None:
        raise typer.Exit(0)

    @property
    def is_screen(self) -> bool:
        """Whether lines must fit a width: a terminal's, or the one that COLUMNS asks for."""
        return self.is_terminal or "COLUMNS" in os.environ

    @property
    def size(self) -> ConsoleDimensions:
        found = super().size
        return found if self.is_screen else ConsoleDimensions(PIPED_COLUMNS, found.height)

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self._width, self._height = new_size

    @property
    def soft_wrap(self) -> bool:
        return not self.is_screen

    @soft_wrap.setter
    def soft_wrap(self, value: bool) -> None:
        """It follows from where the lines go."""


console = PipedConsole(highlight=False)


def say(
    text: str, indent: int = 0, hang: int = 0, style: str = "", styled: tuple[str, str] = ("", "")
) -> None:
    """A sentence; further lines of it stand `hang` characters further in than the first.

    A path stays whole even where it is longer than a line, so that it can be copied.
    `styled` are words that it begins with, and their style.
    """
    first, rest = " " * indent, " " * (indent + hang)
    if console.is_screen:
        width = console.width
        lines = textwrap.wrap(
            text,
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            break_long_words=False,
        )
    else:
        lines = [first + text]
    shown = Text("\n".join(lines), style)
    if styled[0]:
        shown.stylize(styled[1], indent, indent + len(styled[0]))
    console.print(shown, soft_wrap=True)


def say_line(line: str) -> None:
    """A line with an indent of its own; what does not fit stands further in."""
    words = line.lstrip()
    say(words, indent=len(line) - len(words), hang=2)


def say_command(command: str, indent: int = 4) -> None:
    """A command to copy: where it is too long for a line, as a shell continues it."""
    before = " " * indent
    if not console.is_screen:
        console.print(Text(before + command))
        return
    for text in continued(command, console.width - indent - 2):
        console.print(Text(before + text), soft_wrap=True)
        # Blanks within a list would end it.
        before = "" if text.endswith(",\\") else " " * indent


def continued(command: str, room: int) -> list[str]:
    """Lines of at most `room` characters and a backslash: they end at blanks, or at commas."""
    lines = [""]
    for word in command.replace(",", ",\0").replace(" ", " \0").split("\0"):
        if lines[-1] and len(lines[-1] + word.rstrip()) > room:
            lines.append("")
        lines[-1] += word
    return [f"{line}\\" for line in lines[:-1]] + lines[-1:]
