"""The tests of two runs side by side, for a page: found again by their numbers, read in pages."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from attrs import define, field

from adapters.reports.comparison_page import PairOfRows
from domain.jobs.item import Item, ItemNo
from domain.jobs.job import JobId
from domain.jobs.ports import Store
from domain.tenancy import TenantContext
from domain.test_execution.pairing import Pair, Relation, TestSide, relation_of

PAGE = 100
_NOBODY = -1
_RELATIONS = tuple(Relation)


@define(kw_only=True)
class PairIndex:
    """Where each test's rows are in both runs: five whole numbers a test, and its key is in the rows."""

    _numbers: tuple[array[int], ...] = field(factory=lambda: tuple(array("q") for _ in range(4)))
    _relations: bytearray = field(factory=bytearray)

    def add(self, pair: Pair) -> None:
        """Remember where a pair is."""
        self._relations.append(_RELATIONS.index(relation_of(pair)))
        base, new = (_place(side) for side in pair)
        for numbers, number in zip(self._numbers, (*base, *new), strict=True):
            numbers.append(number)

    def rows(
        self, store: Store, tenant: TenantContext, jobs: tuple[JobId, JobId], *, with_target: bool
    ) -> Iterator[PairOfRows]:
        """Yield the pairs with their rows; a test is called by its id, and by its target too if *with_target*."""
        for start in range(0, len(self._relations), PAGE):
            places = range(start, min(start + PAGE, len(self._relations)))
            sides = [
                self._read(store, tenant, job_id, places, first=first)
                for job_id, first in zip(jobs, (0, 2), strict=True)
            ]
            for at, before, after in zip(places, *sides, strict=True):
                relation = _RELATIONS[self._relations[at]]
                key = _key((before or after)[0], with_target=with_target)
                yield PairOfRows(key=key, relation=relation, base=before, new=after)

    def _read(
        self, store: Store, tenant: TenantContext, job_id: JobId, places: range, *, first: int
    ) -> list[list[Item]]:
        starts, counts = self._numbers[first], self._numbers[first + 1]
        wanted = [ItemNo(no) for at in places for no in range(starts[at], starts[at] + counts[at])]
        with store.view(tenant) as work:
            found = {item.no: item for item in work.ledger.get(job_id, wanted)}
        return [_present(found, range(starts[at], starts[at] + counts[at])) for at in places]


def _present(found: dict[ItemNo, Item], numbers: Sequence[int]) -> list[Item]:
    return [found[ItemNo(no)] for no in numbers if ItemNo(no) in found]


def _place(side: TestSide | None) -> tuple[int, int]:
    return (_NOBODY, 0) if side is None else (side.first, side.rows)


def _key(item: Item, *, with_target: bool) -> str:
    from domain.test_execution.test_result import read_result

    result = read_result(item)
    return result.asked if with_target else result.test_id
