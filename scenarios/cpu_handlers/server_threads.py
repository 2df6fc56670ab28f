"""Client side of a server with threads."""

from scenarios.cpu_handlers._client import HandlerClient


class Client(HandlerClient):
    """Asks for light and for heavy things."""
