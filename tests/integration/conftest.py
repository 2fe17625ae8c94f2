"""The servers and processes these tests run on."""

from tests.integration.servers import (
    broker,
    broker_gate,
    broker_url,
    database_gate,
    database_url,
    installation,
    migrated_template,
    rabbitmq_url,
    results_url,
    target,
)

__all__ = [
    "broker",
    "broker_gate",
    "broker_url",
    "database_gate",
    "database_url",
    "installation",
    "migrated_template",
    "rabbitmq_url",
    "results_url",
    "target",
]
