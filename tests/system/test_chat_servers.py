"""Chat servers over sockets: what they refuse, what a member costs that does not read.

The clock is never asked: a test waits for what must happen, and fails where it does not.
"""

from __future__ import annotations

import asyncio
import socket

import pytest
from chat_builders import HOST, ask, entered, poll, run, served, until

from bench.load.clients.http1 import Reply
from scenarios.chat import _framing as framing

TEXT = b"a message of a member, with room for its number.." * 2


async def say(port: int, who: str, text: bytes = TEXT) -> Reply:
    return await ask(port, framing.post("/messages", who, HOST, port, text))


# --- what is refused -----------------------------------------------------------------------------

STRANGERS = [
    ("room=2&member=4", 404, b"rooms 0 to 1"),
    ("room=-1&member=0", 404, b"rooms 0 to 1"),
    ("room=1&member=0", 404, b"members 2 to 3"),
    ("room=0&member=9", 404, b"members 0 to 1"),
    ("room=0", 400, b"member"),
    ("room=x&member=0", 400, b"room=x"),
]


@pytest.mark.parametrize(("who", "status", "words"), STRANGERS)
@pytest.mark.parametrize("pattern", ["short_polling", "long_polling", "sse_post"])
def test_who_is_in_no_room_is_told_so_in_a_line(
    pattern: str, who: str, status: int, words: bytes
) -> None:
    async def work() -> None:
        async with served(pattern) as (_, port):
            replies = [await say(port, who)]
            if pattern == "sse_post":
                request = f"GET /stream?{who} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
                replies.append(await ask(port, request.encode()))
            else:
                replies.append(await poll(port, who))
            for reply in replies:
                assert reply.status == status
                assert words in reply.body
                assert reply.body.count(b"\n") == 1

    run(work())


def test_a_socket_is_refused_to_strangers() -> None:
    async def work() -> None:
        async with served("websocket") as (_, port):
            for who, _, _ in STRANGERS:
                with pytest.raises(ConnectionError, match="upgrade failed"):
                    await entered(port, who, [])

    run(work())


@pytest.mark.parametrize(
    ("text", "status"),
    [(b"x" * 1000, 204), (b"x" * 1001, 413), (b"x" * 9, 400), (b"two\nlines of text", 400)],
)
def test_a_message_has_a_largest_size_and_is_one_line(text: bytes, status: int) -> None:
    async def work() -> None:
        async with served("short_polling", size_limit_bytes=1000) as (_, port):
            assert (await say(port, "room=0&member=0", text)).status == status
            heard = await poll(port, "room=0&member=1")
            assert heard.status == (200 if status == 204 else 204)

    run(work())


def test_a_body_that_does_not_say_how_long_it_is_has_the_same_limit() -> None:
    async def work() -> None:
        async with served("short_polling", size_limit_bytes=1000) as (_, port):
            head = (
                f"POST /messages?room=0&member=0 HTTP/1.1\r\nHost: {HOST}\r\n"
                "Transfer-Encoding: chunked\r\n\r\n"
            ).encode()
            parts = b"".join(b"1f4\r\n%b\r\n" % (b"x" * 500) for _ in range(3))
            assert (await ask(port, head + parts + b"0\r\n\r\n")).status == 413

    run(work())


def test_a_frame_that_is_too_long_or_no_line_ends_the_connection() -> None:
    async def work() -> None:
        async with served("websocket", size_limit_bytes=1000) as (target, port):
            for text in (b"x" * 1100, b"x" * 9, b"two\nlines of text"):
                member = await entered(port, "room=0&member=0", [])
                member.send_text(text)
                await member.ended
            assert target.rooms[0].feed.last == 0

    run(work())


# --- what goes up comes down ---------------------------------------------------------------------


def test_requests_and_replies_are_as_long_as_the_law_says() -> None:
    async def work() -> None:
        async with served("long_polling") as (_, port):
            assert (await say(port, "room=0&member=0")).bytes_down == len(framing.empty_reply())
            news = await poll(port, "room=0&member=1")
            assert news.bytes_down == len(framing.reply_head(len(TEXT))) + len(TEXT)

    run(work())


def test_a_speaker_does_not_hear_itself_and_no_other_room_does() -> None:
    async def work() -> None:
        async with served("websocket") as (_, port):
            heard: dict[int, list[bytes]] = {number: [] for number in range(4)}
            members = [
                await entered(port, f"room={number // 2}&member={number}", heard[number])
                for number in range(4)
            ]
            for _ in range(3):
                members[0].send_text(TEXT)
            members[3].send_text(TEXT)
            await until(lambda: len(heard[1]) == 3 and len(heard[2]) == 1)
            assert [int(one[-10:]) for one in heard[1]] == [1, 2, 3]
            assert (heard[0], heard[3]) == ([], [])
            for member in members:
                member.close()

    run(work())


def test_a_member_that_does_not_read_costs_a_bounded_piece_of_memory() -> None:
    """Far more is said than may be kept: the server holds a send buffer and a room's messages."""

    async def work() -> None:
        limits = {"send_buffer_bytes": 16_384, "keep_messages": 50}
        async with served("websocket", clients=2, **limits) as (target, port):
            heard: list[bytes] = []
            deaf = await entered(port, "room=0&member=1", heard)
            reader = deaf.transport.get_extra_info("socket")
            # Not less than a loopback segment: the way back from a closed window takes seconds.
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)
            deaf.transport.pause_reading()
            speaker = await entered(port, "room=0&member=0", [])
            size, count = 10_000, 2000
            for _ in range(count):
                speaker.send_text(b"x" * size)
                await asyncio.sleep(0)
            await until(lambda: target.rooms[0].feed.last == count)
            held = max(limit._transport.get_write_buffer_size() for limit in target._limits)
            assert held <= size * count / 20
            assert len(target.rooms[0].feed._kept) == limits["keep_messages"]
            # It reads again: the room goes on with what it has kept.
            deaf.transport.resume_reading()
            await until(lambda: bool(heard) and int(heard[-1][-10:]) == count)
            assert len(heard) < count
            for member in (deaf, speaker):
                member.close()

    run(work())
