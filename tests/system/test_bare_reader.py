"""The receiver in C, beside which deliveries are measured, counts whatever it is sent."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.tools import deliveries

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


def test_no_more_clients_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries.resource, "getrlimit", lambda _: (1024, 4500))
    assert [deliveries.clients_possible(asked) for asked in (10, 4000, 10_000)] == [10, 4000, 4000]
    memory = SimpleNamespace(available=3000 * deliveries.CLIENT_BYTES)
    monkeypatch.setattr(deliveries.psutil, "virtual_memory", lambda: memory)
    assert deliveries.clients_possible(10_000) == 3000
