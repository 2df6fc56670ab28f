"""What an AMQP delivery costs a receiver: our client's, aio-pika's, and one in C on librabbitmq.

They take turns on one core, on the stream of one broker on another.  Every message goes to all.
The client of an older commit may take part.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bench import catalog
from bench.brokers.rabbitmq import RabbitPublisher
from bench.catalog import ROOT
from bench.clock import now_ns
from bench.lab import components, services
from bench.lab.processes import Child, cpu_sets, python_child
from bench.lab.procfs import cpu_clock_ns
from bench.lab.scratch import folder_for
from bench.lab.side import ON_LOOPBACK
from bench.model.component import request_of
from bench.model.errors import TrialFailed
from bench.model.generator_messages import BareCount, BareReady
from bench.model.units import significant
from bench.tools import selfproof
from bench.tools.aims import Figure
from bench.tools.deliveries import compiled
from bench.tools.older import Older
from bench.tools.turns import taking_turns
from reports.fitted_table import FittedTable, fitted

OURS, LIBRARY, BARE = "our client", "aio-pika", "in C"
CONNECTIONS, EVENTS_PER_S = 200, 50.0
PAYLOAD = b"x" * 200
AIM_BARE, AIM_LIBRARY = 1.6, 0.1
"""What our client may cost at most, as a share of the others."""

CONNECT_SECONDS, LATE_SECONDS, SETTLE_SECONDS, STEP_SECONDS = 60.0, 30.0, 0.3, 0.1
SOURCE = Path(__file__).with_name("bare_amqp_reader.c")


@dataclass
class AmqpCosts:
    """CPU time per delivery in microseconds: of each receiver, one entry a turn."""

    turns: dict[str, list[float]] = field(default_factory=dict)

    def us(self, name: str) -> float:
        return statistics.median(self.turns[name])

    def ratio(self, of: str, to: str) -> float | None:
        """None where one of both was not measured."""
        if of not in self.turns or to not in self.turns:
            return None
        return self.us(of) / self.us(to)


def client_at(older: Older) -> str:
    """The name of an older commit's client."""
    return f"{OURS} at {older.commit}"


def receivers(
    folder: Path, address: Mapping[str, object], connections: int, older: Older | None
) -> dict[str, Callable[[str], Child]]:
    """How each is started on an exchange."""
    cores = cpu_sets(1)["load"]

    def in_python(kind: str, root: Path, exchange: str) -> Child:
        words = [kind, str(address["url"]), exchange, str(connections)]
        log = folder / f"{kind}.log"
        return python_child("bench.load.amqp_receivers", kind, log, cores, root, arguments=words)

    def in_c(program: Path, exchange: str) -> Child:
        words = [str(program), str(address["port"]), exchange, str(connections)]
        return Child(BARE, words, folder / "bare.log", cores)

    found: dict[str, Callable[[str], Child]] = {OURS: partial(in_python, "own", ROOT)}
    if older is not None:
        found[client_at(older)] = partial(in_python, "own", older.root)
    found[LIBRARY] = partial(in_python, "aio_pika", ROOT)
    if (program := compiled(folder, SOURCE, ["-lrabbitmq"])) is not None:
        found[BARE] = partial(in_c, program)
    return found


async def one_turn(
    start: Callable[[str], Child], url: str, connections: int, seconds: float
) -> float:
    """CPU time per delivery; TrialFailed where one did not come."""
    exchange = f"turn-{now_ns()}"
    publisher = RabbitPublisher(url, exchange)
    await publisher.open()
    child = start(exchange)
    try:
        child.listen(BareReady, CONNECT_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)
        before = child.ask(BareCount(0), BareCount).deliveries
        start_ns = cpu_clock_ns(child.pid)
        sent = await _publish(publisher, seconds)
        await _until_had(child, before + sent * connections)
        return (cpu_clock_ns(child.pid) - start_ns) / 1e3 / (sent * connections)
    finally:
        child.stop()
        await publisher.close()


