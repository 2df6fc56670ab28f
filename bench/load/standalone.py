"""A session for scenarios that run under plain `locust -f`, with Locust's own web page.

Everything not told by Locust's options has the experiment's default value.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import gevent
from locust.exception import StopTest

from bench import catalog
from bench.load.engine import Engine
from bench.load.session import Session
from bench.load.stats import feed_statistics
from bench.model.messages import Address

FLUSH_SECONDS = 1.0


def standalone_session(environment: Any, user_class: type) -> Session:
    """Make the session that all users of this Locust process share."""
    parts = urlsplit(environment.host or user_class.host or "")  # type: ignore[attr-defined]
    if not parts.hostname or not parts.port:
        raise StopTest(
            f"host={environment.host}: the scenario needs an address with a port; start "
            "`bench serve` and give Locust the --host that it prints"
        )
    session = Session(
        catalog.declared()[user_class.experiment],  # type: ignore[attr-defined]
        {},
        Address(parts.hostname, parts.port, more=_broker(environment.host)),
        seed=1,
        engine=Engine(),
    )
    session.window_known.set()  # it has none to wait for
    environment.patternbench = session

    def flush() -> None:
        while True:
            gevent.sleep(FLUSH_SECONDS)
            block = session.engine.call(session.recorder.take)
            feed_statistics(environment, block, session.recorder.operations)

    gevent.spawn(flush)
    return session


def _broker(host: str) -> dict[str, str]:
    """`amqp://...?exchange=name` names a broker and the exchange to listen to."""
    url, _, exchange = host.partition("?exchange=")
    return {"url": url, "exchange": exchange}
