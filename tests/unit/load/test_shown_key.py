"""The key that a server shows; one that nobody vouches for, or that has no TLS, is told."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from bench.certificates import Certificates, fingerprint, make_certificates, trusting
from bench.load.clients.shown_key import shown_key


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"), ["127.0.0.1"])


def key_of(made: Certificates | None, ca: Path | str) -> str:
    """What a server with these certificates, or without TLS, shows to whoever trusts `ca`."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def work() -> str:
        tls = None
        if made is not None:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(made.cert, made.key)
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=tls)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await shown_key("127.0.0.1", port, trusting(str(ca)))

    return asyncio.run(work())


def test_it_is_the_certificates(made: Certificates) -> None:
    assert key_of(made, made.ca) == fingerprint(made.cert) != fingerprint(made.client_cert)


def test_a_server_that_nobody_vouches_for_is_refused(made: Certificates) -> None:
    with pytest.raises(ConnectionError, match=r"^127.0.0.1:\d+: .*certificate.*; name in tls.ca"):
        key_of(made, "")


def test_a_server_without_tls_is_told(made: Certificates) -> None:
    with pytest.raises(ConnectionError, match=r"^127.0.0.1:\d+: no TLS \(.*\); look at the server"):
        key_of(None, made.ca)
