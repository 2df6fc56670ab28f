"""Runs one part of a pattern in its own process, told what to do over its pipes.

    python -m targets

The first line on standard input is a PartConfig, the first line out PartReady.  Then
commands, one line each, in the types of bench/model/messages.py.

End of input ends the process.  Knows nothing of any pattern; a pattern's target module
defines `class Target(BaseTarget)` (_target.py), or one class for each part that it declares.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import sys
from pathlib import Path

from bench.clock import Alarm, now_ns
from bench.model.experiment import Experiment
from bench.model.messages import (
    AskCounts,
    AskPartCounters,
    Begin,
    Counts,
    Done,
    Failed,
    FinishPart,
    PartCommand,
    PartConfig,
    PartCounters,
    PartReady,
    PartReply,
    PartResults,
    Probe,
    Probed,
    Settle,
)
from bench.model.readings import Wire
from bench.model.recorder import Recorder, record_ticks
from bench.model.samples import COMMON_OPERATIONS
from bench.pipes import hear, say
from targets._sockets import OwnSockets
from targets._target import BaseTarget

TRY_SECONDS = 10.0


def load_target(pattern: str, class_name: str) -> type[BaseTarget]:
    experiment, _, name = pattern.partition("/")
    module = importlib.import_module(f"targets.{experiment}.{name}")
    target = getattr(module, class_name)
    assert issubclass(target, BaseTarget), f"{pattern}: {class_name} must derive from BaseTarget"
    return target  # type: ignore[no-any-return]


def experiment_of(pattern: str) -> Experiment:
    module = importlib.import_module(f"scenarios.{pattern.partition('/')[0]}.experiment")
    return module.EXPERIMENT  # type: ignore[no-any-return]


class Session:
    """The commands that a running part understands."""

    def __init__(self, target: BaseTarget, experiment: Experiment, config: PartConfig) -> None:
        self.target = target
        self._experiment = experiment
        self._config = config
        self._working: list[asyncio.Task[None]] = []
        self._beside: list[asyncio.Task[None]] = []
        self._sockets, self._wire = OwnSockets(), dict[str, Wire]()

    async def answer(self, command: PartCommand) -> PartReply:
        """Do one command and return its reply."""
        match command:
            case Probe():
                return await self._probe(command.client)
            case Settle():
                return self._settle()
            case Begin():
                return self._begin(command)
            case AskPartCounters():
                return self._counters()
            case AskCounts():
                return Counts(self.target.counts())
            case FinishPart():
                return await self._finish()

    async def _probe(self, client: int) -> Probed | Failed:
        """Publish one event, or do one operation; nothing where others do both."""
        if self.target.is_caller:
            try:
                await asyncio.wait_for(self.target.try_call(), TRY_SECONDS)
            except (OSError, TimeoutError) as error:
                return _failed(error)
            self.target.recorder.take()
            self.target.recorder.counts = [0] * len(self.target.recorder.counts)
            return Probed(is_checked=True)
        source = self.target.source
        sequence = None if source is None else source.publish_now(client)
        try:
            await asyncio.wait_for(self.target.until_published(), TRY_SECONDS)
        except (OSError, TimeoutError) as error:
            return _failed(error)
        return Probed(sequence)

    def _settle(self) -> Done:
        """What start-up left is not to be searched again in the window."""
        gc.collect()
        gc.freeze()
        return Done()

    def _begin(self, begin: Begin) -> Done:
        target, start = self.target, asyncio.create_task
        if (source := target.source) is not None:
            self._working.append(start(source.run(begin.start_ns, begin.t1_ns)))
        if target.is_caller:
            self._working.append(start(target.call(begin)))
            self._beside.append(start(self._measure_lag(begin)))
            self._beside.append(start(self._read_sockets(begin)))
        if self._config.flush_s and target.is_caller:
            self._beside.append(start(self._flush_for_ever()))
        return Done()

    async def _measure_lag(self, begin: Begin) -> None:
        alarm = Alarm(asyncio.get_running_loop())
        try:
            await record_ticks(self.target.recorder, alarm.until, now_ns, begin.t0_ns, begin.t1_ns)
        finally:
            alarm.close()

    async def _read_sockets(self, begin: Begin) -> None:
        """Keep what a caller's connections have carried at both ends of the window."""
        alarm = Alarm(asyncio.get_running_loop())
        try:
            for mark, due_ns in (("t0", begin.t0_ns), ("t1", begin.t1_ns)):
                await alarm.until(due_ns)
                self._wire[mark] = self._sockets.snapshot()
        finally:
            alarm.close()

    def _counters(self) -> PartCounters:
        target, source = self.target, self.target.source
        is_working = any(not task.done() for task in self._working)
        outcomes = 0
        if target.is_caller:
            # Asked while the rest is awaited: when all parts end, others have left already.
            self._wire["end"] = self._sockets.snapshot()
            outcomes = target.recorder.counts[
                target.recorder.code(self._experiment.outcome_operation)
            ]
        return PartCounters(
            published=source.published if source else None,
            publishing=bool(source) and is_working,
            busy=target.busy + (is_working if target.is_caller else 0),
            outcomes=outcomes,
            failure=self._failure(),
        )

    def _failure(self) -> str:
        """Why the source or the caller broke off."""
        if self.target.source is not None and self.target.source.failure:
            return self.target.source.failure
        for task in self._working:
            if task.done() and not task.cancelled() and (error := task.exception()):
                return f"{self._config.part}: {type(error).__name__}: {error}"
        return ""

    # --- records ----------------------------------------------------------------------------

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._config.flush_s)
            self._flush()

    def _flush(self) -> None:
        """Append the rows recorded since to the file."""
        if (block := self.target.recorder.take()) and self._config.rows:
            with Path(self._config.rows).open("ab") as file:
                file.write(block)

    async def _finish(self) -> PartResults:
        for task in (*self._working, *self._beside):
            task.cancel()
        await asyncio.gather(*self._working, *self._beside, return_exceptions=True)
        target = self.target
        if target.source is not None:
            target.source.close_log()
        if target.is_caller:
            self._flush()
        return PartResults(
            counted=target.recorder.counted if target.is_caller else 0,
            wire=self._wire,
            failures=target.failures,
            errors=target.errors,
            facts=target.facts,
        )


