"""What a tus 1.0 server says of itself and of requests.  Pure: headers in, values or refusals out.

https://tus.io/protocols/resumable-upload, version 1.0.0: the core protocol, and the extensions
creation, termination and expiration.  Knows neither files nor sockets.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration"
BODY_TYPE = "application/offset+octet-stream"
LARGEST = 2**62


class Refusal(Exception):
    """A request that is answered with a status and one line."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True)
class Upload:
    """What is known of an upload from its creation on."""

    length: int
    metadata: str = ""

    def to_json(self) -> str:
        return json.dumps({"length": self.length, "metadata": self.metadata})

    @classmethod
    def from_json(cls, text: str) -> Upload:
        values = json.loads(text)
        return cls(int(values["length"]), str(values["metadata"]))


def check_version(headers: Mapping[str, str]) -> None:
    """412 where the request is of another version, or names none."""
    version = headers.get("Tus-Resumable", "")
    if version != VERSION:
        raise Refusal(412, f"Tus-Resumable={version}: this server speaks {VERSION}")


def creation(headers: Mapping[str, str]) -> Upload:
    """The upload that a POST asks for; 400 where its length or metadata are none."""
    length = _number(headers, "Upload-Length")
    metadata = headers.get("Upload-Metadata", "")
    for pair in metadata.split(",") if metadata else ():
        key, _, value = pair.strip().partition(" ")
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error:
            key = ""
        if not key:
            raise Refusal(400, f"Upload-Metadata={metadata[:80]}: not 'KEY BASE64, KEY BASE64'")
    return Upload(length, metadata)


def offset(headers: Mapping[str, str], there: int) -> int:
    """Where a PATCH goes on; 415, 400 or, where it is not what is `there`, 409."""
    if (kind := headers.get("Content-Type", "")) != BODY_TYPE:
        raise Refusal(415, f"Content-Type={kind}: a PATCH has {BODY_TYPE}")
    wanted = _number(headers, "Upload-Offset")
    if wanted != there:
        raise Refusal(409, f"Upload-Offset={wanted}: {there} bytes are here; ask with HEAD")
    return wanted


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdecimal()) or int(text) > LARGEST:
        raise Refusal(400, f"{name}={text[:40]}: must be a whole number from 0")
    return int(text)


def about_server(most_bytes: int) -> dict[str, str]:
    """The headers of a reply to OPTIONS."""
    return {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(most_bytes),
    }


def about_upload(there: int, expires_s: float | None = None) -> dict[str, str]:
    """The headers of a reply about an upload of which so many bytes have come.

    `expires_s` is the time of the day at which an incomplete one is removed.
    """
    found = {"Tus-Resumable": VERSION, "Upload-Offset": str(there)}
    if expires_s is not None:
        at = datetime.fromtimestamp(expires_s, UTC)
        found["Upload-Expires"] = format_datetime(at, usegmt=True)
    return found
