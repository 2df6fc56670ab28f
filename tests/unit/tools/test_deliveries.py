"""The receiver in C counts whatever it is sent; the table has medians, ratios and aims."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from bench.model.experiment import DeliveryStream
from bench.tools import deliveries
from bench.tools.deliveries import BARE, OURS, Costs, Turn

HEADS = {
    "event_stream": b"HTTP/1.1 200 OK\r\n\r\n",
    "websocket": b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
}
EVENT = b"id: 1\ndata: 1 2 3 ddata\n\n"
LONG = b"\x82\x7e\x01\x2c" + bytes(300)
SENT = {
    "event_stream": (b"id: 0\n\n" + 3 * EVENT + b"dat\n\ndata: x\n\n", 4),
    "websocket": (b"\x82\x05hello\x89\x00\x81\x00" + LONG + b"\x82\x7f" + b"\0" * 7 + b"\x01x", 4),
}


@pytest.mark.parametrize("kind", list(HEADS))
@pytest.mark.parametrize("step", [1, 3, 1000])
def test_the_receiver_in_c_counts_events_however_they_are_cut(
    kind: str, step: int, tmp_path: Path
) -> None:
    program = deliveries.compiled(tmp_path)
    if program is None:
        pytest.skip("no C compiler; apt-get install gcc libc6-dev")
    data, due = SENT[kind]
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        words = [str(program), kind, port, "1", "/news?client="]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as receiver:
            assert receiver.stdin is not None
            assert receiver.stdout is not None
            connection, _ = server.accept()
            with connection:
                assert connection.recv(4096).startswith(b"GET /news?client=0 HTTP/1.1\r\n")
                # What comes with the head counts as well.
                connection.sendall(HEADS[kind] + data)
                assert receiver.stdout.readline() == b'{"type":"bare_ready"}\n'
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for at in range(0, len(data), step):
                    connection.sendall(data[at : at + step])
                count = 0
                for _ in range(1000):  # it may ask for the count before it has read all
                    receiver.stdin.write(b"?\n")
                    receiver.stdin.flush()
                    count = int(receiver.stdout.readline().rpartition(b":")[2].rstrip(b"}\n"))
                    if count >= 2 * due:
                        break
                assert count == 2 * due
            receiver.stdin.close()
            assert receiver.wait(10) in (0, 1)  # 1: it saw the connection end first


def test_medians_and_ratio() -> None:
    stream = DeliveryStream("sse", "event_stream", "/stream?client=", 8.0, 25_000)
    costs = Costs(stream, 10, {OURS: [Turn(9.0, 1e4), Turn(7.0, 3e4), Turn(8.0, 2e4)]})
    assert (costs.us(OURS), costs.ratio, costs.bytes_per_client) == (8.0, None, 2e4)
    assert [row[1] for row in deliveries.table_of([costs]).rows] == [
        "8.00 us\n7.00 to 9.00",
        "not measured",
        "not measured",
        "20.0 kB",
    ]
    costs.turns[BARE] = [Turn(5.0, 1.0)]
    assert costs.ratio == 1.6
    assert [row[2] for row in deliveries.table_of([costs]).rows] == [
        "<= 8 us",
        "",
        "<= 2",
        "<= 25 kB",
    ]
    assert "1.60 times that of a receiver in C" in deliveries.answer([costs])
