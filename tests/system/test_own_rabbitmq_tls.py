"""Somebody else's RabbitMQ over TLS, as a description names it: measured end to end.

The node and its certificate are real; one node for all tests of the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import measured
import pytest
from own_builders import bench_run
from system_builders import TINY, run_here

from bench.certificates import Certificates, make_certificates
from bench.lab import components
from bench.lab.services import Setup
from bench.lab.services.rabbitmq import RabbitMQ

LISTENS = """
listeners.ssl.1 = {host}:{port}
ssl_options.cacertfile = {made.ca}
ssl_options.certfile = {made.cert}
ssl_options.keyfile = {made.key}
ssl_options.verify = verify_none
"""
TOML = """
[server]
pid = PID
[subscribe]
url = "amqps://guest:{env:BROKER_PASSWORD}@127.0.0.1:PORT/"
exchange = "amq.topic"
routing_key = "all.#"
[publish]
url = "amqps://guest:{env:BROKER_PASSWORD}@127.0.0.1:PORT/"
exchange = "amq.topic"
routing_key = "all.orders"
"""
TRUST = '[tls]\nca = "ca.pem"\n'
ENV = {"BROKER_PASSWORD": "guest"}


class SecureNode(RabbitMQ):
    """A node that listens with TLS as well."""

    def __init__(self, setup: Setup, made: Certificates) -> None:
        super().__init__(setup)
        self._made = made

    def prepare(self) -> None:
        super().prepare()
        self.tls_port = self.side.free_port()
        lines = LISTENS.format(host=self.side.host, port=self.tls_port, made=self._made)
        with (self.folder / "rabbitmq.conf").open("a") as file:
            file.write(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("broker")


@pytest.fixture(scope="module")
def text(folder: Path) -> Iterator[str]:
    """What describes a node that runs, but for whom to trust."""
    if remedy := components.missing("rabbitmq"):
        pytest.skip(remedy)
    made = make_certificates(folder, ["127.0.0.1"])
    setup = Setup(sorted(os.sched_getaffinity(0)), settings={"plugins": ""})
    node = SecureNode(setup, made)
    node.start()
    try:
        yield TOML.replace("PID", str(node.pids[-1])).replace("PORT", str(node.tls_port))
    finally:
        node.remove()


def test_a_broker_over_tls_is_measured_by_its_description(
    folder: Path, text: str, tmp_path: Path
) -> None:
    path = folder / "trusting.toml"
    path.write_text(text + TRUST)
    stored = bench_run(tmp_path, "notifications/rabbitmq", "--own", str(path), env=ENV)
    (trial,) = stored.trials
    assert (trial.record.status, trial.record.reason) == ("ok", "")
    assert trial.record.facts["client_failures"] == 0, trial.record.facts["client_errors"]
    found = measured.compute(trial.data())
    assert found["deliveries"] > 0
    assert found["completeness"] == 1.0
    assert found["duplicated"] == found["out_of_order"] == 0
    assert found["server_cpu_us_per_event"] > 0


def test_a_broker_whose_certificate_nobody_vouches_for_is_refused(
    folder: Path, text: str, tmp_path: Path
) -> None:
    path = folder / "not_trusting.toml"
    path.write_text(text)
    done = run_here(
        *("run", "notifications/rabbitmq", "--own", str(path), *TINY, "--repeats", "1"),
        *("--no-calibration", "--results", str(tmp_path / "results")),
        env=ENV,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    said = " ".join((done.stdout + done.stderr).split())
    assert "subscribe.url: " in said
    assert "CERTIFICATE_VERIFY_FAILED" in said
    assert "name in tls.ca the file of whoever vouches for it" in said
