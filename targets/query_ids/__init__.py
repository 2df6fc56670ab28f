"""Servers that answer DNS queries over UDP and over TCP, each query in its own time."""
