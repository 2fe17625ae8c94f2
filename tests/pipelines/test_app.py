"""What the Celery application is told, and Celery would otherwise decide otherwise."""

from __future__ import annotations

from ssl import CERT_NONE, CERT_REQUIRED

import pytest
from redis import SSLConnection

from domain.jobs.errors import ServiceUnavailable
from pipelines.app import make_app
from pipelines.brokers import CHORD_LOOKS, BrokerSettings
from pipelines.canvas import CeleryDispatcher
from pipelines.tasks import register
from tests.pipelines.rig import US, Rig
from tests.pipelines.scripted_family import ScriptedFamily, succeed
from tests.services.guard import free_port

SECRET = "hunter2"


def test_a_chord_that_lost_a_message_is_not_asked_after_for_ever() -> None:
    """With results in a database Celery polls each chord; the bound is the task's, as no setting of Celery's is one."""
    app = make_app(BrokerSettings(result_backend_url="db+sqlite://"))
    app.finalize()

    assert app.tasks["celery.chord_unlock"].max_retries == CHORD_LOOKS


@pytest.mark.parametrize(
    ("query", "checked"), [("", CERT_REQUIRED), ("?ssl_cert_reqs=none", CERT_NONE)], ids=["default", "switched off"]
)
def test_results_in_a_redis_over_tls_check_its_certificate(query: str, checked: int) -> None:
    """An address that begins with rediss:// has asked for no less; only the address itself may ask for less."""
    app = make_app(BrokerSettings(broker_url="rediss://broker", result_backend_url=f"rediss://results{query}"))

    parameters = app.backend.connparams
    assert parameters["connection_class"] is SSLConnection
    assert parameters["ssl_cert_reqs"] == checked


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_away_is_said_so_soon_and_without_its_password(scheme: str) -> None:
    """Who hands in a job waits for this; the outbox keeps the message."""
    away = f"{scheme}://ada:{SECRET}@127.0.0.1:{free_port()}/"
    app = make_app(BrokerSettings(broker_url=away, result_backend_url=f"redis://:{SECRET}@127.0.0.1:{free_port()}/0"))
    rig = Rig(family=ScriptedFamily([succeed]))
    register(app, lambda: rig.services)
    job = rig.view(rig.submit()).job

    with pytest.raises(ServiceUnavailable, match="broker") as refused:
        CeleryDispatcher(app=app).start(US, job)

    assert SECRET not in str(refused.value)
