"""What `antiphon llm check`, `models --refresh` and `history` ask of where they act."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.llm_checks import (
    CheckDocument,
    RefreshDocument,
    StartValidation,
    ValidationDocument,
)


class LlmChecking(Protocol):
    """Checks of the LLM APIs of one organization; APIs are named by name or id."""

    def start(self, words: StartValidation) -> JobDocument:
        """
        Have all active APIs checked, or one.

        Raises:
            InvalidInput: no API is active, or a rung is none of the opt-in ones.
            NotFound: there is none of this name or id.
            Conflict: it is switched off.
            AlreadyRunning: the same is being checked already.
        """

    def result(self, job_id: str) -> ValidationDocument:
        """
        Return what a validation came to, so far.

        Raises:
            NotFound: there is no such validation.
        """

    def bring_to_end(self, job_id: str, watch: Callable[[], None]) -> None:
        """Return once it has ended, and *watch* it until then; a command works on it where nobody else does."""

    def history(self, api: str) -> Iterable[CheckDocument]:
        """
        Return the checks of an API, the newest first.

        Raises:
            NotFound: there is none of this name or id.
        """

    def refresh(self, api: str) -> RefreshDocument:
        """
        Ask for an API's list of models now.

        Raises:
            NotFound: there is none of this name or id.
        """
