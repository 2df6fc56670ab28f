"""The laws of `upload` as they apply to its patterns and metrics.  Pure.

How long connections live is planned (_planned.py), so each law follows the uploads of a trial's
own plan; over many plans their mean is the formula of laws.py.  What uploads take beside their
bytes, and how much is under way, comes from uploads that nobody cut, or is read at regular
instants.  None reads what cuts cost in the trial that it predicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from bench.model.domain import FREE, Condition, Domain, Free, Range, Units, Wanted
from bench.model.law import SEED, Calibration, Facts, Law, not_below_zero
from bench.model.load import Load
from scenarios.upload import _planned as planned
from scenarios.upload.laws import time_all_or_nothing
from scenarios.upload.load import UploadLoad, link_rate, payload_rate

Asked = Load[UploadLoad]

UNCUT = Calibration(
    "uncut",
    {
        "cut_rate": 0.0,
        "warmup": 0.0,
        "duration": lambda load: max(1.0, round(4 * load.own.file_size_bytes / payload_rate(load))),
    },
    ("under_way_bytes", "latency_mean", "between_uploads_mean"),
    text="the same uploads without cuts: how much is under way, and how long they take",
)


def tries(load: Asked, piece: float) -> float:
    """mu c/b: how many cuts fall into the time that a piece takes."""
    return load.own.cut_rate_per_s * piece / payload_rate(load)


def pieces(load: Asked, piece: int) -> list[int]:
    """How large a file's pieces are, in order: the last may be shorter."""
    whole, rest = divmod(load.own.file_size_bytes, piece)
    return [piece] * whole + [rest] * bool(rest)


LINKS: Mapping[str, Wanted] = {
    "link": ("emulated",),
    "rate": Range(16e6, 80e6),
    "rtt": Range(0.0, 0.004, evenly=True),
    "cc": ("reno",),
    "clients": (1,),
    "warmup": Free(0.0),
    "drain": Free(30.0),
    "server_time": Range(0.0, 0.1, evenly=True),
    "expiry": FREE,
    "send_buffer": Range(12_000, 64_000),
    "cut_rate": Range(1.0, 20.0),
    "file_size": Range(500_000, 40_000_000),
}
FILLS_THE_LINK = Condition(
    "the send buffer holds at least twice what the link carries in a round trip",
    lambda load: load.own.send_buffer_bytes >= 2 * payload_rate(load) * load.link.rtt_s,
)
LEAST_PIECES = 100
"""The plan says when cuts come; but one piece that just gets through, or just does not, moves all
that follows.  What is left then is chance: 100 pieces that are cut once each scatter by 6 %."""
LEAST_CUTS = 150
"""What is under way at a cut is anything from nothing to twice the mean: 150 scatter by 6 %."""


def pieces_per_s(load: Asked, piece: float) -> float:
    """About how many pieces are stored in a second, with the tries that cuts ended."""
    own = load.own
    return 1 / (
        time_all_or_nothing(piece, piece, payload_rate(load), own.cut_rate_per_s, own.server_time_s)
    )


def cuts_per_s(load: Asked, piece: float) -> float:
    """About how many cuts end a request in a second: those that come while bytes are sent."""
    sending_s = piece / payload_rate(load)
    return load.own.cut_rate_per_s * sending_s / (sending_s + load.own.server_time_s)


def _pieces(piece: str, load: Mapping[str, Wanted]) -> Domain:
    """Where a cut loses a whole piece: a file, or a chunk."""

    def size(load: Asked) -> float:
        return float(getattr(load.own, f"{piece}_bytes"))

    return Domain(
        {**LINKS, **load},
        where=(
            FILLS_THE_LINK,
            Condition(
                "between 0.05 and 1.5 cuts fall into the time that a piece takes",
                lambda load: 0.05 <= tries(load, size(load)) <= 1.5,
            ),
            Condition(
                "the send buffer is at most 5 % of a piece",
                lambda load: 20 * load.own.send_buffer_bytes <= size(load),
            ),
            Condition(
                "a piece takes at least 20 round trips",
                lambda load: size(load) >= 20 * payload_rate(load) * load.link.rtt_s,
            ),
            Condition(
                "a file has at least one whole chunk, and at most 50",
                lambda load: size(load) <= load.own.file_size_bytes <= 50 * size(load),
            ),
        ),
        units=Units(
            "pieces",
            LEAST_PIECES,
            lambda load: pieces_per_s(load, size(load)),
            at_least_s=5.0,
            at_most_s=40.0,
        ),
    )


