"""A certificate authority, one server's and one client's certificate, trusted by nobody else.

Knows nothing of who shows them or who checks them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """PEM files: whom to trust, what servers show, what clients show, and their secrets."""

    ca: Path
    cert: Path
    key: Path
    client_cert: Path
    client_key: Path


def fingerprint(certificate: Path) -> str:
    """The SHA-256 of the first certificate's public key (SPKI), in base64, as browsers take it."""
    from cryptography import x509  # noqa: PLC0415 - as below
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    data = key.public_bytes(serialization.Encoding.DER, kind)
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def make_certificates(folder: Path, names: Sequence[str]) -> Certificates:
    """Write five PEM files into `folder`; the server's is valid for those hosts and addresses."""
    import trustme  # noqa: PLC0415 - its cryptography costs every command's start otherwise

    authority = trustme.CA()
    made = Certificates(
        *(folder / name for name in ("ca.pem", "cert.pem", "key.pem")),
        *(folder / name for name in ("client-cert.pem", "client-key.pem")),
    )
    authority.cert_pem.write_to_path(made.ca)
    for hosts, cert, key in (
        (names, made.cert, made.key),
        (["client.test"], made.client_cert, made.client_key),
    ):
        leaf = authority.issue_cert(*hosts)
        cert.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
        key.touch(mode=0o600)
        leaf.private_key_pem.write_to_path(key)
    return made
