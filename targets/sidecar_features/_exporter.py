"""The server's own spans: one for each request, as child of whoever says so in `traceparent`.

This is what an application has to do itself to be in a trace.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time

import aiohttp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from bench.clock import now_ns
from targets.sidecar_features._spans import SERVER

EVERY_S = 0.05


class SpanExporter:
    """Sends spans by OTLP over HTTP, a few at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._url = f"http://{host}:{port}/v1/traces"
        self._spans: list[Span] = []
        self._session = aiohttp.ClientSession()
        self._task = asyncio.create_task(self._send_for_ever())

    def add(self, traceparent: str, path: str, began_ns: int) -> None:
        """A span that ends now; nothing where the caller sends no traceparent (W3C)."""
        parts = traceparent.split("-")
        if len(parts) != 4:
            return
        wall_ns = time.time_ns() - now_ns()
        span = Span(
            trace_id=bytes.fromhex(parts[1]),
            parent_span_id=bytes.fromhex(parts[2]),
            span_id=os.urandom(8),
            name=path,
            kind=Span.SPAN_KIND_SERVER,
            start_time_unix_nano=wall_ns + began_ns,
            end_time_unix_nano=time.time_ns(),
        )
        self._spans.append(span)

    async def _send_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            with contextlib.suppress(aiohttp.ClientError):
                await self._send()

    async def _send(self) -> None:
        if not self._spans:
            return
        spans, self._spans = self._spans, []
        message = ExportTraceServiceRequest()
        resource = message.resource_spans.add()
        named = resource.resource.attributes.add()
        named.key, named.value.string_value = "service.name", SERVER
        resource.scope_spans.add().spans.extend(spans)
        headers = {"Content-Type": "application/x-protobuf"}
        async with self._session.post(
            self._url, data=message.SerializeToString(), headers=headers
        ) as reply:
            await reply.read()

    async def close(self) -> None:
        self._task.cancel()
        await self._session.close()
