"""The load: how often is asked, and how many of the handlers compute."""

from __future__ import annotations

from dataclasses import dataclass

from bench.model.load import Change, LoadType, parameter


@dataclass(frozen=True, kw_only=True)
class CpuHandlersLoad:
    """What is asked, how often, and what it takes."""

    request_rate_per_s: float = parameter(
        200.0, "/s", "requests per second over all clients, Poisson", low=0.1, high=1_000_000
    )
    heavy_share: float = parameter(
        0.05, "", "share of requests whose handler computes; all others are light", low=0, high=0.99
    )
    heavy_time_s: float = parameter(
        0.02, "s", "CPU time that such a handler takes", low=0.001, high=10
    )

    @property
    def light_rate_per_s(self) -> float:
        """Light requests per second over all clients."""
        return self.request_rate_per_s * (1 - self.heavy_share)

    @property
    def heavy_rate_per_s(self) -> float:
        """Requests per second that compute, over all clients."""
        return self.request_rate_per_s * self.heavy_share


LOAD = LoadType(
    CpuHandlersLoad,
    changes={
        "clients": Change(
            default=20,
            high=100,
            meaning="clients; each has a connection for light requests and one for the others",
        )
    },
    without=frozenset({"second_path"}),
)
