"""A method of a service that somebody else wrote, by the descriptors of its .proto files.

Nothing is generated and nothing is compiled: protobuf makes the messages' classes as it runs.
What is wrong is a ValueError in one line.  Knows neither a server nor a description.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.message import DecodeError

from bench.model.ownserver.events import ALL, Place

HOW = "have it written by `protoc --include_imports --descriptor_set_out=FILE`"


@dataclass(frozen=True)
class Method:
    """One request, one answer: the path by which HTTP/2 knows it, and the classes of both."""

    path: str
    request: Any
    answer: Any

    def asking(self, text: str) -> Any:
        """A request from its JSON; ValueError where it is none of this type."""
        try:
            return json_format.Parse(text, self.request())
        except json_format.ParseError as error:
            raise ValueError(f"{' '.join(str(error).split())}; correct it") from None

    def check_place(self, place: Place) -> None:
        """ValueError where an answer has no such place."""
        kind, is_list = self.answer.DESCRIPTOR, False
        for step in place.steps:
            if isinstance(step, int) or step == ALL:
                if not is_list:
                    raise ValueError(f"[{step}] belongs to a list; {_there(kind)}")
                is_list = False
                continue
            fields = {} if kind is None or is_list else kind.fields_by_name
            if step not in fields:
                hint = "it is a list: write [*] before" if is_list else _there(kind)
                raise ValueError(f"no field {step!r}; {hint}")
            is_list, kind = fields[step].is_repeated, fields[step].message_type
            if kind is not None and kind.GetOptions().map_entry:
                is_list, kind = False, None  # read as it is


def _there(kind: Any) -> str:
    """Which fields there are, in words."""
    return f"{kind.full_name} has {', '.join(kind.fields_by_name)}" if kind else "it has no fields"


class Descriptors:
    """Those of a file, as protoc writes them; ValueError where it holds none."""

    def __init__(self, data: bytes) -> None:
        self._pool = descriptor_pool.DescriptorPool()
        try:
            self._files = descriptor_pb2.FileDescriptorSet.FromString(data).file
            for file in self._files:
                self._pool.Add(file)
        except DecodeError:
            raise ValueError(f"is no file of descriptors; {HOW}") from None
        except TypeError as error:
            raise ValueError(f"{' '.join(str(error).split())}; {HOW}") from None

    def method(self, name: str) -> Method:
        """The method of this full name; ValueError where there is none, or it streams."""
        service, _, method = name.partition("/")
        try:
            methods = self._pool.FindServiceByName(service).methods_by_name
        except KeyError:
            there = ", ".join(self._services()) or "none"
            raise ValueError(f"there is no such service; the descriptors have {there}") from None
        if method not in methods:
            raise ValueError(f"{service} has no such method; it has {', '.join(methods)}")
        found = methods[method]
        if found.client_streaming or found.server_streaming:
            raise ValueError("it streams; name a method with one request and one answer")
        request, answer = map(
            message_factory.GetMessageClass, (found.input_type, found.output_type)
        )
        return Method(f"/{name}", request, answer)

    def _services(self) -> Iterator[str]:
        for file in self._files:
            for service in file.service:
                yield f"{file.package}.{service.name}".lstrip(".")


def values_in(message: Any, steps: Sequence[str | int]) -> list[Any]:
    """The values of a message at a place that was checked."""
    found = [message]
    for step in steps:
        if step == ALL:
            found = [entry for one in found for entry in one]
        elif isinstance(step, int):
            found = [one[step] for one in found if step < len(one)]
        else:
            found = [getattr(one, step) for one in found]
    return found
