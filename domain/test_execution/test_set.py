"""
A test set: what is asked and what is expected, as values; and how it becomes the items of a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, NewType

from attrs import field, frozen
from attrs.validators import ge, min_len, optional

from domain.jobs.item import Document
from domain.test_execution.metric import Metric
from domain.test_execution.target import TargetSpec

TestSetId = NewType("TestSetId", str)
ConfigurationId = NewType("ConfigurationId", str)


@frozen(kw_only=True)
class TestCase:
    """
    One test: *variables* fill the *prompt* template; every metric looks at the answer.

    *id* is unique in its set, and the same in the next version of the file as long as the test is.
    """

    __test__: ClassVar[bool] = False  # pytest: a value, not a test

    id: str = field(validator=min_len(1))
    prompt: str
    variables: Document = field(factory=dict)
    metrics: tuple[Metric, ...] = ()
    tags: tuple[str, ...] = ()
    repeats: int = field(default=1, validator=ge(1))
    description: str = ""


@frozen(kw_only=True)
class Gates:
    """
    What a release asks of a run: the least pass rate (0 to 1), and the most items that may fail to execute.

    *min_pass_rate* is asked of the rate that was seen, *min_pass_rate_lower* of the lower end of its 95 % interval: of
    what the tests prove, which takes more tests the closer the two are.
    """

    min_pass_rate: float | None = field(default=None, validator=optional(ge(0)))
    min_pass_rate_lower: float | None = field(default=None, validator=optional(ge(0)))
    max_errors: int | None = field(default=None, validator=optional(ge(0)))


@frozen(kw_only=True)
class TestFile:
    """What a file of tests says: the tests, and the target and gates when it names them."""

    __test__: ClassVar[bool] = False

    name: str
    cases: tuple[TestCase, ...]
    target: TargetSpec | None = None
    gates: Gates = field(factory=Gates)
    warnings: tuple[str, ...] = ()
    """What was understood but deserves a look: one line each."""


@frozen(kw_only=True)
class StoredTestSet:
    """A test set in the store: one immutable version, known by what is in it."""

    id: TestSetId
    name: str
    content_hash: str
    size: int


@frozen(kw_only=True)
class TestConfiguration:
    """A stored way to run a test set: which version, against what."""

    __test__: ClassVar[bool] = False

    id: ConfigurationId
    name: str
    test_set_id: TestSetId
    target: TargetSpec


@frozen(kw_only=True)
class TestItem:
    """One item of a run: a test in one of its repeats (counted from 1)."""

    __test__: ClassVar[bool] = False

    case: TestCase
    repeat: int

    @property
    def key(self) -> str:
        """The item's name for people: the test's id, and which repeat where there are several."""
        return f"{self.case.id}#{self.repeat}" if self.case.repeats > 1 else self.case.id


def items_of(cases: Iterable[TestCase]) -> Iterator[TestItem]:
    """Yield the items of a run: each test as often as it asks for."""
    for case in cases:
        for repeat in range(1, case.repeats + 1):
            yield TestItem(case=case, repeat=repeat)


def tag_counts(cases: Iterable[TestCase]) -> Mapping[str, int]:
    """Count the tests by tag."""
    counts: dict[str, int] = {}
    for case in cases:
        for tag in case.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return counts
