"""Whether the URLs of a description can be asked.  Pure.

Each problem is a line: the key, what is wrong and the remedy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from bench.model.ownserver.description import ASKED, OwnServer
from bench.model.ownserver.filling import STAND_IN, fill
from bench.model.ownserver.places import is_broker, is_secure

HTTP, HTTPS, WS, WSS, AMQP, AMQPS = "http", "https", "ws", "wss", "amqp", "amqps"
SCHEMES = {
    "subscribe.url": (HTTP, HTTPS, WS, WSS, AMQP, AMQPS),
    "publish.url": (HTTP, HTTPS, WS, WSS, AMQP, AMQPS),
    "tus.url": (HTTP,),
}
"""Where something else than HTTP will do."""


def urls(own: OwnServer) -> dict[str, str]:
    """The URLs that are there, by key."""
    found = {
        "subscribe.url": own.subscribe.url,
        "subscribe.position": own.subscribe.position,
        "publish.url": own.publish.url,
        "call.url": own.call.url,
        "grpc.url": own.grpc.url,
        "tus.url": own.tus.url,
        "page.url": own.page.url,
    }
    return {key: url for key, url in found.items() if url}


def of_urls(own: OwnServer, named: Collection[str]) -> Iterator[str]:
    for table in ASKED:
        if table in named and not getattr(own, table).url:
            yield f"{table}.url: is empty; write what each client asks for"
    for key, url in urls(own).items():
        if fault := _fault(url, SCHEMES.get(key, (HTTP, HTTPS))):
            shown = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in url)
            yield f"{key} = {shown}: {fault}"
    if own.tls.ca and not any(map(is_secure, urls(own).values())):
        yield f"tls.ca: no URL is {HTTPS}://, {WSS}:// or {AMQPS}://; write one so, or remove it"


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
        f"{parts.scheme} is not measured here; name a port of the server without TLS": parts.scheme
        in {HTTPS, WSS, AMQPS} - set(schemes),
        f"must begin with {' or '.join(f'{one}://' for one in schemes)}": parts.scheme
        not in schemes,
        "names no host; write e.g. http://127.0.0.1:8080/events": not parts.hostname or port == 0,
        "has a user or a fragment; use a header, and remove it from the URL": (
            parts.username and not is_broker(url)
        )
        or parts.fragment,
    }
    return next((words for words, is_so in wrong.items() if is_so), "")
