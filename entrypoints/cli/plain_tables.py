"""Tables of plain words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

from entrypoints.cli.console import console, printing
from entrypoints.cli.tables import safe


@printing()
def print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; what is in it may be anybody's words."""
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*map(safe, row))
    console().print(table)
