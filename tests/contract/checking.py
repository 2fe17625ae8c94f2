"""What the suites about checks of LLM APIs build on."""

from __future__ import annotations

from datetime import datetime

from domain.jobs.errors import FailureKind
from domain.jobs.job import JobId
from domain.jobs.usage import Usage
from domain.llm_validation.api_state import Standing, StateName
from domain.llm_validation.check import Check, CheckId
from domain.llm_validation.listing import Listing
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.rung import Rung, RungResult, RungState
from tests.contract.building import NOW

DNS = RungResult(rung=Rung.DNS, state=RungState.PASSED, duration_s=0.01, note="1 address")
CHAT = RungResult(rung=Rung.CHAT, state=RungState.PASSED, duration_s=0.5, model="small", usage=Usage(prompt_tokens=30))
LATE = RungResult(
    rung=Rung.CHAT,
    state=RungState.FAILED,
    duration_s=5.0,
    note="no answer\x00 in time",
    model="small",
    kind=FailureKind.TIMED_OUT,
    advice="wait",
)
DOWN = Standing(state=StateName.DOWN, failures=2, troubles=2, checked_at=NOW, changed_at=NOW, due_at=NOW)
LISTED = Listing(listed_at=NOW, count=3)


def a_check(api_id: LlmApiId, no: int = 1, *, at: datetime = NOW, rungs: tuple[RungResult, ...] = (DNS, CHAT)) -> Check:
    """Return a check of the API that passed, or the one that its rungs are."""
    broken = next((rung for rung in rungs if rung.kind), None)
    return Check(
        id=CheckId(f"check-{no:03d}"),
        api_id=api_id,
        job_id=JobId("00000000-0000-4000-8000-000000000001"),
        checked_at=at,
        rungs=rungs,
        kind=broken.kind if broken else None,
        message=broken.note if broken else "",
    )
