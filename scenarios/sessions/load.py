"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

COOKIE, NONE = "cookie", "none"
MODULO, CONSISTENT = "modulo", "consistent"
REDIS, POSTGRES = "redis", "postgres"
HS256, RS256, ES256 = "HS256", "RS256", "ES256"

MOST_STEPS, MOST_ITEM_BYTES, LEAST_ITEM_BYTES = 50, 8_000, 16
MOST_BASKET_BYTES = 10_000
"""In base64 and signed, a token with such a basket is well below what headers may be."""


@dataclass(frozen=True, kw_only=True)
class SessionsLoad:
    """What visitors do, how many backends serve them, and where these keep the sessions."""

    backends: int = parameter(2, "", "equal backends behind the proxy", low=1, high=16)
    steps: int = parameter(
        6,
        "",
        "requests of a workflow between login and logout; each lays an item into a basket",
        low=1,
        high=MOST_STEPS,
    )
    pause_s: float = parameter(
        0.1,
        "s",
        "mean pause of a client before each request; single ones are half to three halves of it",
        low=0,
        high=3600,
    )
    item_bytes: int = parameter(
        24, "B", "size of an item", low=LEAST_ITEM_BYTES, high=MOST_ITEM_BYTES
    )
    patience_s: float = parameter(
        5.0,
        "s",
        "so long a client asks again where no backend serves it; then its workflow is broken",
        low=0.01,
        high=3600,
    )
    affinity: str = parameter(
        COOKIE,
        "",
        "memory_session: whether the proxy's cookie keeps a visitor at one backend, or requests "
        "go to all backends in turn",
        choices=(COOKIE, NONE),
    )
    hashing: str = parameter(
        CONSISTENT,
        "",
        "hashed_session: how the proxy finds a visitor's backend from its name",
        choices=(CONSISTENT, MODULO),
    )
    store: str = parameter(
        REDIS, "", "store_session: where sessions are kept", choices=(REDIS, POSTGRES)
    )
    store_timeout_s: float = parameter(
        0.25, "s", "stores: a backend waits so long for one and then answers 503", low=0.01, high=60
    )
    algorithm: str = parameter(
        ES256, "", "tokens: how they are signed (RFC 7518)", choices=(HS256, RS256, ES256)
    )
    session_life_s: float = parameter(
        600.0, "s", "sessions and tokens are refused when they are older", low=1, high=1e6
    )
    idle_from_s: float = parameter(
        0.0,
        "s",
        "from here in the window nobody begins a request for idle_for",
        low=0,
        high=86_400,
        in_window=True,
    )
    idle_for_s: float = parameter(
        0.0,
        "s",
        "how long nobody begins a request; workflows go on afterwards",
        low=0,
        high=86_400,
        in_window=True,
    )

    @property
    def requests(self) -> int:
        """Of a whole workflow: login, steps, logout."""
        return self.steps + 2


LOAD = LoadType(
    SessionsLoad,
    changes={
        "clients": Change(default=20, high=10_000),
        "drain_s": Change(default=20.0),
    },
    links=("services",),
    without=frozenset({"second_path"}),
)


def check(load: Load[SessionsLoad]) -> None:
    """UsageError where clients wait too long, are idle beyond the window, or lay down too much."""
    own, window = load.own, load.window
    if own.steps * own.item_bytes > MOST_BASKET_BYTES:
        raise UsageError(
            f"item={show(own.item_bytes, 'B')}: a basket of steps={own.steps} would take "
            f"{show(own.steps * own.item_bytes, 'B')}, and no token holds more than "
            f"{show(MOST_BASKET_BYTES, 'B')}; use smaller items or fewer steps"
        )
    if own.patience_s > window.drain_s:
        raise UsageError(
            f"patience={show(own.patience_s, 's')}: longer than "
            f"drain={show(window.drain_s, 's')}; use a shorter patience or a longer drain"
        )
    end_s = own.idle_from_s + own.idle_for_s
    if own.idle_for_s and end_s >= window.duration_s:
        raise UsageError(
            f"idle_for={show(own.idle_for_s, 's')}: nobody would ask until "
            f"{show(end_s, 's')}, and the window ends at {show(window.duration_s, 's')}; "
            "use a shorter idle_for, or a longer duration"
        )
