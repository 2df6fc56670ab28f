"""The laws of `notifications` against seeded simulations and encoded bytes.

The simulations know the protocol's steps and nothing of the formulas.
"""

from __future__ import annotations

import contextlib
import math
import random
import ssl
import statistics
import struct

import h11
import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.plan.arrivals import poisson
from scenarios.notifications import laws

MS = 1e-3


def arrivals(rate_per_s: float, count: int, seed: int) -> list[float]:
    schedule = poisson(rate_per_s, seed)
    return [next(schedule) / 1e9 for _ in range(count)]


# --- SP: short polling ---------------------------------------------------------------


def simulate_short_polling(
    rate: float, interval: float, rtt: float, count: int, sleeps: bool = False
) -> tuple[list[float], int, int]:
    """Latencies, polls, and polls that found nothing, for one client."""
    poll = random.Random(1).random() * interval
    step = interval + rtt if sleeps else interval
    waiting: list[float] = []
    delays: list[float] = []
    polls = useless = 0
    for event in arrivals(rate, count, 2):
        while poll < event:
            polls += 1
            useless += not waiting
            delays += [poll - published + rtt / 2 for published in waiting]
            waiting = []
            poll += step
        waiting.append(event)
    return delays, polls, useless


@pytest.mark.parametrize(("interval", "rtt"), [(1.0, 0.05), (0.2, 0.1)])
def test_sp1_latency_is_uniform_over_the_interval(interval: float, rtt: float) -> None:
    delays, _, _ = simulate_short_polling(1.3, interval, rtt, 8000)
    assert statistics.fmean(delays) == pytest.approx(laws.short_poll_mean(interval, rtt), rel=0.02)
    ordered = sorted(delays)
    for quantile in (0.5, 0.9, 0.99):
        assert ordered[int(quantile * len(ordered))] == pytest.approx(
            laws.short_poll_quantile(quantile, interval, rtt), rel=0.03
        )
    assert max(delays) <= laws.short_poll_quantile(1, interval, rtt)


def test_sp1_a_client_that_sleeps_after_each_reply_has_a_longer_interval() -> None:
    delays, _, _ = simulate_short_polling(1.3, 1.0, 0.05, 8000, sleeps=True)
    assert statistics.fmean(delays) == pytest.approx(laws.short_poll_mean(1.05, 0.05), rel=0.02)


@pytest.mark.parametrize("rate", [0.1, 1.0, 3.0])
def test_sp2_useless_replies_and_requests_per_event(rate: float) -> None:
    delays, polls, useless = simulate_short_polling(rate, 1.0, 0.05, 4000)
    assert useless / polls == pytest.approx(laws.short_poll_useless_share(rate, 1.0), rel=0.05)
    assert polls / len(delays) == pytest.approx(
        laws.short_poll_requests_per_event(rate, 1.0), rel=0.05
    )


def test_sp3_adds_headers_and_packets_of_every_poll_to_the_payload() -> None:
    # 4 polls per event, each 80 + 120 + 3 x 52 bytes.
    news = laws.news_of_a_poll(0.25, 1.0, evenly=True)
    # Four polls an event: three useless ones of 80 + 120 bytes, one with 150 + 100; 12 packets.
    assert laws.short_poll_wire_bytes(news, 80, 120, 150, 100) / 0.25 == 3 * 200 + 330 + 12 * 52


@pytest.mark.parametrize(("rate", "interval"), [(2e6, 0.2), (1e6, 1.0)])
def test_sp3_polls_of_so_many_clients_are_what_a_link_carries(rate: float, interval: float) -> None:
    clients = laws.clients_that_fill_a_link(rate, interval, 79, 100)
    up, down = 79 + 52 + 52, 100 + 52
    assert clients / interval * max(up, down) * 8 == pytest.approx(rate)
    assert laws.clients_that_fill_a_link(rate, interval, 79, 1000) < clients


def test_sp3_polls_and_keep_alives_send_as_much_at_the_break_even() -> None:
    interval = laws.idle_break_even_interval(15, laws.KEEP_ALIVE_BYTES, 79, 100)
    assert (79 + 100 + 156) / interval == pytest.approx((8 + 104) / 15)
    assert len(b"3\r\n" + b":\n\n" + b"\r\n") == laws.KEEP_ALIVE_BYTES


# --- LP: long polling ----------------------------------------------------------------


