"""Client side of WebSocket: one connection in both directions, a frame for each message."""

from __future__ import annotations

from bench.load.clients.http1 import ConnectionClosed
from bench.load.listening import SocketListener
from scenarios.chat._framing import frame_bytes
from scenarios.chat._member import Member, Said


class Client(Member, SocketListener):
    """Nothing acknowledges what it writes; a lost connection goes on at the last message heard."""

    async def say(self, text: bytes) -> Said:
        socket = self.socket
        if socket is None or socket.ended.done():
            raise ConnectionClosed("the connection is closed")
        socket.send_text(text)
        return Said(bytes_up=frame_bytes(len(text), masked=True))
