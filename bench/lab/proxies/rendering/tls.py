"""TLS on either side of a proxy, always 1.3: Envoy's own maximum towards upstreams is 1.2.

Opens no socket and reads no certificate.
"""

from __future__ import annotations

from bench.lab.proxies.rendering.common import CertificateFiles, Config, extension
from bench.model.proxy import Listener, Upstream

TLS_1_3 = {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"}
ALPN = {"http2": "h2", "http1": "http/1.1"}


def _pair(cert: str, key: str) -> Config:
    return {"certificate_chain": {"filename": cert}, "private_key": {"filename": key}}


def downstream(listener: Listener, files: CertificateFiles) -> Config:
    """The transport of a listener that clients reach by TLS or QUIC."""
    common: Config = {"tls_certificates": [_pair(files.cert, files.key)]}
    if listener.client_certificate:
        common["validation_context"] = {"trusted_ca": {"filename": files.ca}}
    context: Config = {"common_tls_context": common}
    if listener.client_certificate:
        context["require_client_certificate"] = True
    if listener.is_quic:  # which is TLS 1.3 by definition and names its own ALPN
        return extension(
            "envoy.transport_sockets.quic",
            "transport_sockets.quic.v3.QuicDownstreamTransport",
            downstream_tls_context=context,
        )
    common["tls_params"] = TLS_1_3
    if not listener.is_tcp:
        common["alpn_protocols"] = [ALPN[protocol] for protocol in listener.protocols]
    return extension(
        "envoy.transport_sockets.tls",
        "transport_sockets.tls.v3.DownstreamTlsContext",
        **context,
    )


def upstream(asked: Upstream, files: CertificateFiles) -> Config:
    """The transport towards an endpoint that must prove to be `server_name`."""
    name = {"san_type": "DNS", "matcher": {"exact": asked.server_name}}
    common: Config = {
        "tls_params": TLS_1_3,
        "validation_context": {
            "trusted_ca": {"filename": files.ca},
            "match_typed_subject_alt_names": [name],
        },
    }
    if asked.protocol in ALPN:
        common["alpn_protocols"] = [ALPN[asked.protocol]]
    if asked.client_certificate:
        common["tls_certificates"] = [_pair(files.client_cert, files.client_key)]
    return extension(
        "envoy.transport_sockets.tls",
        "transport_sockets.tls.v3.UpstreamTlsContext",
        sni=asked.server_name,
        common_tls_context=common,
    )