def simulate_long_polling(
    rate: float, rtt: float, timeout: float, count: int, seed: int = 3
) -> tuple[list[float], float]:
    """Latencies and requests per second of one client that asks again at once."""
    arrives = 0.0  # when the outstanding request is at the server
    requests = 1
    waiting: list[float] = []
    delays: list[float] = []
    events = arrivals(rate, count, seed)
    for event in events:
        if waiting and event >= arrives:
            delays += [arrives - published + rtt / 2 for published in waiting]
            waiting = []
            arrives += rtt
            requests += 1
        while event >= arrives + timeout:
            arrives += timeout + rtt
            requests += 1
        if event < arrives:
            waiting.append(event)
        else:
            delays.append(rtt / 2)
            arrives = event + rtt
            requests += 1
    return delays, requests / events[-1]


LP1_TABLE = [(0.1, 25.1), (1, 26.2), (5, 31.1), (20, 43.3), (100, 50.0)]


@pytest.mark.parametrize(("rate", "mean_ms"), LP1_TABLE)
def test_lp1_mean_agrees_with_its_table_and_with_a_simulation(rate: float, mean_ms: float) -> None:
    law = laws.long_poll_mean(rate, 0.05, 0.05)
    assert law / MS == pytest.approx(mean_ms, abs=0.05)
    delays, _ = simulate_long_polling(rate, 0.05, math.inf, 8000)
    assert statistics.fmean(delays) == pytest.approx(law, rel=0.01)


def test_lp1_nothing_waits_longer_than_three_transits() -> None:
    delays, _ = simulate_long_polling(20, 0.05, math.inf, 8000)
    assert laws.long_poll_max(0.05, 0.05) == pytest.approx(75 * MS)
    assert 74 * MS < max(delays) <= 75 * MS + 1e-9
    assert min(delays) == 25 * MS


@given(st.floats(1e-3, 1e4), st.floats(1e-6, 1.0))
def test_lp1_mean_lies_between_floor_and_the_mean_of_a_busy_gap(rate: float, rtt: float) -> None:
    """From R/2 (nobody else comes) to R (every event falls at random into a gap)."""
    assert rtt / 2 <= laws.long_poll_mean(rate, rtt, rtt) <= rtt * (1 + 1e-9)


def test_lp1_a_longer_gap_is_a_longer_wait() -> None:
    delays, _ = simulate_long_polling(20, 0.08, math.inf, 8000)
    # The gap of 80 ms with a way back of 25 ms instead of 40.
    found = statistics.fmean(delays) - 0.04 + 0.025
    assert found == pytest.approx(laws.long_poll_mean(20, 0.05, 0.08), rel=0.02)


@pytest.mark.parametrize(
    ("rate", "timeout", "requests", "digits"),
    [(5, 3600, 4.860, 5e-4), (20, 3600, 14.62, 5e-3), (0.1, 30, 0.1052, 5e-5)],
)
def test_lp2_requests_agree_with_the_table_and_with_a_simulation(
    rate: float, timeout: float, requests: float, digits: float
) -> None:
    law = laws.long_poll_requests_per_s(rate, 0.05, timeout)
    assert law == pytest.approx(requests, abs=digits)
    _, found = simulate_long_polling(rate, 0.05, timeout, 8000)
    assert found == pytest.approx(law, rel=0.02)


def test_lp2_without_events_every_request_runs_into_the_timeout() -> None:
    assert laws.long_poll_requests_per_s(0, 0.05, 30) == pytest.approx(1 / 30.05)
    assert laws.long_poll_requests_per_s(1e-12, 0.05, 30) == pytest.approx(1 / 30.05)


def test_lp2_many_events_cost_at_most_one_request_per_round_trip() -> None:
    assert laws.long_poll_requests_per_s(1e6, 0.05, 30) == pytest.approx(20)


def test_lp3_requests_per_event() -> None:
    assert laws.long_poll_requests_per_event(5, 0.05, 3600) == pytest.approx(4.860 / 5, rel=1e-4)


@pytest.mark.parametrize("interval", [0.1, 0.25, 1.0, 5.0])
def test_lp3_both_send_as_many_requests_at_the_break_even(interval: float) -> None:
    rate = laws.break_even_rate(interval, 0.05, 30)
    assert laws.long_poll_requests_per_s(rate, 0.05, 30) == pytest.approx(1 / interval)
    # R + exp(-lambda R)/lambda = T is the law's form without a timeout.
    assert 0.05 + math.exp(-rate * 0.05) / rate == pytest.approx(interval, rel=0.02)
    assert laws.long_poll_requests_per_s(rate / 2, 0.05, 30) < 1 / interval
    assert laws.long_poll_requests_per_s(rate * 2, 0.05, 30) > 1 / interval


