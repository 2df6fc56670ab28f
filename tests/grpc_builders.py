"""A gRPC service as somebody else might have written it: its descriptors, as protoc writes them."""

from __future__ import annotations

from google.protobuf import descriptor_pb2

_Field = descriptor_pb2.FieldDescriptorProto
PACKAGE = "shop"


def _add(
    message: descriptor_pb2.DescriptorProto,
    name: str,
    kind: _Field.Type = _Field.TYPE_STRING,
    type_name: str = "",
    *,
    is_list: bool = False,
) -> None:
    label = _Field.LABEL_REPEATED if is_list else _Field.LABEL_OPTIONAL
    message.field.add(
        name=name,
        number=len(message.field) + 1,
        type=_Field.TYPE_MESSAGE if type_name else kind,
        type_name=f".{PACKAGE}.{type_name}" if type_name else None,
        label=label,
    )


def descriptors() -> bytes:
    """`shop.Orders` with Get, and Watch, which streams."""
    file = descriptor_pb2.FileDescriptorProto(name="shop.proto", package=PACKAGE, syntax="proto3")
    _add(file.message_type.add(name="Line"), "sku")
    order = file.message_type.add(name="Order")
    _add(order, "number", _Field.TYPE_UINT32)
    _add(order, "lines", type_name="Line", is_list=True)
    _add(order, "notes", type_name="Order.NotesEntry", is_list=True)
    notes = order.nested_type.add(name="NotesEntry")
    notes.options.map_entry = True
    _add(notes, "key")
    _add(notes, "value")
    _add(file.message_type.add(name="OrderRequest"), "order_number", _Field.TYPE_UINT32)
    service = file.service.add(name="Orders")
    for name in ("Get", "Watch"):
        service.method.add(
            name=name,
            input_type=f".{PACKAGE}.OrderRequest",
            output_type=f".{PACKAGE}.Order",
            server_streaming=name == "Watch",
        )
    return descriptor_pb2.FileDescriptorSet(file=[file]).SerializeToString()
