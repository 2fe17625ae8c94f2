"""
The start-up check: settings that would break a promise are refused, and the reason given, before anything starts.

Pure: it looks at addresses, times and Celery's own list of settings, and connects to nothing.
"""

from __future__ import annotations

from celery.app.defaults import NAMESPACES, flatten

from domain.jobs.errors import BrokenSettings
from pipelines.app import BrokerSettings, celery_settings

LONGEST_ITEM_MARGIN_S = 60
_RESULT_STORES = ("redis://", "rediss://", "db+", "cache+memory://")
_BROKERS = ("redis://", "rediss://", "amqp://", "amqps://", "memory://")


def check(settings: BrokerSettings, *, longest_item_s: float, longest_job_s: float) -> None:
    """
    Refuse what would break a promise. Times are in seconds.

    Raises:
        BrokenSettings: with one line for each problem: the setting, what it is, why that breaks what, and what to set.
    """
    problems = [
        *_addresses(settings),
        *_times(settings, longest_item_s, longest_job_s),
        *celery_problems(celery_settings(settings)),
    ]
    if problems:
        raise BrokenSettings("these settings would break a promise; nothing was started", problems=tuple(problems))


def celery_problems(conf: dict[str, object]) -> list[str]:
    """Return what is wrong with Celery settings: names Celery does not know (it ignores them), and pickle."""
    known = {name for name, _ in flatten(NAMESPACES)}
    problems = [
        f"{name}: Celery has no such setting and would ignore it; remove it or correct its name"
        for name in sorted(conf)
        if name not in known
    ]
    problems += [
        f"{name}: pickle runs code from whoever can write to the broker; use json"
        for name in ("accept_content", "task_serializer", "result_serializer")
        if "pickle" in str(conf.get(name, "json"))
    ]
    return problems


def _addresses(settings: BrokerSettings) -> list[str]:
    problems = []
    if not settings.broker_url.startswith(_BROKERS):
        problems.append(f"ANTIPHON_BROKER_URL: {_scheme(settings.broker_url)} is no broker known here; use redis://, "
                        "rediss:// or amqp://, or unset it for the one in memory")  # fmt: skip
    if settings.result_backend_url.startswith("rpc"):
        problems.append("ANTIPHON_RESULT_BACKEND_URL: rpc:// can't run chords, so no job would move on; use redis:// "
                        "or db+postgresql://")  # fmt: skip
    elif not settings.result_backend_url.startswith(_RESULT_STORES):
        problems.append(f"ANTIPHON_RESULT_BACKEND_URL: {_scheme(settings.result_backend_url)} is no result store known "
                        "here; use redis://, rediss:// or db+postgresql://")  # fmt: skip
    if not settings.is_embedded and settings.result_backend_url.startswith("cache+memory"):
        problems.append("ANTIPHON_RESULT_BACKEND_URL: results in memory are seen by one process only; with a broker, "
                        "set redis:// or db+postgresql://")  # fmt: skip
    return problems


def _times(settings: BrokerSettings, longest_item_s: float, longest_job_s: float) -> list[str]:
    problems = []
    shortest = longest_item_s + LONGEST_ITEM_MARGIN_S
    if settings.visibility_timeout_s < shortest:
        problems.append(f"ANTIPHON_VISIBILITY_TIMEOUT_S={settings.visibility_timeout_s}: an item may run "
                        f"{longest_item_s:g} s, and Redis would hand its message out again meanwhile; set at least "
                        f"{shortest:g}")  # fmt: skip
    if settings.result_expires_s < longest_job_s:
        problems.append(f"ANTIPHON_RESULT_EXPIRES_S={settings.result_expires_s}: a job may take {longest_job_s:g} s, "
                        "and a chord whose results expired never calls back; set at least that")  # fmt: skip
    return problems


def _scheme(url: str) -> str:
    return (url.split("://", 1)[0] + "://") if "://" in url else "an address without a scheme"
