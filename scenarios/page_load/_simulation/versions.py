"""Facts of the software's versions: message sizes and first flights, as captured.  Pure.

Each holds for Envoy 1.40, libcurl 8.23 (nghttp2 1.70, ngtcp2 1.25, OpenSSL 3.6) and Linux
6.18, and for this experiment's requests.  Another version may have others: capture a page
(`bench run page_load --link rtt=50ms --pcap clients`) and read them again.
"""

RECEIVE_WINDOW = 79 * 1024
"""What a client offers when the first data come; of the default buffer of 128 kB the rest is
overhead of packets."""

# --- TLS 1.3 over TCP, bytes of TCP payload ------------------------------------------------
CLIENT_HELLO, SERVER_FLIGHT, FINISHED = 1540, 1964, 80
TICKETS = 514
"""Two session tickets, after the client's Finished."""

RECORD, RECORD_OVERHEAD = 16384, 22

# --- HTTP/1.1: the request's record, and what a reply has beside its body ------------------
H1_REQUEST, H1_REPLY = 122, 173

# --- HTTP/2 --------------------------------------------------------------------------------
H2_PREFACE_AND_REQUEST, H2_REQUEST = 142, 52
H2_SETTINGS = 77
H2_FIRST_REPLY, H2_REPLY = 118, 41
H2_FRAME = 9

# --- HTTP/3 --------------------------------------------------------------------------------
H3_REQUEST = 36
H3_REPLY, H3_HEADERS_FRAME = 79, 68
"""What a reply has beside its body; of these the HEADERS frame, written by itself."""

QUIC_INITIAL = 1228
"""IP packets of a handshake."""

QUIC_CLIENT_FLIGHT, QUIC_CLIENT_FLIGHT_PROBED = 1261, 2698
"""The client's second flight, without and with a probe of the path's MTU."""

NGTCP2_WINDOW = 14720
"""ngtcp2's first window, RFC 9002 7.2."""

NGTCP2_PACING = 1.25
"""Windows in a round trip."""
