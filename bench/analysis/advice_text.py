"""Advice in words: the answer first, then why, then what it does not know.  Pure.

Takes what was found; must not know any experiment, nor how an answer is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.analysis.advising import Advised, Figure, Option
from bench.analysis.crossings import Crossing
from bench.model.advice import Cost
from bench.model.constants import Constants
from bench.model.links import LOOPBACK
from bench.model.load import parameters_of
from bench.model.units import show

DIGITS, EXACT_DIGITS = 2, 3
"""Of what a law says, and of what somebody gave or may set."""

PRECISE = "5%"
LAWS_PAGE, CLAIMS_PAGE = "docs/advising.md#laws-of-{}", "docs/claims.md#claims-of-{}"


@dataclass(frozen=True)
class AdviceText:
    """What is printed, in this order; `rows` have the pattern, its state and a cell a cost."""

    answer: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    why: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    command: str = ""
    reason: str = field(default="")
    """Why the command is named."""


def text_of(
    advised: Advised, titles: Mapping[str, str], constants: Constants | None, is_old: bool = False
) -> AdviceText:
    """The whole answer; `titles` are those of all patterns of the experiment, by name."""
    costs = advised.workload.advice.costs
    return AdviceText(
        answer(advised, titles),
        ("pattern", "limits", *(one.name for one in costs)),
        tuple(_row(one, advised, titles, costs) for one in advised.options),
        tuple(_why(advised, titles)),
        tuple(_unknown(advised, titles, constants, is_old)),
        command(advised),
        _reason(advised),
    )


def answer(advised: Advised, titles: Mapping[str, str]) -> str:
    """One or two sentences: what to use and what it costs, or why nothing can be said."""
    first, workload = advised.first, advised.workload
    if first is None:
        return _no_answer(advised, titles)
    name = f"{workload.experiment.name}/{first.pattern}"
    figures = [_spoken(one) for one in first.figures.values()]
    unsure = "" if first.is_sure else " A limit lies within the uncertainty."
    close = _listed([titles[one.pattern] for one in advised.close], "or")
    tied = f" {_upper(close)} may do as well: their intervals overlap." if close else ""
    return f"Use {titles[first.pattern]} ({name}): {_listed(figures, 'and')}.{unsure}{tied}"


def _no_answer(advised: Advised, titles: Mapping[str, str]) -> str:
    missing = [one for one in advised.options if one.state == "misses"]
    if missing and not advised.outside:
        best = missing[0]
        return f"No pattern meets the limits. The nearest is {titles[best.pattern]}: " + (
            _listed([_excess(advised, best, name) for name in best.why], "and") + "."
        )
    if advised.outside:
        lead = "No answer: the laws say nothing about this workload"
        if missing:
            names = _listed([titles[one.pattern] for one in missing], "and")
            lead = f"No answer: a limit is missed by {names}; the laws say nothing about the others"
        return f"{lead}. Outside: {'; '.join(advised.outside)}."
    return "No pattern is left: each is excluded by what the workload needs."


def _excess(advised: Advised, option: Option, name: str) -> str:
    figure, limit = option.figures[name], advised.workload.limits[name]
    shown = _value(figure.cost, figure.value), _value(figure.cost, limit, EXACT_DIGITS)
    return f"{shown[0]} {figure.cost.per} where {shown[1]} is the limit"


def _spoken(figure: Figure) -> str:
    low, high = (_value(figure.cost, end) for end in (figure.low, figure.high))
    return f"{_value(figure.cost, figure.value)} {figure.cost.per} ({low} to {high})"


def _value(cost: Cost, value: float, digits: int = DIGITS) -> str:
    """A metric's value in the unit of the cost, so many digits of it."""
    return show(float(f"{value / cost.factor:.{digits}g}"), cost.unit)


def _row(
    option: Option, advised: Advised, titles: Mapping[str, str], costs: Sequence[Cost]
) -> tuple[str, ...]:
    cells = []
    for cost in costs:
        figure = option.figures.get(cost.name)
        if figure is None:
            cells.append("-")
            continue
        low, high = _value(cost, figure.low), _value(cost, figure.high)
        cells.append(f"{_value(cost, figure.value)}\n{low} to {high}")
    return (titles[option.pattern], _state(option, advised), *cells)


def _state(option: Option, advised: Advised) -> str:
    if option.state == "meets":
        if not advised.workload.limits:
            return "none set"
        return "met" if option.is_sure else "met, but close"
    if option.state == "misses":
        return f"missed: {', '.join(option.why)}"
    return "not judged" if option.state == "unknown" else "excluded"


