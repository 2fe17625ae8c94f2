"""
A test set: what is asked and what is expected, as values; and how it becomes the items of a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, NewType

from attrs import evolve, field, frozen
from attrs.validators import ge, min_len, optional

from domain.jobs.item import Document
from domain.language_models.model import ModelSpec
from domain.test_execution.dialogue import Dialogue
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.target import TargetSpec

TestSetId = NewType("TestSetId", str)
ConfigurationId = NewType("ConfigurationId", str)


@frozen(kw_only=True)
class TestCase:
    """
    One test: *variables* fill the *prompt* template; every metric looks at the answer.

    *id* is unique in its set, and the same in the next version of the file as long as the test is. With several prompts
    a test is several: *prompt_label* says which prompt, *base_id* is the id they share. *threshold* (0 to 1): the test
    passes when its weighted score is at least that, instead of when all required metrics pass. *transform*: a script
    (`Script.from_value`) that makes of the output what metrics see; *variables_transform*: one that makes of the
    variables those that fill the prompt. *targets*: the names of those it runs against; empty: all of the run.
    *given_answer*: an answer that is judged in place of asking. *dialogue*: a test of several turns; the prompt is then
    only what reports show first.
    """

    __test__: ClassVar[bool] = False  # pytest: a value, not a test

    id: str = field(validator=min_len(1))
    prompt: str
    variables: Document = field(factory=dict)
    metrics: tuple[Metric, ...] = ()
    tags: tuple[str, ...] = ()
    repeats: int = field(default=1, validator=ge(1))
    description: str = ""
    base_id: str = ""
    prompt_label: str = ""
    threshold: float | None = None
    transform: object = None
    variables_transform: object = None
    targets: tuple[str, ...] = ()
    given_answer: str | None = None
    dialogue: Dialogue | None = None

    @property
    def user_model(self) -> ModelSpec | None:
        """The model that plays the user, where one does."""
        return self.dialogue.user.model if self.dialogue and self.dialogue.user else None

    def with_metrics(self, metrics: tuple[Metric, ...]) -> TestCase:
        """Return the test with *metrics* in place of all of its own, those of its turns included."""
        return evolve(self, metrics=metrics, dialogue=self.dialogue and self.dialogue.without_metrics())

    @property
    def all_metrics(self) -> tuple[Metric, ...]:
        """The metrics of the test and of its single turns."""
        return (*self.metrics, *(self.dialogue.metrics if self.dialogue else ()))

    @property
    def shared_id(self) -> str:
        """The id this test has in common with itself under the other prompts."""
        return self.base_id or self.id


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
class RunHints:
    """How a file would like to be run, where whoever runs it says nothing; times in seconds."""

    concurrency: int | None = None
    deadline_s: float | None = None


@frozen(kw_only=True)
class RunDefaults:
    """What a file of tests says beside them: how they are run where whoever runs them says nothing else."""

    targets: tuple[NamedTarget, ...] = ()
    gates: Gates = field(factory=Gates)
    panel: Panel = field(factory=Panel)
    hints: RunHints = field(factory=RunHints)


@frozen(kw_only=True)
class TestFile:
    """What a file of tests says: the tests, and the targets, gates and judges when it names them."""

    __test__: ClassVar[bool] = False

    name: str
    cases: tuple[TestCase, ...]
    targets: tuple[NamedTarget, ...] = ()
    gates: Gates = field(factory=Gates)
    panel: Panel = field(factory=Panel)
    hints: RunHints = field(factory=RunHints)
    warnings: tuple[str, ...] = ()
    """What was understood but deserves a look: one line each."""

    @property
    def defaults(self) -> RunDefaults:
        """What the file says beside its tests."""
        return RunDefaults(targets=self.targets, gates=self.gates, panel=self.panel, hints=self.hints)

    @property
    def target(self) -> TargetSpec | None:
        """The only target; None where the file names none, or several."""
        return self.targets[0].spec if len(self.targets) == 1 else None


@frozen(kw_only=True)
class StoredTestSet:
    """A test set in the store: one immutable version, known by what is in it. *saved_at*: when it first was."""

    id: TestSetId
    name: str
    content_hash: str
    size: int
    saved_at: datetime
    defaults: RunDefaults = field(factory=RunDefaults)

    @property
    def place(self) -> TestSetPlace:
        """Where it stands in the list of all."""
        return TestSetPlace(saved_at=self.saved_at, id=self.id)


@frozen(kw_only=True)
class TestSetPlace:
    """Where a version stands in the list of all: by when it was stored, then by its id."""

    __test__: ClassVar[bool] = False

    saved_at: datetime
    id: TestSetId


@frozen(kw_only=True)
class TestItem:
    """
    One item of a run: a test in one of its repeats (counted from 1), against one *target* (empty: the only one).

    *stored* is the answer of an earlier run that is judged in place of asking (`recorded_answer.stored_input`).
    *contest* are the numbers of the items whose answers are compared (`contest.py`); such an item asks no target.
    """

    __test__: ClassVar[bool] = False

    case: TestCase
    repeat: int
    target: str = ""
    stored: Document | None = None
    contest: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The item's name for people: the test's id, which target and which repeat where there are several."""
        key = f"{self.case.id}@{self.target}" if self.target else self.case.id
        return f"{key}#{self.repeat}" if self.case.repeats > 1 else key


def items_of(cases: Iterable[TestCase], *, targets: Sequence[str] = ("",)) -> Iterator[TestItem]:
    """
    Yield the items of a run: each test as often as it asks for, against each of the *targets* (names) it is for.

    The repeats of a test against a target stand next to each other, which is what reports count on.
    """
    for case in cases:
        wanted = [name for name in targets if not name or not case.targets or name in case.targets]
        for name in wanted:
            for repeat in range(1, case.repeats + 1):
                yield TestItem(case=case, repeat=repeat, target=name)


def tag_counts(cases: Iterable[TestCase]) -> Mapping[str, int]:
    """Count the tests by tag."""
    counts: dict[str, int] = {}
    for case in cases:
        for tag in case.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return counts
