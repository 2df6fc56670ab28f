"""Where other hosts join a run: one listening socket, which lets in who knows the token.

A host's own connection stays for the run.  Through further ones come the channels of its workers,
which are led to Locust's master on this host's loopback: so nothing else listens for them.
Knows nothing of trials.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable

from bench.lab.hosts.wire import Wire, WireBroken, relay, welcome
from bench.model.errors import UsageError
from bench.model.hosts import (
    HOST,
    Answer,
    Bye,
    Hello,
    HostReply,
    LoadBegun,
    LoadEnded,
    LoadFailed,
    Question,
    Refused,
    Software,
    Welcome,
    difference,
)

SILENCE_SECONDS = 10.0
"""A host asks for the time ten times a second: one that is silent so long is gone."""

MOST_UNPROVEN = 32
"""Connections at once that have proved nothing yet."""

GONE = 0
"""In place of a turn: the host itself has gone, so it fails in every one."""

POLL_SECONDS = 0.05
LOOPBACK = "127.0.0.1"

Says = Callable[[str], None]


class HostLink:
    """One host that has joined.

    `fails` is told of the turn and the reason when its load processes have ended; 0: it is gone.
    """

    def __init__(self, name: str, workers: int, wire: Wire) -> None:
        self.name, self.workers, self.wire = name, workers, wire
        self.gone = ""
        """Why it is not there any more, "" while it is."""
        self.fails: Callable[[int, str], None] = _nobody
        self._replies: queue.SimpleQueue[LoadBegun | LoadEnded] = queue.SimpleQueue()

    def follow(self) -> None:
        """Answer its questions and take its replies until it is gone."""
        try:
            while True:
                message = self.wire.receive(HostReply, SILENCE_SECONDS)
                heard_ns = time.monotonic_ns()
                match message:
                    case Question():
                        self.wire.send(Answer(message.number, heard_ns, time.monotonic_ns()))
                    case LoadFailed():
                        self.fails(message.turn, message.reason)
                    case _:
                        self._replies.put(message)
        except WireBroken as error:
            self.gone = str(error)
            self.wire.close()
            self.fails(GONE, self.gone)

    def tell(self, message: object) -> None:
        """Send a command; to one that is gone nothing is said."""
        if not self.gone:
            with contextlib.suppress(WireBroken):  # `follow` sees it too
                self.wire.send(message)

    def reply(
        self, turn: int, seconds: float, failed: Callable[[], bool]
    ) -> LoadBegun | LoadEnded | None:
        """Its next reply of this turn; None where it fails first or none comes in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                found = self._replies.get(timeout=POLL_SECONDS)
                if found.turn == turn:
                    return found
                continue  # of a trial that was given up
            if failed():
                return None
        return None


def _nobody(_: int, __: str) -> None:
    """Between trials nobody has to be told."""


class Hub:
    """Listens from the start on; UsageError where it cannot listen there."""

    def __init__(
        self, host: str, port: int, token: str, software: Software, wanted: int, says: Says
    ) -> None:
        self.host = host
        self.links: list[HostLink] = []
        self.turn = GONE
        """How many trials have begun."""
        self.load_port = 0
        """Where Locust's master listens on loopback in the trial under way; 0: there is none."""
        self._token, self._software, self._wanted, self._says = token, software, wanted, says
        self._unproven = threading.BoundedSemaphore(MOST_UNPROVEN)
        self._joining = threading.Lock()
        try:
            self._listener = socket.create_server((host, port), backlog=64)
        except OSError as error:
            raise UsageError(
                f"--listen {host}:{port}: {error.strerror}; name a free port of an address that "
                "this host has (`ip address` lists them)"
            ) from None
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def present(self) -> list[HostLink]:
        """The hosts that are there now."""
        return [link for link in self.links if not link.gone]

    def wait_for_all(self, seconds: float) -> None:
        """UsageError where fewer hosts than wanted have joined in time."""
        deadline = time.monotonic() + seconds
        while len(self.present) < self._wanted:
            if time.monotonic() > deadline:
                raise UsageError(
                    f"--hosts {self._wanted}: {len(self.present)} joined within {seconds:g} s; "
                    f"start `bench worker` on the others, and check that they reach "
                    f"{self.host}:{self.port}"
                )
            time.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Send all hosts home and listen no more."""
        self._listener.close()
        for link in self.present:
            link.tell(Bye())
        for link in self.links:
            link.wire.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connected, address = self._listener.accept()
                if not self._unproven.acquire(blocking=False):
                    connected.close()
                    continue
                serve = threading.Thread(
                    target=self._serve, args=(Wire(connected), address[0]), daemon=True
                )
                serve.start()

    def _serve(self, wire: Wire, address: str) -> None:
        try:
            try:
                hello, proof = welcome(wire, self._token)
            finally:
                self._unproven.release()
            if hello.purpose == HOST:
                self._serve_host(wire, address, hello, proof)
            else:
                self._serve_load(wire, proof)
        except WireBroken as error:
            self._says(f"{address} did not join: {error}")
            wire.close()

    def _serve_host(self, wire: Wire, address: str, hello: Hello, proof: bytes) -> None:
        with self._joining:
            reason = self._reason_against(hello)
            if not reason:
                name = _free_name(hello.name, [link.name for link in self.present])
                link = HostLink(name, max(1, hello.workers), wire)
                wire.send(Welcome(proof, name))
                self.links.append(link)
        if reason:
            wire.send(Refused(reason))
            wire.close()
            self._says(f"host {hello.name} ({address}) was refused: {reason}")
            return
        self._says(f"host {link.name} ({address}) joined")
        link.follow()

    def _reason_against(self, hello: Hello) -> str:
        if hello.software is None:
            return "it does not say what it runs"
        if found := difference(self._software, hello.software):
            return f"{found}; install the same on both"
        if len(self.present) >= self._wanted:
            return f"all {self._wanted} of --hosts {self._wanted} are there already"
        return ""

    def _serve_load(self, wire: Wire, proof: bytes) -> None:
        if not self.load_port:
            wire.send(Refused("no trial is under way"))
            wire.close()
            return
        try:
            master = socket.create_connection((LOOPBACK, self.load_port), timeout=1.0)
        except OSError:  # it is about to listen; the worker tries again
            wire.send(Refused("the master does not listen yet"))
            wire.close()
            return
        wire.send(Welcome(proof))
        relay(wire.socket, master)


def _free_name(name: str, taken: list[str]) -> str:
    """The name, with a number where another host has it."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found
