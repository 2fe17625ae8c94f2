"""The page of a comparison: every test of both runs side by side, and nothing a model says becomes markup."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from adapters.reports.comparison_page import PairOfRows, comparison_pieces, span_of
from domain.jobs.item import Item
from domain.jobs.job import JobStatus
from domain.test_execution.comparison import Difference, Direction, compare
from domain.test_execution.comparison_gates import ComparisonGates
from domain.test_execution.pairing import Pair, relation_of
from domain.test_execution.statistics import Interval
from tests.unit.report_pages import ATTACKS, Page
from tests.unit.run_rows import FAIL, PASS, erred, failed, job_of, judged, passed, score


def page_of(folder: Path, base: Sequence[Item], new: Sequence[Item], *, names: tuple[str, str] = ("v1", "v2")) -> Page:
    """Write the comparison of two runs of single tests as a page, and return it taken apart."""
    pairs: list[PairOfRows] = []

    def add(pair: Pair) -> None:
        before, after = (
            [item for item in run if side and item.key == side.key] for run, side in zip((base, new), pair, strict=True)
        )
        key = next(side.key for side in pair if side)
        pairs.append(PairOfRows(key=key, relation=relation_of(pair), base=before, new=after))

    comparison = compare(base, new, on_pair=add)
    gates = ComparisonGates(no_regression=True).results(comparison)
    jobs = (job_of(len(base)), job_of(len(new), status=JobStatus.PARTIAL))
    pieces = comparison_pieces(comparison, jobs=jobs, names=names, gates=gates, pairs=pairs)
    (folder / "c.html").write_text("".join(pieces))
    return Page((folder / "c.html").read_text(encoding="utf-8"))


def test_every_test_stands_side_by_side_with_how_it_changed(tmp_path: Path) -> None:
    """What a reviewer opens: both answers of a test that got worse."""
    base = [judged(0, score(PASS), answer="Paris"), failed(1), passed(2), failed(3), passed(5)]
    new = [judged(0, score(FAIL), answer="Lyon"), passed(1), passed(2), failed(3), erred(4)]
    page = page_of(tmp_path, base, new)

    marks = cast(dict[str, str], page.index["marks"])
    assert [row["key"] for row in page.rows] == ["test-0", "test-1", "test-2", "test-3", "test-5", "test-4"]
    assert marks == {"change": "rissnn", "differs": "ynnnyy", "failed": "nnnynn", "erred": "nnnnny"}
    first = page.rows[0]
    assert [cast(list[dict[str, object]], first[side])[0]["answer"] for side in ("base", "new")] == ["Paris", "Lyon"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_model_says_stays_text(tmp_path: Path, attack: str) -> None:
    """A page with an attack has the very elements of one without."""

    def runs(text: str) -> tuple[list[Item], list[Item]]:
        good, bad = (
            judged(0, score(verdict, metric=text, reason=text), key=text, answer=text, prompt=text)
            for verdict in (PASS, FAIL)
        )
        return [good], [bad]

    harmless = page_of(tmp_path, *runs("hello"), names=("hello", "hello"))
    page = page_of(tmp_path, *runs(attack), names=(attack, attack))

    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless.elements]
    assert [sorted(found) for _, found in page.elements] == [sorted(found) for _, found in harmless.elements]


def test_the_numbers_read_without_a_script(tmp_path: Path) -> None:
    """Status, difference, interval, gate and the tests that changed stand in the page itself."""
    base = [passed(no) for no in range(20)]
    text = page_of(tmp_path, base, [failed(no) for no in range(8)] + base[8:]).text

    assert "-40.0 pt Worse." in text
    assert "not met No regression beyond chance" in text
    assert "worse test-0 pass → fail contains: because" in text
    assert "The new run ended partial." in text


def test_no_verdict_in_common_is_said_plainly(tmp_path: Path) -> None:
    """An empty comparison must not look like a good one."""
    assert "No test was judged in both runs." in page_of(tmp_path, [passed(0)], [erred(0)]).text


def test_a_difference_is_drawn_where_it_lies() -> None:
    """Half-way to the right for half the widest; an interval that reaches beyond the axis ends at its end."""
    found = Difference(name="m", kind="k", tests=9, base=0, new=0.1, value=0.1, interval=Interval(low=-0.1, high=0.4),
                       smallest=None, finding=Direction.NOTHING)  # fmt: skip
    drawn = span_of(found, widest=0.2)

    assert (drawn.low, drawn.width, drawn.point) == (25.0, 75.0, 75.0)
