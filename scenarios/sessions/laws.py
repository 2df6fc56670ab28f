"""Closed-form predictions for `sessions`.  Pure: numbers in, number out."""

from __future__ import annotations

from collections.abc import Mapping

SIGNATURE_CHARACTERS: Mapping[str, int] = {"HS256": 43, "ES256": 86, "RS256": 342}
"""32, 64 and 256 bytes in base64 without padding (RFC 7518 3.1)."""

HEADER = '{"alg":"HS256","typ":"JWT"}'
NAME_CHARACTERS, ID_CHARACTERS = 9, 16
"""A visitor's name such as `17.483921`, and a token's own id."""

SESSION_ID_CHARACTERS = 32
SET_COOKIE = "set-cookie: session=; Path=/; HttpOnly; SameSite=Lax\r\n"


def broken_share(backends: int) -> float:
    """ST-1: 1/B of the sessions in memory were at the backend that was started again."""
    return 1.0 / backends


def moved_share(backends: int, is_consistent: bool) -> float:
    """ST-1: of B backends to B + 1, B/(B+1) move by modulo, 1/(B+1) by a consistent hash.

    h mod B and h mod (B + 1) are alike for B of B (B + 1) values of h.
    """
    return (1.0 if is_consistent else backends) / (backends + 1.0)


def base64_characters(size: int) -> int:
    """Without padding: 4 characters for 3 bytes."""
    return (4 * size + 2) // 3


def token_characters(algorithm: str, items: int, item_bytes: int) -> int:
    """ST-2: header, claims and signature, two dots between them."""
    claims = len('{"sub":"","exp":1234567890,"jti":"","items":[]}') + NAME_CHARACTERS
    claims += ID_CHARACTERS + items * (item_bytes + len('""')) + max(0, items - 1)
    parts = base64_characters(len(HEADER)), base64_characters(claims)
    return sum(parts) + SIGNATURE_CHARACTERS[algorithm] + 2


def token_bytes(algorithm: str, steps: int, item_bytes: int) -> float:
    """ST-2: what tokens add to a request and its answer, on average over a whole workflow.

    A session's id goes up with each request but the login, and comes down with it alone.  A
    token comes down with the login and each step, as long as its basket is by then.
    """
    tokens = [token_characters(algorithm, items, item_bytes) for items in range(steps + 1)]
    down = sum(len(SET_COOKIE) + size for size in tokens)
    instead = len(SET_COOKIE) + SESSION_ID_CHARACTERS * (steps + 2)
    return (sum(tokens) + down - instead) / (steps + 2)


def store_latency(without: float, round_trip: float) -> float:
    """ST-2: one round trip to the store, beside all else; times in one unit."""
    return without + round_trip


def break_even_round_trip(token: float, store: float) -> float:
    """ST-2: the round trip at which a store takes as long as a token, of times beside it."""
    return token - store
