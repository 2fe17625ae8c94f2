"""The desk over databases: what can't be stored of one item costs the others nothing."""

from __future__ import annotations

from adapters.group_commit import GroupCommit
from adapters.memory.clock import ManualClock
from domain.jobs.claims import Ended
from domain.jobs.item import ItemState, Outcome
from tests.contract.building import JOB, NOW, PASSED, US, KernelStore, a_job, begun, processing, states
from tests.kernel.outage import PATIENCE_S

UNSTORABLE = Outcome(state=ItemState.SUCCEEDED, verdict="pass", result={"tokens": 10**5000})
"""Python writes no number of more than 4,300 digits."""


def test_a_result_that_cannot_be_stored_fails_its_item_only(shared_store: KernelStore) -> None:
    """Three good answers were paid for; the fourth is the target's mistake, and must not be asked for again."""
    processing(shared_store, a_job(), planned=4)
    items = begun(shared_store, 0, 1, 2, 3)
    desk = GroupCommit(shared_store, ManualClock(NOW), gather_s=0.1)

    outcomes = [PASSED, UNSTORABLE, PASSED, PASSED]
    answers = [
        desk.record(US, JOB, Ended(no=item.no, token=item.token, outcome=outcome))
        for item, outcome in zip(items, outcomes, strict=True)
    ]
    desk.close()

    assert [answer.result(PATIENCE_S) for answer in answers] == [True] * 4
    assert states(shared_store) == ["succeeded", "failed", "succeeded", "succeeded"]
    with shared_store.view(US) as work:
        failed = work.ledger.get(JOB, [items[1].no])[0]
    assert failed.outcome is not None
    assert failed.outcome.failure is not None
    assert "can't be stored" in failed.outcome.failure.message
