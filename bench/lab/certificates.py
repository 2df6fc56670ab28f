"""A certificate authority and one server's certificate, made for a run and trusted by nobody else.

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
    """PEM files: what clients trust, what the server shows, and the server's secret."""

    ca: Path
    cert: Path
    key: Path


def fingerprint(certificate: Path) -> str:
    """The SHA-256 of the first certificate's public key (SPKI), in base64, as browsers take it."""
    from cryptography import x509  # noqa: PLC0415 - as below
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    data = key.public_bytes(serialization.Encoding.DER, kind)
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def make_certificates(folder: Path, names: Sequence[str]) -> Certificates:
    """Write ca.pem, cert.pem and key.pem into `folder`, valid for host names and addresses."""
    import trustme  # noqa: PLC0415 - its cryptography costs every command's start otherwise

    authority = trustme.CA()
    leaf = authority.issue_cert(*names)
    made = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    authority.cert_pem.write_to_path(made.ca)
    made.cert.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
    made.key.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(made.key)
    return made
