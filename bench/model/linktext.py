"""`--link rtt=50ms,loss=1%` and its load parameters: from text to values to a link.  Pure.

A link is described by load parameters like any other, so it can be swept, stored
and compared like them; `--link` only is a shorter way to write them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bench.model import hints, units
from bench.model.errors import UsageError
from bench.model.links import CLIENTS, EMULATED, LINKS, LOOPBACK, NAMED, Link, Path, Way
from bench.model.load import ALSO_CALLED, FAR_LINKS, LinkParameters, Parameter, parameters_of

KEYS = ("rtt", "jitter", "loss", "rate", "queue", "cc")
WAYS = ("loss", "rate")
"""What may differ by direction: written down/up."""

SECOND = "second_path"
_OF_LINK = tuple(one.field_name for one in parameters_of(LinkParameters).values())
_FIELDS = {
    name: one.field_name
    for name, one in parameters_of(LinkParameters).items()
    if name in (*KEYS, *(f"{key}_up" for key in WAYS), SECOND)
}
EXAMPLE = "--link rtt=50ms,loss=1%,rate=20mbit"


def prefix_of(link: str) -> str:
    """What the names of a link's load parameters begin with."""
    return "" if link == CLIENTS else f"{link}_"


def settings_of_all(texts: Sequence[str]) -> dict[str, str]:
    """The load parameters that several `--link` stand for; UsageError where one stands twice."""
    found: dict[str, str] = {}
    for text in texts:
        new = settings_of(text)
        if twice := found.keys() & new.keys():
            raise UsageError(
                f"--link {text}: {sorted(twice)[0]} is described twice; write one --link for each"
            )
        found |= new
    return found


def settings_of(text: str) -> dict[str, str]:
    """The load parameters that `--link TEXT` stands for, as texts; UsageError where it is none.

    `services:rtt=5ms` and `standby:lan` are the links behind the backend; without a name:
    `lan`, `lan,wifi` (swept), `4g,loss=2%`, `rtt=0,20,50ms,loss=1%` (rtt swept),
    `rate=20mbit/5mbit` (down/up), `path=rtt=20ms path=rtt=60ms` (two paths).
    """
    if not text.strip():
        return {}
    link, colon, rest = text.partition(":")
    if colon:
        if link not in LINKS:
            raise UsageError(f"--link {text}: unknown link {link!r}; use {', '.join(LINKS)}")
        if link != CLIENTS and "path=" in rest:
            raise UsageError(f"--link {text}: this link has one path; write --link {link}:rtt=5ms")
        return {f"{prefix_of(link)}{name}": value for name, value in settings_of(rest).items()}
    if "path=" in text:
        return _two_paths(text)
    names, values = _pieces(text)
    found = {"link": ",".join(names) if names else EMULATED}
    if values and names == [LOOPBACK]:
        raise UsageError(f"--link {text}: loopback has no {next(iter(values))}; leave it out")
    for key, parts in values.items():
        found |= _by_way(key, ",".join(parts), text)
    return found


def _pieces(text: str) -> tuple[list[str], dict[str, list[str]]]:
    """Names at the front, and each key's values: a part without `=` goes on with the last key."""
    names: list[str] = []
    values: dict[str, list[str]] = {}
    key = ""
    for part in (part.strip() for part in text.split(",")):
        word, equals, value = part.partition("=")
        if equals:
            key = word
            if key not in KEYS:
                known = f"use {', '.join(KEYS)}, or one of {', '.join((LOOPBACK, *NAMED))}"
                remedy = hints.meant(ALSO_CALLED.get(word, word), KEYS, known)
                raise UsageError(f"--link {text}: unknown setting {word or part!r}; {remedy}")
            if key in values:
                raise UsageError(
                    f"--link {text}: {key} is given twice; write {key}=A,B to sweep it"
                )
            values[key] = [value]
        elif key:
            values[key].append(part)
        elif part in (LOOPBACK, EMULATED, *NAMED):
            names.append(part)
        else:
            raise UsageError(f"--link {text}: unknown link {part!r}; {_link_meant(part)}")
    return names, values


