"""At which levels the rules of `fan_out`'s claims look for their evidence.  Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ANY_NUMBER: Mapping[str, Any] = {"clients": lambda _: True, "event_rate": 4}
OFTEN: Mapping[str, Any] = {**ANY_NUMBER, "event_rate": 10, "link": "emulated"}
MOST: Mapping[str, Any] = {"clients": 200, "event_rate": 4}
ONE: Mapping[str, Any] = {"clients": 1, "event_rate": 4}
ONE_DEAD, ONE_SLOW = ({"event_rate": 3, one: 1} for one in ("dead_receivers", "slow_receivers"))
NONE_ODD: Mapping[str, Any] = {"event_rate": 3}

AT_A_WINDOW = {"clients": 1, "event_rate": 0, "confirms": "window"}
NEAR = {**AT_A_WINDOW}
FAR = {**AT_A_WINDOW, "services_link": "emulated"}

UNKNOWING = {"clients": 1, "event_rate": 0, "confirms": "window", "acknowledgement": "manual"}
WITH_PREFETCH = {
    **UNKNOWING,
    "queue_limit": 20,
    "link": "emulated",
    "work_time": lambda seconds: seconds > 0,
}
AT_FOUR_MS, AT_FORTY_MS = ({**WITH_PREFETCH, "work_time": s} for s in (0.004, 0.04))
ON_A_NARROW_LINK: Mapping[str, Any] = {
    "link": "emulated",
    "payload": 1000,
    "clients": lambda _: True,
}
FEW_ON_IT, SOME_ON_IT, MOST_ON_IT = (
    {**ON_A_NARROW_LINK, "clients": receivers} for receivers in (5, 20, 60)
)
