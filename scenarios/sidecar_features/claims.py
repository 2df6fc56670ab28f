"""The claims of `sidecar_features`: what the field repeats, as data with a rule.  Pure.

Numbers stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.rule import AllOf
from bench.verdicts.rules import EveryTrial, Threshold

PAIR, LAYER4 = "envoy_pair", "layer4_pair"
NODE, NODE_DIRECT = "node_pair", "node_direct"
FAILED, CHAINED, H2, HITS = "failed_share", "chained_share", "h2_share", "hit_share"

BRIEF = {"warmup": "300ms", "duration": "2s"}
EVERY = {"break_every": "20"}
ONE_CONNECTION = {"clients": "1", "backends": "4"}
KEPT = {"warmup": "300ms", "duration": "6s"}
TWO = {"warmup": "300ms", "duration": "6s", "backends": "2", "method": "POST"}
REPLACE = {"fault": "server.0:replace@500ms,for=1s,every=1800ms,times=3"}
GARBLE = {"fault": "server_sidecar:garble@500ms,for=500ms,every=1s,times=5"}

TRACED = ClaimSetup((PAIR,), BRIEF | {"server_spans": "off,on"})
CACHED = ClaimSetup((PAIR,), KEPT | {"max_age": "1s,2s"})
DISCOVERED = ClaimSetup((PAIR,), TWO | REPLACE | {"retries": "0,2"})
FIXED = ClaimSetup((PAIR,), TWO | REPLACE | {"retries": "0", "endpoints": "fixed"})
GARBLED = ClaimSetup((PAIR,), TWO | GARBLE | {"retries": "0"})
BROKEN = ClaimSetup((PAIR,), BRIEF | EVERY | {"method": "POST,PUT", "retries": "0,2"})
IN_NODE = ClaimSetup((NODE, NODE_DIRECT), BRIEF | {"break_every": "0,20", "method": "POST"})
REPLACED_IN_NODE = ClaimSetup((NODE,), TWO | REPLACE | {"retries": "2"})
CACHED_IN_NODE = ClaimSetup((NODE,), KEPT | {"max_age": "1s"})
BALANCED = ClaimSetup((LAYER4, PAIR), BRIEF | ONE_CONNECTION)
BROKEN_BOTH = ClaimSetup((LAYER4, PAIR), BRIEF | EVERY | {"method": "POST"})

NORMAL: Mapping[str, Any] = {
    "fault": "",
    "link": "loopback",
    "method": "GET",
    "backends": 1,
    "max_age": 0,
    "break_every": 0,
    "retries": 2,
    "endpoints": "file",
    "tracing": "on",
    "server_spans": "off",
}
"""What holds for evidence where a rule does not ask for something else."""


def _replaced(retries: int, endpoints: str = "file") -> Mapping[str, Any]:
    return {
        "fault": lambda text: "replace" in text,
        "backends": 2,
        "method": "POST",
        "retries": retries,
        "endpoints": endpoints,
    }


def _broken(method: str, retries: int) -> Mapping[str, Any]:
    return {"break_every": lambda every: every > 0, "method": method, "retries": retries}


TRACED_EITHER = {"server_spans": lambda _: True}
KEEPING = {"max_age": lambda seconds: seconds > 0}
MENDED = {"fault": lambda text: "garble" in text, "backends": 2, "method": "POST", "retries": 0}
LOST = _broken("POST", 2)
WHOLE = {"method": "POST"}
SPREAD = {"backends": 4}

ALL, NONE = 0.995, 0.005
"""All or none, as far as 1,100 calls can tell where a claim has six parts; there are more."""

SOME = 0.03
"""One answer in 20 is lost: 5 %."""

MANY = 0.1
"""Half of all calls go to a server that is not there any more, from the first replacement on."""

BY_TURNS = 0.3
"""By turns each of 4 servers has a quarter."""

LEAST, MOST = 0.9, 1.1
"""Monitoring that is a tenth off would be believed."""


def _all(metric: str, pattern: str, where: Mapping[str, Any]) -> Threshold:
    return Threshold(metric, "", pattern, at_least=ALL, where=where)


def _none(metric: str, pattern: str, where: Mapping[str, Any]) -> Threshold:
    return Threshold(metric, "", pattern, at_most=NONE, where=where)


def _some(metric: str, pattern: str, where: Mapping[str, Any]) -> Threshold:
    return Threshold(metric, "", pattern, at_least=SOME, where=where)


def _seen(metric: str, least: float, pattern: str, what: str, where: Mapping[str, Any]) -> MustSee:
    return MustSee(metric, least, (pattern,), what, where, per="trial")


CLAIMS = (
    Claim(
        "C5",
        "Tracing comes without touching the application",
        (TRACED,),
        _all(CHAINED, PAIR, TRACED_EITHER),
    ),
    Claim(
        "C5b",
        "Caching comes without touching the application",
        (CACHED,),
        AllOf(
            (
                Threshold(HITS, "", PAIR, at_least=0.5, where=KEEPING),
                _none("hits_disagreement", PAIR, KEEPING),
            )
        ),
        must_see=(_seen("expirations", 20, PAIR, "expirations", KEEPING),),
    ),
    Claim(
        "C5c",
        "Service discovery comes without touching the application: a server is replaced and no "
        "call is lost or done twice",
        (DISCOVERED, FIXED, GARBLED),
        AllOf(
            (
                _none(FAILED, PAIR, _replaced(0)),
                _none(FAILED, PAIR, _replaced(2)),
                _none("done_twice", PAIR, _replaced(2)),
                _none(FAILED, PAIR, MENDED),
                Threshold(FAILED, "", PAIR, at_least=MANY, where=_replaced(0, "fixed")),
            )
        ),
        must_see=(
            _seen("replacements_seen", 1, PAIR, "replacements that clients saw", _replaced(0)),
            _seen("replacements_seen", 1, PAIR, "replacements that clients saw", _replaced(2)),
            _seen("replaced_servers", 1, PAIR, "replacements", _replaced(0, "fixed")),
            _seen("refused_files", 3, PAIR, "broken files", MENDED),
        ),
    ),
    Claim(
        "C5d",
        "Retries come without touching the application, and do twice what is not idempotent",
        (BROKEN,),
        AllOf(
            (
                _none(FAILED, PAIR, LOST),
                _none(FAILED, PAIR, _broken("PUT", 2)),
                _some(FAILED, PAIR, _broken("POST", 0)),
                _some("effect_twice", PAIR, LOST),
                _none("effect_twice", PAIR, _broken("PUT", 2)),
                _none("done_twice", PAIR, _broken("POST", 0)),
            )
        ),
        must_see=(_seen("broken_calls", 10, PAIR, "lost answers", LOST),),
    ),
    Claim(
        "C5e",
        "Monitoring comes without touching the application: a sidecar's own numbers are those that "
        "clients see",
        (TRACED,),
        AllOf(
            (
                _all("monitored_share", PAIR, {}),
                Threshold("monitored_mean_ratio", "", PAIR, at_least=LEAST, at_most=MOST),
            )
        ),
    ),
    Claim(
        "C5f",
        "A sidecar's cache serves nothing that is older than it may be",
        (CACHED,),
        _none("stale_share", PAIR, KEEPING),
        must_see=(_seen("expirations", 20, PAIR, "expirations", KEEPING),),
    ),
    Claim(
        "C7",
        "A sidecar serves any language",
        (IN_NODE, CACHED_IN_NODE, REPLACED_IN_NODE),
        AllOf(
            (
                _all(H2, NODE, WHOLE),
                _all(CHAINED, NODE, WHOLE),
                _none(FAILED, NODE, LOST),
                Threshold(HITS, "", NODE, at_least=0.5, where=KEEPING),
                _none(FAILED, NODE, _replaced(2)),
                _none(H2, NODE_DIRECT, WHOLE),
                _some(FAILED, NODE_DIRECT, LOST),
            )
        ),
        preconditions=(EveryTrial("tls13_connections", "", NODE, at_least=1, where=WHOLE),),
        must_see=(
            _seen("broken_calls", 10, NODE, "lost answers", LOST),
            _seen("broken_calls", 10, NODE_DIRECT, "lost answers", LOST),
            _seen("replacements_seen", 1, NODE, "replacements that clients saw", _replaced(2)),
        ),
    ),
    Claim(
        "C9",
        "A sidecar must be layer 7: layer 4 cannot balance the requests of one connection",
        (BALANCED,),
        AllOf(
            (
                _all("busiest_server_share", LAYER4, SPREAD),
                Threshold("busiest_server_share", "", PAIR, at_most=BY_TURNS, where=SPREAD),
            )
        ),
    ),
    Claim(
        "C9c",
        "A sidecar must be layer 7: layer 4 cannot trace requests",
        (BALANCED,),
        AllOf((_none(CHAINED, LAYER4, SPREAD), _all(CHAINED, PAIR, SPREAD))),
    ),
    Claim(
        "C9d",
        "A sidecar must be layer 7: layer 4 cannot upgrade the protocol",
        (BALANCED,),
        AllOf((_none(H2, LAYER4, SPREAD), _all(H2, PAIR, SPREAD))),
        preconditions=(EveryTrial("tls13_connections", "", LAYER4, at_least=1, where=SPREAD),),
    ),
    Claim(
        "C9e",
        "A sidecar must be layer 7: layer 4 cannot send a request again",
        (BROKEN_BOTH,),
        AllOf((_some(FAILED, LAYER4, LOST), _none(FAILED, PAIR, LOST))),
        must_see=(
            _seen("broken_calls", 10, LAYER4, "lost answers", LOST),
            _seen("broken_calls", 10, PAIR, "lost answers", LOST),
        ),
    ),
)
