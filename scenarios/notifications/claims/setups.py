"""The trials that claims of `notifications` need, and where their evidence lies.  Data only.

Claims share setups: a trial that two of them need is made once.  Windows are as short as what
must be seen in them allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.model.claim import ClaimSetup
from scenarios.notifications.load import PASSES

POLLS = ("short_polling", "long_polling")
PUSHES = ("sse", "websocket", "rabbitmq")
OWN_PUSHES = ("sse", "websocket")
"""Those whose server is ours, so that its CPU and memory can be compared."""

BRIEF = {"warmup": "300ms"}
BUSY = {**BRIEF, "clients": "100"}
# Evenly spaced events: even at the lowest rate one falls into every window.
EVEN = {**BUSY, "schedule": "constant"}
NOTHING = {**BUSY, "event_rate": "0.001/s"}

# --- over event rate, poll interval and round trip -------------------------------------------

RATES = ClaimSetup((*POLLS, "sse"), {**EVEN, "duration": "2s", "event_rate": "0.5,2,8,30/s"})
PUSH_RATES = ClaimSetup(PUSHES[1:], {**EVEN, "duration": "2s", "event_rate": "2,8,30/s"})
INTERVALS = ClaimSetup(
    PUSHES,
    {**EVEN, "duration": "2s", "event_rate": "8/s", "poll_interval": "100ms,1s,5s"},
)
TWINS = ClaimSetup(
    ("sse",),
    {
        **EVEN,
        "duration": "2s",
        "event_rate": "8/s",
        "poll_interval": "100ms,200ms,500ms,1s,2s,5s",
    },
)
OFTEN_POLLED = ClaimSetup(
    ("short_polling",),
    {**EVEN, "duration": "2s", "event_rate": "2,8,30,100/s", "poll_interval": "100ms"},
)
SELDOM_POLLED = ClaimSetup(
    ("short_polling",),
    {**EVEN, "duration": "5s", "event_rate": "2/s", "poll_interval": "5s"},
)
POLLED_FROM_AFAR = (
    ClaimSetup(
        ("short_polling",),
        {
            **EVEN,
            "duration": "2s",
            "event_rate": "8/s",
            "poll_interval": "100ms,1s",
            "link": "emulated",
            "rtt": "50ms",
        },
    ),
    ClaimSetup(
        ("short_polling",),
        {
            **EVEN,
            "duration": "5s",
            "event_rate": "2/s",
            "poll_interval": "5s",
            "link": "emulated",
            "rtt": "50ms",
        },
    ),
)
FAR = {
    **BRIEF,
    "link": "emulated",
    "clients": "20",
    "audience": "one",
    "duration": "2s",
}
FAR_AWAY = ClaimSetup(
    ("long_polling", *PUSHES),
    # Of one client 20 events a second.
    {**FAR, "rtt": "50ms,200ms", "event_rate": "400/s"},
)
FAR_AND_RARE = ClaimSetup(("long_polling",), {**FAR, "rtt": "200ms", "event_rate": "100/s"})

# --- while nothing happens -------------------------------------------------------------------

IDLE = ClaimSetup(("short_polling",), {**NOTHING, "duration": "4s"})
IDLE_STREAM = ClaimSetup(("sse",), {**NOTHING, "duration": "31s"})
IDLE_AND_SELDOM_POLLED = ClaimSetup(
    ("short_polling",), {**NOTHING, "duration": "16s", "poll_interval": "5s"}
)
# A timeout counts if its request was sent in the window, too: two of the longest fit.
TIMEOUTS = (
    ClaimSetup(("long_polling",), {**NOTHING, "duration": "2s", "long_poll_timeout": "500ms,1s"}),
    ClaimSetup(("long_polling",), {**NOTHING, "duration": "10s", "long_poll_timeout": "5s"}),
)
WAITING = ClaimSetup(
    (*POLLS, *OWN_PUSHES),
    {
        **BRIEF,
        "event_rate": "0.001/s",
        "duration": "500ms",
        "poll_interval": "1min",
        "clients": "1000,10000",
    },
)

# --- many clients, slow clients, absent clients ----------------------------------------------

SIZES = ClaimSetup(
    ("sse",),
    {**BRIEF, "clients": "20,100,200,500,1000", "event_rate": "10/s", "duration": "2s"},
)
HERDS = (
    ClaimSetup(
        ("long_polling",),
        {**BRIEF, "clients": "200,400", "event_rate": "12/s", "duration": "4s"},
    ),
    ClaimSetup(
        ("short_polling",), {**BRIEF, "clients": "200", "event_rate": "12/s", "duration": "4s"}
    ),
    ClaimSetup(
        ("long_polling",),
        {
            **BRIEF,
            "clients": "200",
            "event_rate": "12/s",
            "duration": "4s",
            "link": "emulated",
            "rtt": "50ms",
        },
    ),
)
ABSENCE = ClaimSetup(
    PUSHES,
    {
        **EVEN,
        "clients": "50",
        "event_rate": "50/s",
        "away": "1s",
        "recovery": "position,none",
        "duration": "2s",
    },
)
READING = {
    **BRIEF,
    "schedule": "constant",
    "clients": "20",
    "event_rate": "50/s",
    "payload": "16kB",
    "duration": "2s",
}
STOPPED = {**READING, "fault": "clients.0-3:stop@0%,for=100%"}
SLOW = (
    ClaimSetup(OWN_PUSHES, {**STOPPED, "slow_policy": "wait,drop"}),
    ClaimSetup(("sse",), {**STOPPED, "slow_policy": "disconnect"}),
    ClaimSetup(("sse",), {**STOPPED, "slow_policy": "wait", "send_buffer": "1GB"}),
    ClaimSetup(OWN_PUSHES, READING),
)

# --- what is between them --------------------------------------------------------------------

NARROW = {
    "warmup": "700ms",
    "duration": "2s",
    "link": "emulated",
    "rtt": "20ms",
    "rate": "2mbit",
    "queue": "2s",
    "audience": "one",
    "event_rate": "50/s",
    "poll_interval": "200ms",
    "bystander_rate": "20/s",
}
FULL_LINK = (
    ClaimSetup(("short_polling",), {**NARROW, "clients": "50,150,225,265,400"}),
    ClaimSetup(("sse",), {**NARROW, "clients": "50,400"}),
)
THROUGH = {
    **BRIEF,
    "clients": "20",
    "event_rate": "20/s",
    "duration": "500ms",
    "poll_interval": "100ms",
}
PROXIED = (
    ClaimSetup(
        ("sse_proxied", "websocket_proxied", "long_polling_proxied"),
        {**THROUGH, "proxy": "http_only,buffers"},
    ),
    ClaimSetup(("websocket_proxied",), {**THROUGH, "proxy": "passes"}),
)

# --- the tool itself -------------------------------------------------------------------------

STALLS = tuple(
    ClaimSetup(
        ("sse",),
        {
            **EVEN,
            "clients": "10",
            "event_rate": "100/s",
            "fault": f"server:stop@{place},for=1400ms",
            "duration": "6s",
        },
    )
    for place in ("20%", "45%", "70%")
)

NORMAL: Mapping[str, Any] = {
    "link": "loopback",
    "away": 0,
    "fault": "",
    "event_rate": lambda rate: rate > 0.01,
    "audience": "every",
    "poll_interval": 1.0,
    "payload": 100,
    "proxy": PASSES,
}
"""What holds for evidence where a rule does not ask for something else."""

THROUGH_PROXY = {"poll_interval": 0.1}
WHILE_IDLE = {"event_rate": 0.001, "clients": 100}
USUAL = {"clients": 100, "schedule": "constant"}
"""Where the sweep over event rates lies."""
