"""What a spoken message costs, in which order messages come, and who is there.  Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from bench.analysis.metrics import BACKEND_ROLES, Registry
from bench.analysis.milliseconds import mean_ms
from bench.analysis.trialdata import TrialData, difference_ns
from bench.model import samples
from bench.model.metric import Counts, Metric
from scenarios.chat._text import MESSAGES_A_MEMBER

METRICS = Registry()


def _rows(data: TrialData, operation: str) -> np.ndarray:
    """All rows of one operation, of the warm-up too."""
    if operation not in data.operations:
        return data.rows[:0]
    found: np.ndarray = data.rows[data.rows["operation"] == data.operations.index(operation)]
    return found


def spoken(data: TrialData) -> np.ndarray:
    """The messages of the window that were sent."""
    rows = data.select("spoken")
    found: np.ndarray = rows[rows["outcome"] == samples.OK]
    return found


@METRICS.metric(
    "spoken_messages",
    "",
    "spoken messages",
    "Messages that members sent in the window.",
    "neither",
)
def spoken_messages(data: TrialData) -> float:
    return float(len(spoken(data)))


# --- what one costs ---------------------------------------------------------------------------


def per_message(data: TrialData, amount: float) -> float:
    """What the meters counted, over the messages that were sent meanwhile."""
    count = len(spoken(data))
    return amount / count if count else math.nan


def request_count(data: TrialData) -> float:
    """Polls, and the requests with which messages went up: those that were answered."""
    said = spoken(data)
    return float(len(data.requests) + np.count_nonzero(said["bytes_down"]))


@METRICS.metric(
    "requests_per_message",
    "",
    "requests per spoken message",
    "HTTP requests of all members, including those that carry messages up, per message that was "
    "sent; 0 where there are none.",
    "lower",
)
def requests_per_message(data: TrialData) -> float:
    return per_message(data, request_count(data))


def _wire(ways: tuple[str, ...]) -> Callable[[TrialData], float]:
    return lambda data: per_message(data, sum(data.wire_bytes(way) for way in ways))


for _key, _title, _ways in (
    ("wire_bytes_per_message", "wire bytes per spoken message", ("up", "down")),
    ("wire_bytes_up_per_message", "wire bytes up per spoken message", ("up",)),
    ("wire_bytes_down_per_message", "wire bytes down per spoken message", ("down",)),
):
    _where = "in both directions"
    if len(_ways) == 1:
        _where = "from clients" if _ways == ("up",) else "to clients"
    METRICS.add(
        Metric(
            _key,
            "B",
            _title,
            f"IP packets with their headers {_where}, per message that was sent: its own way up, "
            "and down to all who hear it.",
            "lower",
            _wire(_ways),
        )
    )


def _cpu(roles: tuple[str, ...]) -> Callable[[TrialData], float]:
    def function(data: TrialData) -> float:
        present = [one for one in roles if one in data.marks.get("t0", {})]
        if not present:
            return math.nan
        return per_message(data, sum(data.cpu_ns(one) for one in present) / 1e3)

    return function


for _key, _title, _roles in (
    ("backend_cpu_us_per_message", "backend CPU per spoken message", tuple(BACKEND_ROLES)),
    ("server_cpu_us_per_message", "server CPU per spoken message", ("server",)),
    ("broker_cpu_us_per_message", "broker CPU per spoken message", ("broker",)),
    ("generator_cpu_us_per_message", "members' CPU per spoken message", ("generator",)),
):
    METRICS.add(
        Metric(
            _key,
            "us",
            _title,
            "CPU time in the window per message that was sent: taking it, and handing it to all "
            "who hear it.",
            "lower",
            _cpu(_roles),
        )
    )


# --- order ------------------------------------------------------------------------------------


@METRICS.metric(
    "out_of_speakers_order",
    "",
    "messages out of their speaker's order",
    "Messages that a member heard after a later one of the same speaker.",
    "lower",
)
def out_of_speakers_order(data: TrialData) -> float:
    heard = data.outcomes[np.argsort(data.outcomes["done_ns"], kind="stable")]
    speaker = heard["sequence"] // MESSAGES_A_MEMBER
    pair = heard["client"].astype(np.int64) * (1 << 32) + speaker
    by_pair = np.argsort(pair, kind="stable")
    pair, sequence = pair[by_pair], heard["sequence"][by_pair]
    same = pair[1:] == pair[:-1]
    return float(np.count_nonzero(same & (sequence[1:] < sequence[:-1])))


@METRICS.metric(
    "heard_again",
    "",
    "messages heard again",
    "Messages of the window that reached a member more than once.",
    "lower",
)
def heard_again(data: TrialData) -> float:
    return float(len(data.select("again")))


@METRICS.metric(
    "spoken_late",
    "ms",
    "time to go up",
    "Mean time from when a message was to be written until the server had it, or until it was sent "
    "where the server says nothing.",
    "lower",
)
def spoken_late(data: TrialData) -> float:
    return mean_ms(difference_ns(spoken(data), "done_ns", "intended_ns"))


# --- who is there -----------------------------------------------------------------------------


def _known(data: TrialData, operation: str) -> np.ndarray:
    rows = data.select(operation)
    found: np.ndarray = rows[rows["outcome"] == samples.OK]
    return found


def logins_known_ns(data: TrialData) -> np.ndarray:
    return difference_ns(_known(data, "knows_login"), "done_ns", "intended_ns")


def drops_known_ns(data: TrialData) -> np.ndarray:
    return difference_ns(_known(data, "knows_drop"), "done_ns", "intended_ns")


METRICS.mean(
    "login_known_mean",
    "mean time until a login is known",
    "Mean time from when a member begins to log in until another member of its room knows it.",
    logins_known_ns,
)
METRICS.mean(
    "drop_known_mean",
    "mean time until a drop is known",
    "Mean time from when a member is gone without a goodbye until another member of its room knows "
    "it; those who never know are left out.",
    drops_known_ns,
)


def _who_know(data: TrialData, operation: str) -> Counts | None:
    """Of members who had to know; those who had to know the same are one observation."""
    owed = data.select(operation)
    if not len(owed):
        return None
    observed = float(len(np.unique(owed["intended_ns"])))
    return Counts(len(_known(data, operation)) / len(owed) * observed, observed, "share")


for _key, _operation, _words in (
    ("login_known_share", "knows_login", "logins"),
    ("drop_known_share", "knows_drop", "drops"),
):
    METRICS.counted(
        _key,
        "",
        f"share of {_words} that are known",
        f"Share of the {_words} in the window that the members of the room came to know, each "
        "counted separately.",
        "higher",
    )(partial(_who_know, operation=_operation))


for _key, _words in (("login", "logged in again"), ("drop", "were gone without a goodbye")):
    METRICS.add(
        Metric(
            f"{_key}s",
            "",
            f"{_key}s",
            f"How often in the window members {_words}.",
            "neither",
            lambda data, operation=_key: float(len(data.select(operation))),  # type: ignore[misc]
        )
    )
