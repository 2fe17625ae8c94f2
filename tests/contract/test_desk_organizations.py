"""The desk commits in groups, and no group holds work of two organizations: a transaction is bound to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event

from adapters.database.store import SqlStore
from adapters.group_commit import GroupCommit
from adapters.memory.clock import ManualClock
from tests.contract.building import JOB, NOW, OTHER_JOB, THEM, US, a_claim, a_job, processing

pytestmark = pytest.mark.postgres

EACH = 30


def test_a_group_is_of_one_organization(postgres_engine: Engine) -> None:
    """With two of them in one transaction, one would not find its items, or both would see each other's."""
    store, transactions = SqlStore(postgres_engine), list[list[object]]()
    processing(store, a_job(JOB), planned=EACH)
    processing(store, a_job(OTHER_JOB, tenant=THEM), planned=EACH)

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        if "set_config('role'" in statement:
            transactions.append([])
        transactions[-1].append(values)

    desk = GroupCommit(store, ManualClock(NOW), gather_s=0.05)
    event.listen(postgres_engine, "before_cursor_execute", note)
    try:
        with ThreadPoolExecutor(2 * EACH) as threads:
            ours = [threads.submit(desk.claim, US, a_claim(no, job_id=JOB)) for no in range(EACH)]
            theirs = [threads.submit(desk.claim, THEM, a_claim(no, job_id=OTHER_JOB)) for no in range(EACH)]
            granted = [len(claim.result().granted) for claim in ours + theirs]
    finally:
        event.remove(postgres_engine, "before_cursor_execute", note)
        desk.close()

    assert granted == [1] * 2 * EACH
    assert len(transactions) < EACH  # they were groups
    for bound, *statements in transactions:
        assert isinstance(bound, Sequence)  # the role and the organization
        assert {values["of_organization"] for values in statements if isinstance(values, Mapping)} == {bound[1]}
