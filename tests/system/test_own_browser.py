"""Chromium loads the page of somebody else's server: Hypercorn, which speaks all three protocols.

Whoever loads it has no connection when it begins, and asks for nothing but what is described.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import measured
import pytest
import trustme
from system_builders import run_here, until

from bench.lab.components import chromium
from bench.lab.side import LOOPBACK
from bench.model import samples
from bench.results import store
from bench.results.store import StoredTrial

MISSING = chromium.missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

ASGI = """
import asyncio

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    headers = dict(scope["headers"])
    with open("asked", "a") as asked:
        print(scope["path"], headers.get(b"x-who", b"").decode(), file=asked)
    # No connection is free again before all six are there, however busy this machine is.
    await asyncio.sleep(0.3)
    status = {"/nothing": 404, "/moved": 301}.get(scope["path"], 200)
    more = [(b"location", b"/0")] if status == 301 else []
    await send({"type": "http.response.start", "status": status, "headers": more})
    await send({"type": "http.response.body", "body": b"x" * 500})
"""
RESOURCES = [f"/{number}" for number in range(8)]
HYPERCORN = (sys.executable, "-m", "hypercorn", "page:app", "--workers", "0")
"""In one process, which serves by itself."""

PAGE = """
[server]
SERVER
[page]
url = "URL"
resources = RESOURCES
headers.X-Who = "client {client}"
"""
TRUST = """
[tls]
ca = "ca.pem"
"""
LOAD = ("--clients", "1", "--duration", "300ms", "--set", "warmup=0")


@dataclass(frozen=True)
class Server:
    """One that runs already, and listens at two ports; at the second one without UDP."""

    folder: Path
    pid: int
    port: int
    port_without_udp: int

    def described(self, folder: Path, *resources: str, port: int = 0, more: str = TRUST) -> Path:
        """Its description, with the certificate that it names."""
        shutil.copy(self.folder / "ca.pem", folder)
        url = f"https://127.0.0.1:{port or self.port}/"
        return description(folder, f"pid = {self.pid}", url, resources, more)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "key.pem")
    (folder / "page.py").write_text(ASGI)
    ports = LOOPBACK.free_ports(2)
    here, there = (f"127.0.0.1:{port}" for port in ports)
    certificate = ("--certfile", "key.pem", "--keyfile", "key.pem")
    process = subprocess.Popen(
        [*HYPERCORN, "-b", here, "-b", there, "--quic-bind", here, *certificate], cwd=folder
    )
    try:
        until(lambda: all(map(LOOPBACK.accepts, ports)), 60, "the server listens")
        yield Server(folder, process.pid, *ports)
        assert process.poll() is None, "it is left alone"
    finally:
        process.kill()
        process.wait()


def description(folder: Path, server: str, url: str, resources: Sequence[str], more: str) -> Path:
    text = PAGE.replace("SERVER", server).replace("URL", url)
    path = folder / "own.toml"
    path.write_text(text.replace("RESOURCES", str(list(resources))) + more)
    return path


def measure(folder: Path, path: Path, *protocols: str) -> tuple[int, str]:
    """One trial for each protocol: exit code, and what was said."""
    done = run_here(
        *("run", "page_load/browser", "--own", str(path), *LOAD, "--repeats", "1"),
        *("--set", f"protocol={','.join(protocols)}"),
        *("--no-calibration", "--results", str(folder / "results")),
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def trials(folder: Path, path: Path, *protocols: str) -> dict[str, StoredTrial]:
    """The trial of each protocol; all went well."""
    code, said = measure(folder, path, *protocols)
    assert code == 0, said
    (run,) = (folder / "results").iterdir()
    found = {str(one.trial.load["protocol"]): one for one in store.open_run(run).trials}
    assert sorted(found) == sorted(protocols)
    return found


def check(trial: StoredTrial, protocol: str) -> None:
    """Every page came whole, over connections of its own."""
    assert (trial.record.status, trial.record.reason) == ("ok", "")
    assert trial.record.facts["client_failures"] == 0, trial.record.facts["client_errors"]
    data = trial.data()
    pages, resources, opened = (data.select(one) for one in ("page", "resource", "open"))
    assert len(pages)
    assert (pages["outcome"] == samples.OK).all()
    assert (pages["bytes_down"] == len(RESOURCES) * 500).all()
    for sequence in pages["sequence"]:
        assert (resources["sequence"] == sequence).sum() == len(RESOURCES)
        # Of HTTP/1.1 as many as a browser has; one that was there before would be missing.
        connections = (opened["sequence"] == sequence).sum()
        assert connections == 6 if protocol == "http1" else connections >= 1, protocol
    found = measured.compute(data)
    assert found["completeness"] == 1.0
    assert found["server_cpu_us_per_event"] > 0
    assert found["makespan_mean"] >= (600 if protocol == "http1" else 300)


def check_asked(folder: Path) -> None:
    """The server was asked for what is described, by whom it is to be told, and nothing else."""
    asked = set((folder / "asked").read_text().splitlines())
    assert asked == {f"{one} client 0" for one in RESOURCES}


def test_a_page_is_loaded_by_each_protocol_with_tls(tmp_path: Path, server: Server) -> None:
    (server.folder / "asked").unlink(missing_ok=True)
    path = server.described(tmp_path, *RESOURCES)
    for protocol, trial in trials(tmp_path, path, "http2", "http3").items():
        check(trial, protocol)
    check_asked(server.folder)


def test_a_page_without_tls_is_loaded_by_http1(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(ASGI)
    here = "{host}:{port}"
    path = description(
        tmp_path, f"command = {[*HYPERCORN, '-b', here]}", f"http://{here}/", RESOURCES, ""
    )
    check(trials(tmp_path, path, "http1")["http1"], "http1")
    check_asked(tmp_path)


@pytest.mark.parametrize(
    ("resource", "protocol", "words"),
    [
        ("/nothing", "http1", "/nothing: HTTP 404"),
        ("/moved", "http2", "/moved: is redirected, which is not followed"),
    ],
    ids=["404", "moved"],
)
def test_a_page_that_cannot_be_loaded_is_told_before_anything_is_measured(
    tmp_path: Path, server: Server, resource: str, protocol: str, words: str
) -> None:
    code, said = measure(tmp_path, server.described(tmp_path, resource), protocol)
    assert code == 3, said
    assert words in said


def test_whose_certificate_nobody_vouches_for_is_told(tmp_path: Path, server: Server) -> None:
    code, said = measure(tmp_path, server.described(tmp_path, "/0", more=""), "http2")
    assert code == 3, said
    assert "name in tls.ca the file of whoever vouches for it" in said


def test_who_does_not_answer_on_udp_is_told(tmp_path: Path, server: Server) -> None:
    path = server.described(tmp_path, "/0", port=server.port_without_udp)
    code, said = measure(tmp_path, path, "http3")
    assert code == 3, said
    assert "HTTP/3 needs a server that answers on UDP, port" in said
