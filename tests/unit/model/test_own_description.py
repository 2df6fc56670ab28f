"""A description of somebody else's server: what it may say, and one line for each mistake."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.brokers.amqp import Login
from bench.model.errors import UsageError
from bench.model.ownserver import (
    EVENTS,
    check_on_link,
    check_spoken_to,
    elsewhere,
    notes,
    read,
    secrets_of,
)
from bench.model.ownserver.description import KEYS
from bench.model.ownserver.filling import fill_address, secrets_in
from bench.model.ownserver.places import port_of

DOCS = Path(__file__).parents[3] / "docs" / "own"
GOOD: Mapping[str, Any] = {
    "title": "theirs",
    "server": {"command": ["node", "server.js", "{port}"], "files": {"a.txt": "{host}"}},
    "subscribe": {
        "url": "http://{host}:{port}/events?client={client}",
        "headers": {"Authorization": "Bearer x", "If-None-Match": "{reply:Etag}"},
    },
    "event": {"payload": "$.data"},
    "publish": {"url": "http://{host}:{port}/publish", "body": '{"data": "{payload}"}'},
}
ALONE: Mapping[str, Any] = {
    "subscribe": {"url": "http://127.0.0.1:8080/events"},
    "publish": {"url": "http://localhost/publish"},
}
BY_ITSELF: Mapping[str, Any] = {
    "subscribe": {"url": "ws://[::1]:8080/"},
    "event": {"sequence": "$.id", "timestamp": "$.at"},
    "publish": {"by_itself": True},
}

BROKER: Mapping[str, Any] = {
    "subscribe": {"url": "amqp://me:{env:SECRET}@127.0.0.1/shop?heartbeat=5", "exchange": "news"},
    "publish": {
        "url": "amqps://me:{env:SECRET}@127.0.0.1/",
        "exchange": "news",
        "routing_key": "to.{client}",
    },
    "call": {"url": "http://127.0.0.1/", "headers": {"Authorization": "Bearer {env:TOKEN}"}},
}


def toml_of(content: Mapping[str, Any]) -> str:
    """TOML has JSON's texts, numbers and lists; tables are inline."""
    return "\n".join(f"{_key(name)} = {_value(value)}" for name, value in content.items())


