"""Which tests of a set are run, and what is asked of each beside its own metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from domain.jobs.errors import InvalidInput
from domain.test_execution.metric import Metric
from domain.test_execution.test_set import TestCase, tag_counts


@frozen(kw_only=True)
class Selection:
    """*tags*: only tests with any of them; none: all tests. *metrics* stand before each test's own."""

    tags: tuple[str, ...] = ()
    metrics: tuple[Metric, ...] = ()

    @property
    def is_everything(self) -> bool:
        """Whether the tests are run as they are."""
        return not self.tags and not self.metrics

    def check(self, cases: Iterable[TestCase], *, name: str) -> None:
        """
        Refuse tags that no test of the set *name* has: a misspelt one would leave tests out unseen.

        Raises:
            InvalidInput: there is one.
        """
        if not self.tags:
            return
        known = tag_counts(cases)
        for tag in self.tags:
            if tag not in known:
                there = ", ".join(sorted(known)) or "none"
                raise InvalidInput(f"no test of {name} has {tag!r}; its tags: {there}")

    def of(self, cases: Iterable[TestCase]) -> Iterator[TestCase]:
        """Yield the tests that are run, in their order."""
        for case in cases:
            if not self.tags or set(self.tags) & set(case.tags):
                yield evolve(case, metrics=(*self.metrics, *case.metrics)) if self.metrics else case


EVERYTHING = Selection()