def _link_meant(part: str) -> str:
    """A named link, or the setting that takes such a value: 80ms is a round trip."""
    for key, unit in (("rtt", "s"), ("loss", "%"), ("rate", "bit/s")):
        with contextlib.suppress(UsageError):
            units.quantity(part, unit, key)
            return f"did you mean {key}={part}?"
    known = f"use {', '.join((LOOPBACK, *NAMED))}, or write e.g. {EXAMPLE}"
    return hints.meant(part, (LOOPBACK, *NAMED), known)


def _by_way(key: str, value: str, text: str) -> dict[str, str]:
    down, slash, up = value.replace("bit/s", "bit").partition("/")
    if not slash:
        return {key: down}
    if key not in WAYS:
        raise UsageError(f"--link {text}: {key}={value}: one value serves both directions")
    if "," in value:
        raise UsageError(f"--link {text}: {key}={value}: down/up cannot be swept; name one pair")
    return {key: down, f"{key}_up": up}


def _two_paths(text: str) -> dict[str, str]:
    parts = [part.strip().removesuffix(",") for part in text.split("path=")]
    if parts[0] or len(parts) != 3 or not all(parts[1:]):
        raise UsageError(
            f"--link {text}: not two paths; write --link 'path=rtt=20ms path=rtt=60ms'"
        )
    first = settings_of(parts[1])
    if LOOPBACK in first["link"].split(","):
        raise UsageError(f"--link {text}: loopback has no second path; write --link path=rtt=20ms")
    path_of(parts[2])
    return {**first, SECOND: parts[2]}


def path_of(text: str) -> Path:
    """A second path from its text, one value each; UsageError where it is none."""
    names, values = _pieces(text)
    swept = [key for key, parts in values.items() if len(parts) > 1]
    if names or swept or "cc" in values:
        what = names[0] if names else swept[0] if swept else "cc"
        raise UsageError(f"second path {text}: {what}: write one value of rtt, jitter, loss, rate")
    settings: dict[str, str] = {}
    for key, parts in values.items():
        settings |= _by_way(key, parts[0], text)
    known = parameters_of(LinkParameters)
    base = {one.field_name: one.default for one in known.values()}
    given = {known[name].field_name: units.parse(known[name], v) for name, v in settings.items()}
    whole = _filled(base | given, given)
    _check_jitter(whole)
    return _path(whole)


def _check_jitter(values: Mapping[str, Any]) -> None:
    if values["jitter_s"] > values["rtt_s"]:
        raise UsageError(
            f"jitter={units.show(values['jitter_s'], 's')}: more than "
            f"rtt={units.show(values['rtt_s'], 's')}; a round trip cannot take less than no time"
        )


def _own(names: Collection[str], link: str) -> dict[str, str]:
    """Which of these fields are of a link: its own name for each, and that of the load."""
    return {name: whole for name in _OF_LINK if (whole := f"{prefix_of(link)}{name}") in names}


