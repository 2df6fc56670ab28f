"""Envoy's configuration from a proxy's description, as dicts (pure).

May import: bench.model.
Must not know: processes, files' contents, sockets, or any pattern.
"""
