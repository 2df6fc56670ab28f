"""Envoy, which `bench.lab.proxies` runs: whether its wheel is installed."""

from __future__ import annotations

from bench.lab.proxies.envoy import missing, version

__all__ = ["TITLE", "missing", "version"]

TITLE = "Envoy"