def test_lp3_a_poll_interval_below_the_round_trip_never_breaks_even() -> None:
    assert laws.break_even_rate(0.05, 0.05, 30) == math.inf
    assert laws.break_even_rate(0.01, 0.05, 30) == math.inf


def simulate_herd(clients: int, reply: float, request: float, rtt: float) -> float:
    """One server: N replies in turn, then requests in the order in which they come."""
    now, queue = 0.0, []
    for _ in range(clients):
        now += reply
        queue.append(now + rtt)
    for arrives in queue:
        now = max(now, arrives) + request
    return now


@pytest.mark.parametrize("rtt", [0.0, 0.005, 0.05, 1.0])
@pytest.mark.parametrize(("reply", "request_s"), [(1e-4, 1e-4), (3e-4, 1e-4), (1e-4, 4e-4)])
@pytest.mark.parametrize("clients", [1, 10, 300])
def test_lp4_agrees_with_a_simulated_herd(
    clients: int, reply: float, request_s: float, rtt: float
) -> None:
    law = laws.herd_return(clients, reply, request_s, rtt)
    assert law == pytest.approx(simulate_herd(clients, reply, request_s, rtt))
    assert law <= rtt + clients * (reply + request_s) + 1e-12


# --- FAN: one event, N clients ---------------------------------------------------------


def simulate_fan_out(clients: int, cost: float, rtt: float, cores: int) -> list[float]:
    """Each core takes the next client as soon as it is free."""
    free = [0.0] * cores
    delays = []
    for _ in range(clients):
        core = free.index(min(free))
        free[core] += cost
        delays.append(free[core] + rtt / 2)
    return delays


@pytest.mark.parametrize("clients", [1, 2, 100, 1000])
@pytest.mark.parametrize("cores", [1, 2, 4])
def test_fan1_mean_and_max_agree_with_clients_served_in_turn(clients: int, cores: int) -> None:
    cost, rtt = 10e-6, 1e-3
    delays = simulate_fan_out(clients, cost, rtt, cores)
    # With several cores the last round is not split: less than one cost of difference.
    bound = 1e-12 if cores == 1 else cost
    mean = laws.fan_out_mean(clients, cost, rtt, cores)
    assert abs(statistics.fmean(delays) - mean) <= bound
    assert abs(max(delays) - laws.fan_out_max(clients, cost, rtt, cores)) <= bound


@pytest.mark.parametrize("clients", [2, 100, 1000])
@pytest.mark.parametrize("fewer", [1, 10])
def test_fan1_more_clients_are_later_by_half_of_each(clients: int, fewer: int) -> None:
    many, few = (statistics.fmean(simulate_fan_out(n, 10e-6, 1e-3, 1)) for n in (clients, fewer))
    assert laws.more_clients_mean(clients - fewer, 10e-6) == pytest.approx(many - few)


# --- bytes of one pushed event -----------------------------------------------------------


@pytest.mark.parametrize("payload", [1, 48, 100, 242, 243, 1000, 4085, 70_000])
@pytest.mark.parametrize("number", [7, 12_345])
def test_sse1_counts_what_h11_writes(payload: int, number: int) -> None:
    server = h11.Connection(h11.SERVER)
    server.receive_data(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
    server.next_event()
    server.send(h11.Response(status_code=200, headers=[("transfer-encoding", "chunked")]))
    chunk = server.send(h11.Data(b"id: %d\ndata: %s\n\n" % (number, b"x" * payload)))
    assert chunk is not None
    assert laws.sse_bytes(payload, len(str(number))) == len(chunk)


def http2_data_frame(data: bytes) -> bytes:
    """What the h2 library sends for data on a stream that has been answered."""
    client, server = H2Connection(), H2Connection(H2Configuration(client_side=False))
    client.initiate_connection()
    client.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 1 << 20})
    request = [(":method", "GET"), (":path", "/"), (":authority", "a"), (":scheme", "https")]
    client.send_headers(1, request, end_stream=True)
    server.initiate_connection()
    server.receive_data(client.data_to_send())
    server.send_headers(1, [(":status", "200")])
    server.data_to_send()
    server.send_data(1, data)
    return server.data_to_send()


