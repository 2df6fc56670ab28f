"""The bounds and bands of `fan_out`'s claims.  Data only."""

from __future__ import annotations

from bench.verdicts.rule import Band
from scenarios.fan_out._calls import CALLED_BAND, CALLED_REASON
from scenarios.fan_out.predictions import CONFIRM_BAND, CONFIRM_REASON

TWICE = 2.0
GROWS_STRAIGHT = (0.9, 1.1)
"""Exponents of the publisher's time: the first receivers find a process that slept."""

DOES_NOT_GROW = (-0.1, 0.1)
HARDLY_GROWS = 1.7
"""Of 200 receivers over one: an exponent of 0.1 at most."""

FIFTY_MORE = 5.0
"""A publisher that waits for 300 ms, or for a receiver that takes 200 ms, against a few ms."""

UNHARMED_MS = 5
"""A fortieth of what a slow receiver takes: the publisher of a broker knows nothing of it."""

FULL = 0.95
LOCAL_GAIN, FAR_GAIN = 1.5, 10.0
"""Published: 2.4 times as many locally, 32 to 37 times at a few milliseconds."""

LEAST_OF_FOUR, MOST_OF_FOUR = 3.6, 4.4
"""Four times as many receivers take four times as much of the link, within 10 %."""

CONFIRM = Band(CONFIRM_BAND, CONFIRM_REASON)
CALL = Band(CALLED_BAND, CALLED_REASON)
