"""
Counting, and the one rule that says how a job ended.

Both are pure and work on the frozen plan and the item rows alone: deliveries that come late, twice or never can't
change what the rows say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import field, frozen

from domain.jobs.item import Item, ItemState
from domain.jobs.job import JobStatus
from domain.jobs.usage import NOTHING, Usage


@frozen(kw_only=True)
class Tally:
    """How many items stand where, and what they cost; *verdicts* counts the verdicts of the ended ones."""

    pending: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    skipped: int = 0
    cancelled: int = 0
    verdicts: Mapping[str, int] = field(factory=dict)
    usage: Usage = NOTHING

    @property
    def ended(self) -> int:
        """Items nothing more happens to."""
        return self.succeeded + self.failed + self.skipped + self.cancelled

    @property
    def total(self) -> int:
        """All items that were counted."""
        return self.ended + self.pending + self.running

    @property
    def is_over(self) -> bool:
        """Whether every counted item has ended."""
        return self.pending == self.running == 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            pending=self.pending + other.pending,
            running=self.running + other.running,
            succeeded=self.succeeded + other.succeeded,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
            cancelled=self.cancelled + other.cancelled,
            verdicts=dict(Counter(self.verdicts) + Counter(other.verdicts)),
            usage=self.usage + other.usage,
        )


def tally_of(items: Iterable[Item]) -> Tally:
    """Count *items* by state, and by verdict where they have one; add up what they cost."""
    states: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    usage = NOTHING
    for item in items:
        states[item.state] += 1
        usage += item.usage
        if item.outcome is not None and item.outcome.verdict is not None:
            verdicts[item.outcome.verdict] += 1
    return tally_from_counts(states, verdicts, usage)


def tally_from_counts(states: Mapping[str, int], verdicts: Mapping[str, int], usage: Usage = NOTHING) -> Tally:
    """Build a tally from counts by state name and by verdict (zero counts are dropped from the verdicts)."""
    return Tally(
        **{state.value: states.get(state.value, 0) for state in ItemState},
        verdicts={verdict: count for verdict, count in sorted(verdicts.items()) if count},
        usage=usage,
    )


def total(tallies: Iterable[Tally]) -> Tally:
    """Add up *tallies* of parts that share no item."""
    return sum(tallies, start=Tally())


def final_status(planned: int, tally: Tally) -> JobStatus | None:
    """
    Return how a job of *planned* items ended, or None while it has not.

    The rules are those of the product: cancelled when at least one item did not get to run, completed when none
    failed, partial when some succeeded (or were skipped) and some failed, failed when none did. An empty plan that
    its family allowed is completed.

    Raises:
        ValueError: more items were counted than planned; the ledger is not of this plan.
    """
    if tally.total > planned:
        raise ValueError(f"{tally.total} items counted, {planned} planned: the rows are not of this plan")
    if tally.ended < planned:
        return None
    if tally.cancelled:
        return JobStatus.CANCELLED
    if not tally.failed:
        return JobStatus.COMPLETED
    return JobStatus.PARTIAL if tally.succeeded + tally.skipped else JobStatus.FAILED
