"""Who is connected to a test's Redis database; a server of several tests has the clients of all of them."""

from __future__ import annotations

from redis import Redis


def commands_of(broker: Redis) -> set[str]:
    """Return what the clients of this database did last."""
    database = str(broker.connection_pool.connection_kwargs["db"])
    return {str(client["cmd"]) for client in broker.client_list() if client["db"] == database}
