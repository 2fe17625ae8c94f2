"""
Being let in before an item is claimed: so that an item which would only wait is not begun, and costs no write.

A runner that needs permission for its work (a rate limit, a target that is away) says so by having an `admission`; one
that has none lets everybody in.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, runtime_checkable

from attrs import frozen


class Pass(Protocol):
    """The permission for one attempt at one item; it is either used or given back."""

    def used(self) -> AbstractContextManager[None]:
        """Run the attempt inside this block; what it did not use is given back at the end."""

    def give_back(self) -> None:
        """Give it back unused."""


@frozen(kw_only=True)
class Admitted:
    """Passes for some of those that asked; without any, come back in *wait_s* seconds."""

    passes: tuple[Pass, ...]
    wait_s: float = 0.0


class Admission(Protocol):
    """Lets attempts in."""

    def admit(self, at_most: int) -> Admitted:
        """
        Return up to *at_most* passes, at once: nobody waits in here.

        Raises:
            ServiceUnavailable: what permissions are shared through is away.
        """

    def wait(self, timeout_s: float) -> None:
        """Wait until asking again may be worth it, and no longer than that."""


@runtime_checkable
class Admitting(Protocol):
    """A runner with an admission."""

    @property
    def admission(self) -> Admission:
        """Who lets its attempts in."""


@frozen(kw_only=True)
class FreePass:
    """A pass that permits nothing in particular."""

    def used(self) -> AbstractContextManager[None]:
        """Run as it is."""
        return nullcontext()

    def give_back(self) -> None:
        """Nothing was taken."""


@frozen(kw_only=True)
class OpenDoor:
    """`Admission` where nobody needs permission."""

    def admit(self, at_most: int) -> Admitted:
        """Let everybody in."""
        return Admitted(passes=(FreePass(),) * at_most)

    def wait(self, timeout_s: float) -> None:
        """Nobody has to."""


def admission_of(runner: object) -> Admission:
    """Return who lets in the attempts of *runner*."""
    return runner.admission if isinstance(runner, Admitting) else OpenDoor()
