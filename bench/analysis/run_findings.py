"""Doubts about a group of trials or a whole run, each typed and with its remedy.  Pure.

Those about a single trial are in `findings`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Sequence

from bench.analysis.evaluated import ExperimentResult, Group
from bench.analysis.findings import LAG_FLOOR_MS, LAG_SHARE
from bench.model.finding import Finding
from bench.stats.autocorrelation import Autocorrelation, lag_one
from bench.stats.estimates import Estimate
from bench.stats.power import repeats_for_precision
from bench.stats.trimmed import CORRELATION

WIDE_SHARE = 0.25


def of_estimate(title: str, entry: Estimate) -> Finding | None:
    """Trials that disagree about one value."""
    if not entry.half_width_share > WIDE_SHARE:
        return None
    more = (repeats_for_precision(entry, WIDE_SHARE) or 0) - entry.trials
    return Finding(
        "trials_disagree",
        "note",
        f"{title}: the interval is ±{entry.half_width_share:.0%} of the value",
        f"about {max(1, more)} more repeats (or a longer duration) would narrow it to "
        f"±{WIDE_SHARE:.0%}",
    )


TOO_FEW = re.compile(r"(.+) is not shown: it needs ([\d,]+) (\S+) and has ([\d,]+)")
"""What `percentile_missing` says: title, how many it needs, of what, how many there are."""


def percentile_missing(title: str, have: int, needed: int, units: str) -> Finding:
    """`units` are the independent observations, in a word: what happens to all is seen once."""
    return Finding(
        "too_few_samples",
        "note",
        f"{title} is not shown: it needs {needed:,} {units} and has {have:,}",
        f"raise duration or repeats {math.ceil(needed / have)} times, or the rate of {units}",
    )


def mean_misleads(title: str, mean: Estimate, median: Estimate) -> Finding | None:
    """Few trials decide a mean that lies where not even the median's interval reaches."""
    if not median.has_interval or median.low <= mean.value <= median.high:
        return None
    return Finding(
        "mean_misleads",
        "doubt",
        f"{title}: the mean {mean.value:.3g} lies outside {median.low:.3g} to {median.high:.3g}, "
        f"the interval of the median over {median.trials} trials: a few trials decide it",
        "look at the single trials in the report, and find out what happened in those",
    )


def read_late(title: str, latency: Estimate, delay: Estimate) -> Finding | None:
    """Clients read so much later than the kernel received that the interval has no room for it.

    `delay` is the same percentile of the reads' delays; both in ms.
    """
    room = latency.value - latency.low
    if not delay.value > room:
        return None
    is_large = delay.value > max(LAG_FLOOR_MS, LAG_SHARE * latency.value)
    return Finding(
        "read_late",
        "doubt" if is_large else "note",
        f"{title}: clients read up to {delay.value:.3g} ms after the kernel had received, and its "
        f"interval ends {room:.3g} ms below it: by the kernel's time it may lie outside",
        "use --workers 2, or a lower load; compare patterns of this run, whose clients read alike",
    )


def of_run(result: ExperimentResult) -> Iterator[Finding]:
    """The doubts about an experiment's trials as a whole, in the order in which they ran."""
    found = {key: in_order(result.groups, key) for key in result.experiment.headline}
    clear = {key: one for key, one in found.items() if one.is_clear}
    if clear:
        yield resembling({result.metric(key).title: one for key, one in clear.items()})


def in_order(groups: Sequence[Group], key: str) -> Autocorrelation:
    """How much a metric's trials resemble the ones before them, each by its rank in its group."""
    ran: list[tuple[int, Hashable, float]] = [
        (one.record.t0_ns, (group.pattern, group.level.text), one.value(key))
        for group in groups
        for one in group.used
        if not math.isnan(group.estimates[key].value)
    ]
    ran.sort(key=lambda entry: entry[0])
    return lag_one([value for _, _, value in ran], [place for _, place, _ in ran])


def resembling(found: dict[str, Autocorrelation]) -> Finding:
    """By a metric's title.  More correlation than intervals have room for is a doubt."""
    title, most = max(found.items(), key=lambda entry: entry[1].value)
    others = len(found) - 1
    more = f" and {others} more" if others else ""
    return Finding(
        "trials_resemble",
        "doubt" if most.value > CORRELATION else "note",
        f"{title}{more}: each trial resembles the one that ran before it (correlation "
        f"{most.value:.2f} over {most.trials} trials, chance stays below {most.threshold:.2f})",
        f"look for what drifts on this machine; intervals allow for a correlation of {CORRELATION}",
    )
