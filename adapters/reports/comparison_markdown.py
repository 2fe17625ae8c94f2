"""A comparison as Markdown, short enough for the comment of a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.reports import comparison_wording as words
from adapters.reports.files import replacing
from adapters.reports.markdown_text import escaped
from adapters.reports.wording import visible
from domain.test_execution.comparison import Change, Comparison, Difference
from domain.test_execution.summary import GateResult

MOST_CHANGES = 20
TEXT_LENGTH = 120
_SIGNS = {None: "", True: "🟢 ", False: "🔴 "}


def write_comparison_markdown(path: Path, comparison: Comparison, *, names: tuple[str, str],
                              gates: Sequence[GateResult]) -> None:  # fmt: skip
    """
    Write the comparison of the runs called *names* to *path*.

    Raises:
        InvalidInput: the file can't be written there.
        ServiceUnavailable: the disk is full, or broken.
    """
    with replacing(path) as file:
        file.write(comparison_markdown(comparison, names=names, gates=gates))


def comparison_markdown(comparison: Comparison, *, names: tuple[str, str], gates: Sequence[GateResult]) -> str:
    """Return the comparison as Markdown; what models and files said can't become markup, links or mentions."""
    parts = [
        f"### {_text(names[0])} → {_text(names[1])}",
        _headline(comparison),
        "\n".join(_gate(gate) for gate in gates),
        _table(comparison),
        _changes("Regressions", comparison.regressed, comparison.regressions),
        _changes("Improvements", comparison.improved, comparison.improvements),
        "\n".join(f"- {line}" for line in words.matching(comparison)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(comparison: Comparison) -> str:
    rate = comparison.pass_rate
    sign = _SIGNS[words.is_good(rate)] if rate else ""
    return f"{sign}**{words.headline(comparison)}**" + (f": {words.verdict(rate)}." if rate else "")


def _gate(gate: GateResult) -> str:
    return f"- {'✅' if gate.met else '❌'} `{gate.gate}` {'met' if gate.met else 'not met'}"


def _table(comparison: Comparison) -> str:
    rows = [_row(found) for found in (*comparison.metrics, *comparison.estimates)]
    if not rows:
        return ""
    head = "| | tests | base | new | difference | 95% interval | p | |\n|---|--:|--:|--:|--:|--:|--:|---|"
    return "\n".join([head, *rows])


def _row(found: Difference) -> str:
    cells = (
        _text(words.title(found)),
        f"{found.tests:,}",
        words.amount(found, found.base),
        words.amount(found, found.new),
        words.amount(found, found.value, signed=True),
        words.interval(found),
        words.chance(found),
        _SIGNS[words.is_good(found)] + words.verdict(found),
    )
    return f"| {' | '.join(cells)} |"


def _changes(title: str, count: int, changes: Sequence[Change]) -> str:
    if not count:
        return ""
    rows = [f"- **{_text(change.base.key)}**: {_change(change)}" for change in changes[:MOST_CHANGES]]
    rest = [f"- … and {count - len(rows):,} more"] if count > len(rows) else []
    return "\n".join([f"<details><summary>{title} ({count:,})</summary>", "", *rows, *rest, "", "</details>"])


def _change(change: Change) -> str:
    said = f"{words.passes(change.base)} → {words.passes(change.new)}"
    reason = change.new.reason if change.size < 0 else change.base.reason
    return f"{said}; {_text(reason)}" if reason else said


def _text(text: str) -> str:
    line = " ".join(visible(text).split())
    line = line if len(line) <= TEXT_LENGTH else f"{line[:TEXT_LENGTH]}…"
    return escaped(line)
