"""Sessions for scenarios that run under plain `locust -f`, with Locust's own web page and numbers.

One session for each user class: several scenarios may run at once, each against a target of its
own.  Load parameters come as options (see locust_options.py); a window there is none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import gevent
from locust.exception import StopTest

from bench import catalog
from bench.load.engine import Engine
from bench.load.session import Session, WorkerIndex
from bench.load.stats import feed_errors, feed_statistics
from bench.model.errors import UsageError
from bench.model.hosttext import address_of, parts_of
from bench.model.samples import FAILED, rows
from bench.plan.client_parameters import client_parameters
from bench.plan.settings import parse_settings

FLUSH_SECONDS = 0.5
USAGE = 2
UNNAMED = "failed, and the client did not say why"
ATTRIBUTE = "patternbench_standalone"
CLIENTS, WORKERS = "patternbench_clients", "patternbench_workers"
"""What a master tells its workers among the options: how many users and workers there are."""


def sessions_of(environment: Any) -> Sessions:
    """Those of a Locust environment: made when first asked for."""
    found = getattr(environment, ATTRIBUTE, None)
    if found is None:
        found = Sessions(environment)
        setattr(environment, ATTRIBUTE, found)
    return found


class Sessions:
    """The sessions of one Locust process, and what they report to Locust's statistics."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._engine: Engine | None = None
        self._by_class: dict[Any, Session] = {}
        self._unexplained: Counter[tuple[type, str]] = Counter()

    def begin(self) -> None:
        """A test begins: with the options as they are now."""
        self._by_class.clear()
        self._unexplained.clear()

    def of(self, user_class: Any) -> Session:
        """The session of a user class; StopTest with one line where it cannot be made."""
        if user_class not in self._by_class:
            try:
                self._by_class[user_class] = self._made(user_class)
            except UsageError as error:
                self._environment.process_exit_code = USAGE
                raise StopTest(str(error)) from None
        return self._by_class[user_class]

    def _made(self, user_class: Any) -> Session:
        options = vars(self._environment.parsed_options) if self._environment.parsed_options else {}
        host = self._environment.host or user_class.host or ""
        experiment = catalog.declared_one(user_class.experiment)
        if self._engine is None:
            self._engine = Engine()
            gevent.spawn(self._flush_for_ever)
        load = experiment.load(**load_values(user_class, options, self._share(user_class, options)))
        session = Session(
            experiment,
            load.values(),
            address_of(host),
            1,
            self._engine,
            self._place(),
            parts_of(host),
        )
        session.window_known.set()  # it has none to wait for
        return session

    def _share(self, user_class: Any, options: Mapping[str, Any]) -> int | None:
        """About how many of all users will be of this class, where that is known."""
        users = options.get(CLIENTS) or options.get("num_users")
        weights = sum(one.weight for one in self._environment.user_classes)
        return math.ceil(users * user_class.weight / weights) if users and weights else None

    def _place(self) -> WorkerIndex:
        number = max(0, getattr(self._environment.runner, "worker_index", 0))
        of = getattr(self._environment.parsed_options, WORKERS, 1)
        return WorkerIndex(number, max(of, number + 1))

    # --- what Locust is told -----------------------------------------------------------

    def _flush_for_ever(self) -> None:
        while True:
            gevent.sleep(FLUSH_SECONDS)
            self.flush()

    def flush(self, last: bool = False) -> None:
        """Give Locust what was recorded since; in the end also failures without a reason."""
        for user_class, session in list(self._by_class.items()):
            kind, operations = user_class.pattern, session.recorder.operations
            block = session.engine.call(session.recorder.take)
            reasons = session.engine.call(session.take_reasons)
            feed_statistics(self._environment, block, operations, kind)
            feed_errors(self._environment, reasons, operations, kind)
            self._count(user_class, rows(block), operations, reasons)
            if last:
                self._explain(user_class, kind, operations)

    def _count(self, user_class: type, block: Any, operations: list[str], reasons: Any) -> None:
        failed = block["operation"][block["outcome"] == FAILED].tolist()
        self._unexplained.update((user_class, operations[code]) for code in failed)
        for (operation, _), count in reasons.items():
            self._unexplained[user_class, operation] -= count

    def _explain(self, user_class: type, kind: str, operations: list[str]) -> None:
        left = {
            (name, UNNAMED): count
            for (owner, name), count in self._unexplained.items()
            if owner is user_class and count > 0
        }
        feed_errors(self._environment, Counter(left), operations, kind)


def load_values(user_class: Any, options: Mapping[str, Any], clients: int | None) -> dict[str, Any]:
    """The load by field name: the options where they are given, else the experiment's defaults."""
    experiment = catalog.declared_one(user_class.experiment)
    parameters = client_parameters(user_class.experiment, user_class.pattern)
    settings = {one.name: text for one in parameters if (text := options.get(one.name))}
    if clients:
        settings["clients"] = str(clients)
    fixed, swept = parse_settings(experiment, settings)
    if swept:
        name = next(iter(swept))
        raise UsageError(
            f"{name}={settings[name]}: Locust runs one load at a time; write one value"
        )
    return fixed
