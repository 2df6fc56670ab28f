"""Name servers over sockets, asked by dnspython; and clients that are lied to."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import dns.asyncquery
import dns.message
import measured
import pytest
import uvloop

from bench.lab.network.network import usable
from bench.results.store import StoredTrial
from scenarios.query_ids import _dns
from scenarios.query_ids import _planned as planned
from scenarios.query_ids.load import LOAD

HOST = "127.0.0.1"
LEAST_S = 60.0
UDP, TCP = "udp_query_id", "tcp_query"
each = pytest.mark.parametrize("pattern", [UDP, TCP])


def run(work: Coroutine[Any, Any, None]) -> None:
    uvloop.run(asyncio.wait_for(work, LEAST_S))


@contextlib.asynccontextmanager
async def served(pattern: str, **load: Any) -> AsyncIterator[tuple[Any, int]]:
    target = importlib.import_module(f"targets.query_ids.{pattern}").Target(LOAD(**load), 1, {})
    port = await target.start(0)
    try:
        yield target, port
    finally:
        await target.stop()


def text_of(name: str) -> str:
    return planned.Zone(LOAD(), 1).truth(name).text


@each
def test_dnspython_gets_the_text_of_a_name(pattern: str) -> None:
    async def work() -> None:
        async with served(pattern) as (_, port):
            name = planned.name_of(3, 14)
            query = dns.message.make_query(f"{name}.", "TXT")
            ask = dns.asyncquery.udp if pattern == UDP else dns.asyncquery.tcp
            reply = await ask(query, HOST, port=port, timeout=LEAST_S)
            (record,) = reply.answer
            assert record[0].strings == (text_of(name).encode(),)

    run(work())


def test_a_connection_answers_in_the_order_of_readiness_and_drops_who_writes_no_dns() -> None:
    async def work() -> None:
        async with served(TCP, answer_time_s=0.1) as (target, port):
            reader, writer = await asyncio.open_connection(HOST, port)
            names = [planned.name_of(0, n) for n in range(20)]
            for place, name in enumerate(names):
                writer.write(_dns.framed(_dns.write_query(place, name)))
            found = []
            for _ in names:
                (length,) = _dns.PREFIX.unpack(await reader.readexactly(_dns.PREFIX.size))
                found.append(_dns.read_answer(await reader.readexactly(length)))
            assert [one.text for one in found] == [text_of(one.name) for one in found]
            assert {one.id: one.name for one in found} == dict(enumerate(names))
            assert [one.id for one in found] != list(range(20))
            writer.write(_dns.framed(b"GET / HTTP/1.1"))
            assert not await reader.read()
            writer.close()
            assert target.counts()["malformed"] == 1
            assert target.counts()["connections"] == 1

    run(work())


class Heard(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.messages: asyncio.Queue[tuple[bytes, Any]] = asyncio.Queue()

    def datagram_received(self, data: bytes, address: Any) -> None:
        self.messages.put_nowait((data, address))


def test_noise_is_counted_and_nothing_comes_of_it() -> None:
    async def work() -> None:
        async with served(UDP, forged_share=1.0, answer_time_s=0.05) as (target, port):
            loop = asyncio.get_running_loop()
            transport, heard = await loop.create_datagram_endpoint(Heard, local_addr=(HOST, 0))
            server = (HOST, port)
            for noise in (b"", b"x", bytes(12), _dns.write_answer(1, "a.b", "c"), bytes(2000)):
                transport.sendto(noise, server)
            name = planned.name_of(1, 1)
            transport.sendto(_dns.write_query(7, name), server)
            came = [await heard.messages.get() for _ in range(3)]
            answers = [(_dns.read_answer(data), address) for data, address in came]
            right = [one for one, address in answers if address == server and one.id == 7]
            assert [one.text for one in right] == [text_of(name)]
            strangers = [one for one, address in answers if address != server]
            assert [(one.id, one.name) for one in strangers] == [(7, name)]
            assert target.counts()["forgeries"] == 2
            assert target.counts()["malformed"] in (4, 5)  # an empty datagram may not arrive
            assert heard.messages.empty()
            transport.close()

    run(work())


# --- clients --------------------------------------------------------------------------------------

PRIVILEGE, MISSING = usable()
on_a_link = pytest.mark.skipif(not PRIVILEGE, reason=MISSING)
Measure = Callable[..., StoredTrial]
LIED_TO: dict[str, Any] = {
    "link": "emulated",
    "rtt_s": 0.01,
    "loss": 0.05,
    "retry_after_s": 0.05,
    "query_rate_per_s": 300.0,
    "forged_share": 0.5,
    "warmup_s": 0.1,
    "duration_s": 1.5,
    "drain_s": 20.0,
}


@on_a_link
def test_a_client_that_checks_all_takes_no_wrong_answer(measure: Measure) -> None:
    stored = measure(f"query_ids/{UDP}", **LIED_TO)
    assert (stored.record.status, stored.record.log_tail) == ("ok", [])
    found = measured.compute(stored.data())
    assert (found["wrong_answers"], found["completeness"]) == (0, 1)
    for key in ("late_refused", "forged_refused", "strangers_refused"):
        assert found[key] > 20, key
    assert found["overtaking_share"] > 0.1
    assert found["setups_per_query"] == 0


@on_a_link
def test_a_client_that_checks_the_id_only_is_fooled(measure: Measure) -> None:
    stored = measure(f"query_ids/{UDP}", **LIED_TO, checks="id", ids=64)
    found = measured.compute(stored.data())
    assert found["wrong_share"] > 0.3  # the stranger's answer comes first
    assert found["strangers_refused"] == 0


@on_a_link
def test_who_loses_its_connection_asks_again_on_another(measure: Measure) -> None:
    stored = measure(f"query_ids/{TCP}", **LIED_TO, fault="server:cut@500ms")
    assert (stored.record.status, stored.record.reason) == ("ok", "")
    found = measured.compute(stored.data())
    assert (found["wrong_answers"], found["completeness"]) == (0, 1)
    assert stored.data().counted_change("connections") > stored.data().load["clients"]
    assert found["retries_per_query"] > 0
