"""Locust's own page of a load process, to look at only, on a Unix socket.

Its page can start and stop users; here every request that is not in the table is refused.  No
port is opened: who may use the socket, its folder says.  Knows nothing of who looks.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import gevent.socket
from flask import Response, request
from gevent import pywsgi
from locust.web import WebUI

READS = frozenset(
    (
        "/",
        "/assets/<path:path>",
        "/stats/requests",
        "/stats/requests/csv",
        "/stats/failures/csv",
        "/stats/report",
        "/exceptions",
        "/exceptions/csv",
        "/tasks",
        "/logs",
        "/worker-count",
    )
)
"""Locust's routes that change nothing, as it declares them."""

WAITING = 16
REFUSED = "a run is under way: this page only shows it\n"


def page_of(environment: Any) -> Any:
    """Locust's application for an environment that has a runner, which answers what only reads."""
    application = WebUI(environment, "", 0, delayed_start=True).app
    assert application is not None

    @application.before_request
    def refuse() -> Response | None:
        rule = request.url_rule.rule if request.url_rule is not None else ""
        if request.method == "GET" and rule in READS:
            return None
        return Response(REFUSED, 405 if request.method != "GET" else 404, mimetype="text/plain")

    return application


def serve(environment: Any, path: Path) -> None:
    """Answer at a Unix socket as long as the process lives; a page that cannot be is none."""
    try:
        with suppress(FileNotFoundError):
            path.unlink()  # of the load process of the trial before
        listener = gevent.socket.socket(gevent.socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(WAITING)
        pywsgi.WSGIServer(listener, page_of(environment), log=None, error_log=None).start()
    except OSError as error:  # a path may be too long for a socket
        logging.warning("no page of Locust: %s", error)
