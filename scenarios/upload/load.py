"""The load: the experiment's own parameters, and what it makes of the shared ones."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass

from bench.model import linktext
from bench.model.errors import UsageError
from bench.model.load import Change, Load, LoadType, parameter
from bench.model.units import show

MOST_CHUNKS = 10_000
PACKET_BYTES, HEADER_BYTES = 1500, 52
"""IPv4 header 20, TCP header 20, timestamp option 12."""

COPIES = 2
"""Of each client's file: the one that is complete, and the next."""


@dataclass(frozen=True, kw_only=True)
class UploadLoad:
    """How much is uploaded, in which pieces, and how often connections are cut."""

    file_size_bytes: int = parameter(8_000_000, "B", "size of a file", low=1, high=4_000_000_000)
    chunk_size_bytes: int = parameter(
        1_000_000, "B", "chunked: size of a chunk", low=1, high=4_000_000_000
    )
    cut_rate_per_s: float = parameter(
        1.0,
        "/s",
        "cuts per second of an open connection, at random times (Poisson); a cut resets it on its "
        "way to the server",
        low=0,
        high=1000,
    )
    send_buffer_bytes: int = parameter(
        65_536,
        "B",
        "SO_SNDBUF of the clients' sockets, which bounds what is under way at a cut; the kernel "
        "doubles it for its own needs",
        low=4096,
        high=100_000_000,
    )
    server_time_s: float = parameter(
        0.0,
        "s",
        "time that the server takes to answer each request that brings bytes, after storing them",
        low=0,
        high=60,
    )
    expiry_s: float = parameter(
        3600.0, "s", "an upload that nobody has continued for so long is removed", low=1, high=1e7
    )


LOAD = LoadType(
    UploadLoad,
    changes={
        "clients": Change(
            default=1, high=1000, meaning="clients; each uploads one file after the other"
        )
    },
    without=frozenset({"second_path"}),
)


def payload_rate(load: Load[UploadLoad]) -> float:
    """b: bytes of files per second that full packets carry to the server; 0: no limit."""
    return link_rate(load) * (PACKET_BYTES - HEADER_BYTES) / PACKET_BYTES


def link_rate(load: Load[UploadLoad]) -> float:
    """Bytes per second that the link carries to the server, with all headers; 0: no limit."""
    link = linktext.link_of(load.values())
    return link.paths[0].up.rate / 8 if link else 0.0


def chunks(load: Load[UploadLoad]) -> int:
    """How many chunks a file has."""
    return -(-load.own.file_size_bytes // load.own.chunk_size_bytes)


def check(load: Load[UploadLoad]) -> None:
    """UsageError where a file has too many chunks, or the disk no room for the files."""
    own = load.own
    if (count := chunks(load)) > MOST_CHUNKS:
        least = -(-own.file_size_bytes // MOST_CHUNKS)
        raise UsageError(
            f"chunk_size={show(own.chunk_size_bytes, 'B')}: a file of "
            f"{show(own.file_size_bytes, 'B')} has {count:,} chunks, more than {MOST_CHUNKS:,}; "
            f"use at least chunk_size={show(least, 'B')}"
        )
    folder = tempfile.gettempdir()
    needed, free = own.file_size_bytes * COPIES * load.window.clients, disk_free(folder)
    if needed > free:
        raise UsageError(
            f"file_size={show(own.file_size_bytes, 'B')}: {load.window.clients} clients need "
            f"{show(needed, 'B')} in {folder}, which has {show(free, 'B')} free; use smaller files "
            "or fewer clients, or set TMPDIR"
        )


def disk_free(folder: str) -> int:
    """Bytes that a folder's disk has free."""
    return shutil.disk_usage(folder).free
