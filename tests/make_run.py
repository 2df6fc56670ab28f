"""Makes a synthetic run folder with the store's own writers, for tests and for looking at.

    python tests/make_run.py FOLDER [clients,clients,...] [rate,rate,...]

Seeded: the same arguments give the same numbers.  The times are drawn from
simple models of the patterns; nothing is measured and no socket is opened.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measured import EXPERIMENTS

from bench.analysis.evaluated import public_load
from bench.analysis.outline import level_of
from bench.model import samples
from bench.model.load import Load
from bench.model.pattern import Pattern
from bench.model.readings import Reading, Wire
from bench.model.records import MeterRow, RunFile, TrialFile
from bench.model.trial import Trial
from bench.plan import claim_trials
from bench.plan.trials import Request
from bench.results import parquet, store
from scenarios.notifications.load import LOAD, NotificationLoad

EXPERIMENT = EXPERIMENTS["notifications"]

OPERATIONS = ["connect", "tick", "request", "delivery"]
CONNECT, TICK, REQUEST, DELIVERY = range(4)
T0_NS = 1_000_000_000_000
STEP_NS = 100_000_000
MS = 1e6


@dataclass(frozen=True)
class Model:
    """How a pattern behaves: delay, cost of a delivery, bytes around its payload."""

    title: str
    base_ms: float
    spread: float
    server_us: float
    memory_bytes: int
    stream_overhead: int
    wire_overhead: int
    asks_per_event: bool = False
    polls: bool = False
    compared: bool = True


MODELS = {
    "short_polling": Model("short polling", 0.06, 0.3, 40, 14_000, 150, 0, polls=True),
    "long_polling": Model("long polling", 0.09, 0.5, 74, 20_000, 228, 384, asks_per_event=True),
    "sse": Model("SSE", 0.03, 0.25, 9.1, 17_000, 21, 125),
    "websocket": Model("WebSocket", 0.03, 0.25, 8.7, 15_500, 2, 106),
    "floor": Model("bare stream", 0.02, 0.2, 3.0, 9_000, 0, 104, compared=False),
}
POLL_BYTES = 130 + 98 + 3 * 52
NOT_MEASURED = {
    "notifications/amqp": "rabbitmq-server is missing; apt-get install rabbitmq-server",
}


def patterns(names: Sequence[str]) -> dict[str, Pattern]:
    """The run file's patterns, with those that could not be measured."""
    found = {
        f"notifications/{name}": Pattern(
            "notifications", name, MODELS[name].title, "Synthetic.", (), MODELS[name].compared, "0"
        )
        for name in names
    }
    amqp = Pattern("notifications", "amqp", "AMQP (RabbitMQ)", "Synthetic.", ("rabbitmq",))
    return found | {"notifications/amqp": amqp}


def _block(count: int, operation: int, outcome: int = samples.OK) -> np.ndarray:
    rows = np.zeros(count, samples.DTYPE)
    rows["operation"], rows["outcome"] = operation, outcome
    return rows


def _events(load: Load[NotificationLoad], random: np.random.Generator) -> np.ndarray:
    count = max(1, round(load.own.event_rate_per_s * load.window.duration_s))
    events = np.zeros(count, samples.EVENT_DTYPE)
    events["feed"] = samples.EVERY
    events["sequence"] = np.arange(count) + 1
    window_ns = int(load.window.duration_s * 1e9)
    events["intended_ns"] = T0_NS + np.sort(random.integers(0, window_ns, count))
    events["published_ns"] = events["intended_ns"] + random.integers(5_000, 60_000, count)
    return events