# --- why ---------------------------------------------------------------------------------


def _why(advised: Advised, titles: Mapping[str, str]) -> list[str]:
    workload = advised.workload
    found = []
    if advised.first is not None:
        found.append(f"Ranked by {workload.prefer}, among those that meet every limit.")
        found += [_crossing(one, advised, titles) for one in advised.crossings]
        if advised.unchanged:
            names = ", ".join(advised.unchanged)
            found.append(
                f"As far as the laws reach, no other value of {names} by itself puts another "
                "pattern first."
            )
    for name in workload.follows:
        value = show(workload.given[name], parameters_of(workload.experiment.load)[name].unit)
        found.append(f"Computed with {name}={value}, which the workload leaves open.")
    for one in advised.options:
        if one.state == "excluded":
            found.append(f"{_upper(titles[one.pattern])} is out: {'; '.join(one.why)}.")
    return [*found, *_rests_on(advised)]


def _crossing(one: Crossing, advised: Advised, titles: Mapping[str, str]) -> str:
    parameter = parameters_of(advised.workload.experiment.load)[one.parameter]
    value = show(float(f"{one.value:.{EXACT_DIGITS}g}"), parameter.unit)
    now = show(one.now, parameter.unit)
    way = "From {} on" if one.value > one.now else "From {} down"
    return (
        f"{way.format(f'{one.parameter}={value}')} (it is {now}) {titles[one.pattern]} comes first."
    )


def _rests_on(advised: Advised) -> list[str]:
    figures = [one for option in advised.options for one in option.figures.values()]
    laws = dict.fromkeys(id_ for one in figures for id_ in one.law.ids)
    if not laws:
        return []
    advice, workload = advised.workload.advice, advised.workload
    costs = {workload.prefer, *workload.limits}
    claims = dict.fromkeys(
        [
            id_
            for one in advice.costs
            if one.name in costs
            for id_ in advice.claims.get(one.name, ())
        ]
        + [
            id_
            for one in advice.needs
            if workload.needs[one.name] != one.answers[0]
            for id_ in one.claims
        ]
    )
    pages = [page.format(workload.experiment.name) for page in (LAWS_PAGE, CLAIMS_PAGE)]
    rests = f"It rests on laws {', '.join(laws)} ({pages[0]})"
    return [f"{rests} and on claims {', '.join(claims)} ({pages[1]})." if claims else f"{rests}."]


# --- what it does not know -----------------------------------------------------------------


def _unknown(
    advised: Advised, titles: Mapping[str, str], constants: Constants | None, is_old: bool
) -> list[str]:
    workload, found = advised.workload, []
    if advised.first is not None:
        for one in advised.options:
            if one.state == "unknown":
                found.append(f"{_upper(titles[one.pattern])} is not judged: {'; '.join(one.why)}.")
    lawless = [title for name, title in titles.items() if name not in workload.advice.patterns]
    if lawless:
        found.append(f"No law says what these cost, so they are not judged: {', '.join(lawless)}.")
    for need in workload.advice.needs:
        if text := need.says.get(workload.needs[need.name]):
            found.append(text)
    found += workload.advice.limitations
    if constants is not None:
        machine = ", ".join(constants.machine.values())
        found.append(
            f"The constants are those of this machine ({machine} cores), measured "
            f"{constants.created}; other machines have others."
        )
    if is_old:
        found.append(
            f"The code has changed since they were measured: bench constants "
            f"{workload.experiment.name}"
        )
    return found


# --- what would settle it --------------------------------------------------------------------


def _reason(advised: Advised) -> str:
    if advised.first is None:
        return "To measure it instead"
    return "To settle what is close" if advised.close else "To check it by measuring"


def command(advised: Advised) -> str:
    """The one command that measures what the laws leave open, or else the answer itself."""
    workload = advised.workload
    experiment = workload.experiment.name
    options = [one for one in advised.options if one.state != "excluded"]
    if advised.first is not None:
        options = [advised.first, *(advised.close or options[1:2])]
    parameters = parameters_of(workload.experiment.load)
    settings = [
        f"--set {name}={show(value, parameters[name].unit)}"
        for name, value in workload.given.items()
        if value != parameters[name].default
        and not (parameters[name].section == "link" and workload.load.link.link == LOOPBACK)
    ]
    names = [f"{experiment}/{one.pattern}" for one in options]
    metric = workload.advice.cost(workload.prefer).metric
    return " ".join(
        ["bench run", *names, *settings, f"--until-precise {PRECISE} --metric {metric}"]
    )


def _listed(parts: Sequence[str], word: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
