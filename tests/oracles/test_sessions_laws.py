"""ST-1 and ST-2 against sessions that are dealt out one by one, and against real tokens."""

from __future__ import annotations

import random
from bisect import bisect
from zlib import crc32

import jwt
import pytest

from scenarios.sessions import laws
from scenarios.sessions._workflow import item_text
from targets.sessions._sessions import Answer
from targets.sessions._tokens import Key, TokenSessions, fresh_key

SESSIONS = 40_000
PLACES = 160
NAME = "17.483921"


@pytest.mark.parametrize("backends", [1, 2, 4, 7])
def test_a_restart_breaks_the_sessions_of_one_backend(backends: int) -> None:
    chance = random.Random(backends)
    hit = sum(chance.randrange(backends) == 0 for _ in range(SESSIONS))
    assert laws.broken_share(backends) == pytest.approx(hit / SESSIONS, rel=0.05)


@pytest.mark.parametrize("backends", [1, 2, 4, 7])
def test_modulo_moves_whom_a_hash_sends_elsewhere(backends: int) -> None:
    hashes = [crc32(f"{number}.1".encode()) for number in range(SESSIONS)]
    moved = sum(one % backends != one % (backends + 1) for one in hashes)
    assert laws.moved_share(backends, False) == pytest.approx(moved / SESSIONS, rel=0.05)


@pytest.mark.parametrize("backends", [1, 2, 4, 7])
def test_a_ring_moves_what_the_new_backend_takes(backends: int) -> None:
    """Many rings: the share of one backend scatters."""
    shares = []
    for seed in range(60):
        chance = random.Random(seed)
        places = sorted(
            (chance.random(), backend) for backend in range(backends + 1) for _ in range(PLACES)
        )
        before = [place for place in places if place[1] < backends]
        moved = 0
        for _ in range(500):
            at = chance.random()
            old, new = (ring[bisect(ring, (at, -1)) % len(ring)][1] for ring in (before, places))
            moved += old != new
        shares.append(moved / 500)
    assert laws.moved_share(backends, True) == pytest.approx(sum(shares) / len(shares), rel=0.05)


@pytest.mark.parametrize("algorithm", ["HS256", "ES256", "RS256"])
@pytest.mark.parametrize(("items", "size"), [(0, 16), (1, 24), (7, 100), (50, 200)])
def test_a_token_has_so_many_characters(algorithm: str, items: int, size: int) -> None:
    sessions = TokenSessions(Key(algorithm, fresh_key(algorithm)), 600)
    basket = [item_text(NAME, place, size) for place in range(items)]
    claims = {"sub": NAME, "exp": 2_000_000_000, "jti": "x" * 16, "items": basket}
    answer: Answer = sessions._answer(claims)
    assert len(answer.credential) == laws.token_characters(algorithm, items, size)
    signature = answer.credential.rpartition(".")[2]
    assert len(signature) == laws.SIGNATURE_CHARACTERS[algorithm]
    assert jwt.get_unverified_header(answer.credential)["alg"] == algorithm


def test_tokens_add_what_goes_up_and_comes_down() -> None:
    """One step by hand: the login's token comes down and goes up, that of the step too."""
    first, second = (laws.token_characters("HS256", items, 24) for items in (0, 1))
    down = 2 * len(laws.SET_COOKIE) + first + second
    up = first + second
    with_ids = len(laws.SET_COOKIE) + 32 + 2 * 32
    assert laws.token_bytes("HS256", 1, 24) == pytest.approx((down + up - with_ids) / 3)


def test_the_break_even_is_where_both_take_as_long() -> None:
    token, store = 2.0, 1.2
    found = laws.break_even_round_trip(token, store)
    assert laws.store_latency(store, found) == pytest.approx(token)
