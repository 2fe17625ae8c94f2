"""What limits need of the world: a place where all who share them keep count, in one step and by one clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from domain.limits.limit import Limit, LimitKey


@frozen(kw_only=True)
class Permit:
    """The right to make one call under *limits*; *tokens* is what it was charged for, as an estimate."""

    id: str
    limits: tuple[Limit, ...]
    tokens: int


@frozen(kw_only=True)
class Granted:
    """These calls may be made now."""

    permits: tuple[Permit, ...]


@frozen(kw_only=True)
class Wait:
    """Nothing now. In *wait_s* seconds it should be the asker's turn; until then others are served."""

    wait_s: float


@frozen(kw_only=True)
class Ending:
    """How a call ended: the *tokens* it really took, and whether it *was_made* at all."""

    permit: Permit
    tokens: int
    was_made: bool = True


class Limiter(Protocol):
    """
    Keeps count for everybody who shares a limit.

    Each method is one step that no other can come between. Time is the store's own: workers' clocks don't matter.

    Raises (all of them):
        ServiceUnavailable: the store can't be reached.
    """

    def acquire(
        self, limits: tuple[Limit, ...], *, claimant: str, at_most: int, tokens: int, lease_s: float
    ) -> Granted | Wait:
        """
        Return permits for one to *at_most* calls under all the *limits*, or how long to wait.

        *claimant* names who asks, for its place in line; *tokens* is what one call will probably take. A permit holds
        its slot for *lease_s* seconds, unless it is extended: the slots of a worker that vanished come back.
        """

    def extend(self, permits: Sequence[Permit], *, lease_s: float) -> None:
        """Hold the slots of these permits for *lease_s* seconds from now; what was lost meanwhile stays lost."""

    def release(self, endings: Sequence[Ending]) -> None:
        """Free the slots, and correct what was charged by what was really used."""

    def pause(self, key: LimitKey, *, seconds: float) -> None:
        """Grant nothing under *key* for so long: the far side asked for that."""


@frozen(kw_only=True)
class Cell:
    """A shared text as it was read (None: nothing is there), and the store's clock in microseconds at that moment."""

    text: str | None
    now_us: int


class Cells(Protocol):
    """
    Small texts that processes share, and change by comparing first.

    Raises (both):
        ServiceUnavailable: the store can't be reached.
    """

    def read(self, key: str) -> Cell:
        """Return what is there."""

    def swap(self, key: str, *, old: str | None, new: str, keep_s: float) -> bool:
        """Put *new* there for *keep_s* seconds if *old* is still there; return whether it was."""