WHOLE_FILES = _pieces("file_size", {"chunk_size": FREE})
WHOLE_CHUNKS = _pieces("chunk_size", {"chunk_size": Range(400_000, 9_000_000)})
BYTES = Domain(
    {**LINKS, "chunk_size": FREE},
    where=(
        FILLS_THE_LINK,
        Condition(
            "the send buffer is at most 5 % of what the link carries between two cuts, and of a "
            "file",
            lambda load: (
                20 * load.own.send_buffer_bytes
                <= min(
                    load.own.file_size_bytes,
                    payload_rate(load) / load.own.cut_rate_per_s,
                )
            ),
        ),
    ),
    units=Units(
        "cuts",
        LEAST_CUTS,
        lambda load: cuts_per_s(load, load.own.file_size_bytes),
        at_least_s=5.0,
        at_most_s=60.0,
    ),
)


def _outcome(
    load: Asked, facts: Facts, sizes: Sequence[int], under_way: float, keeps_bytes: bool = False
) -> planned.Outcome:
    """What becomes of the window's files over the lives that the trial's seed gives connections."""
    own, window, b = load.own, load.window, payload_rate(load)
    uploads = planned.Uploads(
        pieces=sizes,
        rate=b,
        beside_s=_beside_s(load, facts) / len(sizes),
        between_s=facts[UNCUT.key("between_uploads_mean")] / 1e3,
        # A connection and a question, which stand in line behind what was under way.
        reconnecting_s=2 * load.link.rtt_s + facts[UNCUT.key("under_way_bytes")] / b,
        under_way=under_way,
        keeps_bytes=keeps_bytes,
    )
    lives = islice(planned.lives(own.cut_rate_per_s, int(facts[SEED])), planned.TRIED, None)
    return planned.outcome(uploads, lives, window.warmup_s, window.warmup_s + window.duration_s)


def _beside_s(load: Asked, facts: Facts) -> float:
    """What a file takes beside its bytes: little of much, so that it may come out below zero.

    It is a part of the time of an upload, and stays as it is.  No file takes less than its bytes
    without any header.
    """
    takes_s, size = facts[UNCUT.key("latency_mean")] / 1e3, load.own.file_size_bytes
    not_below_zero(takes_s - size / link_rate(load), "uncut files were faster than the link")
    return takes_s - size / payload_rate(load)


def _share(load: Asked, piece: int, facts: Facts) -> float:
    found = _outcome(load, facts, pieces(load, piece), facts[UNCUT.key("under_way_bytes")])
    return found.sent_each / load.own.file_size_bytes


def file_sent_share(load: Asked, facts: Facts) -> float:
    """UP-1."""
    return _share(load, load.own.file_size_bytes, facts)


def chunk_sent_share(load: Asked, facts: Facts) -> float:
    """UP-2."""
    return _share(load, load.own.chunk_size_bytes, facts)


def wasted_bytes(load: Asked, facts: Facts) -> float:
    """UP-4."""
    size = load.own.file_size_bytes
    found = _outcome(load, facts, [size], facts["under_way_bytes"], keeps_bytes=True)
    return found.sent_each - size


def chunked_ms(load: Asked, facts: Facts) -> float:
    """UP-3: h is what uploads without cuts take beside their bytes, over their chunks."""
    sizes = pieces(load, load.own.chunk_size_bytes)
    return _outcome(load, facts, sizes, 0.0).seconds_each * 1e3


FILE_SENT = Law(
    "UP-1",
    "(b/mu + w)(e^(mu F/b) - 1)/F",
    "a cut loses all; the cuts of the plan; w from uploads without cuts",
    "sent_share",
    ("single_request", "resumable_buffered"),
    file_sent_share,
    WHOLE_FILES,
    (SEED,),
    (UNCUT,),
    fitted_with=(21, 6024),
    passed_with=(6042,),
)
CHUNK_SENT = Law(
    "UP-2",
    "(b/mu + w)(e^(mu c/b) - 1)/c",
    "a cut loses the chunk; the cuts of the plan; w from uploads without cuts",
    "sent_share",
    ("chunked",),
    chunk_sent_share,
    WHOLE_CHUNKS,
    (SEED,),
    (UNCUT,),
    fitted_with=(21, 6024),
    passed_with=(6042,),
)
RESUMED = Law(
    "UP-4",
    "mu (F/b) w",
    "a cut loses what was under way; the cuts of the plan; w read every 10 ms",
    "wasted_bytes",
    ("resumable",),
    wasted_bytes,
    BYTES,
    ("under_way_bytes", SEED),
    (UNCUT,),
    band=0.15,
    band_reason="what is under way differs between the beginning and the end of a file",
    fitted_with=(21, 6024),
    passed_with=(6042,),
)
CHUNK_TIME = Law(
    "UP-3",
    "(F/c) ((e^(mu c/b) - 1)/mu + h)",
    "as the time between checkpoints (Young 1974); the cuts of the plan; h from uploads without "
    "cuts",
    "latency_mean",
    ("chunked",),
    chunked_ms,
    WHOLE_CHUNKS,
    (SEED,),
    (UNCUT,),
    fitted_with=(21, 6024),
    passed_with=(6042,),
)
PREDICTIONS = (FILE_SENT, CHUNK_SENT, RESUMED, CHUNK_TIME)
