"""What crashes lost: from the rows of clients that looked, and the faults, to crash by crash."""

from __future__ import annotations

from unit_builders import MS, SECOND, data, table

from bench.analysis.losses import losses_of
from bench.analysis.shapes import Losses
from bench.model.fault import FaultDone

OPERATIONS = ("store", "look")


def look(noticed_ns: int, lost: int = 0, since_ns: int = 0, client: int = 0) -> dict[str, int]:
    return {
        "operation": 1,
        "client": client,
        "sequence": lost,
        "intended_ns": since_ns if lost else noticed_ns,
        "sent_ns": noticed_ns,
        "done_ns": noticed_ns + MS,
        "bytes_up": 100 * lost,
    }


def crash(at_ns: int | None) -> FaultDone:
    return FaultDone("disk", "restart", at_ns or 0, None, at_ns, None)


def found(*rows: dict[str, int], at: tuple[int | None, ...], t0_ns: int = 0) -> Losses | None:
    trial = data(table(rows), operations=OPERATIONS, faults=[crash(one) for one in at], t0_ns=t0_ns)
    return losses_of(trial, "look")


def test_a_crash_is_what_all_clients_found_after_it() -> None:
    one = found(
        look(510 * MS, 3, 420 * MS),
        look(512 * MS, 2, 400 * MS, client=1),
        look(908 * MS, client=1),
        at=(500 * MS, 900 * MS),
    )
    assert one is not None
    assert one.began_s.tolist() == [0.5, 0.9]
    assert one.lost.tolist() == [5, 0]
    assert one.lost_bytes.tolist() == [500, 0]
    assert one.window_ms.tolist() == [100, 0]
    assert one.noticed_ns.tolist() == [510 * MS, 908 * MS]


def test_faults_at_the_same_time_are_one_crash_and_those_that_did_not_happen_are_none() -> None:
    one = found(look(510 * MS, 1, 490 * MS), at=(None, 500 * MS, 500 * MS))
    assert one is not None
    assert (one.lost.tolist(), one.window_ms.tolist()) == ([1], [10])


def test_times_count_from_the_window() -> None:
    one = found(look(SECOND + 510 * MS, 1, SECOND + 499 * MS), at=(500 * MS,), t0_ns=SECOND)
    assert one is not None
    assert (one.began_s.tolist(), one.window_ms.tolist()) == ([0.5], [1])


def test_what_was_acknowledged_while_the_crash_began_has_no_negative_window() -> None:
    one = found(look(510 * MS, 1, 505 * MS), at=(500 * MS,))
    assert one is not None
    assert one.window_ms.tolist() == [0]


def test_without_a_crash_nothing_is_known() -> None:
    assert found(at=(500 * MS,)) is None
    assert found(look(510 * MS), at=()) is None
    assert losses_of(data(table([]), operations=OPERATIONS), "") is None
    assert isinstance(found(look(510 * MS), at=(1,)), Losses)
