"""Whether the values of a description go together: one line for the first mistake.  Pure.

Must not know a pattern: what it needs of a URL is told.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from bench.model.errors import UsageError
from bench.model.ownserver.description import OwnServer
from bench.model.ownserver.events import place_of
from bench.model.ownserver.filling import (
    AFTER,
    CLIENT,
    FOLDER,
    HOST,
    PAYLOAD,
    PORT,
    SEQUENCE,
    STAND_IN,
    fill,
    placeholders,
    unknown,
)

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
OURS_TO_SET = {"host", "content-length", "transfer-encoding", "connection", "upgrade"}
OF_CLIENTS = (HOST, PORT, CLIENT, AFTER)
OF_EVENTS = (HOST, PORT, CLIENT, PAYLOAD, SEQUENCE)


def check(own: OwnServer) -> None:
    """UsageError naming the key, what is wrong and the remedy; nothing where all is well."""
    for problem in _problems(own):
        raise UsageError(problem)


def _problems(own: OwnServer) -> Iterator[str]:
    yield from _of_process(own)
    yield from _of_texts(own)
    yield from _of_urls(own)
    yield from _of_publishing(own)
    yield from _of_places(own)


def _of_process(own: OwnServer) -> Iterator[str]:
    server = own.server
    if server.command and server.pid:
        yield (
            f"server.pid = {server.pid}: contradicts server.command; keep the command (we start "
            "it) or the pid (it runs already)"
        )
    if server.pid < 0:
        yield f"server.pid = {server.pid}: must be above 0; write the number that `pgrep` shows"
    for key in ("files", "env"):
        if getattr(server, key) and not server.command:
            yield f"server.{key}: belongs to server.command; add the command or remove it"
    for name in server.files:
        if "/" in name or name.startswith("."):
            yield f"server.files.{name}: must be a plain file name; it is written into {{folder}}"


def _of_texts(own: OwnServer) -> Iterator[str]:
    """Placeholders that mean nothing where they stand, and headers that cannot be sent."""
    for key, text, allowed, with_replies in _texts(own):
        for name in unknown(text, allowed, with_replies):
            there = ", ".join(f"{{{one}}}" for one in allowed)
            more = ", {reply:NAME}" if with_replies else ""
            yield f"{key}: unknown placeholder {{{name}}}; there is {there}{more}"
        used = set(placeholders(text)) & {HOST, PORT}
        if used and not own.server.command:
            yield (
                f"{key}: {{{min(used)}}} is only known where server.command starts the server; "
                "write host and port"
            )
    for table in ("subscribe", "publish"):
        for name, value in getattr(own, table).headers.items():
            yield from _of_header(f"{table}.headers.{name}", name, value)


def _of_header(key: str, name: str, value: str) -> Iterator[str]:
    if not HEADER.fullmatch(name):
        yield f"{key}: {name!r} is no header's name; write e.g. Authorization"
    if name.lower() in OURS_TO_SET:
        yield f"{key}: is set from the URL and the body; remove it"
    if "\n" in value or "\r" in value:
        yield f"{key}: has a line end; write it in one line"


def _texts(own: OwnServer) -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    """Each text with its key, the placeholders that it may have, and whether replies are there."""
    subscribe, publish = own.subscribe, own.publish
    for key in ("url", "position", "say"):
        yield f"subscribe.{key}", getattr(subscribe, key), OF_CLIENTS, False
    for name, value in subscribe.headers.items():
        yield f"subscribe.headers.{name}", value, OF_CLIENTS, True
    for key in ("url", "body"):
        yield f"publish.{key}", getattr(publish, key), OF_EVENTS, False
    for name, value in publish.headers.items():
        yield f"publish.headers.{name}", value, OF_EVENTS, False
    for word in publish.command:
        yield "publish.command", word, OF_EVENTS, False
    for word in own.server.command:
        yield "server.command", word, (HOST, PORT, FOLDER), False


def urls(own: OwnServer) -> dict[str, str]:
    """The URLs that are there, by key."""
    found = {
        "subscribe.url": own.subscribe.url,
        "subscribe.position": own.subscribe.position,
        "publish.url": own.publish.url,
    }
    return {key: url for key, url in found.items() if url}


def _of_urls(own: OwnServer) -> Iterator[str]:
    if not own.subscribe.url:
        yield "subscribe.url: is empty; write what each client asks for"
    for key, url in urls(own).items():
        if fault := _fault(url, ("http", "ws") if key == "subscribe.url" else ("http",)):
            yield f"{key} = {url}: {fault}"


def _fault(url: str, schemes: Collection[str]) -> str:
    """What is wrong with a URL; "" where nothing is."""
    whole = fill(url, STAND_IN)
    try:
        parts = urlsplit(whole)
        port = parts.port
    except ValueError as error:
        return f"is no URL ({error}); write e.g. http://127.0.0.1:8080/events"
    wrong = {
        "has a blank or a line end; write %20": any(letter <= " " for letter in whole),
        f"{parts.scheme} is not measured yet; name a port of the server without TLS": parts.scheme
        in ("https", "wss"),
        f"must begin with {' or '.join(f'{one}://' for one in schemes)}": parts.scheme
        not in schemes,
        "names no host; write e.g. http://127.0.0.1:8080/events": not parts.hostname or port == 0,
        "has a user or a fragment; use a header, and remove it from the URL": parts.username
        or parts.fragment,
    }
    return next((words for words, is_so in wrong.items() if is_so), "")


def _of_publishing(own: OwnServer) -> Iterator[str]:
    publish, event = own.publish, own.event
    ways = {
        "url": bool(publish.url),
        "command": bool(publish.command),
        "by_itself": publish.by_itself,
    }
    chosen = [f"publish.{way}" for way, is_chosen in ways.items() if is_chosen]
    if not chosen:
        yield "publish: says no way; add url, command or by_itself = true"
    if len(chosen) > 1:
        yield f"{chosen[1]}: contradicts {chosen[0]}; keep one way to publish"
    if publish.url and "{payload}" not in publish.body:
        yield f"publish.body = {publish.body!r}: lacks {{payload}}; the event must be in it"
    if publish.command and not any("{payload}" in word for word in publish.command):
        yield "publish.command: lacks {payload}; the event must be one of its words"
    if publish.by_itself and not event.sequence:
        yield 'event.sequence: is missing; publish.by_itself needs it, e.g. sequence = "$.sequence"'
    for key in ("sequence", "timestamp"):
        value = getattr(event, key)
        if value and not publish.by_itself:
            yield f"event.{key} = {value}: our payload has it; remove it, or set publish.by_itself"


def _of_places(own: OwnServer) -> Iterator[str]:
    for key in ("payload", "after", "sequence", "timestamp"):
        text = getattr(own.event, key)
        try:
            if text or key == "payload":
                place_of(text)
        except ValueError as error:
            yield f"event.{key} = {text!r}: {error}"


# --- what is said where it is used -----------------------------------------------------------


def hosts_of(own: OwnServer) -> list[str]:
    """The hosts that its URLs name beside the one that we start it on."""
    found = [
        str(urlsplit(fill(url, STAND_IN | {HOST: "host.of.ours"})).hostname)
        for url in urls(own).values()
    ]
    return [host for host in dict.fromkeys(found) if host != "host.of.ours"]


def is_this_host(host: str) -> bool:
    """Whether a name or address is the loopback's."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def elsewhere(own: OwnServer) -> list[str]:
    """The hosts among them that are not this one."""
    return [host for host in hosts_of(own) if not is_this_host(host)]


def check_spoken_to(own: OwnServer, scheme: str, allowed: Collection[str]) -> None:
    """UsageError where a pattern's clients cannot speak to it, or may not."""
    url = own.subscribe.url
    if not url.startswith(f"{scheme}://"):
        raise UsageError(f"subscribe.url = {url}: this pattern's clients need {scheme}://")
    for host in elsewhere(own):
        if own.server.command:
            raise UsageError(
                f"server.command: starts a server here, but a URL names {host}; write {{host}}"
            )
        if host not in allowed:
            raise UsageError(f"{host}: is another host; add --i-may-load {host} if you may")
    for host in allowed:
        if host not in elsewhere(own):
            raise UsageError(f"--i-may-load {host}: no URL names that host; remove it")


def check_on_link(own: OwnServer, links: Collection[str]) -> None:
    """UsageError where trials are on links that the server cannot be on."""
    if not links:
        return
    if not own.is_started:
        raise UsageError(
            "server.command: is missing; only a server that we start can be on an emulated link"
        )
    for host in hosts_of(own):
        raise UsageError(f"a URL names {host}: on an emulated link write {{host}} and {{port}}")
