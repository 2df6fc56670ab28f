"""What the command line asked for, made into a plan that can be run.

Merges quick defaults, plan file and options, in this order of growing weight,
and checks every value before anything starts.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import catalog
from bench.adaptive.precision import check_repeats
from bench.lab import faults
from bench.model import linktext
from bench.model.claim import Claim
from bench.model.errors import UsageError
from bench.model.fault import SEPARATOR
from bench.model.load import FAULT
from bench.model.ownserver import read
from bench.model.pattern import Pattern
from bench.model.rates import PER_CLIENT
from bench.model.records import Goal
from bench.model.trial import Trial
from bench.plan import fault_checks, load_words, own_servers
from bench.plan.calibration import with_calibration
from bench.plan.claim_trials import chosen_claims, laws_of, trials_of_claims
from bench.plan.outlook import Share, by_claim, by_pattern, lines
from bench.plan.own_servers import OwnFile
from bench.plan.per_client import merged
from bench.plan.trials import Request, loads_of, trials_of
from bench.run import planfile, runner
from bench.run.startup import counts_of

LOOSE_PAIR = re.compile(r"^\s*([A-Za-z_]+)\s*[:= ]+\s*(\S.*)$")


@dataclass(frozen=True)
class Asked:
    """The options of `bench run`; None where the user said nothing."""

    names: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    repeats: int | None = None
    workers: int | None = None
    seed: int | None = None
    quick: bool = False
    foreign: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
    goal: Goal | None = None
    claims: str = ""
    pcap: tuple[str, ...] = ()
    keep_disturbed: bool = False
    own: OwnFile | None = None
    calibrate: bool = True
    """Whether trials are added from which laws take facts; a quick run never has them."""


def settings_of(
    pairs: Sequence[str], links: Sequence[str] = (), faults: Sequence[str] = (), **named: str
) -> dict[str, str]:
    """`--set` pairs and options of their own as one mapping; UsageError where one stands twice.

    `links` are the texts of `--link`, each of which stands for several, `faults` of `--fault`.
    """
    settings = {name: value for name, value in named.items() if value}
    if faults:
        settings["fault"] = SEPARATOR.join(faults)
    settings |= linktext.settings_of_all(links)
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name or not value:
            raise UsageError(f"--set {pair}: not NAME=VALUE; write {_pair_meant(pair)}")
        if name in settings:
            raise UsageError(f"{name}: set twice; name several values as {name}=1,2,3")
        settings[name] = value
    return settings


def _pair_meant(pair: str) -> str:
    match = LOOSE_PAIR.match(pair)
    return f"--set {match[1]}={match[2]}" if match else "e.g. --set event_rate=5/s"


def request_of(asked: Asked) -> Request:
    """Plan file (where one is named) below the options."""
    plans = [name for name in asked.names if name.endswith(".toml")]
    if plans and len(asked.names) > 1:
        raise UsageError(
            f"{' '.join(asked.names)}: no other names go with a plan file; list the patterns in "
            f"the file"
        )
    base = planfile.read(Path(plans[0])) if plans else Request(asked.names)
    if asked.quick and not plans:
        base = dataclasses.replace(base, floors_once=True)
    changes = {
        name: value
        for name in ("repeats", "workers", "seed")
        if (value := getattr(asked, name)) is not None
    }
    return dataclasses.replace(base, settings={**base.settings, **asked.settings}, **changes)


def plan_of(asked: Asked) -> runner.RunPlan:
    """Everything that `bench run` will do; UsageError or ComponentMissing where it cannot."""
    request = request_of(asked)
    if request.workers < 1:
        raise UsageError(f"workers={request.workers}: must be at least 1; write --workers 2")
    if request.seed < 0:
        raise UsageError(f"seed={request.seed}: must be at least 0; write --seed 1")
    check_repeats(asked.goal, request.repeats)
    chosen = catalog.select(list(request.names), on_request=bool(asked.claims))
    if asked.own is not None:
        chosen = _with_own(chosen, request.names, asked.own, asked.claims)
    usable, missing = runner.without_missing(chosen, asked.foreign)
    experiments = catalog.experiments()
    is_planned = any(name.endswith(".toml") for name in asked.names)
    if asked.quick and asked.repeats is None and not is_planned:
        names = {pattern.experiment for pattern in usable}
        often = max(experiments[name].quick_repeats for name in names)
        request = dataclasses.replace(request, repeats=often)
    trials: list[Trial] = []
    shares: list[Share] = []
    for name in dict.fromkeys(pattern.experiment for pattern in usable):
        experiment = experiments[name]
        settings = merged(experiment, experiment.quick if asked.quick else {}, request.settings)
        patterns = [pattern for pattern in usable if pattern.experiment == name]
        part = dataclasses.replace(request, settings=settings)
        claims: list[Claim] = []
        if asked.claims:
            if text := request.settings.get(PER_CLIENT):
                raise UsageError(f"--per-client {text}: claims have loads of their own; remove it")
            # The setups have levels of their own; --quick only means fewer repeats.
            claims = chosen_claims(experiment, asked.claims)
            found = trials_of_claims(experiment, claims, patterns, request, len(trials))
        else:
            found = trials_of(experiment, patterns, part, len(trials))
        whole = found
        if asked.calibrate and not asked.quick:
            usable_names = [pattern.name for pattern in patterns]
            lawful = experiment
            if asked.claims:
                lawful = dataclasses.replace(experiment, predictions=tuple(laws_of(claims)))
            whole = with_calibration(lawful, found, usable_names, request.seed)
        shares += (
            by_claim(experiment, claims, patterns, request.settings, whole)
            if claims
            else by_pattern(whole)
        )
        trials += whole
    spoken = [] if asked.claims else load_words.lines(experiments, trials, request.settings, usable)
    _check_trials(trials, usable, of_claims=bool(asked.claims))
    return runner.RunPlan(
        chosen,
        trials,
        request.seed,
        request.repeats,
        request.workers,
        asked.foreign,
        asked.command,
        missing,
        asked.goal,
        asked.pcap,
        understood=spoken,
        outlook=lines(shares),
        keep_disturbed=asked.keep_disturbed,
    )


def _check_trials(trials: Sequence[Trial], patterns: Sequence[Pattern], *, of_claims: bool) -> None:
    """Each trial must be one that can be done, with these patterns and on this machine."""
    by_id = {pattern.id: pattern for pattern in patterns}
    for trial in trials:
        pattern = by_id[trial.pattern]
        check_faults(pattern, trial.load)
        check_own(pattern, trial.load)
        if not of_claims:  # of a claim, what this machine does not allow is not measured
            check_machine(pattern, trial.load)


def _with_own(
    chosen: list[Pattern], names: Sequence[str], file: OwnFile, claims: str
) -> list[Pattern]:
    """The chosen patterns with the user's own server in the place of ours."""
    if claims:
        raise UsageError(f"--claims {claims}: claims are about our servers; remove --own")
    for name in names:
        if "/" not in name:
            raise UsageError(f"--own: {name} names no single pattern; write e.g. {chosen[0].id}")
    return own_servers.described(chosen, catalog.patterns, file)


