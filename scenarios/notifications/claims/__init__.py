"""The claims of `notifications`: what the field repeats, as data with a rule.  Pure.

Each names the trials that it needs and the rule of its verdict; one file a theme.  Bounds, bands
and levels stand here and nowhere else; the laws are in laws.py.
"""

from scenarios.notifications.claims import delay, load_on_backend, reach, tool, traffic
from scenarios.notifications.claims.setups import NORMAL

CLAIMS = (
    *delay.CLAIMS,
    *traffic.CLAIMS,
    *load_on_backend.CLAIMS,
    *reach.CLAIMS,
    *tool.CLAIMS,
)
"""In the order in which a report shows them: how late, how much, at what cost, to whom."""

__all__ = ["CLAIMS", "NORMAL"]
