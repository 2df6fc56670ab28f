"""Servers to which all clients come back: without TLS, with full handshakes, with resumed ones."""
