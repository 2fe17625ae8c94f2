"""Checks of LLM APIs as people look at them: a table that grows while they run, and what to do about what failed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from domain.jobs.item import ItemState
from domain.llm_validation.rung import Rung, RungState
from entrypoints.api.documents.llm_checks import (
    ApiResultDocument,
    CheckDocument,
    RefreshDocument,
    RungDocument,
    ValidationDocument,
)
from entrypoints.cli.acting import shown_time
from entrypoints.cli.console import printable, say

if TYPE_CHECKING:
    from rich.table import Table

RESULT_COLUMNS = ("LLM API", "kind", "result", "time", "rungs")
HISTORY_COLUMNS = ("checked (UTC)", "result", "time", "rungs", "what went wrong")
_COLOURS = {ItemState.SUCCEEDED: "green", ItemState.FAILED: "red", ItemState.RUNNING: "yellow"}
_MARKS = {RungState.PASSED: "", RungState.NOT_TESTABLE: " -", RungState.FAILED: " FAILED"}
_WORDS = {
    ItemState.SUCCEEDED: "works",
    ItemState.RUNNING: "climbing",
    ItemState.PENDING: "waits",
    ItemState.SKIPPED: "not tested",
    ItemState.CANCELLED: "not tested",
}


@contextmanager
def live_results(*, quiet: bool) -> Iterator[Callable[[Callable[[], ValidationDocument]], None]]:
    """Show results as they come, in a live table on a terminal; elsewhere nobody looks, and nothing is asked for."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(stderr=True), transient=True, refresh_per_second=8) as live:
        yield lambda look: live.update(_table(look()))


def result_row(api: ApiResultDocument) -> tuple[str, ...]:
    """Return an API's result as a row of `RESULT_COLUMNS`."""
    return (api.name, api.provider, _result(api), shown_s(_total_s(api.rungs)), rungs_in_words(api.rungs))


def history_row(check: CheckDocument) -> tuple[str, ...]:
    """Return a check as a row of `HISTORY_COLUMNS`."""
    result = "works" if check.passed else f"{check.kind}"
    when = shown_time(check.checked_at, otherwise="")
    return (when, result, shown_s(_total_s(check.rungs)), rungs_in_words(check.rungs), check.message)


def explain(found: ValidationDocument) -> None:
    """Say of each API that failed what went wrong and what to do, and of each that streamed when the answer began."""
    for api in found.details:
        for rung in api.rungs:
            if rung.rung is Rung.STREAMING and rung.state is RungState.PASSED:
                say(f"{api.name}: streaming: {rung.note}")
        if api.state in (ItemState.FAILED, ItemState.SKIPPED):
            say(f"{api.name}: {api.message}")


def refreshed_in_words(api: str, found: RefreshDocument) -> Iterator[str]:
    """Yield what a refresh came to, line by line."""
    if found.failure:
        old = shown_time(found.listed_at, otherwise="")
        kept = f"that of {old} UTC is kept" if old else "there never was one"
        yield f"{api}: no new list ({kept}): {found.failure}"
        return
    yield f"{api}: {found.listed} models listed"
    for word in ("new", "changed", "missing", "back"):
        if names := getattr(found, word):
            yield f"{word:10}{', '.join(names)}"


def rungs_in_words(rungs: list[RungDocument]) -> str:
    """Return the rungs on one line: `dns 1 ms, tcp 2 ms, tls -, chat 480 ms`."""
    return ", ".join(
        f"{rung.rung}{_MARKS[rung.state] or f' {shown_s(rung.duration_s)}'}"
        for rung in rungs
        if rung.rung != "configuration" or rung.state is RungState.FAILED
    )


def shown_s(seconds: float) -> str:
    """Return a duration as people read it."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _total_s(rungs: list[RungDocument]) -> float:
    return sum(rung.duration_s for rung in rungs)


def _result(api: ApiResultDocument) -> str:
    return f"{api.kind}" if api.state is ItemState.FAILED else _WORDS[api.state]


def _table(found: ValidationDocument) -> Table:
    from rich.markup import escape
    from rich.table import Table

    table = Table(*RESULT_COLUMNS, title=f"{found.tested} of {len(found.details)} checked")
    for api in found.details:
        table.add_row(*(escape(printable(cell)) for cell in result_row(api)), style=_COLOURS.get(api.state, ""))
    return table
