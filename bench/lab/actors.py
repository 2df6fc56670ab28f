"""What faults are done to: processes, a link's paths, clients.

An actor knows how to suffer; which verb asks for it, and when, it does not know.
Each kind overrides what makes sense for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import psutil

from bench.lab.deaths import wait_for_deaths
from bench.lab.network.network import Network
from bench.lab.parts import PartInstance
from bench.lab.processes import Child
from bench.lab.proxies.envoy import Envoy
from bench.lab.resets import reset_connections
from bench.model.errors import TrialFailed
from bench.model.links import CLIENTS
from bench.model.messages import DisturbClients, Disturbed


class Actor:
    """Somebody to whom a fault is done; TrialFailed where it cannot be."""

    def __init__(self, name: str) -> None:
        self.name = name

    def pause(self) -> None:
        """Stand still."""
        raise self._unable("be stopped")

    def resume(self) -> None:
        """Go on after a pause; nothing where it is gone, or never stood still."""

    def kill(self) -> None:
        """End at once, on purpose."""
        raise self._unable("be killed")

    def restart(self) -> None:
        """End at once and start again, on its data and where it was reached; then it is ready."""
        raise self._unable("be restarted")

    def fail_over(self) -> None:
        """End at once and have a replica take over; then there is another replica."""
        raise self._unable("fail over")

    def cut(self) -> None:
        """Have its connections reset."""
        raise self._unable("have its connections cut")

    def begin_elsewhere(self) -> None:
        """Start again at another address, beside the one that is there."""
        raise self._unable("be replaced")

    def retire(self) -> None:
        """End whoever was replaced."""
        raise self._unable("be replaced")

    def garble(self) -> None:
        """Have its files of endpoints broken."""
        raise self._unable("have its endpoints garbled")

    def mend(self) -> None:
        """Have its files of endpoints made whole."""
        raise self._unable("have its endpoints mended")

    def switch(self, up: bool) -> None:
        """Go down, or come up again."""
        raise self._unable("come up" if up else "go down")

    def renumber(self) -> None:
        """Get another address in place of the one that it has."""
        raise self._unable("get another address")

    def _unable(self, what: str) -> TrialFailed:
        return TrialFailed(f"{self.name} cannot {what}")


class ServiceNode(Protocol):
    """What a fault may do to a service."""

    @property
    def pids(self) -> list[int]: ...
    def restart(self) -> None: ...
    def fail_over(self) -> None: ...


class ProcessActor(Actor):
    """All processes of a part, service or proxy, with what they started.

    `pids()` are those that it has now.  `expect_end` is told of each that is about to
    be killed, so that its death is no failure; `start` starts it again.
    """

    def __init__(
        self,
        name: str,
        pids: Callable[[], Sequence[int]],
        expect_end: Callable[[Sequence[int]], None],
        start: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name)
        self._pids, self._expect_end, self._start = pids, expect_end, start

    def processes(self) -> list[psutil.Process]:
        """Those that live, parents before their children."""
        found = []
        for root in self._roots():
            found.append(root)
            with contextlib.suppress(psutil.NoSuchProcess):
                found += root.children(recursive=True)
        return found

    def _roots(self) -> list[psutil.Process]:
        found = []
        for pid in self._pids():
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                if process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def pause(self) -> None:
        if not self._signal(signal.SIGSTOP):
            raise TrialFailed(f"{self.name} is not running")

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        # Stopped first: a parent must not replace a child that is killed before it.
        found = self._signal(signal.SIGSTOP)
        if not found:
            raise TrialFailed(f"{self.name} is not running")
        self._expect_end([process.pid for process in found])
        for process in found:
            _send(process, signal.SIGKILL)
        wait_for_deaths(found, 5.0)

    def cut(self) -> None:
        if not reset_connections([process.pid for process in self.processes()]):
            raise TrialFailed(f"{self.name} has no connection to cut")

    def restart(self) -> None:
        if self._start is None:
            raise self._unable("be restarted")
        self.kill()
        self._start()

    def _signal(self, number: signal.Signals) -> list[psutil.Process]:
        """Those that got it: the roots at once, for to find the others takes milliseconds."""
        roots = self._roots()
        for root in roots:
            _send(root, number)
        below = [process for process in self.processes() if process not in roots]
        return [*roots, *(process for process in below if _send(process, number))]


class PartActor(ProcessActor):
    """A process of a part; where another takes its place, `tell` has everybody know of it."""

    def __init__(
        self,
        part: PartInstance,
        expect_end: Callable[[Sequence[int]], None],
        tell: Callable[[], None],
    ) -> None:
        super().__init__(part.label, lambda: part.pids, expect_end, part.start_again)
        self._part, self._tell = part, tell

    def begin_elsewhere(self) -> None:
        self._part.start_elsewhere()
        self._tell()

    def retire(self) -> None:
        self._part.retire()


class ServiceActor(ProcessActor):
    """A service, which starts again on its data, or fails over to its replica."""

    def __init__(
        self, name: str, node: ServiceNode, expect_end: Callable[[Sequence[int]], None]
    ) -> None:
        super().__init__(name, lambda: node.pids, expect_end, node.restart)
        self._node = node

    def fail_over(self) -> None:
        self._node.fail_over()


class ProxyActor(ProcessActor):
    """One process of a proxy, which starts again on its ports and goes on counting."""

    def __init__(self, envoy: Envoy, expect_end: Callable[[Sequence[int]], None]) -> None:
        super().__init__(envoy.name, lambda: envoy.pids, expect_end, envoy.start)
        self._envoy = envoy

    def kill(self) -> None:
        self._envoy.remember_counts()  # while it can still tell them
        super().kill()

    def garble(self) -> None:
        self._envoy.garble_endpoints()

    def mend(self) -> None:
        self._envoy.mend_endpoints()


def _send(process: psutil.Process, number: signal.Signals) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)
        return True
    return False


class PathActor(Actor):
    """One path of an emulated link; both of its ends go down together."""

    def __init__(self, name: str, network: Network, path: int, link: str = CLIENTS) -> None:
        super().__init__(name)
        self._network, self._path, self._link = network, path, link

    def switch(self, up: bool) -> None:
        if self._network.alive:
            self._network.switch(self._path, up, self._link)
        elif not up:
            raise TrialFailed("the link is not running")

    def renumber(self) -> None:
        self._network.renumber(self._path, self._link)


class ClientsActor(Actor):
    """The simulated clients `first` to `last`, by way of their load process."""

    def __init__(self, name: str, load: Child, first: int, last: int) -> None:
        super().__init__(name)
        self._load, self._first, self._last = load, first, last

    def pause(self) -> None:
        self._tell("pause")

    def resume(self) -> None:
        if self._load.alive:
            self._tell("resume")

    def cut(self) -> None:
        self._tell("cut")

    def _tell(self, what: Literal["pause", "resume", "cut"]) -> None:
        message = DisturbClients(what, self._first, self._last)
        unable = self._load.ask(message, Disturbed).unable
        if unable:
            raise TrialFailed(
                f"{unable} clients of {self.name} have no connection that can be {what}"
            )
