"""Backends of `sessions` over sockets and over real stores: what they answer, refuse and keep.

Nothing here depends on how fast anything is.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any

import asyncpg
import jwt
import pytest
import uvloop

from bench import catalog
from bench.model.errors import ComponentMissing
from bench.run import runner
from bench.run.services import Services
from scenarios.sessions._cookies import CookieConnection, cookie_header
from scenarios.sessions._workflow import Workflow
from scenarios.sessions.load import LOAD
from targets._redis import client_of
from targets.sessions._tokens import common_key

HOST = "127.0.0.1"
LEAST = 120.0
STORE_LOADS = ({"store": "redis"}, {"store": "postgres"})
WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("memory_session", {}),
    *(("store_session", load) for load in STORE_LOADS),
    *(("jwt", {"algorithm": name}) for name in ("HS256", "RS256", "ES256")),
    ("jwt_deny_list", {}),
)
NAMES = [f"{name} {' '.join(load.values())}".strip() for name, load in WAYS]
each_way = pytest.mark.parametrize(("pattern", "load"), WAYS, ids=NAMES)


@pytest.fixture(scope="module")
def stores(services: Services) -> dict[str, Any]:
    (pattern,) = catalog.select(["sessions/store_session"])
    try:
        runner.without_missing([pattern], {})
    except ComponentMissing as error:
        pytest.skip(str(error))
    return dict(services.context_for(pattern, 1).services)


def run(work: Coroutine[Any, Any, None]) -> None:
    async def timed() -> None:
        await asyncio.wait_for(work, LEAST)

    uvloop.run(timed())


@contextlib.asynccontextmanager
async def served(
    pattern: str, stores: dict[str, Any], count: int = 1, **load: Any
) -> AsyncIterator[list[Any]]:
    """So many equal backends, each with its `port`."""
    load = {"store_timeout_s": 30.0, **load}
    kind = importlib.import_module(f"targets.sessions.{pattern}").Backend
    made: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for number in range(count):
                backend = kind(LOAD(**load), 1, stores)
                backend.number, backend.part = number, "backend"
                backend.data = Path(folder) / f"backend.{number}"
                backend.port = await backend.start(0)
                made.append(backend)
            yield made
        finally:
            for backend in made:
                await backend.stop()
                await backend.runner.cleanup()


class Browser:
    """One user with its cookies, that may ask any backend."""

    def __init__(self, user: str = "1.1", **cookies: str) -> None:
        self.cookies = {"user": user, **cookies}

    async def ask(
        self, backend: Any, method: str, path: str, body: str = "", more: str = ""
    ) -> tuple[int, str]:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(CookieConnection, HOST, backend.port)
        cookies = cookie_header(self.cookies) if self.cookies else ""
        data = (
            f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{cookies}{more}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        try:
            reply = await connection.request(data.encode())
            self.cookies.update(connection.set_cookies)
            assert connection.backend in (backend.number, -1)
        finally:
            connection.close()
        return reply.status, reply.body.decode()

    async def login(self, backend: Any) -> int:
        return (await self.ask(backend, "POST", "/login"))[0]

    async def put(self, backend: Any, item: str, place: int = 0) -> tuple[int, str]:
        return await self.ask(backend, "PUT", f"/basket/{place}", item)

    async def logout(self, backend: Any) -> tuple[int, str]:
        return await self.ask(backend, "POST", "/logout")


# --- what they keep ---------------------------------------------------------------------------


@each_way
def test_two_hundred_users_see_nothing_of_each_other(
    stores: dict[str, Any], pattern: str, load: dict[str, Any]
) -> None:
    """Each lays down its own marker, all at once, and sees its own alone, from any backend."""
    backends, steps = 1 if pattern == "memory_session" else 2, 3

    async def one(number: int, served_by: list[Any]) -> None:
        flow = Workflow(number, 0, 24, 0)
        browser = Browser(flow.name)
        assert await browser.login(served_by[number % backends]) == 200
        for step in range(steps):
            place, item = flow.next_item()
            for _ in range(2):  # the same again changes nothing
                status, text = await browser.put(served_by[(number + step) % backends], item, place)
                assert status == 200
                flow.check(text, [*flow.basket, item])
            flow.basket.append(item)
        status, text = await browser.logout(served_by[0])
        assert status == 200
        flow.check(text, flow.basket)

    async def work() -> None:
        async with served(pattern, stores, backends, **load) as made:
            await asyncio.gather(*(one(number, made) for number in range(200)))
            assert sum(backend.refused for backend in made) == 0

    run(work())


# --- what they refuse -------------------------------------------------------------------------


@each_way
def test_requests_that_are_not_granted_have_the_right_status(
    stores: dict[str, Any], pattern: str, load: dict[str, Any]
) -> None:
    async def work() -> None:
        async with served(pattern, stores, **load) as (backend,):
            mine, thief = Browser("1.1"), Browser("2.1")
            assert await mine.login(backend) == 200
            assert await mine.put(backend, "1.1-secret") == (200, "1.1-secret")
            thief.cookies["session"] = mine.cookies["session"]
            refused = {
                401: [
                    await Browser("1.1").put(backend, "x"),
                    await Browser("1.1", session="guessed").put(backend, "x"),
                    await Browser("1.1", session="a.b.c").logout(backend),
                ],
                403: [await thief.put(backend, "x", 1), await thief.logout(backend)],
                409: [await mine.put(backend, "x", 7), await mine.put(backend, "x", 64)],
                400: [
                    await mine.put(backend, ""),
                    await mine.put(backend, "a b", 1),
                    await mine.put(backend, "x" * 8001, 1),
                    await mine.ask(backend, "PUT", "/basket/first", "x"),
                    await Browser("<b>").ask(backend, "POST", "/login"),
                ],
                431: [await mine.ask(backend, "POST", "/login", more=f"X: {'y' * 40_000}\r\n")],
            }
            for status, answers in refused.items():
                for found, text in answers:
                    assert found == status
                    assert text.count("\n") == 1
                    assert "secret" not in text
            assert await mine.logout(backend) == (200, "1.1-secret")

    run(work())


@each_way
def test_a_session_that_has_ended_is_not_known(
    stores: dict[str, Any], pattern: str, load: dict[str, Any]
) -> None:
    """But for a token: it is valid until it expires, unless somebody keeps a list."""

    async def work() -> None:
        async with served(pattern, stores, **load) as (backend,):
            user = Browser()
            assert await user.login(backend) == 200
            assert await user.put(backend, "1.1-x") == (200, "1.1-x")
            assert await user.logout(backend) == (200, "1.1-x")
            for _ in range(2):
                assert (await user.put(backend, "1.1-y"))[0] == (200 if pattern == "jwt" else 401)
                repeated = (401, "") if pattern == "memory_session" else (200, "1.1-x")
                status, text = await user.logout(backend)
                if pattern != "jwt":  # its newest token has the newest basket
                    assert (status, text if status == 200 else "") == repeated

    run(work())


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "ES256"])
@pytest.mark.parametrize("pattern", ["jwt", "jwt_deny_list"])
def test_tokens_that_are_none_of_ours_are_refused(
    stores: dict[str, Any], pattern: str, algorithm: str, tmp_path: Path
) -> None:
    claims = {"sub": "1.1", "exp": int(time.time()) + 600, "jti": "a", "items": ["1.1-a"]}

    async def work() -> None:
        async with served(pattern, stores, algorithm=algorithm) as (backend,):
            ours = common_key(backend.data.parent / "signing-key", algorithm).signing
            foreign = common_key(tmp_path / "foreign", algorithm).signing
            user = Browser("1.1")
            assert await user.login(backend) == 200
            head, _, signature = user.cookies["session"].split(".")
            good = jwt.encode(claims, ours, algorithm)
            forged = [
                jwt.encode(claims, foreign, algorithm),
                jwt.encode(claims, None, "none"),
                jwt.encode(claims, "a" * 32, "HS256"),
                jwt.encode({**claims, "exp": 1}, ours, algorithm),
                jwt.encode({k: v for k, v in claims.items() if k != "exp"}, ours, algorithm),
                f"{head}.{good.split('.')[1]}.{signature}",
                good[:-6] + "AAAAAA",
                good.rsplit(".", 1)[0] + ".",
            ]
            for token in forged:
                status, text = await Browser("1.1", session=token).put(backend, "x", 1)
                assert status == 401, token
                assert text.startswith("the token is refused: ")
            assert (await Browser("1.1", session=good).put(backend, "x", 1))[0] == 200
            assert (await Browser("2.1", session=good).put(backend, "x", 1))[0] == 403

    run(work())


def test_all_backends_sign_with_one_key_that_nobody_else_may_read(
    stores: dict[str, Any],
) -> None:
    async def work() -> None:
        async with served("jwt", stores, 3) as made:
            key = made[0].data.parent / "signing-key"
            assert key.stat().st_mode & 0o077 == 0
            assert [path.name for path in key.parent.iterdir() if path.is_file()] == [key.name]
            user = Browser()
            assert await user.login(made[0]) == 200
            for place, backend in enumerate(made):
                assert (await user.put(backend, "1.1-x", place))[0] == 200

    run(work())


@pytest.mark.parametrize("pattern", ["store_session", "jwt_deny_list"])
def test_without_its_store_a_backend_says_so(stores: dict[str, Any], pattern: str) -> None:
    nowhere = {"redis": {"url": f"redis://{HOST}:1/0"}}

    async def work() -> None:
        async with served(pattern, stores | nowhere, store="redis") as (backend,):
            user = Browser(session="guessed")
            if pattern == "jwt_deny_list":
                assert await user.login(backend) == 200
            status, text = await user.put(backend, "1.1-x")
            assert status == 503
            assert text.startswith("the store does not answer: ")

    run(work())


async def drop_connections(stores: dict[str, Any], store: str) -> None:
    """What a store does with its clients when it dies, without dying."""
    if store == "postgres":
        own = await asyncpg.connect(stores["postgres"]["url"])
        await own.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        await own.close()
        return
    client = client_of(stores["redis"]["url"])
    await client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await client.aclose()


@pytest.mark.parametrize(
    ("pattern", "store"),
    [("store_session", "redis"), ("store_session", "postgres"), ("jwt_deny_list", "redis")],
)
def test_a_store_that_drops_its_connections_is_asked_over_new_ones(
    stores: dict[str, Any], pattern: str, store: str
) -> None:
    """Each of the old ones may fail once, with the status that says that it may be tried again."""

    async def work() -> None:
        async with served(pattern, stores, store=store) as (backend,):
            users = [Browser(f"{number}.1") for number in range(20)]
            for _ in range(3):
                await asyncio.gather(*(user.login(backend) for user in users))
                await asyncio.gather(*(user.put(backend, "x") for user in users))
                await drop_connections(stores, store)
                while True:
                    answers = await asyncio.gather(*(user.put(backend, "x") for user in users))
                    statuses = {status for status, _ in answers}
                    assert statuses <= {200, 503}, answers
                    if statuses == {200}:
                        break

    run(work())


def test_a_pure_function_needs_all_in_its_request(stores: dict[str, Any]) -> None:
    async def work() -> None:
        async with served("pure_function", stores) as (backend,):
            nobody = Browser()
            nobody.cookies.clear()
            for number, answer in ((97, "prime\n"), (91, "composite\n"), (0, "composite\n")):
                assert await nobody.ask(backend, "GET", f"/prime/{number}") == (200, answer)
            for number in ("x", "-1", "3215031751"):
                assert (await nobody.ask(backend, "GET", f"/prime/{number}"))[0] == 400

    run(work())
