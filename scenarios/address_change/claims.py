"""The claims of `address_change`: what the field repeats, as data with a rule.  Pure.

Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.address_change.predictions import (
    ANEW,
    AT_ONCE,
    BEGUN_ANEW,
    EARLY,
    HTTP2,
    PAUSE,
    QUIC,
    RECONNECTED,
    TCP,
    UNSEEN,
)

CHANGING = {
    "warmup": "300ms",
    "drain": "10s",
    "link": "emulated",
    "rtt": "80ms",
    "clients": "2",
    "work_time": "50ms",
    "fault": "path.1:renumber@500ms,every=3s",
    "duration": "12s",
}
# Four changes for each of two clients, in each of six trials.
TOLD = ClaimSetup((QUIC, TCP), CHANGING)
SILENT = ClaimSetup((QUIC, TCP), {**CHANGING, "notice": "silent"})
PINGING = ClaimSetup((QUIC,), {**CHANGING, "notice": "silent", "ping_every": "50ms"})
NEW = ClaimSetup((HTTP2, ANEW, EARLY), CHANGING)
OTHER_RETRIES = ClaimSetup((TCP,), {**CHANGING, "retry": "none,idempotency_key"})

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "emulated",
    "retry": "blind",
    "notice": "told",
    "ping_every": 0,
}
"""What holds for evidence where a rule does not ask for something else."""


def changed(**other: str) -> Mapping[str, Any]:
    """Trials in which the address changes."""
    return {"fault": lambda text: "renumber" in text, **other}


BLIND, NONE, KEYED = changed(), changed(retry="none"), changed(retry="idempotency_key")
UNTOLD = changed(notice="silent")
PINGED: Mapping[str, Any] = {**UNTOLD, "ping_every": 0.05}

ENOUGH_CHANGES = 20
CHANGES = "changes of address"
NEVER, MOSTLY = 0.2, 0.5
"""Per change: 0 of 48 says, at 95 %, fewer than 8 of 100."""

CLAIMS = (
    Claim(
        "S5",
        "A broken TCP connection is replaced blindly; QUIC's connection id survives a change of "
        "address",
        (TOLD, OTHER_RETRIES),
        AllOf(
            (
                Threshold("doubled_per_change", "", TCP, at_least=MOSTLY, where=BLIND),
                Threshold("lost_per_change", "", TCP, at_least=MOSTLY, where=NONE),
                Threshold("setups_per_change", "", TCP, at_least=MOSTLY, where=BLIND),
                *(
                    Threshold(metric, "", QUIC, at_most=NEVER, where=BLIND)
                    for metric in ("doubled_per_change", "lost_per_change", "setups_per_change")
                ),
            )
        ),
        must_see=(
            MustSee("address_changes", ENOUGH_CHANGES, (QUIC, TCP), CHANGES, BLIND),
            MustSee("address_changes", ENOUGH_CHANGES, (TCP,), CHANGES, NONE),
        ),
    ),
    Claim(
        "S5b",
        "After a change of address QUIC goes on sooner than TCP, for it needs no handshake",
        (TOLD, SILENT),
        AllOf(
            (
                AgreesWithLaw(PAUSE, "ms", TCP, RECONNECTED, "ADDR-1", BLIND),
                AgreesWithLaw(PAUSE, "ms", TCP, UNSEEN, "ADDR-2", UNTOLD),
                Ratio(PAUSE, QUIC, TCP, below=1.0, where=BLIND),
                Ratio(PAUSE, QUIC, TCP, below=1.0, where=UNTOLD),
            )
        ),
        "ADDR-1, ADDR-2",
        must_see=(
            MustSee("address_changes", ENOUGH_CHANGES, (QUIC, TCP), CHANGES, BLIND),
            MustSee("address_changes", ENOUGH_CHANGES, (QUIC, TCP), CHANGES, UNTOLD),
        ),
    ),
    Claim(
        "S5d",
        "QUIC's connection survives a change of address that its client does not notice",
        (SILENT, PINGING),
        AllOf(
            tuple(
                Threshold(metric, "", QUIC, at_most=NEVER, where=where)
                for where in (UNTOLD, PINGED)
                for metric in ("setups_per_change", "doubled_per_change")
            )
        ),
        must_see=(
            MustSee("address_changes", ENOUGH_CHANGES, (QUIC,), CHANGES, UNTOLD),
            MustSee("address_changes", ENOUGH_CHANGES, (QUIC,), CHANGES, PINGED),
        ),
    ),
    Claim(
        "S5c",
        "A request that is sent again is done once only if it carries a key by which its server "
        "knows it",
        (OTHER_RETRIES, TOLD),
        AllOf(
            (
                Threshold("doubled_per_change", "", TCP, at_most=NEVER, where=KEYED),
                Threshold("lost_per_change", "", TCP, at_most=NEVER, where=KEYED),
                Threshold("doubled_per_change", "", TCP, at_least=MOSTLY, where=BLIND),
            )
        ),
        must_see=(
            MustSee(
                "setups_per_change",
                MOSTLY,
                (TCP,),
                "new connections per change",
                KEYED,
                per="trial",
            ),
            MustSee("address_changes", ENOUGH_CHANGES, (TCP,), CHANGES, KEYED),
        ),
    ),
    Claim(
        "S5e",
        "HTTP/2 does not help: its streams have ids, but their connection is TCP's, and is "
        "replaced as blindly",
        (NEW,),
        AllOf(
            (
                Threshold("doubled_per_change", "", HTTP2, at_least=MOSTLY, where=BLIND),
                Threshold("setups_per_change", "", HTTP2, at_least=MOSTLY, where=BLIND),
                AgreesWithLaw(PAUSE, "ms", HTTP2, RECONNECTED, "ADDR-1", BLIND),
            )
        ),
        "ADDR-1",
        must_see=(MustSee("address_changes", ENOUGH_CHANGES, (HTTP2,), CHANGES, BLIND),),
    ),
    Claim(
        "S5f",
        "Early data spares a new connection its handshake, but no request: what was under way is "
        "done twice",
        (NEW,),
        AllOf(
            (
                AgreesWithLaw(PAUSE, "ms", ANEW, BEGUN_ANEW, "ADDR-3", BLIND),
                AgreesWithLaw(PAUSE, "ms", EARLY, AT_ONCE, "ADDR-3", BLIND),
                Ratio(PAUSE, EARLY, ANEW, below=1.0, where=BLIND),
                Threshold("doubled_per_change", "", EARLY, at_least=MOSTLY, where=BLIND),
            )
        ),
        "ADDR-3",
        must_see=(MustSee("address_changes", ENOUGH_CHANGES, (ANEW, EARLY), CHANGES, BLIND),),
    ),
)
