"""Each service calls the next one, with timeouts and as many retries as the load says."""

from __future__ import annotations

from targets.chain._service import HttpService

TITLE = "direct"
EXAMPLE = "curl -i 'http://{host}:{port}/work'"
PARTS = ({"name": "service", "role": "server", "count": "services"},)


class Service(HttpService):
    """Nothing stands between two services."""
