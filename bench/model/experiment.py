"""One question with its common workload: all that the core knows of an experiment.

Must not know any experiment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.model.advice import Advice
from bench.model.answer import Answer
from bench.model.capacity_law import CapacityLaw, CapacityQuestion
from bench.model.claim import Claim
from bench.model.finding import Finding
from bench.model.law import Law
from bench.model.load import Load, LoadType
from bench.model.metric import Metric
from bench.model.outcome import OutcomeNoun
from bench.model.ownserver.use import OwnUse
from bench.model.rates import Rates
from bench.model.self_proof import SelfProof
from bench.model.unit import BY_OUTCOME, Unit


def _any(_: Load[Any]) -> None:
    """Every load will do."""


def _anywhere(_: str, __: Load[Any]) -> None:
    """Every machine will do."""


def _one(_: Load[Any]) -> int:
    return 1


def _drain_s(load: Load[Any]) -> float:
    return load.window.drain_s


def _by_outcome(_: str, __: Load[Any]) -> Unit:
    return BY_OUTCOME


def _no_law(_: CapacityQuestion) -> None:
    return None


def not_at_all(_: Load[Any]) -> float:
    return 0.0


def _nothing(_: Load[Any]) -> bytes:
    return b""


def _never(_: Load[Any]) -> None:
    return None


WorkBy = Literal["schedule", "clients", "caller"]
Check = Callable[[Any], Finding | None]
"""Takes a trial's data (bench.analysis.trialdata)."""


@dataclass(frozen=True)
class Pieces:
    """Operations of which an outcome is made: one of its pieces, and a connection opened for one.

    Their rows have the outcome's client and sequence number.  `queued`, `sent` and `received` are
    the words of a legend for a piece that was not sent yet, for one that was, and for one whose
    first byte has come.  `names` are those of an outcome's pieces in order, by how many it has,
    where each has its own part.
    """

    piece: str
    opening: str = ""
    queued: str = "waiting for a connection or stream"
    sent: str = "sent, waiting for the first byte"
    received: str = "receiving"
    names: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """Operations over which an outcome gets on, and what sets it back.

    Their rows have the outcome's client and sequence number; `bytes_up` is what was done of the
    outcome, `bytes_down` what of it lasted, and the outcome's own `bytes_down` is the whole.
    `step` is one that ended well, `cut` one that was cut off.  `share` is what of an outcome is
    drawn, for a legend; a template in the experiment's words.
    """

    step: str
    cut: str
    share: str = "share of the {event} sent"


@dataclass(frozen=True)
class Life:
    """Operations that say what becomes of an outcome while its client waits for it.

    A row of `work` has the outcome's client and sequence number, a row of `absence` its client's
    number: each lasts from `sent_ns` to `done_ns`.  The outcome's own `first_byte_ns` is when it
    was acknowledged.
    """

    work: str
    absence: str


@dataclass(frozen=True)
class Course:
    """What became of the rows of an operation over a trial's window, as shares.

    `good` are the rows that are ok, `bad` all others but those that are pending; both are words
    for a legend.  A row counts when it was done.
    """

    operation: str
    good: str
    bad: str


@dataclass(frozen=True)
class CostParts:
    """Of what a cost consists, to be drawn as shares of it.

    `whole` is the metric, `part` another one that is a part of it, and what the pattern `floor`
    has of the whole is another part; the words are for a legend, also for what is left.
    """

    whole: str
    floor: str
    part: str
    floor_words: str
    part_words: str
    rest_words: str


@dataclass(frozen=True)
class Absent:
    """What the question is about as well, and why it is not measured; `needs` is what would do."""

    name: str
    why: str
    needs: str

    @property
    def text(self) -> str:
        return f"{self.name}: {self.why}. It would need {self.needs}."


