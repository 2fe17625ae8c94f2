"""Settings that would break a promise are refused before anything starts: setting, value, reason, and what to set."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from domain.jobs.errors import BrokenSettings
from entrypoints.cli.main import call
from pipelines.app import celery_settings
from pipelines.brokers import BrokerSettings
from pipelines.selfcheck import celery_problems, check

SECRET = "hunter2"
REDIS = f"redis://:{SECRET}@broker:6379/0"
SERVER_DATABASE = {"ANTIPHON_DATABASE_URL": "postgresql://127.0.0.1:1/x"}
SERVER = BrokerSettings(broker_url=REDIS, result_backend_url=REDIS)


@pytest.mark.parametrize(
    "settings",
    [
        BrokerSettings(),
        SERVER,
        evolve(SERVER, broker_url=f"rediss://:{SECRET}@broker:6379/0"),
        evolve(SERVER, broker_url=f"amqp://ada:{SECRET}@broker//"),
        evolve(SERVER, result_backend_url=f"db+postgresql://ada:{SECRET}@database/antiphon"),
    ],
    ids=["embedded", "redis", "tls", "rabbitmq", "results in postgres"],
)
def test_the_documented_ways_to_run_are_accepted(settings: BrokerSettings) -> None:
    """A check that refuses what works is switched off."""
    check(settings, longest_item_s=900, longest_job_s=3 * 24 * 3600)


@pytest.mark.parametrize(
    ("settings", "setting", "reason", "remedy"),
    [
        (evolve(SERVER, result_backend_url=f"rpc://{SECRET}@x"), "ANTIPHON_RESULT_BACKEND_URL=rpc://", "chords",
         "use redis:// or db+postgresql://"),
        (evolve(SERVER, result_backend_url="cache+memory://"), "ANTIPHON_RESULT_BACKEND_URL=cache+memory://",
         "one process only", "use redis:// or db+postgresql://"),
        (evolve(SERVER, result_backend_url=f"mongodb://{SECRET}@x"), "ANTIPHON_RESULT_BACKEND_URL=mongodb://",
         "no result store that is known", "use redis://"),
        (evolve(SERVER, result_backend_url=f"amqp://ada:{SECRET}@x"), "ANTIPHON_RESULT_BACKEND_URL=amqp://",
         "no result store that is known", "use redis://"),
        (evolve(SERVER, broker_url=f"kafka://ada:{SECRET}@x"), "ANTIPHON_BROKER_URL=kafka://",
         "no broker that is known", "use redis://"),
        (evolve(SERVER, broker_url=f"ada:{SECRET}@broker"), "ANTIPHON_BROKER_URL=(an address without ://)",
         "no broker that is known", "use redis://"),
        (evolve(SERVER, result_expires_s=3600), "ANTIPHON_RESULT_EXPIRES_S=3600", "a job may take 259200 s",
         "set at least that"),
        (evolve(SERVER, visibility_timeout_s=600), "ANTIPHON_VISIBILITY_TIMEOUT_S=600", "an item may run 900 s",
         "set at least 960"),
    ],
    ids=["rpc", "memory", "unknown results", "amqp results", "unknown broker", "no scheme", "expiry", "visibility"],
)  # fmt: skip
def test_what_would_break_a_promise_is_refused(
    settings: BrokerSettings, setting: str, reason: str, remedy: str
) -> None:
    """Each of these runs well for a while, and then hangs or repeats work in the night."""
    with pytest.raises(BrokenSettings) as refused:
        check(settings, longest_item_s=900, longest_job_s=259200)

    [problem] = refused.value.problems
    assert problem.startswith(setting)
    assert reason in problem
    assert remedy in problem
    assert SECRET not in problem


def test_everything_that_is_wrong_is_said_at_once() -> None:
    """Three mistakes need one round, not three."""
    broken = evolve(SERVER, broker_url="kafka://x", result_backend_url="rpc://", result_expires_s=1)

    with pytest.raises(BrokenSettings) as refused:
        check(broken, longest_item_s=900, longest_job_s=259200)

    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("broker_url", ["memory://localhost/", f"amqp://ada:{SECRET}@broker//"])
def test_the_visibility_timeout_concerns_redis_only(broker_url: str) -> None:
    """A long deadline must not be refused for a timer that the broker in use does not have."""
    check(evolve(SERVER, broker_url=broker_url, visibility_timeout_s=1), longest_item_s=7200, longest_job_s=259200)


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("chord_unlock_max_retries", 3, "Celery has no such setting"),
        ("task_ack_late", True, "Celery has no such setting"),
        ("task_serializer", "pickle", "pickle runs code"),
        ("result_serializer", "pickle", "pickle runs code"),
        ("accept_content", ["json", "application/x-python-serialize", "pickle"], "pickle runs code"),
    ],
)
def test_celery_settings_that_do_nothing_or_harm_are_found(setting: str, value: object, reason: str) -> None:
    """Celery ignores names it does not know: a bound that was set and never held is worse than none."""
    [problem] = celery_problems({**celery_settings(SERVER), setting: value})

    assert problem.startswith(f"{setting}={value!r}: ")
    assert reason in problem


def test_our_own_celery_settings_are_known_to_celery() -> None:
    """The check holds for ourselves, whatever Celery's next version drops."""
    assert celery_problems(celery_settings(SERVER)) == []


@pytest.mark.parametrize(
    ("environment", "setting"),
    [
        ({"ANTIPHON_RESULT_BACKEND_URL": "rpc://"}, "ANTIPHON_RESULT_BACKEND_URL=rpc://"),
        ({"ANTIPHON_RESULT_EXPIRES_S": "60"}, "ANTIPHON_RESULT_EXPIRES_S=60"),
        ({"ANTIPHON_VISIBILITY_TIMEOUT_S": "60"}, "ANTIPHON_VISIBILITY_TIMEOUT_S=60"),
        ({"ANTIPHON_BROKER_URL": f"kafka://ada:{SECRET}@x"}, "ANTIPHON_BROKER_URL=kafka://"),
        ({"ANTIPHON_BROKER_URL": ""}, "ANTIPHON_BROKER_URL"),
        ({"ANTIPHON_BROKER_URL": "memory://"}, "ANTIPHON_BROKER_URL"),
    ],
)
def test_a_worker_with_broken_settings_does_not_start(
    environment: dict[str, str],
    setting: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """An operator sees at the start what would otherwise be found in the night, and nothing was touched."""
    home = tmp_path / "home"
    for name, value in {
        "ANTIPHON_HOME": str(home),
        "ANTIPHON_BROKER_URL": REDIS,
        **SERVER_DATABASE,
        **environment,
    }.items():
        monkeypatch.setenv(name, value)

    code = call(["worker"])

    said = capsys.readouterr()
    assert code == 2
    assert setting in said.err
    assert SECRET not in said.err + said.out
    assert not home.exists()
