"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

MOST_KEYS = 100_000


@dataclass(frozen=True, kw_only=True)
class CacheLoad:
    """What is looked up, how often, and how many backends with a cache of their own there are."""

    backends: int = parameter(
        2, "", "equal backends behind the proxy, each with its own cache", low=1, high=16
    )
    keys: int = parameter(200, "", "keys that are looked up", low=1, high=MOST_KEYS)
    skew: float = parameter(
        0.0,
        "",
        "exponent of Zipf's law, by which some keys are looked up more often; 0: all alike",
        low=0,
        high=3,
    )
    lookup_rate_per_s: float = parameter(
        400.0, "/s", "lookups per second of all clients, at random times", low=0.1, high=10_000
    )
    payload_bytes: int = parameter(100, "B", "size of a value", low=8, high=100_000)
    patience_s: float = parameter(
        5.0,
        "s",
        "so long a client asks again where no backend serves it; then its lookup has failed",
        low=0.01,
        high=3600,
    )
    store_timeout_s: float = parameter(
        1.0, "s", "a backend waits so long for the store and then answers 503", low=0.01, high=60
    )

    @property
    def turn_s(self) -> float:
        """In which a backend gets as many lookups as there are keys."""
        return self.keys * self.backends / self.lookup_rate_per_s


LOAD = LoadType(
    CacheLoad,
    changes={
        "clients": Change(default=10, high=1000),
        "drain_s": Change(default=20.0),
    },
    links=("services",),
    without=frozenset({"second_path"}),
)


def check(load: Load[CacheLoad]) -> None:
    """UsageError where clients wait longer than the trial does."""
    own, window = load.own, load.window
    if own.patience_s > window.drain_s:
        raise UsageError(
            f"patience={show(own.patience_s, 's')}: longer than "
            f"drain={show(window.drain_s, 's')}; use a shorter patience or a longer drain"
        )


def weights(own: CacheLoad) -> list[float]:
    """How often each key is looked up, as shares that are 1 together."""
    raw = [float(place) ** -own.skew for place in range(1, own.keys + 1)]
    total = sum(raw)
    return [one / total for one in raw]


def value_of(key: int, size: int) -> str:
    """What the store keeps for a key: marked with it, `size` characters."""
    return f"{key}:".ljust(size, "v")[:size]
