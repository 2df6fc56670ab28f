"""A fault must name what a trial has, and what can be done to it: told before anything starts."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bench.lab import faults
from bench.model.component import ServiceRequest
from bench.model.errors import UsageError
from bench.model.fault import Verb
from bench.model.load import SHARED
from bench.model.part import Part
from bench.model.pattern import Pattern
from bench.plan.fault_checks import ActorGroup, actors_of, check_faults

VERBS = {
    "stop": Verb("stop", "", ("part", "clients"), "must"),
    "kill": Verb("kill", "", ("part", "service")),
    "path_down": Verb("path_down", "", ("path",), "may"),
}
ACTORS = {
    "server": ActorGroup("part"),
    "workers": ActorGroup("part", 3),
    "rabbitmq": ActorGroup("service"),
    "path": ActorGroup("path", 2, first=1),
    "clients": ActorGroup("clients", 10),
}


def load_of(**values: Any) -> dict[str, Any]:
    parts = [dataclasses.asdict(part()) for part in SHARED.values()]
    return {name: value for part in parts for name, value in part.items()} | values


def test_what_a_trial_has() -> None:
    asked = (ServiceRequest("rabbitmq"),)
    pattern = Pattern("e", "p", "P", "", requires=("rabbitmq", "chromium"), services=asked)
    found = actors_of(pattern, load_of(clients=7))
    assert found == {
        "server": ActorGroup("part"),
        "rabbitmq": ActorGroup("service"),
        "clients": ActorGroup("clients", 7),
    }
    two = load_of(link="emulated", second_path="rtt=60ms")
    assert actors_of(pattern, two)["path"] == ActorGroup("path", 2, first=1)
    proxied = dataclasses.replace(pattern, proxies=("far", "side.*"))
    found = actors_of(proxied, load_of(clients=7))
    assert found["far"] == ActorGroup("proxy")
    assert found["side"] == ActorGroup("proxy", 7)
    parts = (Part("hub", "server"), Part("worker", "worker", "workers"))
    found = actors_of(dataclasses.replace(pattern, parts=parts), load_of(), {"worker": 3})
    assert (found["hub"], found["worker"]) == (ActorGroup("part"), ActorGroup("part", 3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "server:stop@1s,for=1s",
        "workers.2:kill@1s",
        "workers.0-2:kill@1s",
        "rabbitmq:kill@1s",
        "path.2:down@1s",
        "path:down@1s,for=1s",
        "clients.0-9:stop@0s,for=1s",
    ],
)
def test_what_can_be_done(text: str) -> None:
    check_faults(text, ACTORS, VERBS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "servr:kill@1s",
            "this pattern has no 'servr'; did you mean server? it has server, workers, rabbitmq, ",
        ),
        ("nats:kill@1s", "this pattern has no 'nats'; it has server"),
        ("workers.3:kill@1s", "there is no workers.3; there is workers.0 to workers.2"),
        (
            "clients.5-10:stop@0s,for=1s",
            "there is no clients.5-10; there is clients.0 to clients.9",
        ),
        ("rabbitmq.1:kill@1s", "there is no rabbitmq.1; there is rabbitmq.0 only"),
        ("path.0:down@1s", "there is no path.0; there is path.1 to path.2"),
        (
            "server:kil@1s",
            "'kil' cannot be done to server; did you mean kill? it can be stop, kill",
        ),
        ("path.1:kill@1s", "'kill' cannot be done to path.1; it can be down"),
        ("rabbitmq:stop@1s,for=1s", "'stop' cannot be done to rabbitmq; it can be kill"),
        ("server:stop@1s", "the duration is missing; add e.g. for=1s"),
        ("server:kill@1s,for=2s", "kill takes no duration; remove for"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_faults(text, ACTORS, VERBS)
    message = str(refused.value)
    assert message.startswith(f"--fault {text}: ")
    assert words in message
    assert "\n" not in message


def test_the_verbs_there_are() -> None:
    """Each is a file; what it declares is what the checks rest on."""
    found = faults.verbs()
    assert set(found) >= {"stop", "kill", "restart", "cut", "path_down", "path_up"}
    assert {name: verb.lasts for name, verb in found.items() if verb.lasts != "never"} == {
        "stop": "must",
        "replace": "must",
        "garble": "must",
        "path_down": "may",
    }
    assert all(verb.meaning for verb in found.values())