def settled(values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """A load's values (by field name) with those of its links made whole.

    `given` are the fields that were asked for: a named link supplies the others,
    and what is not said of the way up is as on the way down.  On loopback nothing
    of a link is left.  UsageError where loopback is meant and a link is described.
    """
    whole = dict(values)
    for link in LINKS:
        names = _own(values.keys(), link)
        if names:
            of_link = {name: values[field] for name, field in names.items()}
            found = _settled(of_link, {*_own(given, link)}, link)
            whole |= {names[name]: value for name, value in found.items() if name in names}
    return whole


def _settled(values: Mapping[str, Any], given: Collection[str], link: str) -> dict[str, Any]:
    """One link's values, by its own names."""
    whole = dict(values)
    asked = [name for name in _FIELDS if _FIELDS[name] in given]
    if values["link"] == LOOPBACK:
        if asked and "link" not in given:
            value = units.show(
                values[_FIELDS[asked[0]]], parameters_of(LinkParameters)[asked[0]].unit
            )
            text, prefix = f"{asked[0]}={value}", prefix_of(link)
            option = text if link == CLIENTS else f"{link}:{text}"
            switch = f"add --set {prefix}link={EMULATED}"
            remedy = f"write --link {option}" if asked[0] in KEYS else switch
            raise UsageError(f"{prefix}{text}: loopback has none; {remedy}")
        defaults = parameters_of(LinkParameters)
        nothing = {field: defaults[name].default for name, field in _FIELDS.items()}
        return whole | {name: value for name, value in nothing.items() if name in whole}
    if whole.get("second_path"):
        path_of(whole["second_path"])
    named: dict[str, Any] = {}
    if values["link"] in NAMED:
        known = parameters_of(LinkParameters)
        for name, text in settings_of(NAMED[values["link"]].text).items():
            if name != "link":
                named[known[name].field_name] = units.parse(known[name], text)
    # A rate of one's own replaces both of a name's.
    for key in WAYS:
        if key in given:
            named.pop(f"{key}_up", None)
    whole |= {field: value for field, value in named.items() if field not in given}
    whole = _filled(whole, {*given, *named})
    _check_jitter(whole)
    return whole


def _filled(values: dict[str, Any], given: Collection[str]) -> dict[str, Any]:
    return values | {f"{key}_up": values[key] for key in WAYS if f"{key}_up" not in given}


def _way(values: Mapping[str, Any], suffix: str) -> Way:
    return Way(
        delay_ns=round(values["rtt_s"] * 1e9 / 2),
        # Half of it in each direction: the round trip then varies by it.
        jitter_ns=round(values["jitter_s"] * 1e9 / 2),
        loss=values[f"loss{suffix}"],
        rate=values[f"rate{suffix}"],
        queue_ns=round(values["queue_s"] * 1e9),
    )


def _path(values: Mapping[str, Any]) -> Path:
    return Path(up=_way(values, "_up"), down=_way(values, ""))


def link_of(values: Mapping[str, Any], link: str = CLIENTS) -> Link | None:
    """The link that a settled load (by field name) asks for; None on loopback."""
    values = {name: values[field] for name, field in _own(values.keys(), link).items()}
    if values.get("link", LOOPBACK) == LOOPBACK:
        return None
    second = values.get("second_path")
    paths = (_path(values), *([path_of(second)] if second else []))
    return Link(paths, "" if values["cc"] == "host" else values["cc"])


def links_of(values: Mapping[str, Any]) -> dict[str, Link]:
    """The links that a settled load asks for, by name; none on loopback."""
    found = {link: link_of(values, link) for link in LINKS}
    return {name: link for name, link in found.items() if link is not None}


def is_of_link(parameter: Parameter) -> bool:
    """Whether a load parameter says which link there is, or describes it."""
    return parameter.section in ("link", *FAR_LINKS)


def format_links(values: Mapping[str, Any]) -> str:
    """All links in the words of the command line: `rtt=50ms services:rtt=5ms`."""
    far = [f"{link}:{format_link(values, link)}" for link in LINKS if link != CLIENTS]
    return " ".join([format_link(values), *(one for one in far if not one.endswith(LOOPBACK))])


def format_link(values: Mapping[str, Any], link: str = CLIENTS) -> str:
    """A link in the words of the command line, for people: `rtt=50ms,loss=1%`."""
    values = {name: values[field] for name, field in _own(values.keys(), link).items()}
    if values.get("link", LOOPBACK) == LOOPBACK:
        return LOOPBACK
    known = parameters_of(LinkParameters)
    words = [] if values["link"] == EMULATED else [str(values["link"])]
    for key in KEYS:
        down = values[known[key].field_name]
        up = values.get(f"{key}_up", down)
        default = known[key].default
        if (key != "rtt" and down == up == default) or (key == "queue" and not values["rate"]):
            continue
        text = units.show(down, known[key].unit)
        words.append(
            f"{key}={text}" + ("" if up == down else f"/{units.show(up, known[key].unit)}")
        )
    first = ",".join(words)
    return f"path={first} path={values[SECOND]}" if values.get(SECOND) else first
