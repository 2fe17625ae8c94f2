"""Regular expressions with a time limit; the `regex` package, since `re` can't be stopped once it runs."""

from __future__ import annotations

import regex  # type: ignore[import-untyped]  # the package has no types

from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution.finding import Finding, shown

SEARCH_LIMIT_S = 0.5
MAX_CHARACTERS = 10_000
"""A million take seconds to compile, and nobody can stop that."""


class Pattern:
    """A compiled expression, searched for anywhere in a text."""

    def __init__(self, pattern: str, *, limit_s: float = SEARCH_LIMIT_S) -> None:
        """
        Compile *pattern*.

        Raises:
            InvalidInput: it is not a regular expression.
        """
        if len(pattern) > MAX_CHARACTERS:
            found = f"value: a regular expression of {len(pattern):,} characters"
            raise InvalidInput(f"{found}; expected at most {MAX_CHARACTERS:,}")
        try:
            self._compiled = regex.compile(pattern)
        except (regex.error, RecursionError, OverflowError) as error:
            raise InvalidInput(f"value: {shown(pattern)} is not a regular expression: {error}") from error
        self._pattern = pattern
        self._limit_s = limit_s

    def is_in(self, text: str) -> bool:
        """
        Whether the expression matches somewhere in *text*.

        Raises:
            PermanentFailure: evaluation_error: the search took longer than the limit.
        """
        try:
            # concurrent: other threads go on during a long search.
            return self._compiled.search(text, timeout=self._limit_s, concurrent=True) is not None
        except TimeoutError as error:
            raise PermanentFailure(
                f"the expression {shown(self._pattern)} took longer than {self._limit_s:g} s "
                f"on {len(text)} characters; simplify it (nested repeats such as (a+)+ are the usual cause)",
                kind=FailureKind.EVALUATION_ERROR,
            ) from error

    def judge(self, answer: str) -> Finding:
        """Return whether the answer has a match."""
        if self.is_in(answer):
            return Finding.of(True, reason=f"the answer matches {shown(self._pattern)}")
        return Finding.of(False, reason=f"the answer {shown(answer)} has no match of {shown(self._pattern)}")
