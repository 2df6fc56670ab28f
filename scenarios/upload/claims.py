"""The claims of `upload`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; the laws are in
predictions.py.  Numbers (bounds, bands, levels) stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import Claim, ClaimSetup, MustSee
from bench.verdicts.ratios import Ratio
from bench.verdicts.rule import AllOf, Band
from bench.verdicts.rules import AgreesWithLaw, Threshold
from scenarios.upload.predictions import CHUNK_SENT, CHUNK_TIME, FILE_SENT, RESUMED

SINGLE, CHUNKED, RESUMABLE = "single_request", "chunked", "resumable"

BRIEF = {
    "link": "emulated",
    "rate": "80mbit",
    "cc": "reno",
    "send_buffer": "16kB",
    "warmup": "0",
    "drain": "30s",
}
# Files of 1.2 MB take 0.124 s: at 8 cuts per second one cut falls into that time.
ONE_FILE = {**BRIEF, "file_size": "1200kB"}
OFTEN_CUT = ClaimSetup((SINGLE, RESUMABLE), {**ONE_FILE, "cut_rate": "8/s", "duration": "24s"})
SELDOM_CUT = ClaimSetup((SINGLE,), {**ONE_FILE, "cut_rate": "2/s", "duration": "10s"})
CHUNKS = {**BRIEF, "file_size": "4800kB", "cut_rate": "2/s,5/s"}
SMALL_CHUNKS = ClaimSetup((CHUNKED,), {**CHUNKS, "chunk_size": "400kB", "duration": "7s"})
LARGE_CHUNKS = ClaimSetup((CHUNKED,), {**CHUNKS, "chunk_size": "600kB,1200kB", "duration": "8s"})
KILLED = ClaimSetup(
    (CHUNKED, RESUMABLE),
    {
        **BRIEF,
        "file_size": "4800kB",
        "chunk_size": "600kB",
        "cut_rate": "0/s",
        "fault": "server:restart@700ms,every=2500ms,times=3",
        "duration": "8s",
    },
)
# Of chunks that the server takes 50 ms to answer and that are cut twice a second, 2.16 MB are best.
BEST, QUARTER, FOURFOLD = 2_160_000, 540_000, 8_640_000
SIZES = ClaimSetup(
    (CHUNKED,),
    {
        **BRIEF,
        "file_size": "8640kB",
        "cut_rate": "2/s",
        "server_time": "50ms",
        "chunk_size": "540kB,2160kB",
        "duration": "14s",
    },
)
# A file of one chunk is cut five times before it gets through: a few of them tell no mean.
ONE_CHUNK = ClaimSetup((CHUNKED,), {**SIZES.settings, "chunk_size": "8640kB", "duration": "40s"})

NORMAL: Mapping[str, Any] = {
    "clients": 1,
    "link": "emulated",
    "rtt": 0,
    "server_time": 0,
    "fault": "",
}
"""What holds for evidence where a rule does not ask for something else."""

FILE = {"file_size": 1_200_000, "cut_rate": lambda rate: rate > 0}
CUT_OFTEN = {"file_size": 1_200_000, "cut_rate": 8}
IN_CHUNKS = {"file_size": 4_800_000, "cut_rate": lambda rate: rate > 0}
KILLS = {"file_size": 4_800_000, "fault": lambda text: "restart" in text}
SLOW_SERVER = {"file_size": 8_640_000, "server_time": 0.05, "cut_rate": 2}
OF_THE_BEST = {**SLOW_SERVER, "chunk_size": BEST}

UNDER_WAY = Band(0.15, "what is under way differs between the beginning and the end of a file")

CLAIMS = (
    Claim(
        "U1",
        "One request is simple and cannot be resumed",
        (OFTEN_CUT, SELDOM_CUT),
        AllOf(
            (
                AgreesWithLaw("sent_share", "", SINGLE, FILE_SENT, "UP-1", FILE),
                Ratio("sent_share", SINGLE, RESUMABLE, above=1.4, where=CUT_OFTEN),
            )
        ),
        "UP-1",
        must_see=(MustSee("cuts_seen", 50, (SINGLE,), "cuts", FILE),),
    ),
    Claim(
        "U2",
        "Chunks with an identifier can",
        (OFTEN_CUT, SMALL_CHUNKS, LARGE_CHUNKS, KILLED),
        AllOf(
            (
                AgreesWithLaw("sent_share", "", CHUNKED, CHUNK_SENT, "UP-2", IN_CHUNKS),
                AgreesWithLaw(
                    "wasted_bytes", "B", RESUMABLE, RESUMED, "UP-4", CUT_OFTEN, UNDER_WAY
                ),
                # All files that were begun were stored intact; so many show no more than this.
                Threshold("completeness", "", CHUNKED, at_least=0.9, where=IN_CHUNKS),
                Threshold("completeness", "", RESUMABLE, at_least=0.9, where=CUT_OFTEN),
                Threshold("completeness", "", CHUNKED, at_least=0.8, where=KILLS),
                Threshold("completeness", "", RESUMABLE, at_least=0.8, where=KILLS),
            )
        ),
        "UP-2, UP-4",
        must_see=(
            MustSee("cuts_seen", 50, (CHUNKED,), "cuts", IN_CHUNKS),
            MustSee("cuts_seen", 50, (RESUMABLE,), "cuts", CUT_OFTEN),
            MustSee("faults_done", 3, (CHUNKED, RESUMABLE), "kills", KILLS, per="trial"),
        ),
    ),
    Claim(
        "U3",
        "There is a best chunk size",
        (SIZES, ONE_CHUNK),
        AllOf(
            (
                *(
                    Ratio(
                        "latency_mean",
                        CHUNKED,
                        CHUNKED,
                        above=1.0,
                        where={**SLOW_SERVER, "chunk_size": size},
                        other_where=OF_THE_BEST,
                    )
                    for size in (QUARTER, FOURFOLD)
                ),
                AgreesWithLaw("latency_mean", "ms", CHUNKED, CHUNK_TIME, "UP-3", OF_THE_BEST),
            )
        ),
        "UP-3",
        must_see=(MustSee("cuts_seen", 50, (CHUNKED,), "cuts", SLOW_SERVER),),
    ),
)
