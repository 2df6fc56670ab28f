"""What the orchestrator and the processes of a trial say to each other.

One union for each direction; the first line into a process is its configuration,
the first line out says that it is ready.  Must not know how a message travels, nor any pattern.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Struct, field

from bench.model.combining import (
    first_known,
    first_word,
    greatest_by_name,
    joined,
    total,
    total_by_mark,
    total_by_name,
    total_known,
)
from bench.model.proxy import Proxy
from bench.model.readings import Wire

Scalar = str | int | float | bool | None
Values = dict[str, Scalar]
"""Values by name, as JSON has them: a load's, a service's, facts."""


class Done(Struct, frozen=True, tag="done"):
    """It was done; nothing else is to be said."""


class Failed(Struct, frozen=True, tag="failed"):
    """It could not be done; `reason` is one line."""

    reason: str


class ListenerAddress(Struct, frozen=True):
    """One way into a proxy."""

    host: str
    port: int
    url: str


class Address(Struct, frozen=True):
    """Where clients connect: the server's own, and the listeners of proxies before it.

    A single proxy's listeners have their own names, those of several are called
    "a.http1", those of a client's own proxy "a.0.http1".  `ca_file` is whom to trust,
    `client_cert` and `client_key` are to be shown where a listener asks for it.  `more` is
    what a pattern also tells its own clients: the name of an exchange.  `refused` are the files
    of certificates and keys that nobody is to accept, by what is wrong with them.
    """

    host: str
    port: int
    listeners: dict[str, ListenerAddress] = field(default_factory=dict)
    ca_file: str = ""
    key_fingerprint: str = ""
    client_cert: str = ""
    client_key: str = ""
    more: dict[str, str] = field(default_factory=dict)
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)


# --- orchestrator -> part ------------------------------------------------------------------------


class Settle(Struct, frozen=True, tag="settle"):
    """All clients are there, and the window is not fixed yet: put away what start-up left.

    To parts and to load processes.  With thousands of clients it takes a tenth of a second, which
    must not fall into the window.
    """


class Begin(Struct, frozen=True, tag="begin"):
    """The schedule and the window; instants of the monotonic clock.

    Events are due from `start_ns` until `t1_ns`.
    """

    start_ns: int
    t0_ns: int
    t1_ns: int


class PartConfig(Struct, frozen=True, kw_only=True):
    """The first line into a part's process: number `number` of part `part`, of `class_name`.

    `parts` are the addresses of those started before it, by name.  `log` is the file that
    events are recorded in, "" for none; where it has some already, the part goes on after
    them.  `rows` is the file that a caller appends its rows to, at the end and every
    `flush_s` (0: at the end only).  `data` is a folder of its own for what outlives a restart;
    the part makes it, and it is gone when the trial is over.
    """

    pattern: str
    load: Values
    seed: int
    services: dict[str, Values]
    rows: str = ""
    flush_s: float = 0.0
    part: str = "server"
    number: int = 0
    class_name: str = "Target"
    parts: dict[str, list[Address]] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 0
    log: str = ""
    data: str = ""


class Probe(Struct, frozen=True, tag="probe"):
    """Publish one event now, outside the schedule."""

    client: int


class AskPartCounters(Struct, frozen=True, tag="counters"):
    """What was done so far?"""


class AskCounts(Struct, frozen=True, tag="counts"):
    """What does the part itself count?"""


class FinishPart(Struct, frozen=True, tag="finish"):
    """Complete the records, then end."""


PartCommand = Probe | Settle | Begin | AskPartCounters | AskCounts | FinishPart


# --- part -> orchestrator ------------------------------------------------------------------------


class PartReady(Struct, frozen=True, tag="ready"):
    """The first line out: it listens.  `proxies` are those that it needs around it."""

    address: Address
    has_counts: bool = False
    proxies: list[Proxy] = field(default_factory=list)


class Probed(Struct, frozen=True, tag="probed"):
    """The event's sequence number; None where the part publishes none.

    `is_checked`: the part is the caller and has done one operation well.
    """

    sequence: Annotated[int | None, first_known] = None
    is_checked: Annotated[bool, any] = False


class PartCounters(Struct, frozen=True, tag="part_counters"):
    """Events published so far (None: the part publishes none), and what a caller has done."""

    published: Annotated[int | None, total_known] = None
    publishing: Annotated[bool, any] = False
    busy: Annotated[int, total] = 0
    outcomes: Annotated[int, total] = 0
    failure: Annotated[str, first_word] = ""


class PartResults(Struct, frozen=True, tag="part_results"):
    """What there is beside events and rows: operations counted, a caller's sockets, facts."""

    counted: Annotated[int, total] = 0
    wire: Annotated[dict[str, Wire], total_by_mark] = field(default_factory=dict)
    failures: Annotated[int, total] = 0
    errors: Annotated[list[str], joined] = field(default_factory=list)
    facts: Annotated[Values, greatest_by_name] = field(default_factory=dict)


