"""The whole ledger as if it had been measured: judgements made of evidence for each rule.

Verdicts take turns, so that an atlas of it has all of them; nothing is measured.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import claim_evidence as make
import numpy as np
from measured import EXPERIMENTS

from bench import catalog
from bench.analysis.evaluated import Evaluated, ExperimentResult, JudgedClaim, Level
from bench.analysis.ledger import Entry, Source, origin_of, topics_of
from bench.model.claim import Claim
from bench.model.experiment import Experiment
from bench.model.records import RunFile
from bench.results.store import VERSION
from bench.verdicts.differences import Difference
from bench.verdicts.evidence import Evidence
from bench.verdicts.judgement import Judgement
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import Rule
from bench.verdicts.trends import Crossover

CREATED = datetime.fromisoformat("2026-11-26T12:00:00+00:00")
ENVIRONMENT: dict[str, Any] = {
    "patternbench": "0.2.0",
    "commit": "0123456789",
    "host": "bench-1",
    "cpu": "Fast 3000",
    "cores": 2,
    "kernel": "6.1.0",
}
NOISE = 0.6
"""Of trials so scattered that nothing is settled by them."""


def run_file(**changes: Any) -> RunFile:
    file = RunFile(
        version=VERSION,
        created=CREATED.isoformat(),
        command="bench run EXPERIMENT --claims all",
        seed=21,
        repeats=6,
        workers=1,
        environment=ENVIRONMENT,
        patterns={},
        trials=[],
    )
    return dataclasses.replace(file, **changes)


def result_of(experiment: Experiment) -> ExperimentResult:
    """No groups: only the names and titles that words and pictures need."""
    patterns = tuple(catalog.patterns(experiment.name).values())
    places = tuple(one.name for one in patterns if one.compared and not one.stands_for)
    return ExperimentResult(experiment, patterns, places, (Level((), ""),), {}, {})


def judgement_of(experiment: Experiment, claim: Claim, turn: int) -> Judgement:
    """Confirmed, refuted, half of each, or (where trials scatter) none of it, by turns."""
    known = make.ground(experiment, claim)

    def is_relative(rule: Rule) -> bool:
        return isinstance(rule, Ratio | Crossover | Difference)

    for place, rule in enumerate(sorted(make.leaves(claim.rule), key=is_relative)):
        known = make.made(rule, known, holds=(True, False, place % 2 == 0, True)[turn % 4])
    return claim.rule.judge(scattered(known) if turn % 4 == 3 else known)


def scattered(known: Evidence) -> Evidence:
    random = np.random.default_rng(3)
    cells = [
        dataclasses.replace(
            cell,
            trials={
                repeat: {key: value * random.lognormal(0, NOISE) for key, value in entries.items()}
                for repeat, entries in cell.trials.items()
            },
            counts={},
        )
        for cell in known.cells
    ]
    return dataclasses.replace(known, cells=cells)


def source_of(
    experiment: Experiment, claim: Claim, judgement: Judgement, age: int = 0, **changes: Any
) -> Source:
    """A run `age` days older than the others that judges a claim so."""
    created = (CREATED - timedelta(days=age)).isoformat()
    result = result_of(experiment)
    judged = JudgedClaim(claim, judgement)
    result = dataclasses.replace(result, claims=(judged,))
    folder = Path(f"2026-11-{26 - age:02}T12-00-00-{experiment.name}")
    run = Evaluated(folder, run_file(created=created), (result,), 0)
    return Source(origin_of(run), result, judged, (6,), **changes)


def entries() -> list[Entry]:
    """Every claim of every experiment; each ninth is not measured, some are marked."""
    found = []
    for experiment in EXPERIMENTS.values():
        about = topics_of(experiment)
        for claim in experiment.claims:
            turn = len(found)
            source = None
            if turn % 9 != 8:
                marks: dict[str, Any] = {}
                if turn % 5 == 0:
                    marks = {"older_code": ("targets/_events.py changed",)}
                if turn % 11 == 0:
                    marks |= {"other_machine": ("cpu (Fast 3000 / Slow 1)",)}
                judgement = judgement_of(experiment, claim, turn)
                source = source_of(experiment, claim, judgement, age=turn % 3, **marks)
            found.append(Entry(experiment, claim, about[claim.id], source))
    return found
