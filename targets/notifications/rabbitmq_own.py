"""An AMQP broker of your own, as RabbitMQ, which a TOML file describes (docs/own/README.md)."""

from __future__ import annotations

from targets._own import OwnTarget

TITLE = "RabbitMQ, your own broker"
REQUIRES = ("own_server",)
SERVICES = {"own_server": {"side": "backend"}}
PARTS = ({"name": "publisher", "role": "caller", "class": "Target"},)
STANDS_FOR = "rabbitmq"
SCHEME = "amqp amqps"
ON_REQUEST = True


class Target(OwnTarget):
    """Publishes the events of the schedule to the broker that the user's file describes."""