def _key(name: str) -> str:
    return json.dumps(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
    return json.dumps(value)


def changed(base: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """The description with another value at a dotted key; None takes it away."""
    name, _, rest = key.partition(".")
    found = dict(base)
    if rest:
        found[name] = changed(found.get(name, {}), rest, value)
    elif value is None:
        found.pop(name, None)
    else:
        found[name] = value
    return found


def fault_of(content: Mapping[str, Any]) -> str:
    with pytest.raises(UsageError) as caught:
        read(toml_of(content))
    return str(caught.value)


@pytest.mark.parametrize("content", [GOOD, ALONE, BY_ITSELF], ids=["started", "found", "by itself"])
def test_what_goes_together_is_read(content: Mapping[str, Any]) -> None:
    assert tomllib.loads(toml_of(content)) == content
    own = read(toml_of(content))
    assert own.subscribe.url == content["subscribe"]["url"]
    assert own.is_started == own.is_metered == ("server" in content)


def test_the_examples_are_read() -> None:
    found = {path.stem: read(path.read_text()) for path in DOCS.glob("*.toml")}
    assert len(found) >= 5
    for name, own in found.items():
        assert own.is_started == (name != "rabbitmq"), name
        check_on_link(own, ["clients"] if own.is_started else [])
        for table in own.tables:
            check_spoken_to(own, (table,), urlsplit(getattr(own, table).url).scheme, [])


ASKED: Mapping[str, Any] = {
    "call": {"url": "http://127.0.0.1:8080/orders/{sequence}", "fields": ["$.lines[*].sku"]},
    "grpc": {
        "url": "http://127.0.0.1:8080",
        "method": "shop.v1.Orders/Get",
        "descriptors": "a.pb",
    },
    "tus": {"url": "http://127.0.0.1:8080/files/", "headers": {"Authorization": "Bearer x"}},
    "page": {"url": "https://127.0.0.1:8443/", "resources": ["/", "a.css"]},
    "tls": {"ca": "ca.pem"},
}


def test_a_server_may_be_asked_in_several_ways_at_one_address() -> None:
    own = read(toml_of({**ALONE, **ASKED}))
    assert own.tables == ["subscribe", "call", "grpc", "tus", "page"]
    assert own.url == "http://127.0.0.1:8080/events"
    assert read(toml_of(ASKED)).url == ASKED["call"]["url"]
    assert elsewhere(read(toml_of(changed(ASKED, "tus.url", "http://192.0.2.1/")))) == ["192.0.2.1"]


def test_secrets_are_named_and_not_written() -> None:
    own = read(toml_of(BROKER))
    assert secrets_of(own) == ["SECRET", "TOKEN"]
    assert (own.url, elsewhere(own)) == (BROKER["subscribe"]["url"], [])
    place = {"host": "127.0.0.1", "env:SECRET": "p/%@:"}
    assert secrets_in(place) == {"env:SECRET": "p/%@:"}
    login = Login.of(fill_address(own.subscribe.url, place))
    assert (login.user, login.password, login.host) == ("me", "p/%@:", "127.0.0.1")
    assert (login.port, login.vhost, login.beat_s) == (port_of(own.subscribe.url), "shop", 5)


@pytest.mark.parametrize("table", ["subscribe", "tus"])
def test_what_a_pattern_reads_must_be_there(table: str) -> None:
    own = read(toml_of({"call": ASKED["call"]}))
    with pytest.raises(
        UsageError, match=rf"^\[{table}\]: is missing; add \[{table}\] with e.g. url"
    ):
        check_spoken_to(own, (table,), "http", [])


# --- mistakes ------------------------------------------------------------------------------

WRONG_TYPES: Mapping[str, Any] = {
    "text": 7,
    "a list of texts": "node server.js",
    "a whole number": "many",
    "a table of texts": ["x"],
    "a list of whole numbers": ["x"],
    "a number of seconds": "1 s",
    '"s", "ms", "us" or "ns"': "min",
    "true": "yes",
    "a number": "many",
}


@pytest.mark.parametrize("key", KEYS)
def test_a_value_of_another_form_is_told_with_its_key(key: str) -> None:
    wrong = WRONG_TYPES[KEYS[key][0]]
    words = fault_of(changed(GOOD, key, wrong))
    assert "\n" not in words
    assert words.startswith(f"{key} = {wrong!r}: must be {KEYS[key][0]}")


@pytest.mark.parametrize("key", KEYS)
def test_a_misspelt_key_is_told_with_what_was_meant(key: str) -> None:
    table, _, name = key.rpartition(".")
    misspelt = f"{table}.{name}s".lstrip(".")
    words = fault_of(changed(GOOD, misspelt, 1))
    assert "\n" not in words
    assert words.startswith(f"{misspelt}: unknown key; did you mean ")
    assert name in words.partition("did you mean")[2]


OTHERS: list[tuple[Mapping[str, Any], str, Any, str]] = [
    (GOOD, "subscribe", None, "[subscribe]: is missing; add [subscribe] with"),
    (GOOD, "publish", None, "[publish]: is missing; add [publish] with"),
    (GOOD, "subscribe.url", None, "subscribe.url: is missing; it is what each client"),
    (GOOD, "subscribe.url", "", "subscribe.url: is empty; write"),
    (
        GOOD,
        "subscribe.url",
        "/events",
        "subscribe.url = /events: must begin with http:// or ",
    ),
    (ASKED, "tus.url", "https://127.0.0.1/", "tus.url = https://127.0.0.1/: https is not"),
    (GOOD, "subscribe.url", "http://:80/", "subscribe.url = http://:80/: names no host; write"),
    (GOOD, "subscribe.url", "http://a:b/", "subscribe.url = http://a:b/: is no URL ("),
    (GOOD, "subscribe.url", "http://a:b\nc/", "subscribe.url = http://a:b\\nc/: is no URL ("),
    (GOOD, "subscribe.url", "http://a/ b", "subscribe.url = http://a/ b: has a blank"),
    (
        GOOD,
        "subscribe.url",
        "http://{host}/{who}",
        "subscribe.url: unknown placeholder {who}; ",
    ),
    (GOOD, "subscribe.headers.Host", "x", "subscribe.headers.Host: is set from the URL"),
    (GOOD, "subscribe.headers.A B", "x", "subscribe.headers.A B: 'A B' is no header's name"),
    (GOOD, "subscribe.headers.A", "x\ny", "subscribe.headers.A: has a line end; write it"),
    (GOOD, "subscribe.ready", 60, "subscribe.ready = 60: must be a number of seconds"),
    (GOOD, "server.pid", 7, "server.pid = 7: contradicts server.command; keep"),
    (GOOD, "server.command", ["node", "{prot}"], "server.command: unknown placeholder {prot}; "),
    (GOOD, "server.command", None, "server.files: belongs to server.command; add"),
    (GOOD, "server.files.a/b", "x", "server.files.a/b: must be a plain file name"),
    (ALONE, "server.pid", -1, "server.pid = -1: must be above 0"),
    (ALONE, "subscribe.url", "http://{host}:80/", "subscribe.url: {host} is only known where"),
    (GOOD, "publish.url", None, "publish: says no way; add url, command or by_itself"),
    (GOOD, "publish.url", "ftp://{host}/", "publish.url = ftp://{host}/: must begin with http://"),
    (GOOD, "publish.body", "nothing", "publish.body = 'nothing': lacks {payload}; the event"),
    (GOOD, "publish.command", ["pub", "{payload}"], "publish.command: contradicts publish.url; "),
    (GOOD, "publish.by_itself", True, "publish.by_itself: contradicts publish.url; keep"),
    (BY_ITSELF, "event.sequence", None, "event.sequence: is missing; publish.by_itself needs"),
    (GOOD, "event.sequence", "$.id", "event.sequence = $.id: our payload has it; remove it"),
    (GOOD, "event.payload", "data", "event.payload = 'data': is no place; write"),
    (GOOD, "event.payload", "$.a[", "event.payload = '$.a[': cannot be read from '[' on"),
    (GOOD, "event.after", "$.a..b", "event.after = '$.a..b': cannot be read from '..b' on"),
    (GOOD, "publish.say", "hello", "publish.say: belongs to a WebSocket; write publish.url = ws"),
    (GOOD, "event.payload", "/a/", "event.payload = '/a/': has 0 groups; put"),
    (GOOD, "event.payload", "/(/", "event.payload = '/(/': is no regular expression ("),
    (ASKED, "call.url", None, "call.url: is missing; it is what each call asks for"),
    (ASKED, "call.url", "", "call.url: is empty; write"),
    (ASKED, "call.url", "http://a/{after}", "call.url: unknown placeholder {after}; there is"),
    (ASKED, "call.method", "get it", "call.method = 'get it': is no method; write e.g. POST"),
    (ASKED, "call.fields", [], "call.fields: is empty; name what a caller reads"),
    (ASKED, "call.fields", ["whole"], "call.fields: 'whole' is no value of JSON; write"),
    (ASKED, "call.fields", ["$.a["], "call.fields: '$.a[' cannot be read from '[' on"),
    (ASKED, "call.headers", {"Host": "x"}, "call.headers.Host: is set from the URL"),
    (ASKED, "grpc.method", None, "grpc.method: is missing; it is the method with its package"),
    (ASKED, "grpc.method", "Get", "grpc.method = 'Get': is no full name; write package, service"),
    (ASKED, "grpc.method", "/a.B/C", "grpc.method = '/a.B/C': is no full name; write"),
    (ASKED, "grpc.descriptors", None, "grpc.descriptors: is missing; it is a file of descriptors"),
    (ASKED, "grpc.descriptors", "", "grpc.descriptors: is empty; have them written by `protoc"),
    (ASKED, "grpc.url", "grpc://a", "grpc.url = grpc://a: must begin with http:// or https://"),
    (ASKED, "grpc.url", "http://a/b", "grpc.url = http://a/b: has a path; write host and port"),
    (ASKED, "grpc.headers", {"a-bin": "x"}, "grpc.headers.a-bin: is binary, which a text is not"),
    (ASKED, "grpc.request", "{after}", "grpc.request: unknown placeholder {after}; there is"),
    (ASKED, "grpc.fields", ["whole"], "grpc.fields: 'whole' is no value of JSON; write"),
    (ASKED, "tus.url", "ws://127.0.0.1/", "tus.url = ws://127.0.0.1/: must begin with http"),
    (ASKED, "tus.url", "http://{host}/", "tus.url: {host} is only known where"),
    (ASKED, "tus.headers", {"A B": "x"}, "tus.headers.A B: 'A B' is no header's name"),
    (ASKED, "page.resources", None, "page.resources: is missing; it is what it consists of"),
    (ASKED, "page.resources", [], "page.resources: is empty; name what the page consists of"),
    (ASKED, "page.resources", ["a b"], "page.resources: 'a b' is no path; write e.g."),
    (ASKED, "page.resources", ["http://b/"], "page.resources: http://b/ is on another server; "),
    (ASKED, "page.resources", ["http://["], "page.resources: http://[ is on another server; name"),
    (ASKED, "page.url", "https://[", "page.url = https://[: is no URL ("),
    (ASKED, "page.resources", ["/{after}"], "page.resources: unknown placeholder {after}; there"),
    (ASKED, "page.url", "http://127.0.0.1/", "tls.ca: no URL is https://, wss:// or amqps://; w"),
    (BROKER, "subscribe.exchange", None, "subscribe.exchange: is missing; add e.g. exchange ="),
    (BROKER, "subscribe.queue", "for-{client}", "subscribe.exchange: contradicts subscribe.queue"),
    (BROKER, "subscribe.say", "hello", "subscribe.say: belongs to http:// or ws://; write"),
    (BROKER, "subscribe.headers", {"A": "x"}, "subscribe.headers: belongs to http:// or ws://"),
    (BROKER, "subscribe.routing_key", "{after}", "subscribe.routing_key: unknown placeholder {af"),
    (BROKER, "subscribe.url", "http://127.0.0.1/", "subscribe.exchange: belongs to amqp://; write"),
    (BROKER, "subscribe.url", "amqp://:{env:A}/", "subscribe.url = amqp://:{env:A}/: is no URL ("),
    (BROKER, "publish", {"url": "amqp://127.0.0.1/"}, "publish.exchange: is missing; add e.g. ex"),
    (BROKER, "publish.say", "hello", "publish.say: belongs to a WebSocket; write publish.url ="),
    (BROKER, "publish.url", "http://127.0.0.1/", "publish.exchange: belongs to amqp://; write"),
    (BROKER, "publish.url", "amqp://a:b@h/", "publish.url: has a password, which would be stored"),
    (BROKER, "publish.url", "amqp://h/{client}", "publish.url: {client} is in no broker's address"),
    (BROKER, "publish.url", "amqp://h/?heartbeat=x", "publish.url: ?heartbeat=x: only ?heartbeat="),
    (BROKER, "publish.url", "amqp://h/?frame_max=1", "publish.url: ?frame_max=1: only ?heartbeat="),
    (BROKER, "publish.body", "{env:SECRET} {payload}", "publish.body: unknown placeholder {env:SE"),
    (BROKER, "call.url", "http://a/{env:TOKEN}", "call.url: unknown placeholder {env:TOKEN}; th"),
    (GOOD, "limit.per_second", 0, "limit.per_second = 0: must be a number"),
]


@pytest.mark.parametrize(("base", "key", "value", "words"), OTHERS)
def test_a_mistake_is_one_line_with_key_and_remedy(
    base: Mapping[str, Any], key: str, value: Any, words: str
) -> None:
    if "headers." in key or "files." in key:  # the rest of the key is one name
        table, _, name = key.partition("headers." if "headers." in key else "files.")
        whole = f"{table}{'headers' if 'headers.' in key else 'files'}"
        found = fault_of(changed(base, whole, {name: value}))
    else:
        found = fault_of(changed(base, key, value))
    assert "\n" not in found
    assert found.startswith(words)


def test_clients_of_one_queue_would_share_its_events() -> None:
    subscribe = {"url": "amqp://127.0.0.1/", "queue": "all"}
    words = fault_of(changed(BROKER, "subscribe", subscribe))
    assert words.startswith("subscribe.queue = all: lacks {client}; clients of one queue would")


def test_what_is_no_toml_is_told() -> None:
    with pytest.raises(UsageError, match=r"not TOML .*correct the file"):
        read("[subscribe")


# --- where it is, and who may load it -------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("http://127.0.0.1:8080/", []),
        ("http://localhost/", []),
        ("http://127.9.9.9/", []),
        ("http://[::1]/", []),
        ("http://192.0.2.1:8080/", ["192.0.2.1"]),
        ("http://localhost.example/", ["localhost.example"]),
    ],
)
def test_another_host_must_be_allowed(url: str, hosts: list[str]) -> None:
    own = read(toml_of(changed(ALONE, "subscribe.url", url)))
    assert elsewhere(own) == hosts
    check_spoken_to(own, EVENTS, "http", hosts)
    for host in hosts:
        with pytest.raises(UsageError, match=f"^{host}: is another host; add --i-may-load {host}"):
            check_spoken_to(own, EVENTS, "http", [])
        assert any(host in line for line in notes(own, EVENTS))
    with pytest.raises(UsageError, match=r"--i-may-load b\.example: no URL names"):
        check_spoken_to(own, EVENTS, "http", [*hosts, "b.example"])


