"""What a proxy does with requests on their way: filters, and tracing.

Opens no socket and writes no file.
"""

from __future__ import annotations

from bench.lab.proxies.rendering.common import Config, Placement, any_of, extension
from bench.model.proxy import (
    BufferBodies,
    CacheResponses,
    Filter,
    Proxy,
    StickySessions,
    TraceRequests,
)

ALL_REQUESTS = {"value": 100}


def http_filters(proxy: Proxy) -> list[Config]:
    """The filters in the order asked for, the router last."""
    router = extension(
        "envoy.filters.http.router", "filters.http.router.v3.Router", suppress_envoy_headers=True
    )
    return [*(made for one in proxy.filters if (made := _filter(one)) is not None), router]


def _filter(asked: Filter) -> Config | None:
    if isinstance(asked, BufferBodies):
        return _buffer(asked)
    if isinstance(asked, CacheResponses):
        kind = "extensions.http.cache.simple_http_cache.v3.SimpleHttpCacheConfig"
        return extension(
            "envoy.filters.http.cache",
            "filters.http.cache.v3.CacheConfig",
            typed_config=any_of(kind),
        )
    if isinstance(asked, StickySessions):
        return _sticky(asked)
    return None  # tracing belongs to the connection manager


def _buffer(asked: BufferBodies) -> Config:
    if asked.of == "requests":
        return extension(
            "envoy.filters.http.buffer",
            "filters.http.buffer.v3.Buffer",
            max_request_bytes=asked.most_bytes,
        )
    # The filter of that name holds requests only; this one can hold responses too.
    held: Config = {
        "behavior": {"fully_buffer": {}},
        "memory_buffer_bytes_limit": asked.most_bytes,
        "storage_buffer_bytes_limit": 0,
    }
    return extension(
        "envoy.filters.http.file_system_buffer",
        "filters.http.file_system_buffer.v3.FileSystemBufferFilterConfig",
        manager_config={"thread_pool": {"thread_count": 1}},
        request={"behavior": {"bypass": {}}},
        response=held,
    )


def _sticky(asked: StickySessions) -> Config:
    cookie = {"cookie": {"name": asked.cookie, "path": "/", "ttl": "0s"}}
    state = extension(
        "envoy.http.stateful_session.cookie",
        "http.stateful_session.cookie.v3.CookieBasedSessionState",
        **cookie,
    )
    return extension(
        "envoy.filters.http.stateful_session",
        "filters.http.stateful_session.v3.StatefulSession",
        session_state=state,
    )


def tracing(proxy: Proxy, placement: Placement) -> Config | None:
    """The connection manager's tracing; None where nobody asks for it."""
    for asked in proxy.filters:
        if isinstance(asked, TraceRequests):
            collector = placement.endpoints[asked.upstream][0]
            uri = {
                "uri": f"http://{collector.host}:{collector.port}{asked.path}",
                "cluster": asked.upstream,
                "timeout": "1s",
            }
            provider = {
                "name": "envoy.tracers.opentelemetry",
                "typed_config": any_of(
                    "config.trace.v3.OpenTelemetryConfig",
                    http_service={"http_uri": uri},
                    service_name=asked.service,
                ),
            }
            return {
                "provider": provider,
                "random_sampling": ALL_REQUESTS,
                "spawn_upstream_span": True,
            }
    return None


def access_log(proxy: Proxy, placement: Placement) -> list[Config]:
    """One line for each request, where asked for."""
    if not proxy.access_log:
        return []
    return [
        extension(
            "envoy.access_loggers.file",
            "access_loggers.file.v3.FileAccessLog",
            path=placement.access_log_path,
        )
    ]
