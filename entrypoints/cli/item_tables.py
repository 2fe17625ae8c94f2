"""The items of a job, for people."""

from __future__ import annotations

from collections.abc import Sequence

from entrypoints.api.documents.items import ItemDocument
from entrypoints.cli.plain_tables import print_rows

_COLUMNS = ("no", "item", "state", "verdict", "tries", "took", "why")


def print_items(items: Sequence[ItemDocument]) -> None:
    """Print a table of items; why one failed, or what it waits for, stands last."""
    print_rows(_COLUMNS, map(_row, items))


def _row(one: ItemDocument) -> tuple[str, ...]:
    took = f"{(one.ended_at - one.started_at).total_seconds():.1f} s" if one.started_at and one.ended_at else ""
    return str(one.no), one.key, one.state.value, one.verdict or "", str(one.attempts), took, _why(one)


def _why(one: ItemDocument) -> str:
    failure = one.failure or (None if one.state.is_end else one.last_failure)
    return f"{failure.kind.value}: {failure.message}" if failure else ""
