"""Which patterns a described server stands for, and what a load may ask of it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from measured import EXPERIMENTS

from bench import catalog
from bench.model.errors import UsageError
from bench.model.ownserver import read
from bench.model.pattern import Pattern
from bench.model.trial import Trial
from bench.plan import load_words, own_servers
from bench.plan.own_servers import OwnFile
from bench.run.identities import identity_of

STARTED = """
title = "theirs"
[server]
command = ["serve", "{host}", "{port}"]
[subscribe]
url = "http://{host}:{port}/"
[publish]
url = "http://{host}:{port}/{client}"
"""
FOUND = """
[subscribe]
url = "http://127.0.0.1:1/"
[publish]
url = "http://127.0.0.1:1/"
"""
FAR = FOUND.replace("127.0.0.1", "192.0.2.1")
BY_ITSELF = """
[subscribe]
url = "http://127.0.0.1:1/"
[event]
sequence = "id"
timestamp = "$.at"
[publish]
by_itself = true
"""
CALL = """
[call]
url = "http://127.0.0.1:1/"
"""
GRPC = """
[grpc]
url = "http://127.0.0.1:1"
method = "shop.Orders/Get"
descriptors = "orders.pb"
"""
UPLOAD = """
[tus]
url = "http://127.0.0.1:1/files"
"""
PAGE = """
[page]
url = "http://127.0.0.1:1/"
resources = ["/"]
"""
EXPERIMENT = "notifications"
EXAMPLES = Path(__file__).parents[3] / "docs" / "own"


def file_of(text: str, *may_load: str) -> OwnFile:
    return OwnFile("my.toml", "/there/my.toml", text, read(text), may_load)


def described(names: str, text: str = STARTED, *may_load: str) -> list[Pattern]:
    chosen = catalog.select([f"{EXPERIMENT}/{name}" for name in shlex.split(names)])
    return own_servers.described(chosen, catalog.patterns, file_of(text, *may_load))


def check(name: str, text: str, **load: Any) -> None:
    (pattern,) = described(name, text, "192.0.2.1") if text == FAR else described(name, text)
    experiment = catalog.declared_one(EXPERIMENT)
    values = experiment.load(**load).values()
    own_servers.check(pattern, read(text), experiment, values)


def test_every_stand_in_has_what_the_mechanism_needs() -> None:
    for name, experiment in catalog.declared().items():
        known = catalog.patterns(name)
        stand_ins = [one for one in known.values() if one.stands_for]
        assert bool(stand_ins) == (experiment.own is not None)
        for one in stand_ins:
            assert one.stands_for in known
            assert set(one.scheme.split()) <= {"http", "https", "ws", "wss", "amqp", "amqps"}
            assert one.reads
            assert one.on_request
            (request,) = one.services
            assert catalog.components()[request.name].described


def test_a_pattern_is_replaced_by_the_one_that_stands_for_it() -> None:
    (found,) = described("sse")
    assert (found.name, found.title, found.stands_for) == ("sse_own", "theirs", "sse")
    server = found.described
    assert server is not None
    assert (server.description, server.file, server.side) == (STARTED, "/there/my.toml", "backend")


def test_named_side_by_side_nothing_is_replaced() -> None:
    ours, theirs = described("sse sse_own")
    assert (ours.id, ours.described) == ("notifications/sse", None)
    assert theirs.described is not None


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.toml")))
def test_an_example_stands_for_every_pattern_that_can_speak_to_it(name: str) -> None:
    text = (EXAMPLES / f"{name}.toml").read_text()
    own = read(text)
    found = []
    for experiment in (one for one in catalog.declared().values() if one.own is not None):
        for pattern in catalog.patterns(experiment.name).values():
            scheme = getattr(own, pattern.reads[0]).url.partition(":")[0]
            if pattern.stands_for and scheme in pattern.scheme.split():
                chosen = catalog.select([f"{experiment.name}/{pattern.stands_for}"])
                (one,) = own_servers.described(chosen, catalog.patterns, file_of(text))
                own_servers.check(one, own, experiment, experiment.load().values())
                found.append(one.id)
    assert found


@pytest.mark.parametrize(
    ("id_", "text", "words"),
    [
        ("calls/rest_json", FOUND, r"my.toml: \[call\]: is missing; add \[call\] with e.g. url = "),
        ("calls/grpc", CALL, r"my.toml: \[grpc\]: is missing; add \[grpc\] with e.g. url = "),
        ("page_load/http2", PAGE, r"my.toml: page.url = .*: this pattern's clients need https://"),
        ("page_load/http3", PAGE, r"my.toml: page.url = .*: this pattern's clients need https://"),
        ("calls/graphql", CALL, "--own: calls/graphql takes no server of your own; name one of"),
        ("sessions/jwt", PAGE, "--own: sessions/jwt takes no server of your own; docs/own"),
    ],
)
def test_what_an_example_is_not_for_is_told(id_: str, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        own_servers.described(catalog.select([id_]), catalog.patterns, file_of(text))


@pytest.mark.parametrize(
    ("id_", "load", "words"),
    [
        ("calls/rest_json", {"payload_bytes": 500}, "payload: your own server answers as it does"),
        ("calls/grpc", {"needed": 0.5}, "needed: your own server answers as it does"),
        ("upload/resumable", {"expiry_s": 5.0}, "expiry: your own server does not obey it; remove"),
        ("page_load/http1_six", {"tls": "off"}, "tls: your own server is not told; remove it"),
        ("page_load/browser", {"streams": 2}, "streams: your own server is not told; remove it"),
        ("page_load/browser", {"protocol": "http3"}, "page.url = .*: protocol=http3 needs https"),
    ],
)
def test_what_only_our_servers_do_is_told(id_: str, load: Mapping[str, Any], words: str) -> None:
    text = CALL + GRPC + UPLOAD + PAGE
    (pattern,) = own_servers.described(catalog.select([id_]), catalog.patterns, file_of(text))
    experiment = catalog.declared_one(pattern.experiment)
    with pytest.raises(UsageError, match=words):
        own_servers.check(pattern, read(text), experiment, experiment.load(**load).values())


def test_a_browser_cannot_tell_equal_resources_apart() -> None:
    text = PAGE.replace('["/"]', '["/a", "/b", "a"]')
    six, browser = own_servers.described(
        catalog.select(["page_load/http1_six", "page_load/browser"]),
        catalog.patterns,
        file_of(text),
    )
    experiment = catalog.declared_one("page_load")
    values = experiment.load().values()
    own_servers.check(six, read(text), experiment, values)
    with pytest.raises(UsageError, match=r"page.resources: a is there twice, and a browser"):
        own_servers.check(browser, read(text), experiment, values)


@pytest.mark.parametrize(
    "id_", ["calls/rest_json", "calls/grpc", "upload/resumable", "page_load/http1_six"]
)
def test_what_has_no_rate_loads_no_other_host(id_: str) -> None:
    text = (CALL + GRPC + UPLOAD + PAGE).replace("127.0.0.1", "192.0.2.1")
    file = file_of(text, "192.0.2.1")
    (pattern,) = own_servers.described(catalog.select([id_]), catalog.patterns, file)
    experiment = catalog.declared_one(pattern.experiment)
    with pytest.raises(UsageError, match=r"rate"):
        own_servers.check(pattern, read(text), experiment, experiment.load().values())


def test_without_a_title_the_pattern_keeps_its_own() -> None:
    (found,) = described("sse", FOUND)
    assert found.title == catalog.patterns(EXPERIMENT)["sse_own"].title


def test_an_experiment_does_not_mean_servers_that_nobody_described() -> None:
    for on_request in (True, False):
        assert not [
            one for one in catalog.select([EXPERIMENT], on_request=on_request) if one.stands_for
        ]


@pytest.mark.parametrize(
    ("names", "text", "words"),
    [
        (
            "sse_http2",
            STARTED,
            "--own: notifications/sse_http2 takes no server of your own; name",
        ),
        ("rabbitmq", STARTED, "my.toml: subscribe.url = .*need amqp:// or amqps://"),
        ("websocket", STARTED, "my.toml: subscribe.url = .*need ws://"),
        ("sse", FAR, "my.toml: 192.0.2.1: is another host; add --i-may-load 192.0.2.1"),
    ],
)
def test_what_cannot_stand_there_is_told(names: str, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        described(names, text)


@pytest.mark.parametrize(
    ("name", "text", "load", "words"),
    [
        ("sse", FOUND, {"link": "emulated", "rtt_s": 0.005}, "only a server that we start"),
        (
            "sse",
            FOUND,
            {"fault": "own_server:kill@1s"},
            "--fault own_server:kill@1s: the server",
        ),
        ("sse", STARTED, {"keep_alive_s": 1.0}, "keep_alive: your own server does not obey it"),
        ("sse", STARTED, {"slow_policy": "drop"}, "slow_policy: your own server"),
        ("sse", FOUND, {"audience": "one"}, r"audience=one: publish has no \{client\}"),
        ("sse", BY_ITSELF, {"event_rate_per_s": 2.0}, "event_rate: your own server publishes by"),
        ("sse", FAR, {"clients": 100}, "192.0.2.1: 101 requests and deliveries per second are mo"),
        ("short_polling", FAR, {"clients": 20, "poll_interval_s": 0.1}, "192.0.2.1: 201 requests"),
    ],
)
def test_what_a_load_may_not_ask_is_told(
    name: str, text: str, load: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        check(name, text, **load)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "load"),
    [
        (
            "sse",
            STARTED,
            {"link": "emulated", "rtt_s": 0.005, "fault": "own_server:kill@1s", "audience": "one"},
        ),
        ("sse", FOUND, {"clients": 1000, "fault": "clients:cut@1s"}),
        ("sse", BY_ITSELF, {}),
        ("sse", FAR, {"clients": 99}),
        ("short_polling", FAR, {"clients": 20}),
    ],
)
def test_what_a_load_may_ask_is_let_through(name: str, text: str, load: Mapping[str, Any]) -> None:
    check(name, text, **load)


def said_of(patterns: list[Pattern], **load: Any) -> list[str]:
    """The loads of trials of these patterns, in words."""
    values = EXPERIMENTS[patterns[0].experiment].load(**load).values()
    trials = [Trial(number, one.id, "", 1, 1, values) for number, one in enumerate(patterns)]
    return load_words.lines(EXPERIMENTS, trials, {}, patterns)


def test_a_load_is_said_as_the_description_has_it() -> None:
    chosen = catalog.select(["page_load/http1_six", "page_load/http1_six_own"])
    ours, theirs = own_servers.described(chosen, catalog.patterns, file_of(PAGE))
    words = "load: 1 client, pages of {}, one after the other (no rate)"
    assert said_of([theirs]) == [words.format("1 resource of your own server")]
    both = [words.format("30 resources of 1000B"), words.format("1 resource of your own server")]
    assert said_of([ours, theirs]) == both
    assert said_of(described("sse", BY_ITSELF), clients=5) == [
        "load: 5 clients, the events that the server publishes by itself"
    ]
    assert said_of(described("sse sse_own")) == said_of(catalog.select(["notifications/sse"]))


def test_a_run_goes_on_with_the_description_that_it_stored() -> None:
    (stored,) = described("sse")
    plain = catalog.select(["notifications/sse_own", "notifications/sse"])
    again, other = own_servers.carried_over(plain, {stored.id: stored})
    assert again == stored
    assert other == plain[1]


def test_a_run_elsewhere_goes_on_only_if_it_may() -> None:
    far = described("sse", FAR, "192.0.2.1")
    own_servers.check_permitted([*far, *described("sse")], ["192.0.2.1"])
    with pytest.raises(UsageError, match="add --i-may-load"):
        own_servers.check_permitted(far, [])


def test_a_stored_run_says_what_it_starts() -> None:
    patterns = [*described("sse"), *described("sse", FOUND), *catalog.select(["notifications/sse"])]
    assert own_servers.started_by(patterns) == ["theirs is started by `serve {host} {port}`"]


def test_runs_with_other_descriptions_are_unlike() -> None:
    texts = (FOUND, FOUND, STARTED)
    one, same, other = (identity_of(*described("sse", text), {}) for text in texts)
    assert one == same
    assert one.versions != other.versions
