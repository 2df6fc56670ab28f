"""A certificate authority of our own, with a server's, a client's, and clients' that are no good.

Nobody else trusts it.  Knows nothing of who shows certificates or who checks them.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

EXPIRED, FOREIGN = "expired", "foreign"
"""What is wrong with a client's certificate: its time is over, or another authority's."""

CLIENT = "client.test"
LASTED = timedelta(days=30)

UNTRUSTED = "name in tls.ca the file of whoever vouches for it"
"""The remedy where a certificate is refused whose server a user describes."""


@dataclass(frozen=True)
class Credential:
    """PEM files: a certificate with its chain, and its secret key."""

    cert: Path
    key: Path


@dataclass(frozen=True)
class Certificates:
    """PEM files: whom to trust, what servers show, what clients show, and their secrets.

    `refused` are credentials of clients that nobody is to accept, by what is wrong with them.
    """

    ca: Path
    cert: Path
    key: Path
    client_cert: Path
    client_key: Path
    refused: Mapping[str, Credential]


def trusting(ca_file: str) -> ssl.SSLContext:
    """For clients that trust the certificates in a file; those that this host trusts where it is
    "".  ConnectionError where the file holds none."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise ConnectionError(f"{ca_file}: is no file of certificates ({error})") from None


def fingerprint(certificate: Path) -> str:
    """The SHA-256 of the first certificate's public key (SPKI), in base64, as browsers take it."""
    from cryptography import x509  # noqa: PLC0415 - as below

    return _key_hash(x509.load_pem_x509_certificate(certificate.read_bytes()))


def fingerprint_of_shown(certificate: bytes) -> str:
    """The same of a certificate as it is shown in a handshake (DER)."""
    from cryptography import x509  # noqa: PLC0415 - as below

    return _key_hash(x509.load_der_x509_certificate(certificate))


def _key_hash(certificate: Any) -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as below

    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    data = certificate.public_key().public_bytes(serialization.Encoding.DER, kind)
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def make_certificates(folder: Path, names: Sequence[str]) -> Certificates:
    """Write PEM files into `folder`; the server's is valid for those hosts and addresses."""
    import trustme  # noqa: PLC0415 - its cryptography costs every command's start otherwise

    authority, other = trustme.CA(), trustme.CA()
    ended = datetime.now(UTC) - timedelta(days=1)
    leaves = {
        "server": authority.issue_cert(*names),
        "client": authority.issue_cert(CLIENT),
        EXPIRED: authority.issue_cert(CLIENT, not_before=ended - LASTED, not_after=ended),
        FOREIGN: other.issue_cert(CLIENT),
    }
    made = {name: _write(folder, name, leaf) for name, leaf in leaves.items()}
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    server, client = made["server"], made["client"]
    refused = {name: made[name] for name in (EXPIRED, FOREIGN)}
    return Certificates(ca, server.cert, server.key, client.cert, client.key, refused)


def _write(folder: Path, name: str, leaf: Any) -> Credential:
    made = Credential(folder / f"{name}-cert.pem", folder / f"{name}-key.pem")
    made.cert.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
    made.key.touch(mode=0o600)
    leaf.private_key_pem.write_to_path(made.key)
    return made
