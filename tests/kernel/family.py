"""A family whose plan and whose work are what the test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import define, field

from domain.jobs.family import Keep
from domain.jobs.item import Document, Item, ItemNo, ItemState, Outcome, PlannedItem
from domain.jobs.job import Job
from domain.jobs.usage import NOTHING, Usage
from domain.tenancy import TenantContext

KIND = "scripted"
Work = Callable[[Item], Outcome]
PASSED = Outcome(state=ItemState.SUCCEEDED, verdict="pass")


def planned_items(count: int) -> Iterator[PlannedItem]:
    """Yield that many planned items."""
    return (PlannedItem(key=f"item-{no}", input={"no": no}) for no in range(count))


def _as_specified(job: Job) -> Iterator[PlannedItem]:
    return planned_items(int(str(job.spec.get("items", 0))))


def _passes(_: Item) -> Outcome:
    return PASSED


def _works(_: Job) -> None:
    return None


def _keeps_nothing(_: Item, __: Keep) -> None:
    return None


def forgets(progress: Document, usage: Usage = NOTHING) -> None:
    """`Keep` for a runner that is called without a kernel: nothing is kept."""
    _ = progress, usage


@define(eq=False)
class ScriptedFamily:
    """
    `Family` and `ItemRunner` in one.

    The plan has as many items as the job's specification says, unless *planning* says otherwise; *preparing*, *work*
    and *on_the_way* (which comes before it, and may keep something) may raise what a real family might. *calls* are
    the items that were worked on, in order.
    """

    planning: Callable[[Job], Iterator[PlannedItem]] = _as_specified
    preparing: Callable[[Job], None] = _works
    work: Work = _passes
    on_the_way: Callable[[Item, Keep], None] = _keeps_nothing
    allows_empty_plan: bool = True
    kind: str = KIND
    calls: list[ItemNo] = field(factory=list)
    deadlines: list[float] = field(factory=list)

    def plan(self, tenant: TenantContext, job: Job) -> Iterator[PlannedItem]:
        """Yield what is to be done."""
        assert tenant.organization_id == job.organization_id
        return self.planning(job)

    def prepare(self, tenant: TenantContext, job: Job) -> ScriptedFamily:
        """Return what runs the job's items: this."""
        assert tenant.organization_id == job.organization_id
        self.preparing(job)
        return self

    def run(self, item: Item, *, deadline_s: float, keep: Keep) -> Outcome:
        """Do the item's work."""
        self.calls.append(item.no)
        self.deadlines.append(deadline_s)
        self.on_the_way(item, keep)
        return self.work(item)


def interrupted_family(meanwhile: Callable[[Job], None], *, every: int = 100) -> ScriptedFamily:
    """Return a family that lets something happen before item 0 and before each *every*-th item of its plan."""

    def plan(job: Job) -> Iterator[PlannedItem]:
        for no, item in enumerate(planned_items(int(str(job.spec["items"])))):
            if no % every == 0:
                meanwhile(job)
            yield item

    return ScriptedFamily(planning=plan)
