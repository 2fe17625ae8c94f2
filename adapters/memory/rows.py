"""The tables of the memory store: dicts of frozen values, so that what was read never changes under its reader."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field, frozen

from domain.jobs.aggregate import Tally
from domain.jobs.events import Envelope
from domain.jobs.item import Item, ItemNo
from domain.jobs.job import Job, JobId
from domain.jobs.plan import Shard
from domain.jobs.turns import Turn
from domain.jobs.usage import Usage
from domain.tenancy import OrganizationId


@define(kw_only=True)
class LedgerRows:
    """
    The items and shards of one job, and what each revision of it *spent*.

    *running* holds the running items again, so that claims need not search.
    """

    items: dict[ItemNo, Item] = field(factory=dict)
    running: dict[ItemNo, Item] = field(factory=dict)
    shards: dict[int, Shard] = field(factory=dict)
    spent: dict[int, Usage] = field(factory=dict)


@define(kw_only=True)
class OrganizationRows:
    """
    All that one organization owns; *keys* are idempotency keys, *history* the ids of each job's messages,
    *kept* what ended jobs came to.
    """

    jobs: dict[JobId, Job] = field(factory=dict)
    keys: dict[str, tuple[JobId, str]] = field(factory=dict)
    ledgers: dict[JobId, LedgerRows] = field(factory=dict)
    history: dict[JobId, dict[int, None]] = field(factory=dict)
    kept: dict[JobId, Tally] = field(factory=dict)


@frozen(kw_only=True)
class Post:
    """A stored message and, while it is unsent, until when it is hidden from the relays."""

    envelope: Envelope
    held_until: datetime | None = None


@define(kw_only=True)
class MessageRows:
    """The messages of all organizations by event id; *unsent* holds those that must still leave."""

    newest: int = 0
    posts: dict[int, Post] = field(factory=dict)
    unsent: dict[int, None] = field(factory=dict)


@define(kw_only=True)
class StoreRows:
    """Everything the store holds."""

    organizations: dict[OrganizationId, OrganizationRows] = field(factory=dict)
    messages: MessageRows = field(factory=MessageRows)
    duties: dict[str, Turn] = field(factory=dict)

    def of(self, organization_id: OrganizationId) -> OrganizationRows:
        """Return the rows of the organization; none yet is an empty set of tables."""
        return self.organizations.setdefault(organization_id, OrganizationRows())
