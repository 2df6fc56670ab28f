"""One AMQP connection against bytes that pamqp writes: no socket, and no time passes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from load_builders import FakeTransport, in_loop
from pamqp import base, body, commands, frame, header, heartbeat

from bench.brokers.amqp import (
    BEATS_OF_SILENCE,
    HELLO,
    TLS_PORT,
    BrokerClosed,
    Connection,
    Login,
)
from bench.brokers.amqp_frames import BEAT, CHANNEL, CONSUMER_TAG, FRAME_LIMIT, MessageFrames
from bench.brokers.amqp_methods import Method

URL = "amqp://me:s%3Acret@broker.test/inner"
HANDSHAKE: tuple[base.Frame, ...] = (
    commands.Connection.Start(0, 9, {"product": "RabbitMQ"}),
    commands.Connection.Tune(2047, 131_072, 60),
    commands.Connection.OpenOk(),
    commands.Channel.OpenOk(),
)


class Broker(FakeTransport):
    """Stands in for the socket: what a client writes is read by pamqp, replies come at once."""

    def __init__(self, connection: Connection, *replies: base.Frame) -> None:
        super().__init__()
        self.connection, self.replies = connection, list(replies)
        self.heard: list[Any] = []
        connection.connection_made(self)  # type: ignore[arg-type]

    def write(self, data: bytes) -> None:
        super().write(data)
        while data and data != HELLO:
            size, _, one = frame.unmarshal(data)
            self.heard.append(one)
            data = data[size:]
        is_asked = data == HELLO or getattr(self.heard[-1], "synchronous", False)
        if self.replies and (is_asked or isinstance(self.heard[-1], commands.Connection.StartOk)):
            asyncio.get_running_loop().call_soon(self.say, self.replies.pop(0))

    def say(self, *methods: base.Frame) -> None:
        for one in methods:
            channel = 0 if one.name.startswith("Connection.") else CHANNEL
            self.connection.data_received(frame.marshal(one, channel))

    def close(self) -> None:
        super().close()
        asyncio.get_running_loop().call_soon(self.connection.connection_lost, None)

    def abort(self) -> None:
        super().abort()
        asyncio.get_running_loop().call_soon(self.connection.connection_lost, None)

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.heard]


async def opened(
    monkeypatch: pytest.MonkeyPatch, connection: Connection, *replies: base.Frame, url: str = URL
) -> Broker:
    broker = Broker(connection, *HANDSHAKE, *replies)

    async def connect(*_: object, **__: object) -> tuple[Broker, Connection]:
        return broker, connection

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
    await connection.open(url)
    return broker


def run(
    monkeypatch: pytest.MonkeyPatch,
    check: Callable[[Connection, Broker], Awaitable[None]],
    *replies: base.Frame,
    url: str = URL,
    **more: Any,
) -> None:
    async def once() -> None:
        connection = Connection(**more)
        broker = await opened(monkeypatch, connection, *replies, url=url)
        await check(connection, broker)
        if connection._beats is not None:
            connection._beats.cancel()

    in_loop(once)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("amqp://", ("127.0.0.1", 5672, "guest", "guest", "/", None, False)),
        (URL, ("broker.test", 5672, "me", "s:cret", "inner", None, False)),
        ("amqps://h/%2Fx?heartbeat=3", ("h", TLS_PORT, "guest", "guest", "/x", 3, True)),
    ],
)
def test_an_address(url: str, expected: tuple[object, ...]) -> None:
    found = Login.of(url)
    assert tuple(getattr(found, name) for name in found.__dataclass_fields__) == expected


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="not an address"):
        Login.of("http://h/")


def test_logging_in(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(connection: Connection, broker: Broker) -> None:
        assert broker.written.startswith(HELLO)
        start, tune, opening, channel = broker.heard
        assert start.response == "\0me\0s:cret"
        assert start.client_properties["capabilities"]["connection.blocked"] is True
        assert (tune.channel_max, tune.frame_max, tune.heartbeat) == (1, FRAME_LIMIT, 0)
        assert opening.virtual_host == "inner"
        assert isinstance(channel, commands.Channel.Open)

    run(monkeypatch, check)


@pytest.mark.parametrize(
    ("mine", "url", "agreed"),
    [(0, URL, 0), (20, URL, 20), (600, URL, 60), (0, f"{URL}?heartbeat=7", 7)],
)
def test_the_shorter_heartbeat_counts(
    monkeypatch: pytest.MonkeyPatch, mine: int, url: str, agreed: int
) -> None:
    async def check(connection: Connection, broker: Broker) -> None:
        assert broker.heard[1].heartbeat == connection.beat_s == agreed
        assert broker.written.endswith(BEAT) == bool(agreed)

    run(monkeypatch, check, url=url, beat_s=mine)


def test_a_broker_that_falls_silent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(connection: Connection, broker: Broker) -> None:
        for _ in range(3 * BEATS_OF_SILENCE):  # each is what the timer does
            connection._beat()
            connection.data_received(heartbeat.Heartbeat().marshal())
        assert connection.error is None
        for _ in range(BEATS_OF_SILENCE + 1):
            connection._beat()
        assert "nothing from the broker for 20 s" in str(connection.error)
        assert broker.aborted == 1

    run(monkeypatch, check, beat_s=10)


def test_who_does_not_answer_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def once() -> None:
        connection = Connection()
        broker = Broker(connection)  # says nothing

        async def connect(*_: object, **__: object) -> tuple[Broker, Connection]:
            return broker, connection

        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
        with pytest.raises(ConnectionError, match="no answer from the broker in 0 s"):
            await connection.open(URL, seconds=0)
        assert broker.aborted == 1
        await connection.ended

    in_loop(once)


def test_a_refused_login_is_said_in_the_brokers_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def once() -> None:
        connection = Connection()
        refusal = commands.Connection.Close(403, "ACCESS_REFUSED - who are you", 0, 0)
        broker = Broker(connection, HANDSHAKE[0], refusal)

        async def connect(*_: object, **__: object) -> tuple[Broker, Connection]:
            return broker, connection

        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
        with pytest.raises(BrokerClosed, match="ACCESS_REFUSED") as found:
            await connection.open(URL)
        assert found.value.code == 403

    in_loop(once)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (commands.Connection.Close(320, "CONNECTION_FORCED - bye", 0, 0), "Connection.CloseOk"),
        (commands.Channel.Close(404, "NOT_FOUND - bye", 60, 40), "Channel.CloseOk"),
    ],
)
def test_a_close_is_answered_and_who_waits_is_told(
    monkeypatch: pytest.MonkeyPatch, said: Any, answer: str
) -> None:
    async def check(connection: Connection, broker: Broker) -> None:
        broker.replies = [said]
        with pytest.raises(BrokerClosed, match="bye") as found:
            await connection.ask("exchange.declare", exchange="e", type="fanout")
        assert found.value.code == said.reply_code
        assert broker.names[-1] == answer
        assert (broker.closed, broker.aborted) == (1, 0)
        assert connection.ended.done()
        with pytest.raises(BrokerClosed, match="bye"):
            connection.send(b"more")
        await connection.close()

    run(monkeypatch, check)


def test_a_consumer_that_is_cancelled_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(connection: Connection, broker: Broker) -> None:
        broker.say(commands.Basic.Cancel(CONSUMER_TAG, True))
        await connection.ended
        assert "cancelled the consumer" in str(connection.error)

    run(monkeypatch, check)


async def is_held(connection: Connection) -> bool:
    """Whether who wants to write has to wait."""
    waiting = asyncio.ensure_future(connection.drained())
    await asyncio.sleep(0)
    waiting.cancel()
    return not waiting.done()


def test_a_full_socket_and_a_blocking_broker_hold_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each for itself: the end of one is not the end of the other."""

    async def check(connection: Connection, broker: Broker) -> None:
        assert not await is_held(connection)
        connection.pause_writing()
        broker.say(commands.Connection.Blocked("low on memory"))
        assert connection.blocked == "low on memory"
        connection.resume_writing()
        assert await is_held(connection)
        connection.pause_writing()
        broker.say(commands.Connection.Unblocked())
        assert connection.blocked == ""
        assert await is_held(connection)
        connection.resume_writing()
        assert not await is_held(connection)

    run(monkeypatch, check)


