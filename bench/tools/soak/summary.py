"""A soak as Markdown: the machine in general words, a row for each part, every exception.  Pure.

Must not know any part; the titles are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bench.tools.docs.markdown import table
from bench.tools.soak.case import Case, Done, Options

HEADERS = (
    *("part", "planned", "done", "as they should", "moment missed", "not measured"),
    *("left over", "lost", "tracebacks", "time"),
)


def summary(
    begun: str,
    options: Options,
    machine: Mapping[str, Any],
    cases: Sequence[Case],
    done: Mapping[str, Done],
    titles: Mapping[str, str],
    superseded: Sequence[Done] = (),
) -> str:
    """The whole page; `superseded` is what had come of cases that were done again."""
    names = list(dict.fromkeys(case.part for case in cases))
    mine = {
        name: [done[c.key] for c in cases if c.part == name and c.key in done] for name in names
    }
    planned = Counter(case.part for case in cases)
    rows = [_row(titles.get(name, name), planned[name], mine[name]) for name in names]
    every = [one for found in mine.values() for one in found]
    if len(names) > 1:
        rows.append(_row("all", len(cases), every))
    blocks = [_head(begun, options, machine, len(cases), every), table(HEADERS, rows)]
    blocks += _listed("Exceptions", [_exception(one) for one in every if one.outcome.problems])
    blocks += _listed("Done again", [_again(one, done[one.key]) for one in superseded])
    blocks += _listed(
        "Not measured",
        _counted(
            (titles.get(one.key.partition("/")[0], ""), one.outcome.said)
            for one in every
            if one.outcome.status == "not measured"
        ),
    )
    blocks += _listed(
        "Values",
        [
            f"`{one.key}`: {one.outcome.said}"
            for one in every
            if one.outcome.said and one.outcome.status != "not measured"
        ],
    )
    return "\n\n".join(blocks) + "\n"


def _head(
    begun: str, options: Options, machine: Mapping[str, Any], planned: int, done: Sequence[Done]
) -> str:
    ended = max((one.ended for one in done), default="")
    commits = list(dict.fromkeys(one.commit or "not known" for one in done))
    left = planned - len(done)
    lines = [
        f"Begun {begun}, last case {ended}." if ended else f"Begun {begun}; no case is done yet.",
        f"{left} of {planned} cases are left." if left else f"All {planned} cases are done.",
        f"Code: {', '.join(commits) or '-'}.",
        f"Machine: {machine_words(machine)}.",
        f"{asked_words(options)}.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def asked_words(options: Options) -> str:
    """How much was asked for."""
    return (
        f"Seed {options.seed}; {options.moments} moments of each kind of kill, "
        f"{options.fuzz_cases:,} fuzz cases of each kind, "
        f"{options.crowd_clients:,} clients for {options.crowd_s:,.0f} s; "
        f"side by side: {options.lanes}"
    )


def machine_words(machine: Mapping[str, Any]) -> str:
    """What matters of it, without its name."""
    words = [f"{machine.get('cores')} cores", f"{machine.get('memory_gib')} GiB"]
    words += [str(machine.get("system") or ""), f"Linux {machine.get('kernel')}"]
    words += [f"Python {machine.get('python')}", f"patternbench {machine.get('patternbench')}"]
    words += [f"{name} {version}" for name, version in machine.get("packages", {}).items()]
    return ", ".join(word for word in words if word)


def _row(title: str, planned: int, done: Sequence[Done]) -> tuple[str, ...]:
    statuses = Counter(one.outcome.status for one in done)
    numbers = (
        *(planned, len(done), statuses["ok"], statuses["missed"], statuses["not measured"]),
        *(
            sum(getattr(one.outcome, what) for one in done)
            for what in ("left", "lost", "tracebacks")
        ),
    )
    minutes = sum(one.seconds for one in done) / 60
    return (title, *map(str, numbers), f"{minutes:.1f} min")


def _exception(done: Done) -> str:
    return f"`{done.key}` ({done.text}): {'; '.join(done.outcome.problems)}"


def _again(before: Done, now: Done) -> str:
    status = "with exceptions" if now.outcome.problems else "as it should be"
    return f"{_exception(before)}. With {before.commit}; {status} with {now.commit}"


def _counted(found: Any) -> list[str]:
    return [f"{title}: {said} ({count} cases)" for (title, said), count in Counter(found).items()]


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    return [f"**{title}**", "\n".join(f"- {line}" for line in lines)]
