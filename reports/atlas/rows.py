"""The atlas as rows of texts: a claim each, and what they come to by topic and as a whole.  Pure.

Knows neither markup nor files; which run judges a claim was decided before.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from bench import catalog
from bench.analysis.ledger import Entry, Source
from bench.analysis.metrics import metrics_of
from bench.model.experiment import Experiment
from bench.model.law import Law
from bench.plan.trials import REPEATS
from bench.verdicts.judgement import Verdict
from reports import claims_section, svg
from reports.atlas import wording
from reports.claims_section import MARKS, MOST_SHOWN, NumberLine, in_order, number_line, tally
from reports.numbers import sentence_case

MOST_CHANGES = 3
NO_COMMIT = "not recorded"
KEY = re.compile(r"(?<![\w=.])\w+\b(?!=)")
"""What may be the key of a metric or pattern; a setting's name and value are none."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Made:
    """Where and when a claim was measured."""

    run: str
    date: str
    commit: str
    machine: str
    warnings: tuple[str, ...]
    """What sets it apart from a run of today's code on this machine."""

    kinds: tuple[str, ...]
    """The same in a word or two each."""


@dataclass(frozen=True)
class Row:
    """One claim, in words."""

    entry: Entry
    slug: str
    answer: str
    words: str
    first: tuple[NumberLine, ...]
    rest: tuple[NumberLine, ...]
    overturned_by: str
    rule: str
    command: str
    made: Made | None
    why_missing: str
    laws: Pairs

    @property
    def id(self) -> str:
        return self.entry.claim.id

    @property
    def statement(self) -> str:
        return self.entry.claim.statement

    @property
    def topics(self) -> tuple[str, ...]:
        return self.entry.topics

    @property
    def verdict(self) -> Verdict:
        return self.entry.verdict

    @property
    def kind(self) -> str:
        """The verdict as a name in markup."""
        return kind_of(self.verdict)

    @property
    def mark(self) -> str:
        return MARKS[self.verdict]


@dataclass(frozen=True)
class Count:
    """How many claims have each verdict, of a topic or of all."""

    name: str
    rows: tuple[Row, ...]

    @property
    def by_verdict(self) -> dict[Verdict, int]:
        return {word: sum(1 for row in self.rows if row.verdict == word) for word in MARKS}

    @property
    def words(self) -> str:
        """ "7 confirmed, 2 refuted, 1 depends"."""
        return tally([row.verdict for row in self.rows])


def kind_of(verdict: Verdict) -> str:
    return verdict.replace(" ", "-")


def rows_of(entries: Sequence[Entry]) -> list[Row]:
    """A row for each claim, in the ledger's order."""
    return [_row(entry) for entry in entries]


def by_topic(rows: Sequence[Row]) -> list[Count]:
    """The rows of each topic, topics in alphabetical order; a claim may have several."""
    names = sorted({topic for row in rows for topic in row.topics}, key=str.lower)
    return [Count(name, tuple(row for row in rows if name in row.topics)) for name in names]


def by_experiment(rows: Sequence[Row]) -> list[tuple[Experiment, list[Row]]]:
    """The rows of each experiment, in the ledger's order."""
    found: dict[str, tuple[Experiment, list[Row]]] = {}
    for row in rows:
        found.setdefault(row.entry.experiment.name, (row.entry.experiment, []))[1].append(row)
    return list(found.values())


def _row(entry: Entry) -> Row:
    source, claim = entry.source, entry.claim
    slug = svg.slug(f"{entry.experiment.name}-{claim.id}")
    command = command_of(entry)
    rule, laws = rule_of(entry), laws_of(entry.experiment, claim.law)
    if source is None:
        return Row(
            entry,
            slug,
            answer="Not measured yet",
            words="",
            first=(),
            rest=(),
            overturned_by="Nothing is known yet: the first run of its trials decides.",
            rule=rule,
            command=command,
            made=None,
            why_missing=_why_missing(entry),
            laws=laws,
        )
    result, judgement = source.result, source.judged.judgement
    lines = tuple(number_line(result, one) for one in in_order(judgement))
    shown = MOST_SHOWN if len(lines) > MOST_SHOWN + 1 else len(lines)
    return Row(
        entry,
        slug,
        answer=wording.answer(result, judgement),
        words=sentence_case(claims_section.words(result, judgement)),
        first=lines[:shown],
        rest=lines[shown:],
        overturned_by=wording.overturned_by(result, judgement),
        rule=rule,
        command=command,
        made=made_of(source),
        why_missing="",
        laws=laws,
    )


