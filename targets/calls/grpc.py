"""gRPC: protobuf messages over HTTP/2, with all fields of every line."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

import google.protobuf
import grpc
import grpc.aio
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from targets._target import BaseTarget
from targets.calls import _order
from targets.calls._caller import Answer, CallerTarget
from targets.calls._messages import MessageTime

TITLE = "gRPC"
PARTS = (
    {"name": "server", "role": "server"},
    {"name": "caller", "role": "caller", "side": "clients"},
)

PACKAGE, SERVICE, METHOD = "calls", "calls.Orders", "Get"
LIBRARIES = f"grpcio {grpc.__version__}, protobuf {google.protobuf.__version__}"
NO_LIMIT = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
)
_Field = descriptor_pb2.FieldDescriptorProto
TYPES = {
    str: _Field.TYPE_STRING,
    int: _Field.TYPE_UINT32,
    float: _Field.TYPE_DOUBLE,
    bool: _Field.TYPE_BOOL,
}


def _messages() -> tuple[Any, Any]:
    """The classes of a request and of an order, as protoc would make them of this description."""
    file = descriptor_pb2.FileDescriptorProto(
        name="calls/orders.proto", package=PACKAGE, syntax="proto3"
    )
    line = file.message_type.add(name="Line")
    for number, (name, kind) in enumerate(_order.KINDS.items(), start=1):
        line.field.add(name=name, number=number, type=TYPES[kind], label=_Field.LABEL_OPTIONAL)
    file.message_type.add(name="Order").field.add(
        name="lines",
        number=1,
        type=_Field.TYPE_MESSAGE,
        type_name=f".{PACKAGE}.Line",
        label=_Field.LABEL_REPEATED,
    )
    file.message_type.add(name="OrderRequest").field.add(
        name="number", number=1, type=_Field.TYPE_UINT32, label=_Field.LABEL_OPTIONAL
    )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    request, order = (
        message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))
        for name in ("OrderRequest", "Order")
    )
    return request, order


OrderRequest, Order = _messages()


def written(lines: Iterable[_order.Line]) -> Any:
    """The order as a message, made anew for every call."""
    order = Order()
    add = order.lines.add
    for line in lines:
        add(**line)
    return order


class Server(BaseTarget):
    """`calls.Orders/Get`; NOT_FOUND where there is no such order."""

    server: Any = None

    async def start(self, port: int) -> int:
        self.order = _order.lines(self.load.own.lines)
        self.messages = MessageTime()
        self.facts["server library"] = LIBRARIES
        self.server = grpc.aio.server(options=(*NO_LIMIT, ("grpc.so_reuseport", 0)))
        get = grpc.unary_unary_rpc_method_handler(
            self.get,
            request_deserializer=OrderRequest.FromString,
            response_serializer=self.write,
        )
        service = grpc.method_handlers_generic_handler(SERVICE, {METHOD: get})
        self.server.add_generic_rpc_handlers((service,))
        bound = self.server.add_insecure_port(f"{self.host}:{port}")
        await self.server.start()
        return int(bound)

    async def get(self, request: Any, context: Any) -> Any:
        """One call."""
        if request.number != _order.ORDER:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"there is no order {request.number}")
        with self.messages:
            return written(self.order)

    def write(self, order: Any) -> bytes:
        """The bytes of a reply."""
        with self.messages:
            self.messages.calls += 1
            message: bytes = order.SerializeToString()
            return message

    def counts(self) -> dict[str, float]:
        return self.messages.counts("server")

    async def stop(self) -> None:
        if self.server is not None:
            await self.server.stop(None)


class Caller(CallerTarget):
    """One channel, so one connection, for all calls under way."""

    channel: Any = None
    _bytes = 0

    async def open(self, host: str, port: int) -> None:
        self.channel = grpc.aio.insecure_channel(
            f"{host}:{port}", options=(*NO_LIMIT, ("grpc.enable_http_proxy", 0))
        )
        self._get = self.channel.unary_unary(
            f"/{SERVICE}/{METHOD}",
            request_serializer=OrderRequest.SerializeToString,
            response_deserializer=self.read,
        )
        self._pick = _order.picking(attrgetter, self.fields)
        self.request_bytes = OrderRequest(number=_order.ORDER).ByteSize()
        self.facts["client library"] = LIBRARIES

    def read(self, message: bytes) -> Any:
        """The order that a message holds; all are of one length."""
        self._bytes = len(message)
        with self.messages:
            return Order.FromString(message)

    async def ask(self, _: int) -> Answer:
        try:
            order = await self._get(OrderRequest(number=_order.ORDER))
        except grpc.aio.AioRpcError as error:
            raise ConnectionError(f"{error.code().name}: {error.details()}") from None
        with self.messages:
            return [*map(self._pick, order.lines)], self._bytes

    async def stop(self) -> None:
        if self.channel is not None:
            await self.channel.close()