def test_who_waits_to_write_is_let_go_with_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(connection: Connection, broker: Broker) -> None:
        connection.pause_writing()
        waiting = asyncio.ensure_future(connection.drained())
        await asyncio.sleep(0)
        connection.connection_lost(ConnectionResetError("reset"))
        await waiting
        with pytest.raises(ConnectionError, match="reset"):
            connection.send(b"x")

    run(monkeypatch, check)


def test_what_no_queue_takes_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    returns: list[tuple[str, bytes]] = []
    methods: list[str] = []

    def took(why: Method, one: bytes) -> None:
        returns.append((why["text"], one))

    async def check(connection: Connection, broker: Broker) -> None:
        connection.send(MessageFrames("", "nowhere", False, is_mandatory=True).of(b"lost"))
        publish, head, sent = broker.heard[-3:]
        assert publish.mandatory
        back = [commands.Basic.Return(312, "NO_ROUTE", "", "nowhere"), head, sent]
        for one in back:
            connection.data_received(frame.marshal(one, CHANNEL))
        broker.say(commands.Basic.Ack(1, False))
        assert returns == [("NO_ROUTE", b"lost")]
        assert methods == ["basic.ack"]

    run(
        monkeypatch,
        check,
        on_return=took,
        on_method=lambda method: methods.append(method.name),
    )


def test_a_message_that_nobody_asked_for_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def check(connection: Connection, broker: Broker) -> None:
        properties = commands.Basic.Properties()
        parts = [
            commands.Basic.Deliver(CONSUMER_TAG, 1, False, "", "q"),
            header.ContentHeader(0, 1, properties),
            body.ContentBody(b"x"),
        ]
        connection.data_received(b"".join(frame.marshal(one, CHANNEL) for one in parts))
        assert "nobody had asked for" in str(connection.error)
        assert broker.aborted == 1

    run(monkeypatch, check)


def test_good_bye(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(connection: Connection, broker: Broker) -> None:
        await connection.close()
        assert broker.names[-1] == "Connection.Close"
        assert broker.closed == 1
        await connection.ended

    run(monkeypatch, check, commands.Connection.CloseOk())
