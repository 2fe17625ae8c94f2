"""
A comparison of two runs as one HTML file that needs nothing else: the numbers, and every test side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import frozen

from adapters.reports.chunks import PackedRows, Row, without_empty
from adapters.reports.pages import page_pieces, page_policy
from adapters.reports.rows import run_row
from adapters.reports.wording import visible
from domain.jobs.item import Item
from domain.jobs.job import Job
from domain.test_execution.comparison import Comparison, Difference
from domain.test_execution.pairing import Relation
from domain.test_execution.summary import GateResult
from domain.test_execution.test_result import Standing, TestResult, read_result

SCRIPT = "compare.js"
_CHANGE_MARKS = {Relation.WORSE: "r", Relation.BETTER: "i", Relation.SAME: "s"}
_NOTES = {
    Relation.ONLY_IN_BASE: "This test is only in the base run.",
    Relation.ONLY_IN_NEW: "This test is only in the new run.",
    Relation.CHANGED: "This test asks something else in the new run, so its verdicts are not compared.",
    Relation.UNJUDGED: "This test has no verdict in one of the runs.",
}


@frozen(kw_only=True)
class PairOfRows:
    """A test's rows in both runs, all repeats of each side; a side that has none is empty."""

    key: str
    relation: Relation
    base: Sequence[Item]
    new: Sequence[Item]


@frozen(kw_only=True)
class Span:
    """Where a difference and its interval lie on an axis from -1 to 1 that all lines of a table share, in per cent."""

    low: float
    width: float
    point: float


def comparison_pieces(
    comparison: Comparison,
    *,
    jobs: tuple[Job, Job],
    names: tuple[str, str],
    gates: Sequence[GateResult],
    pairs: Iterable[PairOfRows],
) -> Iterator[str]:
    """Yield the page of the runs *jobs*, called *names*, piece by piece; *pairs* yields the tests of both."""
    packed = PackedRows()
    return page_pieces(
        "compare.html.jinja",
        script=SCRIPT,
        comparison=comparison,
        jobs=jobs,
        names=names,
        gates=gates,
        span=span_of,
        widest=max((abs(end) for found in comparison.metrics for end in _ends(found)), default=0.0),
        chunks=packed.elements(_rows(pairs, packed)),
        index=packed.index,
    )


def comparison_policy() -> str:
    """Return the content security policy that the page has."""
    return page_policy(SCRIPT)


def span_of(found: Difference, *, widest: float) -> Span:
    """Return where to draw the difference on an axis that reaches *widest* to either side of nothing."""
    low, point, high = (
        50 + 50 * max(-1.0, min(1.0, value / widest)) if widest else 50.0
        for value in (found.interval.low, found.value, found.interval.high)
    )
    return Span(low=round(low, 3), width=round(high - low, 3), point=round(point, 3))


def _ends(found: Difference) -> tuple[float, float]:
    return found.interval.low, found.interval.high


def _rows(pairs: Iterable[PairOfRows], packed: PackedRows) -> Iterator[Row]:
    for pair in pairs:
        base, new = ([read_result(item) for item in side] for side in (pair.base, pair.new))
        packed.mark("change", _CHANGE_MARKS.get(pair.relation, "n"))
        packed.mark("differs", _flag([found.answer for found in base] != [found.answer for found in new]))
        packed.mark("failed", _flag(bool(base and new) and _all_failed(base) and _all_failed(new)))
        packed.mark("erred", _flag(any(found.standing is Standing.ERROR for found in (*base, *new))))
        yield without_empty({
            "key": visible(pair.key),
            "note": _NOTES.get(pair.relation),
            "base": [run_row(found) for found in base],
            "new": [run_row(found) for found in new],
        })  # fmt: skip


def _all_failed(results: Sequence[TestResult]) -> bool:
    return all(found.standing is Standing.FAIL for found in results)


def _flag(is_set: bool) -> str:
    return "y" if is_set else "n"