class Counts(Struct, frozen=True, tag="counts"):
    """The part's own counters by name; equal parts add theirs."""

    counts: Annotated[dict[str, float], total_by_name]


PartReply = PartReady | Probed | PartCounters | Counts | PartResults | Done | Failed


# --- orchestrator -> load process ----------------------------------------------------------------


class LoadConfig(Struct, frozen=True, kw_only=True):
    """The first line into a load process; `rows` is the file that rows go to.

    `parts` are the addresses of all parts by name.  `port` is where a master listens for its
    workers; 0 where there is one process only.  With `from_hosts` other hosts start them.
    `page` is the Unix socket of Locust's page.
    """

    pattern: str
    load: Values
    seed: int
    address: Address
    rows: str
    parts: dict[str, list[Address]] = field(default_factory=dict)
    workers: int = 1
    port: int = 0
    from_hosts: bool = False
    page: str = ""


class TryClient(Struct, frozen=True, tag="try"):
    """Connect one client, apart from the measured ones."""


class Verify(Struct, frozen=True, tag="verify"):
    """The tried client must get event `sequence`; None: its first work item must be done.

    With `by_part` a part has checked the exchange itself, and the client may leave.
    """

    sequence: int | None
    by_part: bool = False
    within_s: float = 10.0


class Spawn(Struct, frozen=True, tag="spawn"):
    """Start all clients."""


class Window(Struct, frozen=True, tag="window"):
    """When to read the sockets: instants of the monotonic clock."""

    t0_ns: int
    t1_ns: int


class DisturbClients(Struct, frozen=True, tag="disturb"):
    """Do this to the connections of the clients numbered `first` to `last`."""

    what: Literal["pause", "resume", "cut"]
    first: int
    last: int


class LoseWorkers(Struct, frozen=True, tag="lose"):
    """These workers have ended, and nobody waits for them any more; it has no reply."""

    numbers: list[int]


class AskClientCounters(Struct, frozen=True, tag="counters"):
    """What was done so far?"""


class FinishLoad(Struct, frozen=True, tag="finish"):
    """Hand over the rest, then end."""


LoadCommand = (
    TryClient
    | Verify
    | Spawn
    | Settle
    | Window
    | DisturbClients
    | LoseWorkers
    | AskClientCounters
    | FinishLoad
)


# --- load process -> orchestrator ----------------------------------------------------------------


class LoadReady(Struct, frozen=True, tag="ready"):
    """The first line out: `pids` hold the clients."""

    pids: list[int]


class Tried(Struct, frozen=True, tag="tried"):
    """The number of the client that connected."""

    client: Annotated[int | None, first_known]


class Disturbed(Struct, frozen=True, tag="disturbed"):
    """How many of the clients have no connection to which it can be done."""

    unable: Annotated[int, total]


class ClientCounters(Struct, frozen=True, tag="client_counters"):
    """What the clients have done so far."""

    connected: Annotated[int, total]
    busy: Annotated[int, total]
    outcomes: Annotated[int, total]
    failures: Annotated[int, total]
    errors: Annotated[list[str], joined]


class LoadResults(Struct, frozen=True, tag="results"):
    """What there is beside rows: operations counted, sockets at each mark, failures, facts.

    A master adds the rows and blocks that came from each worker, by its number.
    """

    counted: Annotated[int, total] = 0
    wire: Annotated[dict[str, Wire], total_by_mark] = field(default_factory=dict)
    failures: Annotated[int, total] = 0
    errors: Annotated[list[str], joined] = field(default_factory=list)
    facts: Annotated[Values, greatest_by_name] = field(default_factory=dict)
    rows: Annotated[dict[str, float], total_by_name] = field(default_factory=dict)
    blocks: Annotated[dict[str, float], total_by_name] = field(default_factory=dict)


LoadReply = LoadReady | Tried | Disturbed | ClientCounters | LoadResults | Done | Failed
