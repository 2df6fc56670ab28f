"""Placeholders in the texts of a description: which there are, and values in their place.  Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import quote

PLACEHOLDER = re.compile(r"(?<!\$)\{([a-z_]+(?::[A-Za-z0-9_-]+)?)\}")
"""`{client}`, `{reply:Etag}`; not the braces of JSON, of a program or of a shell's ${name}."""

REPLY = "reply:"
"""Before a header's name: what the latest reply said in it."""

SECRET = "env:"
"""Before an environment variable's name: its value, which is not stored with a run."""

HOST, PORT, FOLDER = "host", "port", "folder"
CLIENT, AFTER, PAYLOAD, SEQUENCE = "client", "after", "payload", "sequence"
BYTES = "bytes"
"""How long the payload is."""

STAND_IN = {
    HOST: "127.0.0.1",
    PORT: "1",
    CLIENT: "0",
    AFTER: "0",
    PAYLOAD: "x",
    SEQUENCE: "1",
    BYTES: "1",
}
"""Values with which a URL is like one in use."""


def placeholders(text: str) -> list[str]:
    """Their names, in order."""
    return PLACEHOLDER.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the values that there are in the place of their names."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def fill_address(url: str, values: Mapping[str, str]) -> str:
    """As `fill`; a secret is written as it must stand in a URL."""
    escaped = {
        name: quote(value, safe="") for name, value in values.items() if name.startswith(SECRET)
    }
    return fill(url, {**values, **escaped})


def secrets_in(values: Mapping[str, object]) -> dict[str, str]:
    """Those among what a server's address says."""
    return {name: str(value) for name, value in values.items() if name.startswith(SECRET)}


def unknown(text: str, allowed: Collection[str]) -> list[str]:
    """Placeholders of a text that mean nothing there; `allowed` are names, REPLY and SECRET."""
    return [
        name
        for name in placeholders(text)
        if name not in allowed and f"{name.partition(':')[0]}:" not in allowed
    ]


def listed(allowed: Collection[str]) -> str:
    """The placeholders that there are, in words."""
    return ", ".join(f"{{{one}NAME}}" if one.endswith(":") else f"{{{one}}}" for one in allowed)
