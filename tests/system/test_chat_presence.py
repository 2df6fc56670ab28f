"""Who is gone from a chat: killed, silent, or no longer asking; real sockets, one real process.

The clock is never asked: a test waits for what must happen, and fails where it does not.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from typing import Any

import chat_builders
import pytest
from chat_builders import HOST, ask, connected, entered, poll, run, until

from bench.load.silence import silenced
from scenarios.chat import _framing as framing
from scenarios.chat._text import CAME, WENT, read_notice

MOVING = {"clients": 4, "room_size": 4, "movers": 2}


def served(pattern: str, **load: Any) -> AbstractAsyncContextManager[tuple[Any, int]]:
    """A server of a room in which some come and go."""
    return chat_builders.served(pattern, **{**MOVING, **load})


KILLED = """
import asyncio, sys
from bench.load.clients.websocket import WebSocket
from bench.load.wire import WireMeter
async def main():
    await WebSocket.open(sys.argv[1], lambda *_: None, WireMeter(), False)
    print("there", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def gone(heard: list[bytes]) -> list[int]:
    """The members that the room was told are gone."""
    found = [read_notice(one) for one in heard]
    return [one[1] for one in found if one is not None and one[0] == WENT]


def test_a_killed_process_is_noticed_by_its_kernels_goodbye() -> None:
    """No heartbeat and nothing said: only the closed connection can tell."""

    async def work() -> None:
        async with served("websocket") as (_, port):
            heard: list[bytes] = []
            other = await entered(port, "room=0&member=3&visit=1", heard)
            url = f"ws://{HOST}:{port}/socket?room=0&member=0&visit=1"
            process = subprocess.Popen(
                [sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True
            )
            try:
                assert process.stdout is not None
                line = await asyncio.to_thread(process.stdout.readline)
                assert line == "there\n"
                assert gone(heard) == []
                process.send_signal(signal.SIGKILL)
                await until(lambda: gone(heard) == [0])
            finally:
                process.kill()
                process.communicate()
            other.close()

    run(work())


@pytest.mark.parametrize("heartbeat_s", [0.0, 2.0])
def test_a_silent_link_is_noticed_by_heartbeats_only(heartbeat_s: float) -> None:
    """Of two members one is silent, the other killed after it: who is known to be gone."""

    async def work() -> None:
        async with served("websocket", heartbeat_s=heartbeat_s) as (_, port):
            heard: list[bytes] = []
            other = await entered(port, "room=0&member=3&visit=1", heard)
            silent = await entered(port, "room=0&member=0&visit=1", [])
            kept = silenced(silent.transport)
            silent.close()
            if heartbeat_s:
                await until(lambda: gone(heard) == [0])
            else:
                killed = await entered(port, "room=0&member=1&visit=1", [])
                killed.close()
                await until(lambda: bool(gone(heard)))
                assert gone(heard) == [1]
            kept.close()
            other.close()

    run(work())


def test_a_silent_stream_is_cut_where_no_sign_of_life_comes() -> None:
    async def work() -> None:
        async with served("sse_post", heartbeat_s=0.5) as (target, port):
            connection = await connected(port)
            who = "room=0&member=0&visit=1"
            connection.request(f"GET /stream?{who} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            feed = target.rooms[0].feed
            await until(lambda: feed.last == 1)
            for _ in range(5):
                assert (await ask(port, framing.post("/alive", who, HOST, port, b""))).status == 204
            await until(lambda: feed.last == 2)
            assert gone([one.payload for one in feed.since(0)]) == [0]
            await connection.ended

    run(work())


@pytest.mark.parametrize("pattern", ["short_polling", "long_polling"])
def test_who_stops_polling_is_gone_once(pattern: str) -> None:
    async def work() -> None:
        load = {"poll_interval_s": 0.1, "gone_after_s": 0.1, "long_poll_timeout_s": 0.05}
        async with served(pattern, **load) as (target, port):
            feed = target.rooms[0].feed
            await poll(port, "room=0&member=0&visit=1", feed.last)
            await until(lambda: len(gone([one.payload for one in feed.since(0)])) == 1)
            await poll(port, "room=0&member=0&visit=2", feed.last)
            signs = [read_notice(one.payload) for one in feed.since(0)]
            assert signs[:3] == [(CAME, 0, 1), (WENT, 0, 1), (CAME, 0, 2)]

    run(work())
