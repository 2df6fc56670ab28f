"""What somebody who wrote a wrong word most likely meant: the nearest names, the usual unit.  Pure.

Must not know what a name or a value is for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

LIKENESS = 0.6
"""How like a known name (`difflib` ratio) a wrong one must be to be taken for it."""

ALL_BUT_SAME = 0.92
"""As like as this a name is misspelt; less like it may as well be a part of a longer name."""

AS_LIKE = 0.05
"""Names whose likeness is this near to the greatest are named too."""

PERCENTILE = re.compile(r"^p(\d+)$")
ANY_NUMBER = re.compile(
    r"^\s*([+-]?[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)(?![0-9_])\s*(.*?)\s*$"
)
"""A number gives no digit back: else each of a long one would be tried as its end."""

UNITS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "s": {
        "us": ("µs", "μs", "usec", "micros", "microsecond", "microseconds"),
        "ms": ("msec", "msecs", "milli", "millis", "millisecond", "milliseconds"),
        "s": ("sec", "secs", "second", "seconds"),
        "min": ("m", "mins", "minute", "minutes"),
        "h": ("hr", "hrs", "hour", "hours"),
    },
    "B": {
        "B": ("byte", "bytes"),
        "kB": ("k", "kbyte", "kbytes", "kilobytes"),
        "MB": ("m", "mbyte", "mbytes", "megabytes"),
        "GB": ("g", "gbyte", "gbytes", "gigabytes"),
        "KiB": ("ki",),
        "MiB": ("mi",),
    },
    "/s": {
        "/s": ("hz", "rps", "qps", "tps", "ps", "/sec", "/second", "persecond", "persec", "eps"),
        "/min": ("/m", "/minute", "perminute", "rpm", "permin"),
        "/h": ("/hour", "/hr", "perhour"),
    },
    "%": {"%": ("percent", "pct", "perc")},
    "bit/s": {
        "bit": ("bps", "b/s", "bits", "bits/s"),
        "kbit": ("k", "kb", "kbps", "kb/s", "kbits", "kbit/s", "kbits/s"),
        "mbit": ("m", "mb", "mbps", "mb/s", "mbits", "mbits/s"),
        "gbit": ("g", "gb", "gbps", "gb/s", "gbits", "gbit/s", "gbits/s"),
    },
}
"""What people write in place of a unit, by what is measured and by the unit."""

COUNTS = {"k": 1_000, "m": 1_000_000}
UNIT_LEFT_OUT = {"s": ("s", "ms"), "B": ("B",), "/s": ("/s",), "%": ("%",), "bit/s": ("mbit",)}
"""Which units are most likely meant where none is written."""


def nearest(name: str, known: Iterable[str], most: int = 2) -> list[str]:
    """The known names that `name` is most likely meant to be, the likeliest first; [] for none.

    First the one that differs in case and separators only, then those that contain all of its
    words, then those that are spelt alike.  p95, where there is none, is as good as p90 and p99.
    """
    asked, names = _plain(name), {one: _plain(one) for one in known}
    if same := [one for one, plain in names.items() if plain == asked]:
        return same[:1]
    if around := _percentiles_around(asked, names):
        return around[:most]
    ratios = {one: _likeness(asked, plain) for one, plain in names.items()}
    best = max(ratios.values(), default=0.0)
    if best < ALL_BUT_SAME:
        words = set(asked.split("_"))
        whole = [one for one, plain in names.items() if words <= set(plain.split("_"))]
        if whole:
            return sorted(whole, key=lambda one: len(names[one].split("_")))[:most]
    if best < LIKENESS:
        return []
    alike = [one for one in names if ratios[one] > best - AS_LIKE]
    return sorted(alike, key=lambda one: -ratios[one])[:most]


def _likeness(asked: str, plain: str) -> float:
    """The ratio of `difflib`; 0 where its upper bounds, found much faster, say too little."""
    least = LIKENESS - AS_LIKE
    matcher = difflib.SequenceMatcher(None, asked, plain)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    return matcher.ratio()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def _percentiles_around(asked: str, names: Mapping[str, str]) -> list[str]:
    """For `p95` or `latency_p95`: the nearest percentiles of the same thing."""
    *before, last = asked.split("_")
    match = PERCENTILE.match(last)
    if not match:
        return []
    wanted = float(f"0.{match[1]}")
    found: dict[str, float] = {}
    for one, plain in names.items():
        *others, end = plain.split("_")
        percentile = PERCENTILE.match(end)
        if percentile and others == (before or others):
            before = others  # of what stands first, where it is not said
            found[one] = float(f"0.{percentile[1]}")
    if wanted in found.values():
        return []
    below = [one for one in found if found[one] < wanted]
    above = [one for one in found if found[one] > wanted]
    return [
        *sorted(below, key=lambda one: -found[one])[:1],
        *sorted(above, key=lambda one: found[one])[:1],
    ]


def meant(name: str, known: Iterable[str], otherwise: str, form: str = "{}") -> str:
    """`did you mean A or B?`, each as `form` has it; `otherwise` where nothing is near."""
    near = nearest(name, known)
    return f"did you mean {' or '.join(map(form.format, near))}?" if near else otherwise


def meant_path(text: str, groups: Sequence[str], paths: Sequence[str]) -> str:
    """As `meant`, of groups and of `group/name` paths; a path may be known by its name alone.

    A name that several groups have means each of them.
    """
    if same := [one for one in paths if _plain(one.partition("/")[2]) == _plain(text)]:
        return f"did you mean {' or '.join(same)}?"
    if nearest(text, [*groups, *paths]):
        return meant(text, [*groups, *paths], "")
    near = nearest(text, [one.partition("/")[2] for one in paths], 1)
    named = [one for one in paths if one.partition("/")[2] in near]
    return meant(near[0], named, "") if named else f"there is {', '.join(groups)}"


def rewritten(text: str, unit: str, scales: Mapping[str, float]) -> list[str]:
    """How `text`, which lacks a unit or has an unknown one, was most likely meant to be written.

    `scales` has the units that may be written.  A comma may stand for the decimal point.
    """
    match = ANY_NUMBER.match(re.sub(r"^(\s*[+-]?\d+),(\d+)", r"\1.\2", text))
    if not match:
        return []
    number, written = match[1], re.sub(r"\s+", "", match[2])
    if not unit:
        factor = COUNTS.get(written.lower(), 1 if written.isalpha() else 0)
        return [f"{float(number.replace('_', '')) * factor:.10g}"] if factor else []
    if written in scales:
        return [f"{number}{written}"]
    if not written:
        return [f"{number}{one}" for one in UNIT_LEFT_OUT[unit]] + _share(number, unit)
    low = written.lower()
    same = [one for one in scales if one.lower() == low]
    other = [one for one, words in UNITS[unit].items() if low in words]
    return [f"{number}{one}" for one in (same or other)[:1]]


def _share(number: str, unit: str) -> list[str]:
    """0.02 of something may be meant as 2 %."""
    value = float(number.replace("_", ""))
    return [f"{value * 100:.10g}%"] if unit == "%" and 0 < value < 1 else []
