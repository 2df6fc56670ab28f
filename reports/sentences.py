"""The answer in a few plain sentences, computed from the numbers.

Says who is ahead only where the intervals allow it, and that nobody clearly is
where they do not.  Knows rankings and estimates, not pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bench.analysis.evaluated import Agreement, ExperimentResult, Group, Level
from bench.stats.estimates import Estimate
from reports import arrivals
from reports.numbers import SAME, interval, listed, number, sentence_case, times, with_unit
from reports.ranking import Ranking, Standing, rank, ratio
from reports.sweeps import distinguish, main_levels

MOST_NAMED = 4
LONGEST_NAME = 40
"""Of a level within a sentence."""

UNLIKE_LAW: dict[Agreement, str] = {
    "imprecise": "too imprecise to say: only their interval includes the law's value",
    "missed": "differ, and so does their whole interval",
}


def answer(result: ExperimentResult) -> list[str]:
    """One sentence for each metric of the trade-off, then on completeness and doubts."""
    keys = [y for _, y in result.experiment.tradeoff] + [x for x, _ in result.experiment.tradeoff]
    levels = main_levels(result)
    common, short = _shortened(result, levels)
    by_metric = [
        [
            replace(ranking, level=named)
            for level, named in zip(levels, short, strict=True)
            if (ranking := rank(result, level, key)) is not None
        ]
        for key in dict.fromkeys(keys)
    ]
    by_metric = [rankings for rankings in by_metric if rankings]
    found = []
    if by_metric and not any(one.has_intervals for rankings in by_metric for one in rankings):
        found.append(
            "No pattern is called best: a value from a single trial has no interval; add "
            "--repeats 3."
        )
        found += [_unranked(r[-1]) for r in by_metric]
    else:
        found += [at_one_level(r[0]) if len(r) == 1 else over_levels(r) for r in by_metric]
    if found and len(levels) < len(result.levels):
        found.insert(0, _of_some(common, short, len(result.levels)))
    return [*found, *(text for text in (arrivals.completeness(result), doubtful(result)) if text)]


def _of_some(common: str, levels: Sequence[Level], count: int) -> str:
    """Levels of many kinds serve single claims and have no answer in common."""
    where = f" (all with {common})" if common else ""
    return (
        f"Of {count} levels of different kinds, these sentences cover {len(levels)}, from "
        f"{levels[0].text} to {levels[-1].text}{where}; the others, named below, serve the claims."
    )


def left_out(result: ExperimentResult) -> list[str]:
    """The levels that the answer does not speak of, those of the same parameters in one line."""
    levels = main_levels(result)
    families: dict[tuple[str, ...], list[Level]] = {}
    for level in result.levels:
        if level not in levels:
            families.setdefault(level.names, []).append(level)
    lines = []
    for found in families.values():
        common, texts = distinguish(result, found)
        named = "; ".join(texts[level] for level in found)
        lines.append(f"{common}: {named}" if common else named)
    return lines


def _shortened(result: ExperimentResult, levels: Sequence[Level]) -> tuple[str, tuple[Level, ...]]:
    """What some of many levels have in common, said once, and the levels named by the rest."""
    if len(levels) == len(result.levels):
        return "", tuple(levels)
    common, texts = distinguish(result, levels)
    return common, tuple(replace(level, text=texts[level]) for level in levels)


def _values(ranking: Ranking) -> str:
    """All values at a level, the best first."""
    where = f" at {ranking.level.text}" if ranking.level.text else ""
    values = [
        f"{place.pattern.title} {with_unit(place.estimate.value, ranking.metric.unit)}"
        for place in ranking.places
    ]
    return f"{where}: {', '.join(values)}."


def _unranked(ranking: Ranking) -> str:
    """ "Latency mean at clients=2, lowest first: WS 1 ms, SSE 2 ms."."""
    head, _, values = _values(ranking).partition(": ")
    side = "highest" if ranking.metric.better == "higher" else "lowest"
    return f"{sentence_case(ranking.metric.title)}{head}, {side} first: {values}"


def _extreme(ranking: Ranking) -> str:
    side = "highest" if ranking.metric.better == "higher" else "lowest"
    return f"the {side} {ranking.metric.title}"


def at_one_level(ranking: Ranking) -> str:
    where = f" at {ranking.level.text}" if ranking.level.text else ""
    if not ranking.has_intervals:
        return (
            f"No pattern clearly has {_extreme(ranking)}{where}: some values "
            f"come from a single trial and have no interval. Values{_values(ranking)}"
        )
    best = ranking.leaders[0]
    if ranking.is_settled:
        head = (
            f"{sentence_case(best.pattern.title)} has {_extreme(ranking)}{where}: "
            f"{with_unit(best.estimate.value, ranking.metric.unit)} ({_within(best.estimate)})."
        )
        return head + _distance(ranking, "that")
    names = [
        f"{place.pattern.title} ({with_unit(place.estimate.value, ranking.metric.unit)})"
        for place in ranking.leaders
    ]
    head = (
        f"No pattern clearly has {_extreme(ranking)}{where}: the 95 % "
        f"intervals of {listed(names)} overlap."
    )
    return head + _distance(ranking, f"the value of {best.pattern.title}")


def _distance(ranking: Ranking, what: str) -> str:
    """How far the next and the last are from the best, as a sentence of its own."""
    rest = ranking.followers
    if not rest:
        return ""
    next_factor = _factor(rest[0], ranking.places[0], what)
    if not next_factor:
        return ""
    words = f" {sentence_case(rest[0].pattern.title)}, the next, has {next_factor}"
    if len(rest) > 1:
        last_factor = _factor(rest[-1], ranking.places[0], "as much")
        words += f"; {rest[-1].pattern.title}, the last, has {last_factor}"
    return words + "."


def _within(entry: Estimate) -> str:
    text = interval(entry)
    return "the same in all trials" if text == SAME else f"95 % interval {text}"


def _factor(place: Standing, best: Standing, what: str) -> str:
    """ "1.32 times that (1.2 to 1.5)"; nothing where a ratio has no sense."""
    found = ratio(place.estimate, best.estimate)
    if found is None:
        return ""
    within = f" ({interval(found)})" if interval(found) not in ("", SAME) else ""
    return f"{times(found.value)} times {what}{within}"


def over_levels(rankings: list[Ranking]) -> str:
    """Who is ahead at which levels, then all values at the last one."""
    leaders = [_leaders(ranking) for ranking in rankings]
    last = rankings[-1]
    if len(set(leaders)) == 1:
        where = f"at all {len(rankings)} levels"
        if last.is_settled:
            head = f"{leaders[0]} has {_extreme(last)} {where}."
        else:
            head = f"{_extreme(last)} {where}: {leaders[0]}."
    else:
        words = []
        for who in dict.fromkeys(leaders):
            at = [r.level.text for r, one in zip(rankings, leaders, strict=True) if one == who]
            words.append(f"{who} {_at(at, len(rankings))}")
        head = f"{_extreme(last)}: {'; '.join(words)}."
    return f"{sentence_case(head)} Values{_values(last)}"


def _at(levels: list[str], count: int) -> str:
    """At which levels; only how many where there are too many to name."""
    return f"at {listed(levels)}" if count <= MOST_NAMED else f"at {len(levels)} of {count} levels"


def _leaders(ranking: Ranking) -> str:
    titles = sorted(place.pattern.title for place in ranking.leaders)
    if ranking.is_settled:
        return titles[0]
    why = "" if ranking.has_intervals else " (no interval from a single trial)"
    if len(titles) > MOST_NAMED and len(titles) == len(ranking.places):
        return f"not settled between any of the {len(titles)} patterns{why}"
    return f"not settled between {listed(titles)}{why}"


def doubtful(result: ExperimentResult) -> str:
    """Whose numbers carry a doubt, and at which levels; nothing where nobody's do."""
    found: dict[str, list[str]] = {}
    for pattern in result.measured:
        for level in result.levels:
            group = result.group(pattern.name, level)
            if group is not None and _has_doubt(group):
                found.setdefault(pattern.title, []).append(level.text)
    if not found:
        return ""
    who = [f"{title}{_where(result, levels)}" for title, levels in found.items()]
    notes = "the notes below the table say why" if len(result.levels) == 1 else "see the findings"
    return f"Treat the numbers of {listed(who)} with caution; {notes}."


