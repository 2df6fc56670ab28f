"""The claims of `fan_out`: what the field repeats, as data with a rule.  Pure.

Numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, MustSee
from bench.verdicts.growth import Growth
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.fan_out._calls import (
    AT_ONCE_NEAR,
    IN_TURN_NEAR,
)
from scenarios.fan_out._claim_bounds import (
    CALL,
    CONFIRM,
    DOES_NOT_GROW,
    FAR_GAIN,
    FIFTY_MORE,
    FULL,
    GROWS_STRAIGHT,
    HARDLY_GROWS,
    LEAST_OF_FOUR,
    LOCAL_GAIN,
    MOST_OF_FOUR,
    TWICE,
    UNHARMED_MS,
)
from scenarios.fan_out._claim_levels import (
    ANY_NUMBER,
    AT_FORTY_MS,
    AT_FOUR_MS,
    FAR,
    FEW_ON_IT,
    MOST,
    MOST_ON_IT,
    NEAR,
    NONE_ODD,
    OFTEN,
    ONE,
    ONE_DEAD,
    ONE_SLOW,
    SOME_ON_IT,
    WITH_PREFETCH,
)
from scenarios.fan_out._claim_trials import (
    CALLED,
    CALLED_MOST,
    CONFIRMED,
    CONFIRMED_FAR,
    DEAD,
    DIRECT,
    FORTY_MS,
    FOUR_MS,
    FREE_TOO,
    NARROW,
    SLOW,
    TOLD,
    TOLD_SELDOM,
    TOLD_TOO,
)
from scenarios.fan_out._domains import (
    BYTES_DOWN,
    BYTES_UP,
    LAST,
    NATS,
    PARALLEL,
    PUBLISHER,
    PUBLISHER_CPU,
    RABBIT,
    RATE,
    RECEIVED,
    SERIAL,
    TOLD_BY,
    WAIT,
)
from scenarios.fan_out.predictions import (
    CONFIRMS,
    CONFIRMS_NEAR,
    DELIVERED_BYTES,
    LAST_TOLD,
    PREFETCH_RATE,
    PREFETCH_WAIT,
    PUBLISHED_BYTES,
)

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "services_link": "loopback",
    "clients": 10,
    "event_rate": lambda rate: rate > 0,
    "payload": 100,
    "confirms": "none",
    "confirm_window": lambda _: True,
    "acknowledgement": "none",
    "prefetch": lambda _: True,
    "queue_type": "classic",
    "durable": "off",
    "queue_limit": 0,
    "work_time": 0,
    "slow_receivers": 0,
    "dead_receivers": 0,
}
"""What holds for evidence where a rule does not ask for something else."""


def _stays(metric: str, unit: str, broker: str) -> Growth:
    """However many receivers there are, at all levels."""
    return Growth(metric, unit, broker, "clients", where=OFTEN, wanted=DOES_NOT_GROW, is_whole=True)


CLAIMS = (
    Claim(
        "F1",
        "Request-response is bad for many receivers",
        (CALLED_MOST, TOLD_SELDOM),
        AllOf(
            tuple(
                Ratio(PUBLISHER, direct, broker, above=TWICE, where=MOST)
                for direct in DIRECT
                for broker in (RABBIT, NATS)
            )
        ),
        "PS-1",
    ),
    Claim(
        "F1b",
        "A publisher that calls its receivers itself takes the time of a call for each of them",
        (CALLED,),
        AllOf(
            tuple(
                AgreesWithLaw(PUBLISHER, "ms", one, law, "PS-1", ANY_NUMBER, CALL)
                for one, law in ((SERIAL, IN_TURN_NEAR), (PARALLEL, AT_ONCE_NEAR))
            )
        ),
        "PS-1",
    ),
    Claim(
        "F2",
        "Pub/sub scales with receivers",
        (TOLD, TOLD_TOO),
        AllOf(
            (
                *(_stays(PUBLISHER_CPU, "us", broker) for broker in TOLD_BY),
                *(
                    Ratio(
                        PUBLISHER_CPU,
                        broker,
                        broker,
                        below=HARDLY_GROWS,
                        where=MOST,
                        other_where=ONE,
                    )
                    for broker in FREE_TOO
                ),
            )
        ),
        "PS-1",
    ),
    Claim(
        "F2b",
        "If a publisher calls its receivers itself, its time grows in proportion to their number",
        (CALLED,),
        AllOf(
            tuple(
                Growth(PUBLISHER, "ms", direct, "clients", where=ANY_NUMBER, wanted=GROWS_STRAIGHT)
                for direct in DIRECT
            )
        ),
        "PS-1",
    ),
    Claim(
        "F2c",
        "With a broker the last receiver waits for the deliveries to all others",
        (TOLD,),
        AllOf(
            tuple(AgreesWithLaw(LAST, "ms", broker, LAST_TOLD, "PS-1", OFTEN) for broker in TOLD_BY)
        ),
        "PS-1",
    ),
    Claim(
        "F2d",
        "A broker frees its publisher as soon with many receivers, even if all share cores",
        (TOLD,),
        AllOf(tuple(_stays(PUBLISHER, "ms", broker) for broker in TOLD_BY)),
        "PS-1",
    ),
    Claim(
        "F4",
        "Coupling: one dead receiver hurts the chain",
        (DEAD, SLOW),
        AllOf(
            (
                *(
                    Ratio(PUBLISHER, one, one, above=FIFTY_MORE, where=odd, other_where=NONE_ODD)
                    for one in DIRECT
                    for odd in (ONE_DEAD, ONE_SLOW)
                ),
                *(
                    Threshold(PUBLISHER, "ms", RABBIT, at_most=UNHARMED_MS, where=odd)
                    for odd in (ONE_DEAD, ONE_SLOW)
                ),
                *(Threshold("sends_failed", "", one, at_least=1, where=ONE_DEAD) for one in DIRECT),
            )
        ),
        "PS-1",
    ),
    Claim(
        "F6",
        "Confirm one by one is slow; a window fixes it",
        (CONFIRMED, CONFIRMED_FAR),
        AllOf(
            tuple(
                Ratio(
                    RATE,
                    RABBIT,
                    RABBIT,
                    above=gain,
                    where={**where, "confirm_window": 100},
                    other_where={**where, "confirm_window": 1},
                )
                for where, gain in ((NEAR, LOCAL_GAIN), (FAR, FAR_GAIN))
            )
        ),
        "PS-2",
    ),
    Claim(
        "F6b",
        "A window publishes its size in each round trip, up to what publisher and broker can do",
        (CONFIRMED, CONFIRMED_FAR),
        AllOf(
            tuple(
                AgreesWithLaw(RATE, "/s", RABBIT, law, "PS-2", where, CONFIRM)
                for law, where in ((CONFIRMS_NEAR, NEAR), (CONFIRMS, FAR))
            )
        ),
        "PS-2",
    ),
    Claim(
        "F7",
        "Prefetch has a right value",
        (FOUR_MS, FORTY_MS),
        AllOf(
            (
                AgreesWithLaw(RECEIVED, "/s", RABBIT, PREFETCH_RATE, "PS-3", WITH_PREFETCH),
                *(
                    AgreesWithLaw(WAIT, "ms", RABBIT, PREFETCH_WAIT, "PS-3", where)
                    for where in (AT_FORTY_MS, {**AT_FOUR_MS, "prefetch": 51})
                ),
                Ratio(
                    RECEIVED,
                    RABBIT,
                    RABBIT,
                    above=10,
                    where={**AT_FOUR_MS, "prefetch": 26},
                    other_where={**AT_FOUR_MS, "prefetch": 1},
                ),
                Ratio(
                    RECEIVED,
                    RABBIT,
                    RABBIT,
                    within=Band(),
                    where={**AT_FOUR_MS, "prefetch": 51},
                    other_where={**AT_FOUR_MS, "prefetch": 26},
                ),
            )
        ),
        "PS-3",
    ),
    Claim(
        "F8",
        "Pub/sub saturates the network",
        (NARROW,),
        AllOf(
            (
                Threshold("link_used_share_down", "", RABBIT, at_least=FULL, where=MOST_ON_IT),
                Ratio(
                    "link_used_share_down",
                    RABBIT,
                    RABBIT,
                    above=LEAST_OF_FOUR,
                    below=MOST_OF_FOUR,
                    where=SOME_ON_IT,
                    other_where=FEW_ON_IT,
                ),
                Ratio(LAST, RABBIT, RABBIT, above=3, where=MOST_ON_IT, other_where=FEW_ON_IT),
            )
        ),
        "PS-5",
        must_see=(
            MustSee(
                "link_used_share_down",
                FULL,
                (RABBIT,),
                "of the link's bandwidth used",
                MOST_ON_IT,
                per="trial",
            ),
        ),
    ),
    Claim(
        "F8b",
        "A broker is sent one copy, and each receiver gets one",
        (TOLD_SELDOM,),
        AllOf(
            (
                AgreesWithLaw(BYTES_UP, "B", RABBIT, PUBLISHED_BYTES, "PS-5", MOST),
                AgreesWithLaw(BYTES_DOWN, "B", RABBIT, DELIVERED_BYTES, "PS-5", MOST),
            )
        ),
        "PS-5",
    ),
)
