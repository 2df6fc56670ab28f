"""After a run: where its report is, what settles it, and the reader's own numbers.  Pure.

Words and commands only.  Which parameters an experiment has, its load says.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from bench.analysis.evaluated import Evaluated, ExperimentResult
from bench.model import units
from bench.model.experiment import Experiment
from bench.model.load import Parameter
from reports import claims_section, opening

CLAIMS, QUICK = "--claims", "--quick"
CLIENTS = "clients"
SET, OWN, PER_CLIENT = "--set", "--own", "--per-client"
KEPT = (SET, OWN, PER_CLIENT, "--link", "--fault", "--i-may-load", "--amqp-url", "--workers")
"""Of the options of a run, those that say what is measured; how often and how long is left out."""

LABELS = ("report:", "to settle:", "your load:")
DECIDED = ("confirmed", "refuted", "depends")
MOST_NAMED = 3


# --- the last lines ------------------------------------------------------------------------


def lines(evaluated: Evaluated, page: str) -> list[str]:
    """The report, what settles the run, and the reader's own load: aligned, at most three.

    A run that another command than `bench run` has made is not continued by one.
    """
    asked = shlex.split(evaluated.file.command)
    is_run = asked[1:2] == ["run"] and bool(evaluated.experiments)
    texts = (
        page,
        opening.settling_of(evaluated) if is_run else "",
        own_load(evaluated.experiments[0], asked) if is_run else "",
    )
    found = [(label, text) for label, text in zip(LABELS, texts, strict=True) if text]
    width = max(map(len, LABELS)) + 2 if len(found) > 1 else len(LABELS[0]) + 1
    return [f"{label:{width}}{text}" for label, text in found]


def own_load(result: ExperimentResult, asked: Sequence[str]) -> str:
    """The command for other numbers: that of this run, with its numbers in their places."""
    values = result.groups[0].load.values() if result.groups else {}
    mine = [word for word in asked[2:] if word.partition("/")[0] == result.name]
    kept, numbers = _kept(asked), settings(result.experiment, values)
    if PER_CLIENT in kept:
        numbers = numbers[: numbers.index(SET)] if SET in numbers else numbers
    kept = _without(kept, numbers[-1].partition("=")[0] + "=" if SET in numbers else "")
    words = ["bench", "run", *(mine or [result.name]), *kept, *numbers]
    is_new = has_own(result.experiment) and OWN not in kept
    own = f"; your server: add {OWN} FILE.toml, docs/own" if is_new else ""
    return f"{shlex.join(words)}  (your numbers{own})"


def _kept(asked: Sequence[str]) -> list[str]:
    """The options of a run that say what is measured, each with its value behind it."""
    found = [word for word in asked if word == QUICK]
    for at, word in enumerate(asked):
        name, equals, value = word.partition("=")
        if name in KEPT and (equals or at + 1 < len(asked)):
            found += [name, value if equals else asked[at + 1]]
    return found


def _without(words: Sequence[str], setting: str) -> list[str]:
    """Options without the one that sets this parameter (`name=`); all of them for ""."""
    found: list[str] = []
    for at, word in enumerate(words):
        is_it = setting and word.startswith(setting) and words[at - 1] == SET
        found = found[:-1] if is_it else [*found, word]
    return found


def has_own(experiment: Experiment) -> bool:
    """Whether its load can be sent to a server of the reader's own."""
    return experiment.own is not None


def settings(experiment: Experiment, values: Mapping[str, Any]) -> list[str]:
    """Options for the clients and for what is asked of them, as far as they can be chosen."""
    known = experiment.load.parameters
    words = []
    if CLIENTS in known and known[CLIENTS].low != known[CLIENTS].high:
        words = [f"--{CLIENTS}", _text(known[CLIENTS], values)]
    if (asked := _asked_of_clients(experiment, values)) is not None:
        words += [SET, f"{asked.name}={_text(asked, values)}"]
    return words


def _asked_of_clients(experiment: Experiment, values: Mapping[str, Any]) -> Parameter | None:
    """The experiment's own rate; where it has none, its first amount."""
    own = [
        one
        for one in experiment.load.parameters.values()
        if one.section == "own" and one.kind in (int, float) and _value(one, values)
    ]
    rates = [one for one in own if one.unit == "/s"]
    amounts = [one for one in own if one.unit]
    return next(iter([*rates, *amounts, *own]), None)


def _value(parameter: Parameter, values: Mapping[str, Any]) -> Any:
    return values.get(parameter.field_name, parameter.default)


def _text(parameter: Parameter, values: Mapping[str, Any]) -> str:
    return units.show(_value(parameter, values), parameter.unit)


# --- claims --------------------------------------------------------------------------------


def asks_for_claims(command: str) -> bool:
    """Whether a run was started to judge claims."""
    return any(word.partition("=")[0] == CLAIMS for word in shlex.split(command))


def claims_line(result: ExperimentResult) -> str:
    """What a run that was not started for claims says of them; "" where there are none."""
    section = claims_section.section(result)
    if section.is_empty:
        return ""
    decided = [one for one in section.judged if one.verdict in DECIDED]
    others = len(section.judged) - len(decided) + len(section.missing)
    named = [f"{one.mark} {one.id} {one.verdict}" for one in decided[:MOST_NAMED]]
    if len(decided) > MOST_NAMED:
        named.append(f"{len(decided) - MOST_NAMED} more")
    words = f"{len(decided)} judged ({', '.join(named)})" if named else "none judged"
    if not others:
        return f"Claims: {words}."
    needs = "1 not (it needs trials of its own)"
    if others > 1:
        needs = f"{others} not (they need trials of their own)"
    return f"Claims: {words}, {needs}; bench run {result.name} {CLAIMS} all"
