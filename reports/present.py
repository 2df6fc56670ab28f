"""Frames as tables of text: column titles, number formats, what is left out.

Between `tables` (numbers) and the templates (markup); knows neither files nor
HTML.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.analysis.evaluated import ExperimentResult, TrialResult
from bench.model import linktext
from bench.model.links import CLIENTS, LINKS, LOOPBACK
from bench.model.load import parameters_of
from bench.stats.estimates import Estimate
from reports import numbers, tables


@dataclass(frozen=True)
class Column:
    """A frame's column as it is shown."""

    key: str
    title: str
    text: Callable[[Any], str] = str
    is_number: bool = True


@dataclass(frozen=True)
class Line:
    """One row of text; `pattern` gives the row its colour."""

    cells: tuple[str, ...]
    pattern: str = ""


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def headers(self) -> list[str]:
        return [column.title for column in self.columns]


def count(value: float) -> str:
    return numbers.MISSING if math.isnan(value) else f"{value:,.0f}"


def share(value: float) -> str:
    return numbers.MISSING if math.isnan(value) else f"{value:.1%}".replace("%", " %")


PATTERN = Column("pattern", "pattern", is_number=False)
LEVEL = Column("level", "level", is_number=False)


def table(result: ExperimentResult, frame: pd.DataFrame, *columns: Column) -> Table:
    """The frame's rows as text; a pattern by its title, no level where nothing is swept."""
    kept = tuple(
        dataclasses.replace(column, title=result.worded(column.title))
        for column in columns
        if column.key != "level" or result.swept
    )
    lines = []
    for row in frame.to_dict("records"):
        name = str(row.get("pattern", ""))
        shown = dict(row)
        if name:
            shown["pattern"] = result.pattern(name).title
        lines.append(Line(tuple(column.text(shown[column.key]) for column in kept), name))
    return without_empty(Table(kept, tuple(lines)))


def without_empty(found: Table) -> Table:
    """The table without the columns in which no row has anything."""
    has = [
        any(line.cells[place] not in ("", numbers.MISSING) for line in found.lines)
        for place in range(len(found.columns))
    ]
    if all(has) or not any(has):
        return found
    lines = (
        Line(tuple(text for text, kept in zip(line.cells, has, strict=True) if kept), line.pattern)
        for line in found.lines
    )
    columns = (column for column, kept in zip(found.columns, has, strict=True) if kept)
    return Table(tuple(columns), tuple(lines))


def laws(result: ExperimentResult) -> Table:
    frame = tables.predictions(result)
    frame["measure"] = [result.metric(key).title for key in frame["metric"]]
    frame["law_value"] = [
        numbers.with_unit(value, result.metrics[key].unit)
        for value, key in zip(frame["predicted"], frame["metric"], strict=True)
    ]
    frame["found"] = [_measured(result, row) for row in frame.to_dict("records")]
    frame["law"] = [
        law_name(law, fitted) for law, fitted in zip(frame["law"], frame["fitted"], strict=True)
    ]
    return table(
        result,
        frame,
        Column("law", "law", is_number=False),
        Column("formula", "formula", is_number=False),
        PATTERN,
        LEVEL,
        Column("measure", "metric", is_number=False),
        Column("law_value", "predicted"),
        Column("found", "measured (95 % interval)"),
        Column("difference", "difference", numbers.percent),
    )


def law_name(law: str, is_only_fitted: bool) -> str:
    """Its id, marked where it was made to fit numbers and has passed no audit since."""
    return f"{law} (fitted)" if is_only_fitted else law


def sources(result: ExperimentResult) -> list[tuple[str, str]]:
    """Where each law comes from, once."""
    frame = tables.predictions(result)
    pairs = dict.fromkeys(zip(frame["law"], frame["source"], strict=True))
    return [(str(law), str(source)) for law, source in pairs]


def _measured(result: ExperimentResult, row: Mapping[Any, Any]) -> str:
    within = numbers.interval(Estimate(row["measured"], row["low"], row["high"], 2))
    text = numbers.with_unit(row["measured"], result.metrics[row["metric"]].unit)
    return f"{text} ({within})" if within else text


def backend(result: ExperimentResult) -> Table:
    frame = tables.backend(result)
    memory = Column("memory_bytes_per_client", "memory per further client (B)", count)
    return table(
        result,
        frame,
        LEVEL,
        PATTERN,
        Column("role", "role", is_number=False),
        Column("cpu_us_per_event", "CPU per {event} (µs)", numbers.number),
        Column("cpu_share", "CPU share of one core", share),
        *([memory] if len(frame) and frame[memory.key].notna().any() else []),
        Column("peak_memory_bytes", "peak memory (MB)", lambda value: f"{value / 1e6:,.1f}"),
        Column("switches_per_event", "context switches per {event}", numbers.number),
    )


