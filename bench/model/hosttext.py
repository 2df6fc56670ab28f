"""An address as one text, and back: what plain Locust is given as its `--host`.  Pure.

    http://127.0.0.1:8080                                   a server
    http://127.0.0.1:8080?listener.front=https://...        and a proxy before it
    http://127.0.0.1:8080?part.relay=127.0.0.1:8081         and another part of the pattern
    amqp://user:password@127.0.0.1:5672/?exchange=NAME      what the pattern tells its own clients

Knows nothing of what clients do with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec.structs import replace

from bench.model.errors import UsageError
from bench.model.messages import Address, ListenerAddress

LISTENER, PART = "listener.", "part."
FILES = ("ca_file", "key_fingerprint", "client_cert", "client_key")
URL = "url"
"""The key of `Address.more` that has a pattern's own address, in place of the server's."""


def host_text(address: Address, parts: Mapping[str, Sequence[Address]] | None = None) -> str:
    """The address with all that its clients need, and those of other parts by name."""
    base = address.more.get(URL) or f"http://{address.host}:{address.port}"
    words = {f"{LISTENER}{name}": one.url for name, one in address.listeners.items()}
    words |= {
        f"{PART}{name}": ",".join(f"{one.host}:{one.port}" for one in found)
        for name, found in (parts or {}).items()
        if all(one.port for one in found)
        and any((one.host, one.port) != (address.host, address.port) for one in found)
    }
    words |= {name: value for name in FILES if (value := getattr(address, name))}
    words |= {name: value for name, value in address.more.items() if name != URL}
    return f"{base}?{urlencode(words, safe=':/.@,')}" if words else base


def address_of(text: str) -> Address:
    """The address that `host_text` wrote; UsageError where host or port are missing."""
    base, _, query = text.partition("?")
    host, port = _place(base, text)
    words = dict(parse_qsl(query))
    listeners = {
        name.removeprefix(LISTENER): ListenerAddress(*_place(url, text), url)
        for name, url in words.items()
        if name.startswith(LISTENER)
    }
    files = {name: words[name] for name in FILES if name in words}
    rest = {
        name: value
        for name, value in words.items()
        if name not in FILES and not name.startswith((LISTENER, PART))
    }
    more = {URL: base, **rest} if rest or urlsplit(base).scheme not in ("http", "https") else {}
    return replace(Address(host, port, listeners, more=more), **files)


def parts_of(text: str) -> dict[str, list[Address]]:
    """The other parts' addresses by name; UsageError where one has no port."""
    _, _, query = text.partition("?")
    return {
        name.removeprefix(PART): [Address(*_place(f"//{one}", text)) for one in places.split(",")]
        for name, places in parse_qsl(query)
        if name.startswith(PART)
    }


def _place(url: str, text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port:
        raise UsageError(
            f"host={text}: needs an address with a port, as http://127.0.0.1:8080; "
            "`bench serve` prints one"
        )
    return host, port
