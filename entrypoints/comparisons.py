"""Comparing two stored runs: which rows of which are compared, and what came of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from adapters.reports.comparison_page import comparison_pieces
from domain.jobs.errors import Conflict, InvalidInput
from domain.jobs.item import Item
from domain.jobs.ports import Store
from domain.jobs.service import JobView
from domain.tenancy import TenantContext
from domain.test_execution.comparison import Comparison, compare
from domain.test_execution.comparison_document import comparison_document
from domain.test_execution.pairing import Pair
from domain.test_execution.run import RunSpec
from domain.test_execution.summary import GateResult
from entrypoints.api.documents.comparisons import ComparisonWords
from entrypoints.pair_rows import PairIndex
from entrypoints.stored_runs import find_run, items_of

if TYPE_CHECKING:
    from entrypoints.container import Antiphon


@frozen(kw_only=True)
class Side:
    """One of the two runs: its rows, and the one target of it that is compared (None: each with its namesake)."""

    view: JobView
    target: str | None
    rows: Callable[[], Iterator[Item]]

    @property
    def name(self) -> str:
        """What people call it."""
        of_run = f"{RunSpec.from_document(self.view.job.spec).test_set_name} {self.view.job.id[:8]}"
        return f"{of_run} {self.target}" if self.target else of_run


@frozen(kw_only=True)
class Compared:
    """Two runs and what came of comparing them."""

    base: Side
    new: Side
    comparison: Comparison
    gates: tuple[GateResult, ...]

    def document(self) -> dict[str, object]:
        """Return it as docs/json-output.md describes it."""
        base, new = self.base.view.job, self.new.view.job
        return comparison_document(self.comparison, base=base, new=new, gates=self.gates, names=self.names)

    def page(self, index: PairIndex, store: Store, tenant: TenantContext) -> Iterator[str]:
        """Yield it as a page, piece by piece; *index* finds each test's rows again."""
        base, new = self.base.view.job, self.new.view.job
        pairs = index.rows(store, tenant, (base.id, new.id), with_target=self.new.target is None)
        return comparison_pieces(self.comparison, jobs=(base, new), names=self.names, gates=self.gates, pairs=pairs)

    @property
    def names(self) -> tuple[str, str]:
        """What people call the two."""
        return self.base.name, self.new.name


def side_of(antiphon: Antiphon, tenant: TenantContext, words: str, *, target: str | None) -> Side:
    """
    Return the ended run that *words* name, of which *target* is compared, if one is named.

    Raises:
        NotFound: no job fits.
        InvalidInput: several do, it is no test run, or it has no such target.
        Conflict: it has not ended.
    """
    view = _ended(find_run(antiphon, tenant, words))
    names = [named.name for named in RunSpec.from_document(view.job.spec).targets]
    if target is not None and len(names) > 1 and target not in names:
        raise InvalidInput(f"job {view.job.id} has no target {target!r}; its targets: {', '.join(names)}")
    chosen = target if target is None or len(names) > 1 else names[0]
    return Side(view=view, target=chosen, rows=functools.partial(items_of, antiphon.store, tenant, view.job.id))


def compared(
    base: Side, new: Side, words: ComparisonWords, *, on_pair: Callable[[Pair], None] | None = None
) -> Compared:
    """Return what changed between the two, test by test; *on_pair* hears of each pair."""
    found = compare(base.rows(), new.rows(), alpha=words.alpha, targets=(base.target, new.target), on_pair=on_pair)
    return Compared(base=base, new=new, comparison=found, gates=words.gates.results(found))


def _ended(view: JobView) -> JobView:
    if not view.job.status.is_end:
        raise Conflict(
            f"job {view.job.id} is {view.job.status}: a run is compared when it has ended; `antiphon jobs watch "
            f"{view.job.id}` waits for that, `antiphon jobs resume {view.job.id}` goes on with an interrupted one"
        )
    return view
