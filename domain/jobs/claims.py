"""
What workers and the ledger say to each other: claims and their answers, and the reports that end an attempt.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from domain.jobs.item import Failure, Item, ItemNo, Outcome, WorkerId
from domain.jobs.job import JobId


class Refusal(StrEnum):
    """Why an item was not given to who asked for it."""

    ENDED = "ended"
    LEASED = "leased"
    NOT_DUE = "not_due"
    BUSY = "busy"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class Claim:
    """A worker's wish to begin attempts at *numbers*; as many are granted as *concurrency* leaves room for."""

    job_id: JobId
    numbers: tuple[ItemNo, ...]
    worker_id: WorkerId
    concurrency: int
    lease_until: datetime
    deadline_at: datetime
    now: datetime


@frozen(kw_only=True)
class ClaimAnswer:
    """The items whose attempt has begun, and the reason for each of the others (*due* for those not due yet)."""

    granted: tuple[Item, ...] = ()
    refused: dict[ItemNo, Refusal] = field(factory=dict)
    due: dict[ItemNo, datetime] = field(factory=dict)


@frozen(kw_only=True)
class Ended:
    """Report: the attempt under *token* ended the item."""

    no: ItemNo
    token: int
    outcome: Outcome


@frozen(kw_only=True)
class Postponed:
    """Report: the attempt under *token* failed in a way that may pass; try again from *not_before* on."""

    no: ItemNo
    token: int
    failure: Failure
    not_before: datetime


@frozen(kw_only=True)
class Released:
    """Report: the attempt under *token* is given back as if it had not begun."""

    no: ItemNo
    token: int


Report = Ended | Postponed | Released
