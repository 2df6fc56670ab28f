"""Chromium loads the page of somebody else's server: Hypercorn, which speaks all three protocols.

Whoever loads it has no connection when it begins, and asks for nothing but what is described.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import measured
import pytest
import trustme
from system_builders import run_here

from bench.lab.components import chromium
from bench.model import samples
from bench.results import store

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
TOML = """
[server]
command = COMMAND
[page]
url = "https://{host}:{port}/"
resources = RESOURCES
headers.X-Who = "client {client}"
[tls]
ca = "ca.pem"
"""
LOAD = ("--clients", "1", "--duration", "300ms", "--set", "warmup=0")


def described(folder: Path, *resources: str, is_quic: bool = True, is_trusted: bool = True) -> Path:
    """The description, with the server and its certificate beside it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "key.pem")
    (folder / "page.py").write_text(ASGI)
    here = "{host}:{port}"
    command = [sys.executable, "-m", "hypercorn", "page:app", "-b", here]
    command += ["--quic-bind", here] if is_quic else []
    command += ["--certfile", "key.pem", "--keyfile", "key.pem"]
    text = TOML.replace("COMMAND", json.dumps(command)).replace("RESOURCES", json.dumps(resources))
    path = folder / "own.toml"
    path.write_text(text if is_trusted else text.partition("[tls]")[0])
    return path


def measure(folder: Path, path: Path, *more: str) -> tuple[int, str]:
    """One trial for each protocol that is asked for: exit code, and what was said."""
    done = run_here(
        *("run", "page_load/browser", "--own", str(path), *LOAD, *more, "--repeats", "1"),
        *("--no-calibration", "--results", str(folder / "results")),
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_a_page_is_loaded_by_each_protocol(tmp_path: Path) -> None:
    protocols = ("http1", "http2", "http3")
    path = described(tmp_path, *RESOURCES)
    code, said = measure(tmp_path, path, "--set", f"protocol={','.join(protocols)}")
    assert code == 0, said
    (folder,) = (tmp_path / "results").iterdir()
    trials = {one.trial.load["protocol"]: one for one in store.open_run(folder).trials}
    assert sorted(trials) == sorted(protocols)
    for protocol, trial in trials.items():
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
    asked = set((tmp_path / "asked").read_text().splitlines())
    assert asked == {f"{one} client 0" for one in RESOURCES}


def test_a_page_without_tls_is_loaded(tmp_path: Path) -> None:
    path = described(tmp_path, *RESOURCES[:2])
    text = path.read_text().partition("[tls]")[0].replace("https://", "http://")
    path.write_text(re.sub(', "--quic-bind".*"key.pem"', "", text))
    code, said = measure(tmp_path, path)
    assert code == 0, said
    (folder,) = (tmp_path / "results").iterdir()
    (trial,) = store.open_run(folder).trials
    assert trial.record.facts["client_failures"] == 0, trial.record.facts["client_errors"]
    pages = trial.data().select("page")
    assert (pages["outcome"] == samples.OK).all()
    assert len(pages)


@pytest.mark.parametrize(
    ("resource", "more", "words"),
    [
        ("/nothing", {}, "/nothing: HTTP 404"),
        ("/moved", {}, "/moved: is redirected, which is not followed"),
        ("/0", {"is_trusted": False}, "name in tls.ca the file of whoever vouches for it"),
        ("/0", {"is_quic": False}, "HTTP/3 needs a server that answers on UDP, port"),
    ],
    ids=["404", "moved", "certificate", "UDP"],
)
def test_a_page_that_cannot_be_loaded_is_told_before_anything_is_measured(
    tmp_path: Path, resource: str, more: dict[str, bool], words: str
) -> None:
    path = described(tmp_path, resource, **more)
    protocol = "http3" if "is_quic" in more else "http2"
    code, said = measure(tmp_path, path, "--set", f"protocol={protocol}")
    assert code == 3, said
    assert words in said