def _deliveries(
    load: Load[NotificationLoad], model: Model, events: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Every event to every client; one after the other, as one core serves them."""
    rows = _block(len(events) * load.window.clients, DELIVERY)
    rows["client"] = np.tile(np.arange(load.window.clients), len(events))
    rows["sequence"] = np.repeat(events["sequence"], load.window.clients)
    rows["intended_ns"] = np.repeat(events["intended_ns"], load.window.clients)
    rows["sent_ns"] = np.repeat(events["published_ns"], load.window.clients)
    wait_ms = model.base_ms * random.lognormal(0, model.spread, len(rows))
    turn = random.permuted(
        np.tile(np.arange(load.window.clients), (len(events), 1)), axis=1
    ).ravel()
    wait_ms += turn * model.server_us / 1e3 * (not model.polls)
    rows["done_ns"] = rows["sent_ns"] + (wait_ms * MS).astype(np.int64)
    if model.polls:  # an event waits for its client's next poll
        interval_ns = int(load.own.poll_interval_s * 1e9)
        phase = random.integers(0, interval_ns, load.window.clients)[rows["client"]]
        rows["done_ns"] += (phase - rows["sent_ns"]) % interval_ns
    # Events reach a client in order: none is done before its predecessor.
    done = rows["done_ns"].reshape(len(events), load.window.clients)
    rows["done_ns"] = np.maximum.accumulate(done, axis=0).ravel()
    rows["first_byte_ns"] = rows["done_ns"]
    rows["bytes_down"] = load.own.payload_bytes
    return rows


def _requests(
    load: Load[NotificationLoad], model: Model, deliveries: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    if model.polls:
        per_client = max(1, round(load.window.duration_s / load.own.poll_interval_s))
        rows = _block(load.window.clients * per_client, REQUEST, samples.EMPTY)
        rows["client"] = np.repeat(np.arange(load.window.clients), per_client)
        phase = np.repeat(
            random.uniform(0, load.own.poll_interval_s, load.window.clients), per_client
        )
        ticks = np.tile(np.arange(per_client), load.window.clients) * load.own.poll_interval_s
        rows["intended_ns"] = T0_NS + ((phase + ticks) * 1e9).astype(np.int64)
        useful = random.random(len(rows)) > np.exp(
            -load.own.event_rate_per_s * load.own.poll_interval_s
        )
        rows["outcome"][useful] = samples.OK
    elif model.asks_per_event:
        rows = _block(len(deliveries), REQUEST)
        rows["client"] = deliveries["client"]
        rows["intended_ns"] = deliveries["done_ns"]
    else:
        return _block(0, REQUEST)
    rows["sent_ns"] = rows["intended_ns"] + random.integers(1_000, 9_000, len(rows))
    rows["done_ns"] = rows["sent_ns"] + random.integers(60_000, 200_000, len(rows))
    rows["bytes_up"], rows["bytes_down"] = 130, 98
    return rows


def _ticks(load: Load[NotificationLoad], random: np.random.Generator) -> np.ndarray:
    rows = _block(int(load.window.duration_s * 100), TICK)
    rows["intended_ns"] = T0_NS + np.arange(len(rows)) * 10_000_000
    rows["sent_ns"] = rows["intended_ns"]
    rows["done_ns"] = rows["intended_ns"] + random.integers(20_000, 180_000, len(rows))
    return rows


def _connects(load: Load[NotificationLoad], random: np.random.Generator) -> np.ndarray:
    rows = _block(load.window.clients, CONNECT)
    rows["client"] = np.arange(load.window.clients)
    rows["intended_ns"] = rows["sent_ns"] = T0_NS - 2_000_000_000
    rows["done_ns"] = rows["sent_ns"] + random.integers(150_000, 900_000, load.window.clients)
    return rows


def _meters(
    load: Load[NotificationLoad], model: Model, deliveries: np.ndarray, random: np.random.Generator
) -> list[MeterRow]:
    """CPU follows the deliveries of each step; memory the clients."""
    steps = int(load.window.duration_s * 1e9) // STEP_NS
    edges = T0_NS + np.arange(steps + 1) * STEP_NS
    done = np.histogram(deliveries["done_ns"], edges)[0]
    rows = []
    costs = {"server": (model.server_us, model.memory_bytes), "generator": (5.0, 21_000)}
    for role, (cost_us, memory) in costs.items():
        idle = Reading(T0_NS - 3_000_000_000, 0, 30_000_000, 0)
        rows.append(MeterRow(role, "idle", idle))
        cost_ns = cost_us * 1e3 * random.lognormal(0, 0.02)
        used = done * cost_ns * random.lognormal(0, 0.05, steps) + 40_000
        cpu = 5_000_000 + np.concatenate([[0], np.cumsum(used)])
        for step in range(steps + 1):
            mark = {0: "t0", steps: "t1"}.get(step, "")
            resident = 30_000_000 + memory * load.window.clients + int(random.integers(0, 4096))
            reading = Reading(int(edges[step]), int(cpu[step]), resident, 40 * step)
            rows.append(MeterRow(role, mark, reading))
    return rows


def _wire(
    load: Load[NotificationLoad], model: Model, deliveries: int, polls: int
) -> dict[str, Wire]:
    start = Wire(
        1000, 1000, 2000, 2000, open=load.window.clients, opened=load.window.clients, rtt_us=44.0
    )
    total = deliveries * (load.own.payload_bytes + model.wire_overhead)
    if model.polls:
        total += polls * POLL_BYTES
    up = total // 3
    end = dataclasses.replace(
        start,
        stream_up=1000 + up // 2,
        stream_down=1000 + deliveries * (load.own.payload_bytes + model.stream_overhead),
        wire_up=2000 + up,
        wire_down=2000 + total - up,
    )
    return {"t0": start, "t1": end}


def _write_trial(run: Path, trial: Trial, *, counted_wrong: bool, lose_one: bool) -> None:
    name = trial.pattern.partition("/")[2]
    model, load = MODELS[name], LOAD(**trial.load)
    random = np.random.default_rng([trial.seed, sorted(MODELS).index(name), trial.number])
    events = _events(load, random)
    deliveries = _deliveries(load, model, events, random)
    requests = _requests(load, model, deliveries, random)
    wire = _wire(load, model, len(deliveries), len(requests))
    meters = _meters(load, model, deliveries, random)
    parts = [_connects(load, random), _ticks(load, random), requests]
    rows = np.concatenate([*parts, deliveries[:-1] if lose_one else deliveries])
    folder = store.partial_folder(run, trial)
    t1_ns = T0_NS + int(load.window.duration_s * 1e9)
    level = level_of(EXPERIMENT, trial.level).text
    origin = parquet.Origin(trial.number, "notifications", name, level, trial.repeat, T0_NS, t1_ns)
    parquet.write_samples(folder / "samples.parquet", rows, OPERATIONS, origin=origin)
    parquet.write_events(folder / "events.parquet", events, origin)
    parquet.write_meters(folder / "meters.parquet", meters, origin)
    record = TrialFile(
        version=store.VERSION,
        trial=trial,
        status="ok",
        t0_ns=T0_NS,
        t1_ns=t1_ns,
        phases_s={
            "connect": 0.2,
            "warmup": load.window.warmup_s,
            "window": load.window.duration_s,
            "drain": 0.1,
            "harness": round(0.6 + 0.01 * (trial.number % 7), 3),
        },
        counted=len(rows) + (3 if counted_wrong else 0),
        operations=OPERATIONS,
        outcome_operation="delivery",
        wire=wire,
        cpu_sets={"load": [0], "backend": [1]},
    )
    store.finish_trial(folder, record)


def _write_failed(run: Path, trial: Trial) -> None:
    record = TrialFile(
        version=store.VERSION,
        trial=trial,
        status="failed",
        reason="the target ended with exit code 1 during connect",
        log_tail=["INFO listening", "ERROR <OSError> too many open files"],
    )
    store.finish_trial(store.partial_folder(run, trial), record)


def trials(
    names: Sequence[str],
    clients: Sequence[int],
    rates: Sequence[float],
    repeats: int,
    named: Sequence[str] = (),
    is_grid: bool = True,
    **settings: Any,
) -> list[Trial]:
    """Levels x patterns x repeats; a parameter of one value is not swept.

    A level also says the `named` parameters, as those of claims do.  Without a grid one parameter
    is swept after the other, as claims do too."""
    names_of = {"clients": clients, "event_rate": rates}
    swept = tuple(name for name, values in names_of.items() if len(values) > 1)
    places = [(values, swept) for values in itertools.product(clients, rates)]
    if not is_grid:
        places = [((count, rates[0]), ("clients",)) for count in clients]
        places += [((clients[0], rate), ("event_rate",)) for rate in rates]
    found: list[Trial] = []
    for repeat, (values, spoken) in itertools.product(range(1, repeats + 1), places):
        load = LOAD(clients=values[0], event_rate_per_s=values[1], **{"duration_s": 4.0} | settings)
        values_of = public_load(load)
        level = {name: values_of[name] for name in (*spoken, *named)}
        for name in names:
            found.append(
                Trial(
                    number=len(found),
                    pattern=f"notifications/{name}",
                    level=level,
                    repeat=repeat,
                    seed=7 + repeat,
                    load=load.values(),
                )
            )
    return found


def _run_file(plan: Sequence[Trial], names: Sequence[str], repeats: int) -> RunFile:
    environment = {
        "patternbench": "0.1",
        "host": "example",
        "system": "Example Linux 1",
        "kernel": "6.0",
        "cpu": "Example CPU",
        "cores": 2,
        "memory_gib": 8.0,
        "python": "3.11.0",
        "packages": {"locust": "2.0", "numpy": "2.0"},
        "congestion_control": "cubic",
    }
    return RunFile(
        version=store.VERSION,
        created="2024-01-02T03:04:05+00:00",
        command="bench run notifications --repeats 3 --seed 7",
        seed=7,
        repeats=repeats,
        workers=1,
        environment=environment,
        patterns=patterns(names),
        trials=list(plan),
        not_measured=dict(NOT_MEASURED),
    )


def make_run(
    folder: Path,
    *,
    names: Sequence[str] = tuple(MODELS),
    clients: Sequence[int] = (25,),
    rates: Sequence[float] = (6.0,),
    repeats: int = 3,
    spoil: bool = True,
    named: Sequence[str] = (),
    is_grid: bool = True,
    **settings: Any,
) -> Path:
    """Write the run.  `spoil`: of the last repeat's first level, long polling's trial fails
    and WebSocket's is void; in the first repeat, SSE loses one delivery."""
    plan = trials(names, clients, rates, repeats, named, is_grid, **settings)
    store.create_run(folder, _run_file(plan, names, repeats))
    first = plan[0].level
    for trial in plan:
        name = trial.pattern.partition("/")[2]
        spoiled = spoil and trial.level == first
        if spoiled and trial.repeat == repeats and name == "long_polling":
            _write_failed(folder, trial)
            continue
        _write_trial(
            folder,
            trial,
            counted_wrong=spoiled and trial.repeat == repeats and name == "websocket",
            lose_one=spoiled and trial.repeat == 1 and name == "sse",
        )
    return folder


def make_claims_run(folder: Path, ids: str, repeats: int = 3, **settings: str) -> Path:
    """Write a run of the trials that claims need, for the patterns that are modelled."""
    known = patterns([name for name, model in MODELS.items() if model.compared])
    chosen = [pattern for identity, pattern in known.items() if identity not in NOT_MEASURED]
    claims = claim_trials.chosen_claims(EXPERIMENT, ids)
    request = Request(("notifications",), settings, repeats, 7)
    plan = claim_trials.trials_of_claims(EXPERIMENT, claims, chosen, request)
    store.create_run(folder, _run_file(plan, [pattern.name for pattern in chosen], repeats))
    for trial in plan:
        _write_trial(folder, trial, counted_wrong=False, lose_one=False)
    return folder


if __name__ == "__main__":
    numbers = [[float(x) for x in text.split(",")] for text in sys.argv[2:]]
    numbers += [[25.0], [6.0]][len(numbers) :]
    made = make_run(Path(sys.argv[1]), clients=[int(x) for x in numbers[0]], rates=numbers[1])
    print(made)
