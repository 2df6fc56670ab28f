"""Client side of an asynchronous server."""

from scenarios.cpu_handlers._client import HandlerClient


class Client(HandlerClient):
    """Asks for light and for heavy things."""
