"""gRPC to a server of your own, which a TOML file describes (docs/own/README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import google.protobuf
import grpc
import grpc.aio

from bench.model.ownserver import ca_file_of, is_secure
from bench.model.ownserver.events import place_of
from bench.model.ownserver.filling import CLIENT, SEQUENCE, placeholders
from targets.calls._caller import Answer, Found
from targets.calls._descriptors import Descriptors, Method, values_in
from targets.calls._own_caller import OwnCaller

TITLE = "gRPC, your own server"
REQUIRES = ("own_server",)
SERVICES = {"own_server": {"side": "backend"}}
PARTS = ({"name": "caller", "role": "caller", "side": "clients"},)
STANDS_FOR = "grpc"
SCHEME = "http https"
READS = ("grpc",)
ON_REQUEST = True

LIBRARIES = f"grpcio {grpc.__version__}, protobuf {google.protobuf.__version__}"
OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.enable_http_proxy", 0),
)


@contextmanager
def told_of(key: str) -> Iterator[None]:
    """A ValueError names the key of the description that is wrong."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


class Caller(OwnCaller):
    """One channel, so one connection, for all calls under way.

    Requests are made of JSON, once where they are all alike; each answer is read as a message.
    """

    channel: Any = None
    method: Method | None = None
    wrong = ""
    """What in the description does not fit the descriptors: told when the first call is tried."""

    _bytes = 0

    async def open(self, _: str, __: int) -> None:
        self.facts["client library"] = LIBRARIES
        try:
            self.method = self._described()
        except (ValueError, OSError) as error:
            self.wrong = str(error)
            return
        url = self.filled(self.own.grpc.url)
        target = urlsplit(url).netloc
        if is_secure(url):
            ca_file = ca_file_of(self.own, self.folder)
            credentials = grpc.ssl_channel_credentials(
                Path(ca_file).read_bytes() if ca_file else None
            )
            self.channel = grpc.aio.secure_channel(target, credentials, options=OPTIONS)
        else:
            self.channel = grpc.aio.insecure_channel(target, options=OPTIONS)
        self._ask = self.channel.unary_unary(self.method.path, None, self._read)

    def _described(self) -> Method:
        """The method; ValueError that names the key where something does not fit."""
        asked = self.own.grpc
        with told_of(f"grpc.descriptors = {asked.descriptors}"):
            descriptors = Descriptors((Path(self.folder) / asked.descriptors).read_bytes())
        with told_of(f"grpc.method = {asked.method}"):
            method = descriptors.method(asked.method)
        self._fields = [(text, place_of(text)) for text in asked.fields]
        for text, place in self._fields:
            with told_of(f"grpc.fields: {text}"):
                method.check_place(place)
        with told_of("grpc.request"):
            request = method.asking(self.filled(asked.request))
        is_alike = not {CLIENT, SEQUENCE} & set(placeholders(asked.request))
        self._request = request if is_alike else None
        return method

    def _read(self, message: bytes) -> Any:
        """The answer that a message holds."""
        assert self.method is not None
        self._bytes = len(message)
        with self.messages:
            return self.method.answer.FromString(message)

    async def ask(self, client: int) -> Answer:
        if self.method is None:
            raise ConnectionError(self.wrong)
        asked, self.asked = self.own.grpc, self.asked + 1
        request = self._request
        if request is None:
            request = self.method.asking(self.filled(asked.request, client))
        data = request.SerializeToString()
        self.request_bytes = len(data)
        metadata = [(name.lower(), self.filled(one, client)) for name, one in asked.headers.items()]
        try:
            answer = await self._ask(data, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            words = " ".join(str(error.details()).split())
            raise ConnectionError(f"{asked.method}: {error.code().name}: {words}") from None
        with self.messages:
            return self._wanted(answer), self._bytes

    def _wanted(self, answer: Any) -> Found:
        """The values of each field; ConnectionError where a list has none."""
        found = []
        for text, place in self._fields:
            values = values_in(answer, place.steps)
            if not values:
                raise ConnectionError(f"grpc.fields: the answer has no {text}")
            found.append(tuple(values))
        return found

    async def stop(self) -> None:
        if self.channel is not None:
            await self.channel.close()