def command_of(entry: Entry) -> str:
    """The command that measures the claim (again): with the same seed the same schedules."""
    found = f"bench run {entry.experiment.name} --claims {entry.claim.id}"
    if entry.source is not None:
        origin = entry.source.origin
        found += f" --seed {origin.seed}"
        found += f" --repeats {origin.repeats}" if origin.repeats != REPEATS else ""
    return shlex.join(shlex.split(found))


def rule_of(entry: Entry) -> str:
    """What must hold, be seen and be so beforehand, in the words of its rules."""
    claim = entry.claim
    parts = [f"holds if {claim.rule.text}"]
    parts += [f"must be seen: {one.text}" for one in claim.must_see]
    parts += [f"precondition: {one.text}" for one in claim.preconditions]
    told = (KEY.sub(lambda found: title_of(entry.experiment, found[0]), part) for part in parts)
    return ". ".join(sentence_case(part) for part in told)


@cache
def _patterns_of(experiment: str) -> dict[str, str]:
    try:
        return {name: one.title for name, one in catalog.patterns(experiment).items()}
    except catalog.CatalogError:  # a half-written pattern is no reason to have no atlas
        return {}


def title_of(experiment: Experiment, key: str) -> str:
    """The title of one of an experiment's patterns or metrics; a word that is neither stays."""
    metric = metrics_of(experiment).get(key)
    word = metric.worded(experiment.noun).title if metric else key
    return _patterns_of(experiment.name).get(key, word)


def laws_of(experiment: Experiment, text: str) -> Pairs:
    """The formula and the source of each law that a claim names."""
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    return tuple((name, _formula(experiment.predictions, name)) for name in wanted)


def _formula(laws: Sequence[Law], name: str) -> str:
    found = next((one for one in laws if name in one.ids), None)
    return f"{found.formula} ({found.source})" if found else ""


def _why_missing(entry: Entry) -> str:
    if entry.attempt is None:
        return ""
    words = entry.attempt.judged.judgement.words
    return f"Its trials were made by {entry.attempt.run}, without an answer: {words}."


def made_of(source: Source) -> Made:
    """Date, commit and machine, and what of them is not as it is here and now."""
    facts = source.origin.environment
    commit = str(facts.get("commit") or NO_COMMIT)
    warnings, kinds = [], []
    if source.other_machine:
        kinds.append("another machine")
        warnings.append(f"measured on another machine: {_some(source.other_machine)}")
    if source.older_code:
        kinds.append("older code")
        warnings.append(f"measured with older code: {_some(source.older_code)}")
    if source.doubts:
        kinds.append("doubtful")
        warnings.append(f"not a run to rely on: {'; '.join(source.doubts)}")
    return Made(
        source.run,
        day(source.created),
        commit,
        machine_words(facts),
        tuple(warnings),
        tuple(kinds),
    )


def machine_words(facts: Mapping[str, object]) -> str:
    """ "AMD EPYC, 2 cores, Linux 6.1.0", of a run's environment."""
    cores = facts.get("cores")
    found = (
        f"{facts.get('cpu') or ''}",
        f"{cores} core{'s' * (cores != 1)}" if cores else "",
        f"Linux {facts['kernel']}" if facts.get("kernel") else "",
    )
    return ", ".join(filter(None, found)) or "machine not recorded"


def _some(changes: Sequence[str]) -> str:
    more = len(changes) - MOST_CHANGES
    return ", ".join(changes[:MOST_CHANGES]) + (f" and {more} more" if more > 0 else "")


def day(moment: datetime) -> str:
    """ "26 November 2026", in UTC."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y}"
