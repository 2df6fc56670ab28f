"""The command that makes this host carry load for a run on another one: worker."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from bench.cli.screen import say_line
from bench.cli.shared import app
from bench.model.errors import UsageError

TOKEN = "PATTERNBENCH_TOKEN"

Master = Annotated[
    str, typer.Option(metavar="ADDRESS", help="where `bench run --hosts` waits, as it prints")
]
Token = Annotated[
    str,
    typer.Option(metavar="TOKEN", envvar=TOKEN, help=f"the token that it prints (or {TOKEN})"),
]
Name = Annotated[str, typer.Option(metavar="NAME", help="what to call this host in the report")]
WorkerCount = Annotated[int, typer.Option(metavar="N", help="load processes on this host")]


@app.command()
def worker(
    master: Master = "", token: Token = "", name: Name = "", workers: WorkerCount = 1
) -> None:
    """Carry load for a run on another host (`bench run --hosts N --listen ADDRESS`)."""
    from bench.lab.hosts import agent  # noqa: PLC0415 - the commands that only look stay fast
    from bench.lab.hosts.software import software  # noqa: PLC0415
    from bench.run import hosts  # noqa: PLC0415

    for option, value in (("--master ADDRESS", master), ("--token TOKEN", token)):
        if not value:
            raise UsageError(f"{option} is missing; copy the line that `bench run --hosts` prints")
    if workers < 1:
        raise UsageError(f"--workers {workers}: must be at least 1; write --workers 1")
    host, port = hosts.place_of(master, "--master")
    agent.work(host, port, token, name or socket.gethostname(), workers, software(), say_line)
