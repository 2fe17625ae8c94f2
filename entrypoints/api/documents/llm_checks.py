"""Checks of LLM APIs as the API shows them, and what is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from domain.jobs.errors import FailureKind
from domain.jobs.item import Item, ItemState
from domain.jobs.job import JobStatus
from domain.jobs.service import JobView
from domain.llm_validation.check import Check
from domain.llm_validation.check_document import rungs_from_json
from domain.llm_validation.refreshing import ModelChanges, Refreshed
from domain.llm_validation.rung import OPTIONAL, Rung, RungResult, RungState
from domain.llm_validation.validation import DEFAULT_TIMEOUT_S
from domain.llm_validation.validations import LONGEST_TIMEOUT_S, CheckOptions
from entrypoints.api.documents.words import Words


class StartValidation(Words):
    """Which LLM APIs are to be checked, and how."""

    llm_api: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="Name or id of one API; left out: all that are active.", examples=["main"]
    )
    timeout_s: float = Field(
        default=DEFAULT_TIMEOUT_S, gt=0, le=LONGEST_TIMEOUT_S, description="Seconds each API has for all its rungs."
    )
    probes: list[Rung] = Field(
        default=[], max_length=len(OPTIONAL), description=f"Opt-in rungs, which cost more: {', '.join(OPTIONAL)}."
    )

    def options(self) -> CheckOptions:
        """
        Return how.

        Raises:
            InvalidInput: a rung that is none of the opt-in ones.
        """
        return CheckOptions(timeout_s=self.timeout_s, probes=tuple(self.probes))


class RungDocument(BaseModel):
    """One step of a check."""

    rung: Rung
    state: RungState = Field(description="`not_testable` is no failure: there was nothing to try.")
    duration_s: float
    note: str = Field(description="What was found, or why it could not be tried, or what went wrong.")
    model: str = Field(description="The model that was asked; empty: none.")
    kind: FailureKind | None = Field(description="The class of the failure; null where it did not fail.")
    advice: str = Field(description="What to do about it; empty where it did not fail.")
    tokens: int = Field(description="What it took, both ways.")


class CheckDocument(BaseModel):
    """One check of one API."""

    id: str
    llm_api_id: str
    job_id: str = Field(description="The validation it belongs to.")
    checked_at: datetime
    passed: bool
    kind: FailureKind | None = Field(description="The class of the failure; null where it passed.")
    message: str = Field(description="What went wrong, and what to do; empty where it passed.")
    rungs: list[RungDocument]


class ApiResultDocument(BaseModel):
    """How one API did in a validation, as far as it has come."""

    llm_api_id: str
    name: str
    provider: str
    state: ItemState = Field(description="`succeeded`: all rungs hold, as far as they could be tried.")
    kind: FailureKind | None
    message: str
    rungs: list[RungDocument] = Field(description="Those it has come to; while it is under way, so far.")


class ValidationDocument(BaseModel):
    """What a validation came to, or has come to so far."""

    job_id: str
    status: JobStatus
    failure: str | None = Field(description="Why nothing was checked, where nothing was.")
    tested: int = Field(description="APIs whose check has ended.")
    successful: int
    failed: int
    not_tested: int = Field(description="APIs that were removed, switched off or cancelled before their check.")
    details: list[ApiResultDocument] = Field(description="One for each API, by name.")


class RefreshDocument(BaseModel):
    """What a new list of models has changed; or why there was none, and how old the one is that is kept."""

    listed_at: datetime | None = Field(description="When the newest list was had; null: never.")
    listed: int = Field(description="Models that list names.")
    failure: str | None = Field(description="Why there is no newer one; null where this attempt brought it.")
    new: list[str]
    changed: list[str]
    missing: list[str] = Field(description="Those it does not name any more; they are kept, and marked.")
    back: list[str] = Field(description="Those it names again.")


def rung_document(result: RungResult) -> RungDocument:
    """Return the document of a rung."""
    return RungDocument(
        rung=result.rung,
        state=result.state,
        duration_s=round(result.duration_s, 6),
        note=result.note,
        model=result.model,
        kind=result.kind,
        advice=result.advice,
        tokens=result.usage.tokens,
    )


def check_document(check: Check) -> CheckDocument:
    """Return the document of a check."""
    return CheckDocument(
        id=check.id,
        llm_api_id=check.api_id,
        job_id=check.job_id,
        checked_at=check.checked_at,
        passed=check.kind is None,
        kind=check.kind,
        message=check.message,
        rungs=[rung_document(rung) for rung in check.rungs],
    )


def validation_document(view: JobView, items: Iterable[Item]) -> ValidationDocument:
    """Return the document of a validation, from its rows."""
    tally = view.tally
    return ValidationDocument(
        job_id=view.job.id,
        status=view.job.status,
        failure=view.job.failure,
        tested=tally.succeeded + tally.failed,
        successful=tally.succeeded,
        failed=tally.failed,
        not_tested=tally.skipped + tally.cancelled,
        details=[_result(item) for item in items],
    )


def refresh_document(refreshed: Refreshed) -> RefreshDocument:
    """Return the document of a refresh."""
    found, listing = refreshed.changes or ModelChanges(listed=0), refreshed.listing
    return RefreshDocument(
        listed_at=listing.listed_at,
        listed=listing.count,
        failure=listing.failure or None,
        new=[model.name for model in found.new],
        changed=[model.name for model in found.changed],
        missing=[model.name for model in found.missing],
        back=[model.name for model in found.back],
    )


def _result(item: Item) -> ApiResultDocument:
    failure = item.outcome.failure if item.outcome else None
    reason = str(item.outcome.result.get("reason", "")) if item.outcome else ""
    ended = rungs_from_json(item.outcome.result) if item.outcome else ()
    return ApiResultDocument(
        llm_api_id=str(item.input["api_id"]),
        name=item.key,
        provider=str(item.input["provider"]),
        state=item.state,
        kind=failure.kind if failure else None,
        message=failure.message if failure else reason,
        rungs=[rung_document(rung) for rung in ended or rungs_from_json(item.progress or {})],
    )
