"""
The start-up check: settings that would break a promise are refused, and the reason given, before anything starts.

Pure: it looks at addresses, times and Celery's own list of settings, and connects to nothing.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from celery.app.defaults import NAMESPACES, flatten

from domain.jobs.errors import BrokenSettings
from pipelines.app import celery_settings
from pipelines.brokers import MEMORY_RESULTS, RABBITMQ, REDIS, BrokerSettings

LONGEST_ITEM_MARGIN_S = 60
_RESULT_STORES = (*REDIS, "db+", MEMORY_RESULTS)
_BROKERS = (*REDIS, *RABBITMQ, "memory://")


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
        f"{name}={conf[name]!r}: Celery has no such setting and would ignore it; remove it or correct its name"
        for name in sorted(conf)
        if name not in known
    ]
    problems += [
        f"{name}={conf[name]!r}: pickle runs code from whoever can write to the broker; use json"
        for name in (
            "accept_content",
            "event_serializer",
            "result_accept_content",
            "result_serializer",
            "task_serializer",
        )
        if "pickle" in str(conf.get(name))
    ]
    return problems


def _addresses(settings: BrokerSettings) -> list[str]:
    broker, results = settings.broker_url, settings.result_backend_url
    urls = (("ANTIPHON_BROKER_URL", broker), ("ANTIPHON_RESULT_BACKEND_URL", results))
    problems = [
        f"{name}={_shown(url)}: it can't be read; expected SCHEME://USER:PASSWORD@HOST:PORT/NAME; "
        "percent-encode special characters of the password, / as %2F"
        for name, url in urls
        if "://" in url and not _is_readable(url)
    ]
    if not broker.startswith(_BROKERS):
        problems.append(f"ANTIPHON_BROKER_URL={_shown(broker)}: no broker that is known here; use redis://, rediss:// "
                        "or amqp://, or unset it for the one in memory")  # fmt: skip
    if results.startswith("rpc://"):
        problems.append(f"ANTIPHON_RESULT_BACKEND_URL={_shown(results)}: it can't run chords, so no job would move on; "
                        "use redis:// or db+postgresql://")  # fmt: skip
    elif not results.startswith(_RESULT_STORES):
        problems.append(f"ANTIPHON_RESULT_BACKEND_URL={_shown(results)}: no result store that is known here; use "
                        "redis://, rediss:// or db+postgresql://")  # fmt: skip
    elif results.startswith(MEMORY_RESULTS) and not settings.is_embedded:
        problems.append(f"ANTIPHON_RESULT_BACKEND_URL={_shown(results)}: results in memory are seen by one process "
                        "only; with a broker, use redis:// or db+postgresql://")  # fmt: skip
    return problems


def _times(settings: BrokerSettings, longest_item_s: float, longest_job_s: float) -> list[str]:
    problems = []
    shortest = longest_item_s + LONGEST_ITEM_MARGIN_S
    if settings.broker_url.startswith(REDIS) and settings.visibility_timeout_s < shortest:
        problems.append(f"ANTIPHON_VISIBILITY_TIMEOUT_S={settings.visibility_timeout_s}: an item may run "
                        f"{longest_item_s:g} s, and Redis would hand its message out again meanwhile; set at least "
                        f"{shortest:g}")  # fmt: skip
    if settings.result_expires_s < longest_job_s:
        problems.append(f"ANTIPHON_RESULT_EXPIRES_S={settings.result_expires_s}: a job may take {longest_job_s:g} s, "
                        "and a chord whose results expired never calls back; set at least that")  # fmt: skip
    return problems


def _is_readable(address: str) -> bool:
    """Return whether host and port are where they should be; several brokers stand apart by semicolons."""
    try:
        parts = [urlsplit(url) for url in re.split(r";(?=[\w+]+://)", address)]
        return all(part.port != 0 and ("@" in part.netloc or "@" not in part.geturl()) for part in parts)
    except ValueError:  # what stands behind the colon is no number: a / # or ? of the password ended the host
        return False


def _shown(url: str) -> str:
    """Return as much of an address as says what is wrong with it: the rest may hold a password."""
    return f"{url.split('://', 1)[0]}://..." if "://" in url else "(an address without ://)"
