"""Purging one job's messages: they go, the messages of others stay, and a job that is under way is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from entrypoints.exit_codes import ExitCode
from tests.integration.chat_target import ChatTarget, a_test_file
from tests.integration.processes import Installation, assert_complete
from tests.pipelines.looking import look_until
from tests.services.logins import administrator_of

TESTS, LIMIT = 60, 24
NEVER_S = 3600

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture(params=["redis", pytest.param("rabbitmq", marks=pytest.mark.rabbitmq)])
def on_either(request: pytest.FixtureRequest, installation: Installation) -> Installation:
    """The installation, with Redis or RabbitMQ for its messages; nothing is sent again in this test."""
    if request.param == "rabbitmq":
        installation.environment["ANTIPHON_RESULT_BACKEND_URL"] = installation.environment["ANTIPHON_BROKER_URL"]
        installation.environment["ANTIPHON_BROKER_URL"] = request.getfixturevalue("rabbitmq_url")
    installation.environment["ANTIPHON_RESEND_AFTER_S"] = str(NEVER_S)
    return installation


def test_the_messages_of_one_job_go_and_those_of_another_stay(
    on_either: Installation, target: ChatTarget, database_url: str, tmp_path: Path
) -> None:
    """`celery purge` would empty the queues for everybody."""
    file = a_test_file(tmp_path, tests=TESTS, url=target.url)
    on_either.start("worker", "--queue", "default", "--slots", "4")
    runs = [on_either.run(file, concurrency=LIMIT) for _ in range(2)]
    look_until(lambda: _jobs_sent(database_url) == len(runs), what="messages of both jobs")
    doomed, kept = (run.said.split()[1] for run in runs)

    refused = on_either.start("jobs", "purge", doomed)
    assert refused.end() == ExitCode.BAD_INPUT
    assert f"antiphon jobs cancel {doomed}" in refused.said
    assert on_either.start("jobs", "cancel", doomed).end() == 0
    assert on_either.start("jobs", "purge", doomed, "--json").document()["removed"] > 0

    nothing = on_either.start("jobs", "purge", doomed, "--json").document()
    assert (nothing["job"], nothing["removed"], nothing["revoked"]) == (doomed, 0, 0)
    on_either.worker()
    assert_complete(runs[1].document(), tests=TESTS)
    assert kept in runs[1].said
    assert (target.calls, target.asked_again) == (TESTS, 0)


def _jobs_sent(database_url: str) -> int:
    """Return how many jobs have a shard in the broker, and nothing that waits to be sent."""
    engine = create_engine(administrator_of(database_url))
    with engine.connect() as connection:
        commands = "SELECT count(*) FROM outbox WHERE kind IN ('start_job', 'send_shard') AND sent_at IS NULL"
        unsent = connection.execute(text(commands)).scalar_one()
        sent = "SELECT count(DISTINCT job_id) FROM outbox WHERE kind = 'send_shard'"
        jobs = int(connection.execute(text(sent)).scalar_one())
    engine.dispose()
    return 0 if unsent else jobs