def _failed(error: Exception) -> Failed:
    """Nobody else says how long was waited."""
    words = str(error) or f"nothing came within {TRY_SECONDS:g} s"
    return Failed(f"{type(error).__name__}: {words}")


def make_target(config: PartConfig, experiment: Experiment) -> BaseTarget:
    """The part that the configuration asks for, not started."""
    load = experiment.load.read(config.load)
    kind = load_target(config.pattern, config.class_name)
    target = kind(load, config.seed, config.services)
    target.host, target.parts = config.host, config.parts
    target.part, target.number = config.part, config.number
    target.data = Path(config.data)
    if target.is_caller:
        target.recorder = Recorder([*COMMON_OPERATIONS, *experiment.operations])
    if target.source is not None and config.log:
        target.source.keep_log(Path(config.log))
    return target


async def serve(config: PartConfig, lines: asyncio.StreamReader) -> None:
    """Start the part, say where it listens, answer commands until `finish` or the end."""
    experiment = experiment_of(config.pattern)
    target = make_target(config, experiment)
    port = await target.start(config.port)
    session = Session(target, experiment, config)
    say(PartReady(target.address(port), bool(target.counts()), list(target.proxies())))
    try:
        while line := await lines.readline():
            command = hear(line, PartCommand)
            say(await session.answer(command))
            if isinstance(command, FinishPart):
                return
    finally:
        await target.stop()


async def main() -> None:
    """Read the configuration and serve."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await serve(hear(await lines.readline(), PartConfig), lines)
