"""Sessions in signed tokens (JWT, RFC 7519): the token is the session, and nobody keeps it.

All backends sign and verify with one key.  Knows nothing of HTTP.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from scenarios.sessions.load import HS256, RS256
from targets.sessions._sessions import Answer, OfAnother, Unknown, with_item

RSA_BITS = 2048
SECRET_BYTES = 32
ID_BYTES = 12
CLAIMS = ["sub", "exp", "jti", "items"]


class Key:
    """What signs and what verifies; with HS256 it is the same."""

    def __init__(self, algorithm: str, text: bytes) -> None:
        self.algorithm = algorithm
        self.signing: Any = text
        self.verifying: Any = text
        if algorithm != HS256:
            self.signing = load_pem_private_key(text, None)
            self.verifying = self.signing.public_key()


def fresh_key(algorithm: str) -> bytes:
    """A new key: a secret, or a private key as PEM."""
    if algorithm == HS256:
        return secrets.token_bytes(SECRET_BYTES)
    private = (
        rsa.generate_private_key(65537, RSA_BITS)
        if algorithm == RS256
        else ec.generate_private_key(ec.SECP256R1())
    )
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def common_key(path: Path, algorithm: str) -> Key:
    """The key in a file that all backends share; the first one makes it.

    It appears whole: whoever comes second finds the first one's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_suffix(f".{os.getpid()}")
        own.touch(mode=0o600)
        own.write_bytes(fresh_key(algorithm))
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return Key(algorithm, path.read_bytes())


class TokenSessions:
    """The basket stands in the token; `clock` gives seconds since 1970."""

    operations = 0

    def __init__(self, key: Key, life_s: float, clock: Callable[[], float] = time.time) -> None:
        self._key, self._life_s, self._clock = key, life_s, clock

    async def start(self) -> None:
        """Nothing to do."""

    async def open(self, user: str) -> Answer:
        ends = int(self._clock() + self._life_s)
        name = secrets.token_urlsafe(ID_BYTES)
        return self._answer({"sub": user, "exp": ends, "jti": name, "items": []})

    async def put(self, credential: str, user: str, place: int, item: str) -> Answer:
        claims = await self.granted(credential, user)
        return self._answer({**claims, "items": with_item(claims["items"], place, item)})

    async def close(self, credential: str, user: str) -> Answer:
        """The token stays valid until it expires: nobody keeps what could be ended."""
        return Answer((await self.granted(credential, user))["items"])

    async def granted(self, credential: str, user: str) -> dict[str, Any]:
        """The claims of a token that is this user's; Unknown where it is none of ours."""
        try:
            claims: dict[str, Any] = jwt.decode(
                credential,
                self._key.verifying,
                algorithms=[self._key.algorithm],
                options={"require": CLAIMS, "verify_exp": False},
            )
        except jwt.PyJWTError as error:
            raise Unknown(f"the token is refused: {type(error).__name__}") from None
        if claims["exp"] <= self._clock():
            raise Unknown("the token is refused: it has expired")
        if claims["sub"] != user:
            raise OfAnother("this token belongs to another user")
        return claims

    def _answer(self, claims: dict[str, Any]) -> Answer:
        key = self._key
        return Answer(claims["items"], jwt.encode(claims, key.signing, key.algorithm))

    async def stop(self) -> None:
        """Nothing to do."""
