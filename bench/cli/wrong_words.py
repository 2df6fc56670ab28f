"""What is said of a command line that cannot be parsed: what is wrong, and what was likely meant.

Knows the commands' options and the experiments' load parameters; not what any of them does.
"""

from __future__ import annotations

from typing import Any

import typer

from bench import catalog
from bench.model import hints
from bench.model.errors import UsageError
from bench.model.load import parameters_of

SAID = {
    "Input should be a valid integer, unable to parse string as an integer": "not a whole number",
    "Input should be less than or equal to": "must be at most",
    "Input should be greater than or equal to": "must be at least",
    "Value error, ": "",
}
"""What Typer says, and what people say."""


def remedied(error: typer.TyperException) -> str:
    """What Typer says, with the option that it says it of and the remedy, in one line."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "bench"
    option = getattr(error, "option_name", "")
    text = str(error).rstrip(".")
    for theirs, ours in SAID.items():
        text = text.replace(theirs, ours)
    name = str(getattr(getattr(error, "param", None), "name", None) or "").replace("_", "-")
    if name and name not in text:
        text = f"{name}: {text}"
    if text.endswith("?"):  # Typer itself has found the likely word
        return text
    if text.startswith("No such option"):
        return f"{text}; {_option_meant(option, context, command)}"
    if text.startswith("No such command") and (named := _experiment_meant(text)):
        return f"{text}; did you mean `bench run {named}`?"
    if context is None and option:
        return f"{text}; write {option}=VALUE"
    return f"{text}; `{command} --help` {'shows how' if ' ' in command else 'lists the commands'}"


def _experiment_meant(text: str) -> str:
    """The experiment or pattern that stands where a command should; "" for none."""
    word = text.partition("'")[2].partition("'")[0]
    try:
        return word if catalog.select([word]) else ""
    except UsageError:
        return ""


def _option_meant(option: str, context: Any, command: str) -> str:
    known = [] if context is None else context.command.params
    names = [name for one in known for name in one.opts if name.startswith("--")]
    if (near := hints.nearest(option, names)) and not _is_parameter(option):
        return f"did you mean {' or '.join(near)}?"
    if "--set" in names and (setting := _parameter_meant(option)):
        return f"a load parameter: write --set {setting}=VALUE"
    return f"`{command} --help` shows its options"


def _is_parameter(option: str) -> bool:
    return _parameter_meant(option) == option.lstrip("-").replace("-", "_")


def _parameter_meant(option: str) -> str:
    """The load parameter of any experiment that the option is called like; "" for none."""
    names = {name for one in catalog.declared().values() for name in parameters_of(one.load)}
    return next(iter(hints.nearest(option.lstrip("-"), sorted(names), 1)), "")
