"""A run whose load other hosts carry: what is asked for, and who joins.

Knows nothing of how hosts talk, nor what their clients do.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import replace

from bench.lab.hosts.hub import Hub
from bench.lab.hosts.software import software
from bench.model import linktext
from bench.model.errors import UsageError
from bench.model.records import RunFile
from bench.run.host_facts import is_loopback
from bench.run.runner import RunPlan

PORT = 5573
"""Where hosts join unless another port is named."""

JOIN_SECONDS = 300.0
"""How long the master waits for hosts: somebody has to log in on each."""

TOKEN_BYTES = 16
WILDCARDS = ("0.0.0.0", "::", "")


def place_of(text: str, option: str) -> tuple[str, int]:
    """Host and port of `ADDRESS` or `ADDRESS:PORT`; UsageError where it is none."""
    host, colon, port = text.partition(":")
    if not host or (colon and not (port.isdecimal() and int(port) < 1 << 16)):
        raise UsageError(
            f"{option} {text}: not ADDRESS or ADDRESS:PORT; write e.g. 10.0.0.1:{PORT}"
        )
    return host, int(port) if colon else PORT


def check(plan: RunPlan, hosts: int, listen: str) -> None:
    """UsageError where a plan cannot be carried out with other hosts."""
    if hosts < 1:
        raise UsageError(f"--hosts {hosts}: must be at least 1; write --hosts 2")
    if not listen:
        raise UsageError(
            f"--hosts {hosts}: name the address of this host that the others reach; add "
            "--listen ADDRESS"
        )
    host, _ = place_of(listen, "--listen")
    if host in WILDCARDS:
        raise UsageError(
            f"--listen {listen}: clients connect to it, so it must be one address; `ip address` "
            "lists those of this host"
        )
    if loopback := _loopback_of(host):
        raise UsageError(
            f"--listen {listen}: other hosts cannot reach {loopback}, this host's loopback; name "
            "an address that they reach (`ip address` lists those of this host), or replace "
            f"--hosts and --listen by --workers {hosts} for more load processes on this host"
        )
    if plan.workers > 1:
        raise UsageError(
            f"--workers {plan.workers}: with --hosts each host has workers of its own; write "
            f"bench worker --workers {plan.workers} there"
        )
    for pattern in plan.patterns:
        if pattern.stands_for:
            raise UsageError(
                f"{pattern.id}: with --hosts the server must be one of ours; remove one of the two"
            )
    for trial in plan.trials:
        if linktext.links_of(trial.load):
            raise UsageError(
                "--link: with --hosts the network is the one between the hosts; remove one of "
                "the two"
            )


def _loopback_of(host: str) -> str:
    """The loopback address that this is, or is a name of; "" for all others.

    A name that nobody knows is left to the listener, which says so.
    """
    if is_loopback(host):
        return host
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return ""
    (address, *_) = (str(entry[4][0]) for entry in found)
    return f"{host} ({address})" if is_loopback(address) else ""


def gather(
    plan: RunPlan, hosts: int, listen: str, says: Callable[[str], None]
) -> tuple[Hub, RunPlan]:
    """Listen until all hosts have joined; the plan with their workers.

    UsageError where they cannot, or fewer come in time.
    """
    check(plan, hosts, listen)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    hub = Hub(*place_of(listen, "--listen"), token, software(), hosts, says)
    try:
        says(
            f"waiting for {hosts} host{'s' * (hosts > 1)}; start on each: "
            f"bench worker --master {hub.host}:{hub.port} --token {token}"
        )
        hub.wait_for_all(JOIN_SECONDS)
    except BaseException:
        hub.close()
        raise
    links = hub.present
    names = tuple(link.name for link in links)
    return hub, replace(plan, workers=sum(link.workers for link in links), hosts=names)


def check_resumable(run: RunFile) -> None:
    """UsageError where a run had hosts, which are not there any more."""
    if run.hosts:
        raise UsageError(
            f"its load was carried by other hosts ({', '.join(run.hosts)}); start a new run with "
            f"--hosts {len(run.hosts)}"
        )
