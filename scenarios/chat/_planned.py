"""What members do, and when: known from the load and the seed before a trial begins.

Each member acts by it, and knows by it what the others were to write: so what does not arrive is
missed by whoever should have heard it.  Pure; offsets in nanoseconds count from the start of the
warm-up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from bench.model.load import Load
from bench.plan import arrivals
from scenarios.chat._text import id_of
from scenarios.chat.load import ChatLoad

SECOND_NS = arrivals.SECOND_NS
SEED_STEP = 1_000_003
"""A prime: no member of one trial has the schedule of another member of another."""


@dataclass(frozen=True)
class Absence:
    """A member goes, and logs in again."""

    leaves_ns: int
    returns_ns: int


def room_of(load: Load[ChatLoad], member: int) -> int:
    """The room that a member is in."""
    return member // load.own.room_size


def members_of(load: Load[ChatLoad], room: int) -> range:
    """The members of a room."""
    size = load.own.room_size
    return range(room * size, (room + 1) * size)


def is_mover(load: Load[ChatLoad], member: int) -> bool:
    """Whether a member comes and goes: the first of each room."""
    return member % load.own.room_size < load.own.movers


def staying(load: Load[ChatLoad], room: int) -> list[int]:
    """The members of a room that are there all the time: they speak, and are owed what is said."""
    return [one for one in members_of(load, room) if not is_mover(load, one)]


def spoken(load: Load[ChatLoad], seed: int, member: int) -> Iterator[int]:
    """When a member writes; endless, and nothing of one that comes and goes."""
    own = load.own
    if is_mover(load, member):
        return iter(())
    own_seed = seed * SEED_STEP + member
    if own.schedule == "poisson":
        return arrivals.poisson(own.speak_rate_per_s, own_seed)
    interval_ns = round(SECOND_NS / own.speak_rate_per_s)
    return arrivals.ticks(interval_ns, random.Random(own_seed).randrange(interval_ns))


def absences(load: Load[ChatLoad], seed: int, member: int) -> Iterator[Absence]:
    """When a mover is away: for `away` each time.

    It stays for at least as long, so that others can know of it, and an exponential time more.
    """
    own = load.own
    chance = random.Random(f"{seed}/{member}/away")
    at = 0.0
    while is_mover(load, member):
        leaves = at + own.away_s + chance.expovariate(own.leave_rate_per_s)
        at = leaves + own.away_s
        yield Absence(round(leaves * SECOND_NS), round(at * SECOND_NS))


FIRST_VISIT = 1
"""The visit with which a mover begins; it is planned by nobody, so nobody is late to know of it."""


@dataclass(frozen=True)
class RoomPlan:
    """What is to happen in a room until the window's end, by id: offsets in ns."""

    messages: dict[int, int]
    logins: dict[int, int]
    drops: dict[int, int]


def room_plan(load: Load[ChatLoad], seed: int, room: int, end_ns: int) -> RoomPlan:
    """All messages of a room, and the visits of its movers, that are due before `end_ns`."""
    plan = RoomPlan({}, {}, {})
    for member in members_of(load, room):
        due = takewhile(lambda at_ns: at_ns < end_ns, spoken(load, seed, member))
        plan.messages.update((id_of(member, number), at) for number, at in enumerate(due))
        for visit, absence in enumerate(absences(load, seed, member), FIRST_VISIT):
            if absence.leaves_ns >= end_ns:
                break
            plan.drops[id_of(member, visit)] = absence.leaves_ns
            if absence.returns_ns < end_ns:
                plan.logins[id_of(member, visit + 1)] = absence.returns_ns
    return plan
