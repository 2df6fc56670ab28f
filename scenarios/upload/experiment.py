"""The experiment `upload`: question, load, metrics.

Declares only; imports neither Locust nor a server.
"""

from __future__ import annotations

from bench.model.experiment import Experiment, Progress
from bench.model.outcome import OutcomeNoun
from scenarios.upload._own import OWN
from scenarios.upload.load import LOAD, check

EXPERIMENT = Experiment(
    name="upload",
    title="Uploads that are cut",
    question="A file is uploaded while its connection is reset at random times: how many bytes and "
    "how much time does it take until the server has stored it?",
    load=LOAD,
    own=OWN,
    check=check,
    operations=("upload", "send", "cut", "under_way"),
    outcome_operation="upload",
    operation_words={
        "upload": "one file, from its first request until the server has stored it. `bytes_up` is "
        "what was sent of it in all, `bytes_down` its size",
        "send": "a request with a part of the file that was answered. `bytes_up` is what left the "
        "socket of its body, `bytes_down` what the server kept of it",
        "cut": "a request with a part of the file that a cut ended; the bytes as for `send`",
        "under_way": "a reading while a part is sent. `sequence` is the number of bytes that had "
        "left the socket and were not acknowledged",
    },
    noun=OutcomeNoun.of_work("upload", "uploads", "stored"),
    progress=Progress("send", "cut"),
    work_by="clients",
    headline=(
        "sent_share",
        "latency_mean",
        "completeness",
        "cuts_per_upload",
        "lost_per_cut",
        "upload_mbit",
        "server_cpu_us_per_event",
    ),
    tradeoff=(("sent_share", "latency_mean"),),
    quick={
        "link": "emulated",
        "rate": "40mbit",
        "cc": "reno",
        "file_size": "1MB",
        "chunk_size": "250kB",
        "cut_rate": "4/s",
        "send_buffer": "32kB",
        "duration": "3s",
        "warmup": "0",
    },
    quick_repeats=5,
    verify_with={"file_size_bytes": 20_000},
)
