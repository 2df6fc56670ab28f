"""Certificates that are made for a trial: who is vouched for, by whom, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from bench.certificates import EXPIRED, FOREIGN, Certificates, make_certificates


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"), ["127.0.0.1", "localhost"])


def leaf(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def is_vouched_for(made: Certificates, path: Path) -> bool:
    authority = leaf(made.ca).public_key()
    one = leaf(path)
    assert isinstance(authority, ec.EllipticCurvePublicKey)
    try:
        one.verify_directly_issued_by(leaf(made.ca))
    except Exception:
        return False
    return True


def is_over(path: Path) -> bool:
    return leaf(path).not_valid_after_utc < datetime.now(UTC)


def test_each_credential_that_is_refused_has_one_fault(made: Certificates) -> None:
    assert set(made.refused) == {EXPIRED, FOREIGN}
    expired, foreign = (made.refused[name].cert for name in (EXPIRED, FOREIGN))
    assert (is_vouched_for(made, expired), is_over(expired)) == (True, True)
    assert (is_vouched_for(made, foreign), is_over(foreign)) == (False, False)
    for good in (made.cert, made.client_cert):
        assert (is_vouched_for(made, good), is_over(good)) == (True, False)


def test_keys_are_for_their_owner_only(made: Certificates) -> None:
    keys = [made.key, made.client_key, *(one.key for one in made.refused.values())]
    assert {path.stat().st_mode & 0o077 for path in keys} == {0}
    assert len({path.read_bytes() for path in keys}) == len(keys)