@dataclass(frozen=True)
class Experiment:
    """One question with its common workload."""

    name: str
    title: str
    question: str
    load: LoadType[Any]
    operations: tuple[str, ...]
    outcome_operation: str
    headline: tuple[str, ...]
    tradeoff: tuple[tuple[str, str], ...]
    quick: Mapping[str, Any]
    verify_with: Mapping[str, Any]
    quick_repeats: int = 3
    """Of a quick run: three decide what is large."""

    absent: tuple[Absent, ...] = ()
    """What belongs here and is not measured; said wherever its patterns are listed."""

    takes: tuple[str, ...] = ()
    """Own metrics of what one outcome takes, to be shown beside requests and bytes."""

    noun: OutcomeNoun = field(default_factory=OutcomeNoun)
    """What the outcome operation is one of, in the words of reports."""

    pieces: Pieces | None = None
    """What a waterfall shows of one outcome; None where an outcome has no pieces."""

    progress: Progress | None = None
    """How an outcome gets on over time, to be drawn as a strip; None where it has no steps."""

    life: Life | None = None
    """What becomes of an outcome until it is known, to be drawn one by one; None: no figure."""

    losses: str = ""
    """The operation that says what a crash has lost (bench/analysis/losses.py); "" for none."""

    in_time: str = ""
    """The load's field (in seconds) within which an outcome is good, to be drawn over the time
    around faults; "" for none."""

    course: Course | None = None
    """An operation whose good rows are drawn over time, as a share; None: no figure."""

    course_law: Callable[[str, Load[Any], float], float] | None = None
    """The share of good rows of a pattern by a law, so many seconds after the first row, NaN where
    it says nothing; from its predictions.py (COURSE_LAW)."""

    account: tuple[tuple[str, str], ...] = ()
    """Metrics that are shares of all outcomes and together 1, each with its words for a legend:
    first what should become of everything, last what must not."""

    account_of: str = ""
    """What the account's shares are of, in the plural; "" where they are of outcomes."""

    cost_parts: CostParts | None = None
    """Of what its cost consists; None where no figure shows it."""

    cost_stack: tuple[tuple[str, str], ...] = ()
    """Metrics of one unit that together are what one outcome costs, each with its words for a
    legend: bars that stand on one another."""

    added_to: str = ""
    """The pattern to whose latency the others add something, to be drawn as a difference."""

    main_curve: tuple[str, str] | None = None
    """A metric and a swept parameter: the one curve that it is about, to be drawn by itself."""

    shows_loop_lag: bool = False
    """Whether reports draw how late the event loops of parts that call were over time."""

    work_by: WorkBy = "schedule"
    """Who makes what is measured: a schedule in the backend, its clients, or a part that calls."""

    capacity_law: CapacityLaw = _no_law
    """What a law of the experiment's own says of a capacity that was found."""

    self_proof: SelfProof | None = None
    """With what the harness is held against itself; one experiment has it."""

    operation_words: Mapping[str, str] = field(default_factory=dict)
    """What a row of each operation is, and which of its columns mean something of their own."""

    predictions: tuple[Law, ...] = ()
    """Its laws as they apply to its patterns and metrics; from its predictions.py."""

    claims: tuple[Claim, ...] = ()
    """Its part of the ledger; from its claims.py."""

    normal: Mapping[str, Any] = field(default_factory=dict)
    """What holds for evidence where a rule does not ask for something else; from its claims.py."""

    metrics: Mapping[str, Metric] = field(default_factory=dict)
    """The experiment's own metrics by key, beside the shared ones; from its metrics.py."""

    doubts: tuple[Check, ...] = ()
    """The experiment's own findings about a trial; from its findings.py."""

    excuses: tuple[Check, ...] = ()
    """Why that nothing was measured is no fault here: the first finding counts."""

    allowances: tuple[Check, ...] = ()
    """Why missing outcomes are what the load asks for: the first finding stands for the doubt."""

    topics: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Ids of the claims that speak of a topic of the subject; from its topics.py."""

    advice: Advice | None = None
    """What `bench advise` must know of it; from its advice.py."""

    answer: Answer | None = None
    """What its reports open with; from its answer.py."""

    rates: Rates | None = None
    """Whose its rates are, and how its load is said; from its rates.py."""

    check: Callable[[Load[Any]], None] = _any
    """UsageError where values do not go together, or a file that they name is not there."""

    check_machine: Callable[[str, Load[Any]], None] = _anywhere
    """UsageError where this machine does not allow what a pattern (by name) needs for a load."""

    own: OwnUse | None = None
    """What its load means for a server of the user's own; None where it takes none."""

    check_link: Callable[[Load[Any]], None] = _any
    """UsageError where a trial needs another link.  A pattern that is served alone has none."""

    deliveries_per_event: Callable[[Load[Any]], int] = _one
    """How many clients each event is owed to; 1 where clients make the work."""

    unit_of: Callable[[str, Load[Any]], Unit] = _by_outcome
    """What is one independent observation, of a pattern (by name) under a load."""

    patience_s: Callable[[Load[Any]], float] = _drain_s
    """How long after the window something may still be under way."""

    goes_on_s: Callable[[Load[Any]], float] = not_at_all
    """How long after the window a trial usually still takes; a plan's estimate has it."""

    searched_for: Callable[[Load[Any]], bytes] = _nothing
    """Bytes of the payload that each packet of a trial's emulated links is searched for: whoever
    could read the network would find them.  b"" where nobody asks."""

    gives_up_after_s: Callable[[Load[Any]], float | None] = _never
    """Where the load itself makes deliveries go missing: how long without any to wait.

    None where all are owed, so that the whole patience is spent on them.
    """

    def predictions_for(self, pattern: str) -> tuple[Law, ...]:
        return tuple(p for p in self.predictions if pattern in p.patterns)