def _us_of(start: Callable[[str], Child], url: str, connections: int, seconds: float) -> float:
    return asyncio.run(one_turn(start, url, connections, seconds))


async def _publish(publisher: RabbitPublisher, seconds: float) -> int:
    """Publish for so long; how many there were."""
    loop = asyncio.get_running_loop()
    start, due = loop.time(), max(1, round(seconds * EVENTS_PER_S))
    for number in range(due):
        await asyncio.sleep(max(0.0, start + number / EVENTS_PER_S - loop.time()))
        await publisher.publish(PAYLOAD)
    return due


async def _until_had(child: Child, due: int) -> None:
    """Return when so many deliveries have come."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LATE_SECONDS
    while (count := child.ask(BareCount(0), BareCount).deliveries) < due:
        if loop.time() > deadline:
            raise TrialFailed(f"{child.name}: {count} of {due} deliveries came")
        await asyncio.sleep(STEP_SECONDS)


def measure(
    connections: int, repeats: int, seconds: float, console: Console, older: Older | None
) -> AmqpCosts:
    """All receivers, `repeats` turns each, the order changing from turn to turn."""
    costs = AmqpCosts()
    asked = request_of(catalog.components()[selfproof.declared().amqp_service], {})
    broker = services.create(asked, cpu_sets(1)["backend"], ON_LOOPBACK)
    with folder_for("patternbench-amqp-") as folder:
        broker.start()
        try:
            starts = receivers(folder, broker.address, connections, older)
            url = str(broker.address["url"])
            contenders = {
                name: partial(_us_of, start, url, connections, seconds)
                for name, start in starts.items()
            }
            optional = client_at(older) if older is not None else ""
            for turn, name, us in taking_turns(contenders, repeats, optional, console):
                costs.turns.setdefault(name, []).append(us)
                console.print(
                    f"{connections} AMQP connections, turn {turn} of {repeats}: "
                    f"{name} {us:.2f} us per delivery"
                )
        finally:
            broker.remove()
    return costs


def table_of(costs: AmqpCosts, connections: int) -> FittedTable:
    """Medians with their extremes below, and our client's ratios."""
    rows = [[name, _spread(all_us)] for name, all_us in costs.turns.items()]
    rows += [
        [f"{OURS} / {name}", significant(costs.ratio(OURS, name))]
        for name in costs.turns
        if name != OURS
    ]
    headers = ("receiver", f"{connections} connections, {EVENTS_PER_S:g} messages/s to each")
    title = "CPU time of the receiver per AMQP delivery: median, below it least to most"
    return fitted(headers, rows, title, numbers=1)


def _spread(all_us: Sequence[float]) -> str:
    middle, least, most = map(significant, (statistics.median(all_us), min(all_us), max(all_us)))
    return f"{middle} us\n{least} to {most}"


def figures_of(costs: AmqpCosts, older: Older | None) -> list[Figure]:
    """What has an aim."""
    return [
        Figure(
            f"CPU per AMQP delivery, {OURS} / {other}",
            costs.ratio(OURS, other),
            aim,
            before=None if older is None else costs.ratio(client_at(older), other),
        )
        for other, aim in ((BARE, AIM_BARE), (LIBRARY, AIM_LIBRARY))
    ]


def run(
    connections: int,
    repeats: int,
    seconds: float,
    console: Console,
    older: Older | None = None,
) -> Sequence[Figure]:
    """Measure and print; returns what has an aim."""
    service = selfproof.declared().amqp_service
    remedy = components.missing(service) if service else "no experiment names a service for them"
    if remedy:
        console.print(Text(f"AMQP deliveries are not measured: {remedy}"))
        return []
    costs = measure(connections, repeats, seconds, console, older)
    if BARE not in costs.turns:
        console.print("no AMQP receiver in C to compare with: apt-get install gcc librabbitmq-dev")
    console.print(table_of(costs, connections))
    return figures_of(costs, older)