def check_own(pattern: Pattern, load: Mapping[str, Any]) -> None:
    """A server of the user's own must be able to do what the load asks of it."""
    if (server := pattern.described) is not None:
        experiment = catalog.declared_one(pattern.experiment)
        own_servers.check(pattern, read(server.description), experiment, load)


def check_faults(pattern: Pattern, load: Mapping[str, Any]) -> None:
    """Every fault of the load must be one that can be done to what the pattern has."""
    if text := load.get(FAULT):
        actors = fault_checks.actors_of(pattern, load, counts_of(pattern, load))
        fault_checks.check_faults(text, actors, faults.verbs())


def check_machine(pattern: Pattern, load: Mapping[str, Any]) -> None:
    """The machine must allow what the experiment's pattern needs for the load."""
    experiment = catalog.declared_one(pattern.experiment)
    experiment.check_machine(pattern.name, experiment.load.read(load))


def one_pattern(
    name: str,
    settings: Sequence[str],
    foreign: Mapping[str, str],
    links: Sequence[str] = (),
    *,
    measures: bool = True,
) -> tuple[Pattern, dict[str, Any]]:
    """The pattern and its load for commands that take one of each.

    Where nothing is measured it need not have the link that trials need.
    """
    chosen = catalog.select([name])
    if "/" not in name:
        raise UsageError(
            f"{name}: names an experiment; write EXPERIMENT/PATTERN, e.g. {chosen[0].id}"
        )
    usable, _ = runner.without_missing(chosen, foreign)
    experiment = catalog.experiments()[usable[0].experiment]
    ((level, load), *more) = loads_of(experiment, settings_of(settings, links), measures=measures)
    if more:
        raise UsageError(f"{', '.join(level)}: this command takes one value each and cannot sweep")
    check_faults(usable[0], load)
    check_machine(usable[0], load)
    return usable[0], load
