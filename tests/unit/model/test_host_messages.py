"""Who may join a run, and what it must have in common with the master."""

from __future__ import annotations

import msgspec
import pytest

from bench.model.hosts import (
    BeginLoad,
    HostCommand,
    Software,
    addresses_of,
    difference,
    files_of,
    is_proven,
    localized,
    proof,
)
from bench.model.messages import Address, LoadConfig

HERE = Software("0.2.0", "3.11.2", {"gevent": "1", "locust": "2"}, {"a.py": "1", "b.py": "2"})


def test_who_knows_the_token_can_prove_it() -> None:
    shown = proof("secret", "host", b"one", b"two")
    assert is_proven("secret", "host", shown, b"one", b"two")


@pytest.mark.parametrize(
    ("token", "of", "nonces"),
    [
        ("other", "host", (b"one", b"two")),
        ("secret", "listener", (b"one", b"two")),
        ("secret", "host", (b"one", b"other")),
        ("secret", "host", (b"two", b"one")),
    ],
    ids=["another token", "the other's own proof", "another connection", "the nonces exchanged"],
)
def test_nothing_else_is_a_proof(token: str, of: str, nonces: tuple[bytes, bytes]) -> None:
    shown = proof("secret", "host", b"one", b"two")
    assert not is_proven(token, of, shown, *nonces)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ""),
        ({"patternbench": "0.1.0"}, "it has patternbench 0.1.0, the master has 0.2.0"),
        ({"python": "3.12.1"}, "it has Python 3.12.1, the master has 3.11.2"),
        ({"packages": {"gevent": "1"}}, "it has locust missing, the master has 2"),
        ({"files": {"a.py": "1", "b.py": "3"}}, "its code differs: b.py"),
        (
            {"files": {"a.py": "0", "c.py": "1", "d.py": "1"}},
            "its code differs: a.py, b.py, c.py and 1 more",
        ),
    ],
)
def test_unlike_software_is_named(changed: dict[str, object], words: str) -> None:
    assert difference(HERE, msgspec.structs.replace(HERE, **changed)) == words


def config() -> LoadConfig:
    server = Address("10.0.0.1", 80, ca_file="/m/ca.pem", refused={"old": ("/m/o.pem", "/m/o.key")})
    plain = Address("10.0.0.1", 81)
    return LoadConfig(
        pattern="x/y",
        load={"clients": 3},
        seed=1,
        address=server,
        rows="/m/rows",
        parts={"server": [server], "other": [plain]},
    )


def test_files_that_addresses_name_are_found_and_moved() -> None:
    named = [path for address in addresses_of(config()) for path in files_of(address)]
    assert set(named) == {"/m/ca.pem", "/m/o.pem", "/m/o.key"}
    moved = localized(config(), {path: path.replace("/m/", "/w/") for path in named})
    assert moved.address.ca_file == "/w/ca.pem"
    assert moved.parts["server"][0].refused == {"old": ("/w/o.pem", "/w/o.key")}
    assert moved.parts["other"] == config().parts["other"]


def test_a_command_survives_its_way() -> None:
    sent = BeginLoad(7, config(), [3, 4], {"/m/ca.pem": b"\x00\xff"})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(sent), type=HostCommand) == sent
