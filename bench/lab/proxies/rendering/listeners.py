"""The side of a proxy that clients see: listeners, connection managers, routes.

Nothing here ends a request or a connection early unless asked for, and no header is added
that only one kind of listener would add.
"""

from __future__ import annotations

from bench.lab.proxies.rendering import filters, tls
from bench.lab.proxies.rendering.common import (
    Config,
    Placement,
    address,
    any_of,
    extension,
    seconds,
)
from bench.model.proxy import Endpoint, Listener, Proxy, Retry, Route

RETRY_ON = {
    "connect_failure": "connect-failure",
    "reset": "reset",
    "refused_stream": "refused-stream",
    "server_error": "5xx",
}
HOST_ATTEMPTS = 5
"""How often another endpoint is looked for before one that failed is tried again."""


def listener(proxy: Proxy, asked: Listener, placement: Placement) -> Config:
    """One listener with all that happens behind it."""
    network = (
        _tcp_proxy(proxy, asked, placement)
        if asked.is_tcp
        else _connection_manager(proxy, asked, placement)
    )
    chain: Config = {"filters": [network]}
    if asked.tls:
        chain["transport_socket"] = tls.downstream(asked, placement.needed_certificates())
    here = Endpoint(placement.host, placement.ports[asked.name])
    made = {
        "name": asked.name,
        "stat_prefix": asked.name,
        "address": address(here, "UDP" if asked.is_quic else "TCP"),
        "filter_chains": [chain],
    }
    if asked.is_quic:
        # The connection manager has a field of that name too; a server does not heed it.
        options = {"quic_protocol_options": {"max_concurrent_streams": asked.max_streams}}
        made["udp_listener_config"] = {"quic_options": options}
    return made


def _tcp_proxy(proxy: Proxy, asked: Listener, placement: Placement) -> Config:
    return extension(
        "envoy.filters.network.tcp_proxy",
        "filters.network.tcp_proxy.v3.TcpProxy",
        stat_prefix=asked.name,
        cluster=proxy.upstream(asked.routes[0].upstream).name,
        idle_timeout="0s",
        access_log=filters.access_log(proxy, placement),
    )


def _connection_manager(proxy: Proxy, asked: Listener, placement: Placement) -> Config:
    traced = filters.tracing(proxy, placement)
    routes = [_route(proxy, route) for route in asked.routes]
    made = extension(
        "envoy.filters.network.http_connection_manager",
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix=asked.name,
        codec_type=asked.protocols[0].upper() if len(asked.protocols) == 1 else "AUTO",
        common_http_protocol_options={"idle_timeout": "0s"},
        http2_protocol_options={"max_concurrent_streams": asked.max_streams},
        # A stream that is silent for 5 minutes would be ended otherwise.
        stream_idle_timeout="0s",
        generate_request_id=traced is not None,
        server_header_transformation="PASS_THROUGH",
        route_config={"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        http_filters=filters.http_filters(proxy),
    )
    optional = {
        "upgrade_configs": [{"upgrade_type": name} for name in asked.upgrades],
        "access_log": filters.access_log(proxy, placement),
        "tracing": traced,
    }
    made["typed_config"] |= {name: value for name, value in optional.items() if value}
    return made


def _route(proxy: Proxy, asked: Route) -> Config:
    upstream = proxy.upstream(asked.upstream)
    action: Config = {"cluster": upstream.name, "timeout": seconds(upstream.timeout_s)}
    if upstream.retry is not None:
        action["retry_policy"] = _retry_policy(upstream.retry)
    return {"match": {"prefix": asked.prefix}, "route": action}


def _retry_policy(retry: Retry) -> Config:
    kind = "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    elsewhere = {"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": any_of(kind)}
    policy: Config = {
        "retry_on": ",".join(RETRY_ON[reason] for reason in retry.on),
        "num_retries": retry.attempts,
        "retry_host_predicate": [elsewhere],
        "host_selection_retry_max_attempts": HOST_ATTEMPTS,
    }
    if retry.try_timeout_s:
        policy["per_try_timeout"] = seconds(retry.try_timeout_s)
    return policy
