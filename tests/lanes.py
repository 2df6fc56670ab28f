"""With several workers (`pytest -n 3`): what measures on the first, what needs no clock beside it.

Real trials are told of everything that their machine does, so no two tests that measure run
at once.  The first worker takes them, at the usual priority, and helps with the others
when it has done so.  The other workers take those that hold however slow the machine is, at
the lowest priority (SCHED_IDLE): they get what the measuring ones leave of the cores.
Between the two are the contracts of the patterns: a trial of each, in which nothing is timed,
but which must not starve.  The other workers take them last, when only the first competes.
A file is never divided, for its tests share fixtures; but the contracts are, by experiment.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from xdist.scheduler.loadscope import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

FIRST = "gw0"

MEASURING = ("tests/contract/", "tests/system/")
"""Where real processes are started and timed."""

BRIEF = ("tests/contract/test_patterns.py", "tests/contract/test_working_patterns.py")
"""A short trial of each pattern: tests without a common fixture, named by experiment/pattern."""

PATIENT = frozenset(
    f"tests/{name}.py"
    for name in (
        "contract/test_parts",
        "contract/test_services",
        "system/test_adding_a_fault",
        "system/test_address_change",
        "system/test_address_change_servers",
        "system/test_amqp_client",
        "system/test_adding_a_service",
        "system/test_atlas_page",
        "system/test_bare_reader",
        "system/test_broker_clients",
        "system/test_chain_servers",
        "system/test_chat_presence",
        "system/test_chat_servers",
        "system/test_commands",
        "system/test_curl_endings",
        "system/test_damaged_results",
        "system/test_endings",
        "system/test_event_delivery_broker",
        "system/test_endpoint_files",
        "system/test_envoy",
        "system/test_extension",
        "system/test_failures",
        "system/test_hosts_joining",
        "system/test_kill_anytime",
        "system/test_listening_sockets",
        "system/test_long_job_servers",
        "system/test_one_meaning",
        "system/test_page_width",
        "system/test_own_asked",
        "system/test_own_browser",
        "system/test_own_rabbitmq",
        "system/test_own_rabbitmq_tls",
        "system/test_own_secrets",
        "system/test_own_servers",
        "system/test_plain_locust",
        "system/test_ports",
        "system/test_postgres",
        "system/test_proxy_sets",
        "system/test_proxy_traffic",
        "system/test_query_ids_servers",
        "system/test_received_and_read",
        "system/test_reconnect_storm_servers",
        "system/test_services_pool",
        "system/test_sessions_servers",
        "system/test_sidecar_features",
        "system/test_upload_interop",
        "system/test_upload_servers",
        "system/test_streamed_reply_servers",
        "system/test_soak_leftovers",
        "system/test_verify_and_resume",
        "system/test_watching",
    )
)
"""Files there whose tests start processes, and hold however slow they are."""


def measures(file: str) -> bool:
    """Whether the tests of a file, named from the project's root, must have the machine."""
    return file.startswith(MEASURING) and file not in PATIENT


REPEATS = 2
"""A neighbour on a shared machine can spoil one trial; a defect spoils them all (decision 0116)."""


def is_repeated(file: str) -> bool:
    """Whether a failed test of a file is run again: a machine's noise can reach it."""
    return file.startswith(MEASURING)


def begin(worker: str | None) -> None:
    """What a worker of this name does first; None is a process without workers."""
    if worker is None:
        return
    # Readline puts them into the environment of the workers' parent, unseen by os.environ.
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    if worker != FIRST:
        try:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        except OSError:  # a container may not allow it
            os.nice(19)


def scope_of(test: str) -> str:
    """What stays together: a test's file, or its experiment where the file's tests are brief."""
    file, _, name = test.partition("::")
    if file not in BRIEF:
        return file
    return f"{file}::{name.partition('[')[2].partition('/')[0]}"


NEVER = 9


def order(scope: str, *, first: bool) -> int:
    """Whose turn it is: the least first; NEVER is not for the workers that are not the first."""
    file = scope.partition("::")[0]
    if measures(file):
        if first:
            return 0 if file not in BRIEF else 1
        return 2 if file in BRIEF else NEVER
    if first:
        return 2
    # The long ones first, so that all workers end at about the same time.
    return 0 if file.startswith(MEASURING) else 1


class LaneScheduling(LoadScopeScheduling):
    """Files, or parts of them, go to workers as the module says."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)

    def _next_for(self, node: WorkerController) -> str | None:
        """What this worker takes next."""
        first = node.gateway.id == FIRST
        turns = {scope: order(scope, first=first) for scope in self.workqueue}
        scope = min(turns, key=turns.__getitem__, default=None)
        return None if scope is None or turns[scope] == NEVER else scope

    def _assign_work_unit(self, node: WorkerController) -> None:
        scope = self._next_for(node)
        if scope is not None:
            self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if self._next_for(node) is None and not node.shutting_down:
            node.shutdown()  # else its last test would wait for one that follows
        else:
            super()._reschedule(node)
