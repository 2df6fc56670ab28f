"""Links need a privilege, or user namespaces; without both one line says so."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from system_builders import BENCH_WITHOUT_FIGURES, ROOT, TINY

from bench.results import store

SSE, POLLING = "notifications/sse", "notifications/short_polling"

# --- privileges ------------------------------------------------------------------------------

PR_CAPBSET_DROP, CAP_SYS_ADMIN, CLONE_NEWUSER = 24, 21, 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


def lose_privilege() -> None:
    """What is started next may make no namespace but within a user namespace of its own."""
    _libc.prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN, 0, 0, 0)


def lose_all() -> None:
    """What is started next may make no namespaces at all."""
    user, group = os.geteuid(), os.getegid()
    if _libc.unshare(CLONE_NEWUSER):
        os._exit(99)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    Path("/proc/sys/user/max_user_namespaces").write_text("0")  # of this namespace
    lose_privilege()


def ended_with(lose: Callable[[], None], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
        preexec_fn=lose,
    )


SEVERAL = """
import json, sys
sys.path.append("tests/system")
from system_builders import run_here
ended = [run_here(*words) for words in json.loads(sys.argv[1])]
print(json.dumps([(one.returncode, one.stdout, one.stderr) for one in ended]))
"""
"""Commands one after the other in one process: what each ended with, printed and complained of."""


@pytest.mark.skipif(os.geteuid() != 0, reason="root has a privilege to lose")
def test_without_root_a_user_namespace_does(tmp_path: Path) -> None:
    ended = ended_with(
        lose_privilege,
        *(*BENCH_WITHOUT_FIGURES, "run", SSE, *TINY, "--no-calibration"),
        *("--link", "rtt=6ms,cc=reno", "--link", "services:rtt=8ms"),
        *("--repeats", "1", "--pcap", "services"),
        *("--results", str(tmp_path)),
    )
    if ended.returncode == 4:
        pytest.skip(ended.stderr)
    assert (ended.returncode, ended.stderr) == (0, "")
    (folder,) = tmp_path.iterdir()
    (stored,) = store.open_run(folder).trials
    assert stored.record.status == "ok"
    facts = stored.record.facts["link"]
    assert facts["privilege"] == "user namespace"
    assert 6 <= facts["rtt_probe_ms"] < 8
    assert facts["congestion"] == {"clients": ["reno"], "backend": ["reno"]}
    assert 8 <= stored.record.facts["links"]["services"]["rtt_probe_ms"] < 11
    assert (stored.folder / "services.pcap").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="root has a privilege to lose")
def test_without_any_privilege_one_line_says_what_is_needed(tmp_path: Path) -> None:
    run = ("run", SSE, *TINY, "--results", str(tmp_path / "results"))
    lines = [(*run, "--link", "wan"), (*run, "--set", "link=wan"), ("doctor",)]
    ended = ended_with(lose_all, sys.executable, "-c", SEVERAL, json.dumps(lines))
    if ended.returncode == 99:
        pytest.skip("no user namespace can be made here")
    assert (ended.returncode, ended.stderr) == (0, "")
    *refused, (_, checked, _) = json.loads(ended.stdout)
    assert len(refused) == 2
    for code, printed, complaint in refused:
        assert (code, printed) == (4, "")
        assert complaint.startswith("bench: an emulated link: ")
        assert "needs root or unprivileged user namespaces" in complaint
        assert complaint.count("\n") == 1
    assert not list(tmp_path.iterdir())
    assert "--link is refused" in checked
