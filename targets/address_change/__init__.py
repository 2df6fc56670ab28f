"""Servers that do each request's action, over TCP and over QUIC, and count how often."""