def test_where_it_is_started_no_other_host_is_named() -> None:
    own = read(toml_of(changed(GOOD, "publish.url", "http://192.0.2.1/")))
    with pytest.raises(UsageError, match=r"server.command: starts a server here"):
        check_spoken_to(own, EVENTS, "http", ["192.0.2.1"])


def test_clients_speak_what_the_pattern_speaks() -> None:
    with pytest.raises(UsageError, match=r"subscribe.url = .*need ws://"):
        check_spoken_to(read(toml_of(GOOD)), EVENTS, "ws", [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ALONE, "only a server that we start"),
        (changed(GOOD, "publish.url", "http://127.0.0.1:1/"), "a URL names 127.0.0.1"),
    ],
)
def test_only_what_we_start_can_be_on_a_link(content: Mapping[str, Any], words: str) -> None:
    own = read(toml_of(content))
    check_on_link(own, [])
    with pytest.raises(UsageError, match=words):
        check_on_link(own, ["clients"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD, lambda lines: len(lines) == 1 and "posted" in lines[0]),
        (ALONE, lambda lines: "CPU and memory are not measured" in lines[0]),
        (BY_ITSELF, lambda lines: "its own timestamp (ms)" in lines[1]),
        (
            changed(BY_ITSELF, "event.timestamp", None),
            lambda lines: "latency is not measured" in lines[1],
        ),
        (changed(ALONE, "server", {"pid": 7}), lambda lines: "is not pinned" in lines[0]),
        (
            BROKER,
            lambda lines: "published to its exchange" in lines[1],
        ),
        (
            changed(ALONE, "publish", {"command": ["pub", "{payload}"]}),
            lambda lines: "program of its own" in lines[1],
        ),
    ],
)
def test_what_is_not_measured_is_said(
    content: Mapping[str, Any], said: Callable[[list[str]], bool]
) -> None:
    assert said(notes(read(toml_of(content)), EVENTS))
