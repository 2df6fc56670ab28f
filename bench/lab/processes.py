"""Child processes: started pinned, spoken to in typed messages, dead when the parent dies.

Knows nothing of what a child does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from bench.limits import MOST_BYTES
from bench.model.errors import TrialFailed
from bench.model.messages import Failed
from bench.pipes import PR_SET_PDEATHSIG, hear, line_of
from bench.results.environment import cpus

ENDING = (signal.SIGINT, signal.SIGTERM)
LOG_TAIL_LINES = 15
STOP_SECONDS = 3.0
CORES_WITH_ONE_FOR_THE_LINK = 4

T = TypeVar("T")
_libc = ctypes.CDLL(None)

CLEAN_ENVIRONMENT = (
    # These override what a client is told about certificates (requests, curl).
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
)


class ChildDied(TrialFailed):
    """A child ended, or did not answer in time."""


@contextlib.contextmanager
def _signals_later() -> Iterator[None]:
    """What ends a command waits: the interpreter drops an interrupt that comes while it forks."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _before_exec(pins: Sequence[int], join: Sequence[int]) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        # Survives exec; without it a killed harness would leave its children.
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        for namespace in join:
            if _libc.setns(namespace, 0):
                os._exit(1)
        if pins:
            os.sched_setaffinity(0, pins)

    return prepare


@cache
def _lasting_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "starts children")


def _popen(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
    """Start a process from a thread that outlives it.

    Linux ends a child with its parent's *thread*, and those of faults end early.
    """

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(*arguments, **options)

    if threading.current_thread() is threading.main_thread():
        return start()
    return _lasting_thread().submit(start).result()


def environment() -> dict[str, str]:
    """The environment of children: ours, less what would mislead them."""
    return {name: value for name, value in os.environ.items() if name not in CLEAN_ENVIRONMENT}


def _or_failed(kind: Any) -> Any:
    """What may come where a reply of this kind is waited for."""
    return kind if kind is dict else kind | Failed


class Child:
    """One child process; what it says on standard error goes to `log`.

    It runs on the cores `pins`, in the namespaces whose descriptors `join` holds,
    and inherits the descriptors `pass_fds`.  One that does not speak in messages has what
    it prints in its log too.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        pins: Sequence[int] = (),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        join: Sequence[int] = (),
        pass_fds: Sequence[int] = (),
        speaks: bool = True,
    ) -> None:
        self.name = name
        self.log = log
        self._rest = b""
        self._asking = threading.Lock()
        with log.open("ab") as output, _signals_later():
            self.process = _popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if speaks else output,
                stderr=output,
                env=dict(env) if env is not None else environment(),
                cwd=cwd,
                # Its own group: a Ctrl-C at the terminal is ours to handle.
                start_new_session=True,
                pass_fds=tuple(pass_fds),
                preexec_fn=_before_exec(pins, join),
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def log_tail(self) -> list[str]:
        """The last lines of its log."""
        try:
            text = self.log.read_text(errors="replace")
        except OSError:
            return []
        return text.splitlines()[-LOG_TAIL_LINES:]

    def tell(self, message: object) -> None:
        """Send one line."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line_of(message))
            self.process.stdin.flush()
        except (BrokenPipeError, OSError):
            raise self._death() from None

    def listen(self, kind: type[T], seconds: float) -> T:
        """The next message, which must be of this kind.

        ChildDied where none comes in time or it is another, TrialFailed where it is `Failed`.
        """
        line = self._line(seconds)
        try:
            reply = hear(line, _or_failed(kind))
        except ValueError as error:
            raise ChildDied(
                f"{self.name} said {line[:200]!r}, which is no {kind.__name__} ({error})"
            ) from None
        if isinstance(reply, Failed):
            raise TrialFailed(f"{self.name}: {reply.reason}")
        return cast("T", reply)

    def _line(self, seconds: float) -> bytes:
        assert self.process.stdout is not None
        fd = self.process.stdout.fileno()
        deadline = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            readable, _, _ = select.select([fd], [], [], max(0.0, left))
            if not readable or left < 0:  # it may say much without an end
                raise ChildDied(f"{self.name} did not answer within {seconds:g} s")
            chunk = os.read(fd, 1 << 20)
            if not chunk:
                raise self._death()
            self._rest += chunk
            if len(self._rest) > MOST_BYTES:
                raise ChildDied(f"{self.name} said a line of more than {MOST_BYTES} bytes")
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def ask(self, message: object, kind: type[T], seconds: float = 30.0) -> T:
        """Send a command and return its reply; TrialFailed where the reply is `Failed`."""
        with self._asking:  # faults have threads of their own
            self.tell(message)
            return self.listen(kind, seconds)

    def check_alive(self) -> None:
        """ChildDied where it has ended."""
        if not self.alive:
            raise self._death()

    def _death(self) -> ChildDied:
        try:
            code = self.process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ChildDied(f"{self.name} closed its pipe")
        if code < 0:
            return ChildDied(f"{self.name} was killed by {signal.Signals(-code).name}")
        return ChildDied(f"{self.name} ended with exit code {code}")

    def send_signal(self, number: int) -> None:
        if self.alive:
            self.process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM, seconds: float = STOP_SECONDS) -> None:
        """End it: politely first, then not."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what a dead child never read
                    pipe.close()
        if self.alive:
            self.send_signal(signal.SIGCONT)  # a stopped process hears nothing
            self.send_signal(number)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()


def python_child(
    module: str,
    name: str,
    log: Path,
    pins: Sequence[int],
    cwd: Path,
    join: Sequence[int] = (),
    arguments: Sequence[str] = (),
) -> Child:
    """`python -m module` with this interpreter."""
    command = [sys.executable, "-X", "frozen_modules=on", "-m", module, *arguments]
    return Child(name, command, log, pins, cwd=cwd, join=join)


def cpu_sets(workers: int) -> dict[str, list[int]]:
    """Which cores the load, the backend and the link may use.

    The load's are apart where there are two, the link's where there are four.  With fewer the link
    has the load's: as a real-time process it stays on the core where it last ran, and would take
    from the backend in one trial and from the load in the next (decision 0134).  On loopback the
    link's core stays free, so that the backend has as many there as on a link.
    """
    available = cpus()
    if len(available) == 1:
        return {"load": available, "backend": available, "link": available}
    link = available[: len(available) >= CORES_WITH_ONE_FOR_THE_LINK]
    others = available[len(link) :]
    load = min(workers, len(others) - 1)
    return {"load": others[-load:], "backend": others[:-load], "link": link or others[-load:]}
