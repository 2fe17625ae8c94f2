"""Whether a run uses the response cache, as options of the commands that start one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from domain.test_execution.named_target import NamedTarget
from domain.test_execution.response_cache import DEFAULT_MAX_AGE_S, is_cacheable
from entrypoints.cli.durations import Duration

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--cache", "uses_cache", is_flag=True,
                 help="Take answers that the same target gave to the same question before, and keep new ones. "
                 "Not for Python targets, and not for judges."),
    click.option("--cache-ttl", type=Duration("age"),
                 help="With --cache: how old an answer may be, and how long new ones are kept: 90s, 30m, 12h, 7d. "
                 "Default: 7d."),
)  # fmt: skip


def cache_options(command: F) -> F:
    """Add the options, handed over as one `max_age_s`; None: no cache."""

    @functools.wraps(command)
    def with_cache(*args: Any, uses_cache: bool, cache_ttl: float | None, **words: Any) -> Any:
        if cache_ttl is not None and not uses_cache:
            raise click.UsageError("--cache-ttl says how old cached answers may be; say --cache to use them")
        return command(*args, max_age_s=(cache_ttl or DEFAULT_MAX_AGE_S) if uses_cache else None, **words)

    wrapped: Any = with_cache
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def uncached(targets: Sequence[NamedTarget], *, max_age_s: float | None) -> list[str]:
    """Return a warning for each target whose answers are not cached, although that was asked for."""
    if max_age_s is None:
        return []
    return [
        f"target{f' {target.name}' if target.name else ''}: answers of Python functions are not cached; it is asked"
        for target in targets
        if not is_cacheable(target.spec)
    ]