def _has_doubt(group: Group) -> bool:
    return any(found.severity == "doubt" for one in group.used for found in one.findings)


def _where(result: ExperimentResult, levels: Sequence[str]) -> str:
    """At which levels a doubt is; only how many where there are too many to name."""
    if len(result.levels) == 1:
        return ""
    if len(levels) == 1 and len(levels[0]) <= LONGEST_NAME:
        return f" at {levels[0]}"
    return f" at {len(levels)} level{'s' * (len(levels) != 1)}"


def laws(result: ExperimentResult) -> str:
    """How many measured values are close to their law, and of how many nothing can be said."""
    found = Counter(one.agreement for group in result.groups for one in group.predicted)
    if not found:
        return ""
    close = f"{found['close']} of {found.total()} measured values lie within"
    bands = {one.band for group in result.groups for one in group.predicted}
    of_law = f"{bands.pop() * 100:.0f} % of their law" if len(bands) == 1 else "their law's band"
    words = [f"{close} {of_law}"]
    words += [f"{found[kind]} {text}" for kind, text in UNLIKE_LAW.items() if found[kind]]
    return f"{'; '.join(words)}."


def harness_time(times_s: list[float]) -> str:
    """What a trial cost beside connect, warm-up, window and drain."""
    if not times_s:
        return ""
    ordered = sorted(times_s)
    middle = ordered[len(ordered) // 2]
    return (
        f"Harness time per trial outside connect, warm-up, window and drain: median "
        f"{number(middle)} s, most {number(ordered[-1])} s, over {len(ordered)} trials."
    )