def tls_session() -> tuple[ssl.SSLObject, ssl.MemoryBIO]:
    """The server's end of an established TLS 1.3 session, and what it has sent."""
    authority = trustme.CA()
    contexts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(contexts[0])
    authority.configure_trust(contexts[1])
    contexts[0].num_tickets = 0
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = contexts[0].wrap_bio(up, down, server_side=True)
    client = contexts[1].wrap_bio(down, up, server_hostname="localhost")
    for end in (client, server, client, server):
        with contextlib.suppress(ssl.SSLWantReadError):
            end.do_handshake()
    assert server.version() == "TLSv1.3"
    down.read()
    return server, down


@pytest.mark.parametrize("number", [7, 12_345])
def test_sse3_counts_what_h2_and_openssl_write(number: int) -> None:
    session, sent = tls_session()
    for payload in (1, 48, 100, 1000, 16_000):
        frame = http2_data_frame(b"id: %d\ndata: %s\n\n" % (number, b"x" * payload))
        session.write(frame)
        assert laws.sse_http2_bytes(payload, len(str(number))) == len(sent.read())
    assert math.isnan(laws.sse_http2_bytes(16_384, 1))


def websocket_frame(payload: bytes) -> bytes:
    """RFC 6455, 5.2: final text frame, unmasked."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x81, size)
    elif size < 2**16:
        head = struct.pack("!BBH", 0x81, 126, size)
    else:
        head = struct.pack("!BBQ", 0x81, 127, size)
    return head + payload


@pytest.mark.parametrize("payload", [0, 1, 125, 126, 65_535, 65_536, 1_000_000])
def test_ws1_counts_a_frame(payload: int) -> None:
    assert laws.websocket_bytes(payload) == len(websocket_frame(bytes(payload)))


# --- CO: a stop while measuring ----------------------------------------------------------


def simulate_stop(stop: float, window: float, rate: float) -> list[float]:
    """An open-loop schedule at a server that answers at once, but not during the stop."""
    begin = window / 3
    end = begin + stop
    times = [k / rate for k in range(int(window * rate))]
    return [end - t if begin <= t < end else 0.0 for t in times]


@pytest.mark.parametrize(("stop", "window"), [(1.4, 20.0), (0.1, 5.0), (2.0, 10.0)])
def test_co1_agrees_with_a_simulated_stop(stop: float, window: float) -> None:
    delays = simulate_stop(stop, window, 1000)
    assert statistics.fmean(delays) == pytest.approx(laws.stall_mean(stop, window), rel=0.02)
    ordered = sorted(delays)
    for quantile in (0.5, 0.9, 0.99, 0.999):
        assert ordered[int(quantile * len(ordered))] == pytest.approx(
            laws.stall_quantile(quantile, stop, window), abs=2e-3
        )


def test_co1_predicts_what_wrk2_published() -> None:
    """1.4 s stop in 30 s of which wrk2 drops 10 s to calibrate; 6.2 ms without a stop."""
    mean, p99 = laws.stall_mean(1.4, 20), laws.stall_quantile(0.99, 1.4, 20)
    assert mean == pytest.approx(49.6 * MS, rel=0.02)
    assert mean + 6.2 * MS == pytest.approx(63.66 * MS, rel=0.15)
    assert p99 == pytest.approx(1.20)
    assert p99 == pytest.approx(1.27, rel=0.06)


def test_co1_half_the_run_stopped_is_a_quarter_of_the_stop() -> None:
    assert laws.stall_mean(15, 30) == 3.75
    assert laws.stall_quantile(0.25, 15, 30) == 0


@pytest.mark.parametrize("mean", [0.01, 0.5, 3.0, 40.0])
def test_sp2_events_in_an_interval_are_poissons(mean: float) -> None:
    news = laws.news_of_a_poll(mean, 1.0, evenly=False)
    assert sum(news.values()) == pytest.approx(1)
    assert [news[n] for n in range(5)] == pytest.approx(list(stats.poisson.pmf(range(5), mean)))


def test_sp2_evenly_spaced_events_are_one_more_or_one_less() -> None:
    assert laws.news_of_a_poll(2.25, 1.0, evenly=True) == pytest.approx({2: 0.75, 3: 0.25})


def test_sp3_a_long_reply_is_several_segments_and_half_as_many_acknowledgements() -> None:
    """Three events of 1,000 bytes with two line ends behind 150 bytes: three segments, two ACKs."""
    found = laws.short_poll_wire_bytes({3: 1.0}, 80, 120, 150, 1000, segment_bytes=1448)
    assert found == 80 + (150 + 3002) + (1 + 3 + 2) * 52
