"""What a sidecar adds, by role, and what it does for it.  Pure."""

from __future__ import annotations

import math

import numpy as np

from bench.analysis.metrics import Registry
from bench.analysis.trialdata import TrialData
from bench.model import samples
from bench.model.metric import Counts
from scenarios.sidecar._hops import (
    CLIENT,
    SERVER,
    between_http2,
    between_tls,
    connections_between,
    counted,
    outside_http1,
)
from scenarios.sidecar._strangers import admitted

METRICS = Registry()

US_PER_MS = 1e3


# --- CPU and memory ---------------------------------------------------------------------------


def _cpu_us(data: TrialData, part: str) -> float:
    return data.per_piece(data.part_cpu_ns(part) / 1e3)


@METRICS.metric(
    "client_sidecar_cpu_us_per_event",
    "us",
    "client sidecar CPU per {event}",
    "CPU time of all clients' sidecars in the window, per {outcome}.",
    "lower",
)
def client_sidecar_cpu_us_per_event(data: TrialData) -> float:
    return _cpu_us(data, CLIENT)


@METRICS.metric(
    "server_sidecar_cpu_us_per_event",
    "us",
    "server sidecar CPU per {event}",
    "CPU time of the service's sidecar in the window, per {outcome}.",
    "lower",
)
def server_sidecar_cpu_us_per_event(data: TrialData) -> float:
    return _cpu_us(data, SERVER)


@METRICS.metric(
    "cpu_ms_per_sidecar_event",
    "ms",
    "CPU of one sidecar per {event}",
    "CPU time of one sidecar per {outcome}, mean of the client's and the service's. The same "
    "number gives the cores that one sidecar keeps busy at 1,000 {outcomes} per second.",
    "lower",
)
def cpu_ms_per_sidecar_event(data: TrialData) -> float:
    return (_cpu_us(data, CLIENT) + _cpu_us(data, SERVER)) / 2 / US_PER_MS


@METRICS.metric(
    "whole_cpu_us_per_event",
    "us",
    "CPU of all per {event}",
    "CPU time of clients, sidecars and service together in the window, per {outcome}.",
    "lower",
)
def whole_cpu_us_per_event(data: TrialData) -> float:
    roles = [role for role in ("generator", "server", "proxy") if role in data.marks.get("t0", {})]
    return data.per_piece(sum(data.cpu_ns(role) for role in roles) / 1e3)


@METRICS.metric(
    "client_sidecar_memory_bytes",
    "B",
    "memory of the clients' sidecars",
    "Resident memory of all clients' sidecars together at the window's end. Pages of the program "
    "that they share are counted for each.",
    "lower",
)
def client_sidecar_memory_bytes(data: TrialData) -> float:
    reading = data.part_marks.get("t1", {}).get(CLIENT)
    return math.nan if reading is None else float(reading.memory_bytes)


# --- protocols ---------------------------------------------------------------------------------


METRICS.counted(
    "outside_http1_share",
    "",
    "share of HTTP/1.1 outside",
    "Share of the connections of clients to their sidecars, and of the service's sidecar to the "
    "service, that speak HTTP/1.1, as the sidecars count.",
    "neither",
)(outside_http1)

METRICS.counted(
    "between_http2_share",
    "",
    "share of HTTP/2 between",
    "Share of the connections between the sidecars that speak HTTP/2, as the sidecars count.",
    "higher",
)(between_http2)

METRICS.counted(
    "between_tls_share",
    "",
    "share of TLS 1.3 between",
    "Share of the connections between the sidecars that are TLS 1.3, as the sidecars count.",
    "higher",
)(between_tls)


@METRICS.metric(
    "connections_between",
    "",
    "connections between the sidecars",
    "Connections that the clients' sidecars have opened to the service's, over the whole trial.",
    "neither",
)
def connections_opened_between(data: TrialData) -> float:
    return connections_between(data)


# --- security ---------------------------------------------------------------------------------


@METRICS.counted(
    "strangers_admitted_share",
    "",
    "share of strangers let in",
    "Share of the calls to the service's entrance without a certificate, with another "
    "authority's or with an expired one that were answered (security_checks).",
    "lower",
)
def strangers_admitted(data: TrialData) -> Counts | None:
    return admitted(data, own=False)


@METRICS.counted(
    "known_admitted_share",
    "",
    "share of known clients let in",
    "Share of the calls to the service's entrance with the right certificate that were answered "
    "(security_checks).",
    "higher",
)
def known_admitted(data: TrialData) -> Counts | None:
    return admitted(data, own=True)


@METRICS.counted(
    "readable_packets_share",
    "",
    "share of packets with readable payload",
    "Share of the packets on the emulated link in which the payload's marker was found, searching "
    "its capture (security_checks).",
    "lower",
)
def readable_packets(data: TrialData) -> Counts | None:
    facts = data.link_facts
    if not facts.get("searched_packets"):
        return None
    return Counts(float(facts["marked_packets"]), float(facts["searched_packets"]), "share")


@METRICS.metric(
    "searched_packets",
    "",
    "packets searched",
    "Packets of the emulated link's capture that were searched for the payload's marker.",
    "neither",
)
def searched_packets(data: TrialData) -> float:
    return float(data.link_facts.get("searched_packets", math.nan))


# --- complexity -------------------------------------------------------------------------------


@METRICS.metric(
    "added_processes",
    "",
    "processes beside clients and service",
    "Processes of sidecars, for all clients and the service.",
    "lower",
)
def added_processes(data: TrialData) -> float:
    found = [counted(data, f"{name}.processes") for name in (CLIENT, SERVER)]
    return sum(0.0 if math.isnan(one) else one for one in found)


@METRICS.metric(
    "config_lines",
    "",
    "lines of configuration",
    "Lines that the configurations of a client's and the service's sidecar have together, written "
    "as YAML.",
    "lower",
)
def config_lines(data: TrialData) -> float:
    found = [counted(data, f"{name}.config_lines") for name in (CLIENT, SERVER)]
    return sum(0.0 if math.isnan(one) else one for one in found)


@METRICS.metric(
    "changed_lines",
    "",
    "lines of code changed",
    "Lines of client and service that differ from those that speak HTTP/1.1 in the clear.",
    "lower",
)
def changed_lines(data: TrialData) -> float:
    return counted(data, "application.changed_lines")


# --- a sidecar that dies ------------------------------------------------------------------------


def _after_faults(data: TrialData) -> np.ndarray:
    """Requests due after the first fault was done, to the window's end."""
    rows = data.select(data.outcome_operation)
    began = [one.began_ns for one in data.faults if one.began_ns is not None]
    return rows[rows["intended_ns"] >= data.t0_ns + min(began)] if began else rows[:0]


@METRICS.counted(
    "unreachable_share",
    "",
    "share of requests that did not get through",
    "Share of the {outcomes} due after the first fault that were not answered.",
    "lower",
)
def unreachable(data: TrialData) -> Counts | None:
    rows = _after_faults(data)
    if not len(rows):
        return None
    failed = float(np.count_nonzero(rows["outcome"] != samples.OK))
    return Counts(failed, float(len(rows)), "share")


@METRICS.metric(
    "server_alive",
    "",
    "service alive at the end",
    "1 if the service still runs and reports its counts when the trial ends, 0 if not.",
    "higher",
)
def server_alive(data: TrialData) -> float:
    return 0.0 if math.isnan(counted(data, "server.requests")) else 1.0
