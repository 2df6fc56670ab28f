"""A certificate of the server's own, and the file by which its clients trust it.

Knows nothing of who shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Identity:
    """PEM files: whom to trust, what the server shows, and its secret."""

    ca: Path
    cert: Path
    key: Path


def identity(folder: Path, host: str) -> Identity:
    """The one in `folder`, made there where there is none yet; valid for that address."""
    import trustme  # noqa: PLC0415 - its cryptography takes a while to load

    found = Identity(*(folder / name for name in ("ca.pem", "cert.pem", "key.pem")))
    if found.key.exists():
        return found
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    leaf = authority.issue_cert(host)
    authority.cert_pem.write_to_path(found.ca)
    found.cert.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
    found.key.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(found.key)
    return found
