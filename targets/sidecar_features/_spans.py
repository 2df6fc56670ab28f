"""From OTLP requests to the spans of each call, and whether these are one chain.  Pure.

A call is known by its path in a span's attributes.  Envoy makes two spans for a request: one
for what comes in, and one for what it passes on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

CALL = re.compile(r".*/call/(\d+)/(\d+)$")
URLS = ("http.url", "url.path", "http.target")

SERVER = "server"
"""The service that servers name in spans of their own."""

Key = tuple[int, int]
"""Of a call: the client, and its number."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whose it is, its place in its trace, and from when to when (of the clock asked for)."""

    service: str
    trace: bytes
    id: bytes
    parent: bytes
    start_ns: int
    end_ns: int
    call: Key | None = None


def spans_of(requests: Iterable[bytes], since_ns: int) -> list[Span]:
    """All spans; `since_ns` is what their clock shows more than ours.

    ValueError (protobuf's DecodeError) where a request is none.
    """
    found = []
    for content in requests:
        message = ExportTraceServiceRequest.FromString(content)
        for resource in message.resource_spans:
            named = {one.key: one.value.string_value for one in resource.resource.attributes}
            service = named.get("service.name", "")
            for scope in resource.scope_spans:
                for one in scope.spans:
                    said = {part.key: part.value.string_value for part in one.attributes}
                    found.append(
                        Span(
                            service,
                            one.trace_id,
                            one.span_id,
                            one.parent_span_id,
                            one.start_time_unix_nano - since_ns,
                            one.end_time_unix_nano - since_ns,
                            call_of([one.name, *(said.get(key, "") for key in URLS)]),
                        )
                    )
    return found


def call_of(texts: Iterable[str]) -> Key | None:
    """The call that a name or a URL is of."""
    for text in texts:
        if (match := CALL.fullmatch(text)) is not None:
            return int(match[1]), int(match[2])
    return None


def by_call(spans: Iterable[Span]) -> dict[Key, list[Span]]:
    """The spans of all traces in which a call is named, by call."""
    traces: dict[bytes, list[Span]] = defaultdict(list)
    calls: dict[Key, set[bytes]] = defaultdict(set)
    for span in spans:
        traces[span.trace].append(span)
        if span.call is not None:
            calls[span.call].add(span.trace)
    return {
        call: sorted(
            (span for trace in found for span in traces[trace]), key=lambda one: one.start_ns
        )
        for call, found in calls.items()
    }


def is_chain(spans: Sequence[Span], services: Sequence[str]) -> bool:
    """Whether they are one trace: each span is the next one's parent, from service to service.

    `services` are those that a call goes through, each as often as it makes a span.
    """
    if len({span.trace for span in spans}) != 1 or len(spans) != len(services):
        return False
    child = {span.parent: span for span in spans}
    known = {span.id for span in spans}
    roots = [span for span in spans if span.parent not in known]
    if len(child) != len(spans) or len(roots) != 1:
        return False
    row = [roots[0]]
    while (following := child.get(row[-1].id)) is not None:
        row.append(following)
    return [span.service for span in row] == list(services)


def inner_of(span: Span, spans: Sequence[Span]) -> tuple[int, int]:
    """From when to when its children last.

    The last span of a sidecar waits for the server all the time; that of the server is its own.
    """
    inner = [one for one in spans if one.parent == span.id]
    if not inner:
        return (span.end_ns if span.service == SERVER else span.start_ns), span.end_ns
    start_ns = min(one.start_ns for one in inner)
    end_ns = max(one.end_ns for one in inner)
    start_ns = min(max(start_ns, span.start_ns), span.end_ns)
    return start_ns, min(max(end_ns, start_ns), span.end_ns)
