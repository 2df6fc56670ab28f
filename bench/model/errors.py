"""What goes wrong in words that a user can act on: one line, with the value and the remedy.

Must not know where a mistake was made nor how it is shown.
"""

from __future__ import annotations


class UsageError(Exception):
    """A user's mistake: what is wrong, the value, the remedy, in one line."""


class ComponentMissing(Exception):
    """A part that this machine lacks; the message names the remedy."""


class TrialFailed(Exception):
    """A trial that could not be finished; the message says why."""
