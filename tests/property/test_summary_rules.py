"""Rules the numbers of a run keep, whatever its rows are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.jobs.item import Item, ItemState
from domain.test_execution.summary import summarise
from domain.test_execution.test_set import Gates
from tests.unit.run_rows import FAIL, INCONCLUSIVE, PASS, erred, job_of, judged, score, unrun

tags = st.lists(st.sampled_from(["billing", "smoke", "legal"]), max_size=2).map(tuple)


def row(no: int, kind: object, tagged: tuple[str, ...]) -> Item:
    """Return a row of the kind: a verdict, a state, or an error message."""
    if isinstance(kind, ItemState):
        return unrun(no, kind, tags=tagged)
    if isinstance(kind, str) and kind in (PASS, FAIL, INCONCLUSIVE):
        return judged(no, score(type(PASS)(kind)), tags=tagged)
    return erred(no, str(kind), tags=tagged)


kinds = st.one_of(
    st.sampled_from([PASS, FAIL, INCONCLUSIVE]),
    st.sampled_from([ItemState.SKIPPED, ItemState.CANCELLED, ItemState.RUNNING, ItemState.PENDING]),
    st.sampled_from(["timed out", "refused"]),
)
runs = st.lists(st.tuples(kinds, tags), max_size=40).map(
    lambda rows: [row(no, kind, tagged) for no, (kind, tagged) in enumerate(rows)]
)


@given(runs)
def test_the_sums_are_true(items: list[Item]) -> None:
    """Every row is in exactly one count, and every error in exactly one group."""
    summary = summarise(job_of(len(items)), items=items, gates=Gates())

    assert summary.tally.total == len(items)
    assert summary.passed + summary.failed + summary.inconclusive == summary.tally.succeeded
    assert sum(group.count for group in summary.errors) + summary.other_errors == summary.tally.failed
    assert all(tag.n >= tag.passed + tag.failed + tag.inconclusive + tag.errors for tag in summary.tags)


@given(runs)
def test_the_bounds_hold_the_pass_rate(items: list[Item]) -> None:
    """Were it otherwise, the bounds would not bound."""
    summary = summarise(job_of(len(items)), items=items, gates=Gates())

    if summary.pass_rate.value is not None:
        assert summary.all_errors_fail is not None
        assert summary.all_errors_pass is not None
        assert 0 <= summary.all_errors_fail <= summary.pass_rate.value <= summary.all_errors_pass <= 1


@given(runs)
def test_the_order_of_rows_changes_no_number(items: list[Item]) -> None:
    """Rows come in plan order, but no number may depend on that; only the lists of first tests do."""
    forth = summarise(job_of(len(items)), items=items, gates=Gates())
    back = summarise(job_of(len(items)), items=reversed(items), gates=Gates())

    numbers = ("tally", "pass_rate", "all_errors_fail", "all_errors_pass", "latency", "metrics", "tags", "tokens")
    assert all(getattr(forth, name) == getattr(back, name) for name in numbers)
