"""Failing over: who is asked for it, and who cannot."""

from __future__ import annotations

import pytest

from bench.lab import faults
from bench.lab.actors import Actor, ServiceActor
from bench.lab.services import service_class
from bench.lab.services._service import Setup
from bench.model.errors import TrialFailed


class Node:
    """A service that counts what is asked of it."""

    pids: list[int]

    def __init__(self) -> None:
        self.pids, self.asked = [], [""]

    def restart(self) -> None:
        self.asked.append("restart")

    def fail_over(self) -> None:
        self.asked.append("fail over")


def test_a_service_is_asked_and_its_processes_are_left_to_it() -> None:
    node = Node()
    expected: list[int] = []
    faults.actions()["failover"].begin(ServiceActor("database", node, expected.extend))
    assert node.asked == ["", "fail over"]
    assert not expected, "a dead primary is no member of the service any more"


def test_who_is_no_service_cannot() -> None:
    with pytest.raises(TrialFailed, match="server cannot fail over"):
        Actor("server").fail_over()


@pytest.mark.parametrize("name", ["redis", "postgres"])
def test_a_service_without_a_replica_says_so(name: str) -> None:
    service = service_class(name)(Setup(settings={"standby": "off"}))
    with pytest.raises(TrialFailed, match="no replica"):
        service.fail_over()
