"""The request a job came from is known in each of its tasks, and in the lines that they log."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from threading import Lock

import attrs
import pytest
from structlog.contextvars import get_contextvars

from domain.jobs.item import Item, Outcome
from domain.jobs.job import JobId
from domain.jobs.service import Submission
from domain.origin import Origin
from domain.tracing import NO_SPANS
from pipelines.headers import acting_for
from pipelines.names import ECHO
from pipelines.observing import observed
from tests.pipelines.looking import look_until
from tests.pipelines.rig import US, Rig
from tests.pipelines.scripted_family import ScriptedFamily, succeed, succeed_at

REQUEST = "request-1"


def bound_in_items(rig: Rig, family: ScriptedFamily, *, request_id: str) -> list[Mapping[str, object]]:
    """Run a job that a request asked for; return what its items' log lines would have held."""
    seen: list[Mapping[str, object]] = []
    lock = Lock()

    def noting(act: object) -> object:
        def noted(item: Item) -> Outcome:
            with lock:
                seen.append(get_contextvars())
            return act(item)  # type: ignore[operator,no-any-return]  # an act of the family

        return noted

    family.acts = [noting(act) for act in family.acts]  # type: ignore[misc]  # as above
    rig.services.executor.families = observed({family.kind: family}, spans=NO_SPANS)
    tenant = attrs.evolve(US, origin=Origin(request_id=request_id))
    with rig.running():
        rig.run_to_end(rig.jobs.submit(tenant, Submission(kind=family.kind, spec={})).id)
    return seen


def test_a_line_of_an_item_says_whose_it_is_and_of_which_request() -> None:
    """Items run on threads of their own; a line that does not say of which job it is helps nobody."""
    family = ScriptedFamily([succeed, succeed_at(2)])
    rig = Rig(family=family)

    seen = bound_in_items(rig, family, request_id=REQUEST)

    assert {(bound["item"], bound["attempt"]) for bound in seen} == {(0, 1), (1, 1), (1, 2)}
    for bound in seen:
        assert (bound["organization"], bound["request"]) == (US.organization_id, REQUEST)
        assert bound["task"] == "test_execution.execute_single_test"
        assert JobId(str(bound["job"]))
        assert bound["task_id"]


def test_what_a_task_returns_is_in_no_line(caplog: pytest.LogCaptureFixture) -> None:
    """Celery ends a task's line with its result; that of an example task is what somebody sent."""
    rig = Rig(family=ScriptedFamily([succeed]))
    with caplog.at_level(logging.INFO, logger="celery.app.trace"), rig.running(), acting_for(US):
        echoed = rig.app.tasks[ECHO].apply_async(("words of a customer",))
        look_until(lambda: f"{ECHO}[{echoed.id}] succeeded" in caplog.text, what="the line of the task's end")

    assert echoed.result["text"] == "words of a customer"
    assert "words of a customer" not in caplog.text


def test_nothing_of_a_request_stays_for_the_next_job() -> None:
    """The same threads run the next organization's items."""
    family = ScriptedFamily([succeed])
    rig = Rig(family=family)
    bound_in_items(rig, family, request_id=REQUEST)
    again = ScriptedFamily([succeed])

    [bound] = bound_in_items(Rig(family=again), again, request_id="")

    assert "request" not in bound
