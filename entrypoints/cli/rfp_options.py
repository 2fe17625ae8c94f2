"""The options of the commands that have the questions of an RFP worked on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from domain.jobs.usage import NANOUSD
from entrypoints.api.documents.rfps import MOST_PASSAGES
from entrypoints.cli.money import DOLLARS

F = TypeVar("F", bound=Callable[..., Any])

_RUNNING = (
    click.option("--concurrency", type=click.IntRange(1, 1024), help="Items (questions, parts) at once. Default: 16."),
    click.option("--deadline", "deadline_s", type=click.FloatRange(min=0, min_open=True),
                 help="Seconds one attempt at an item may take. Default: 180."),
    click.option("--max-attempts", type=click.IntRange(1, 100),
                 help="Tries an item gets in all, when failures may pass. Default: 4."),
    click.option("--max-cost", "max_cost_nanousd", type=DOLLARS,
                 help="US dollars to spend, such as 0.50. Once they are spent no further item begins. Counts what "
                 "models cost by a known price."),
    click.option("--max-tokens", type=click.IntRange(1), help="Tokens to spend, in and out, as the far side tells."),
    click.option("--max-requests", type=click.IntRange(1), help="Calls to make."),
)  # fmt: skip
_STAGE = (
    click.option("--question", "questions", metavar="N", type=click.IntRange(1), multiple=True,
                 help="Only question N; repeat it for several. Default: all there is something to do for."),
    click.option("--passages", metavar="K", type=click.IntRange(1, MOST_PASSAGES),
                 help="How many passages of the library are shown for each question. Default: 8."),
    click.option("--include-pending", is_flag=True,
                 help="Use documents, too, that wait for somebody to approve them."),
    click.option("--own-name", "own_names", metavar="NAME", multiple=True,
                 help="A name of yours or of your products, which needs no evidence; repeat it for several."),
)  # fmt: skip
_LIMITS = ("concurrency", "deadline_s", "max_attempts", "max_tokens", "max_requests")


def stage_options(command: F) -> F:
    """Add the options of both stages, handed over as one `said`: the fields of the API's words that were said."""

    @functools.wraps(command)
    def with_options(*args: Any, **words: Any) -> Any:
        said = {name: words.pop(name) or None for name in ("questions", "passages", "include_pending", "own_names")}
        options = _taken(words)
        return command(*args, said={**said, "options": options}, **words)

    wrapped: Any = with_options
    for option in reversed((*_STAGE, *_RUNNING)):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def running_options(command: F) -> F:
    """Add the options of how a job is run, handed over as one `options`: those that were said."""

    @functools.wraps(command)
    def with_options(*args: Any, **words: Any) -> Any:
        options = _taken(words)
        return command(*args, options=options, **words)

    wrapped: Any = with_options
    for option in reversed(_RUNNING):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators return what they are given


def _taken(words: dict[str, Any]) -> dict[str, object]:
    """Take the options of how a job is run out of a command's words, and return those that were said."""
    limits = {name: words.pop(name) for name in _LIMITS}
    cost = words.pop("max_cost_nanousd")
    limits["max_cost_usd"] = None if cost is None else cost / NANOUSD
    return {name: value for name, value in limits.items() if value is not None}