def deliveries(result: ExperimentResult) -> Table:
    if not result.has_events:
        return _pieces(result)
    return table(
        result,
        tables.deliveries(result),
        LEVEL,
        PATTERN,
        Column("owed", "owed", count),
        Column("delivered", "delivered", count),
        Column("lost", "lost", count),
        Column("duplicated", "duplicated", count),
        Column("out_of_order", "out of order", count),
        Column("failed", "failed requests", count),
        Column("trials", "trials", count),
    )


def _pieces(result: ExperimentResult) -> Table:
    """What clients began themselves is owed to nobody, and cannot come twice or out of order."""
    return table(
        result,
        tables.deliveries(result),
        LEVEL,
        PATTERN,
        Column("owed", "begun", count),
        Column("delivered", "{done}", count),
        Column("lost", "not {done}", count),
        Column("failed", "failed", count),
        Column("trials", "trials", count),
    )


def harness(result: ExperimentResult) -> Table:
    columns = [
        Column(key, numbers.title(result.metric(key)), numbers.number)
        for key in tables.harness_keys(result)
    ]
    return table(result, tables.harness(result), LEVEL, PATTERN, *columns)


def link(result: ExperimentResult) -> Table:
    """A share of packets by direction; which link it is, where not all are the clients'."""
    frame = tables.link(result)
    names = {"lost": "lost", "overflowed": "dropped, queue full", "retransmitted": "sent again"}
    for what in tables.LINK_SHARES if len(frame) else ():
        down, up = (frame[f"link_{what}_share_{way}"] for way in tables.WAYS)
        frame[what] = [f"{share(a)} / {share(b)}" for a, b in zip(down, up, strict=True)]
    columns = [
        Column(key, numbers.title(result.metric(key)), numbers.number) for key in tables.LINK
    ]
    columns += [Column(what, f"packets {names[what]} (down / up)") for what in tables.LINK_SHARES]
    if len(frame) and set(frame["link"]) != {CLIENTS}:
        columns.insert(0, Column("link", "link", is_number=False))
    return table(result, frame, LEVEL, PATTERN, *columns)


def link_words(result: ExperimentResult) -> str:
    """The emulated link, and what of it is swept; nothing where all went over loopback."""
    of_link = parameters_of(result.experiment.load)
    swept = [name for name in result.swept if linktext.is_of_link(of_link[name])]
    words = [_common_words(result, link) for link in LINKS]
    words += [f"several values of {numbers.listed(swept)}" if swept else ""]
    return "; ".join(word for word in words if word)


def _common_words(result: ExperimentResult, link: str) -> str:
    """What all levels have in common of a link; nothing where it is not emulated."""
    found = dict.fromkeys(
        linktext.format_link(group.load.values(), link) for group in result.groups
    )
    if set(found) <= {LOOPBACK}:
        return ""
    parts = [one.split(",") for one in found]
    common = ",".join(part for part in parts[0] if all(part in others for others in parts))
    return common if link == CLIENTS or not common else f"{link}: {common}"


def trials(result: ExperimentResult) -> Table:
    latency, cpu = "latency_mean", "backend_cpu_us_per_event"
    return table(
        result,
        tables.trials(result),
        Column("number", "trial", count),
        PATTERN,
        LEVEL,
        Column("repeat", "repeat", count),
        Column("verdict", "verdict", is_number=False),
        Column("deliveries", "{outcomes}", count),
        Column(latency, numbers.title(result.metric(latency)), numbers.number),
        Column(cpu, numbers.title(result.metric(cpu)), numbers.number),
        Column("findings", "findings", is_number=False),
    )


def left_out(result: ExperimentResult) -> list[tuple[str, TrialResult]]:
    """Trials that are in no estimate, each with a heading, in the order of the run."""
    found = [one for group in result.groups for one in group.trials]
    found.sort(key=lambda one: one.record.trial.number)
    headed = []
    for one in found:
        if one.verdict != "used":
            trial = one.record.trial
            title = result.pattern(trial.pattern.partition("/")[2]).title
            level = result.level_text(trial)
            words = [f"trial {trial.number}", title, level, f"repeat {trial.repeat}", one.verdict]
            headed.append((", ".join(word for word in words if word), one))
    return headed


def glossary(result: ExperimentResult) -> list[tuple[str, str]]:
    """Definitions of the metrics that the report shows."""
    keys = [*result.experiment.headline]
    keys += [key for pair in result.experiment.tradeoff for key in pair]
    keys += [one.metric for group in result.groups for one in group.predicted]
    keys += tables.harness_keys(result)
    if len(tables.link(result)):
        keys += tables.LINK
    found = [result.metric(key) for key in dict.fromkeys(keys)]
    return [(numbers.title(metric), metric.definition) for metric in found]
