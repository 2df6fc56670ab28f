"""A server that is not ours, as a TOML file describes it: read, checked, applied to messages.

May import: bench.model.errors, hints, load and tomltext, and msgspec.
Must not know: an experiment, nor how the server is started, asked or measured.
"""

from bench.model.ownserver.checks import secrets_of
from bench.model.ownserver.description import DESCRIBED, EVENTS, SEEN_ONLY, UNTIMED, OwnServer
from bench.model.ownserver.events import EventReader, Found
from bench.model.ownserver.filling import fill
from bench.model.ownserver.notes import notes
from bench.model.ownserver.places import ca_file_of, is_broker, is_secure
from bench.model.ownserver.reading import read
from bench.model.ownserver.use import OwnUse, refuse_set
from bench.model.ownserver.using import check_on_link, check_spoken_to, elsewhere

__all__ = [
    "DESCRIBED",
    "EVENTS",
    "SEEN_ONLY",
    "UNTIMED",
    "EventReader",
    "Found",
    "OwnServer",
    "OwnUse",
    "ca_file_of",
    "check_on_link",
    "check_spoken_to",
    "elsewhere",
    "fill",
    "is_broker",
    "is_secure",
    "notes",
    "read",
    "refuse_set",
    "secrets_of",
]
