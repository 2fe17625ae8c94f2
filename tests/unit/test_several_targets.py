"""Runs with several targets: the plan is tests x targets, and everything says which target it is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs
import pytest
from attrs import frozen

from adapters.memory.targets import ScriptedTarget
from domain.jobs.errors import InvalidInput
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget, as_name, check_targets
from domain.test_execution.service import TestRuns
from domain.test_execution.summary import summarise
from domain.test_execution.target import HttpTarget, TargetSpec
from domain.test_execution.test_set import Gates, TestCase, TestFile, items_of
from tests.contract.building import US
from tests.kernel.world import Kernel
from tests.unit.reading_test_files import read, refused
from tests.unit.test_swapping_adapters import family

OLD, NEW = (NamedTarget(name=name, spec=HttpTarget(url=f"http://{name}.invalid/")) for name in ("old", "new"))
CAPITAL = TestCase(id="capital", prompt="France?", metrics=(Metric(name="city", kind="contains", value="Paris"),))
TESTS = "tests: [{id: x, prompt: Hi, metrics: [is-json]}]\n"


def test_the_plan_is_every_test_against_every_target() -> None:
    """Keys are unique over targets and repeats; a test may be for some of the targets only."""
    cases = [attrs.evolve(CAPITAL, repeats=2), attrs.evolve(CAPITAL, id="spain", targets=("new",))]

    assert [item.key for item in items_of(cases, targets=["old", "new"])] == [
        "capital@old#1",
        "capital@old#2",
        "capital@new#1",
        "capital@new#2",
        "spain@new",
    ]


def test_a_run_against_the_only_target_takes_all_tests_and_no_target_in_their_keys() -> None:
    """`--target` replaces whatever the file names; tests that were for one of those still run."""
    assert [item.key for item in items_of([attrs.evolve(CAPITAL, targets=("new",))])] == ["capital"]


def test_a_run_asks_each_target_and_reports_by_target() -> None:
    """Two versions of a bot in one run: the better one shows."""
    offline = attrs.evolve(family(), targets=_Answers({"http://old.invalid/": "Lyon", "http://new.invalid/": "Paris"}))
    kernel = Kernel(family=offline)
    runs = TestRuns(jobs=kernel.jobs, test_sets=offline.test_sets)

    accepted = runs.start(US, TestFile(name="capitals", cases=(CAPITAL,), targets=(OLD, NEW)))
    kernel.run()

    rows = kernel.items(accepted.id)
    assert [(row.key, row.outcome.verdict if row.outcome else None) for row in rows] == [
        ("capital@old", "fail"),
        ("capital@new", "pass"),
    ]
    found = summarise(kernel.job(accepted.id), items=rows, gates=Gates()).targets
    assert [(group.name, group.n, group.passed) for group in found] == [("new", 1, 1), ("old", 1, 0)]


@pytest.mark.parametrize("names", [("a", "a"), ("a", ""), ("a", "b@c"), ("a", "b#1"), ("a", "b\nc"), ("a", "x" * 101)])
def test_targets_that_can_t_be_told_apart_are_refused(names: tuple[str, ...]) -> None:
    """Two targets under one name would be one line in the report; an @ would make keys ambiguous."""
    with pytest.raises(InvalidInput, match="targets"):
        check_targets([NamedTarget(name=name, spec=OLD.spec) for name in names])


def test_a_name_that_nobody_chose_is_made_fit() -> None:
    """Provider ids of promptfoo hold an @ where a model has a date."""
    assert as_name("vertex:claude@2025#1") == "vertex:claude-2025-1"
    assert as_name(" ") == "target"


def test_a_file_names_several_targets(tmp_path: Path) -> None:
    """The order of the file is the order of the run."""
    targets = "targets: [{name: old, kind: http, url: 'http://old.invalid/'}, "
    targets += "{name: new, kind: http, url: 'http://new.invalid/'}]\n"

    file = read(tmp_path, targets + TESTS)

    assert file.targets == (OLD, NEW)
    assert file.target is None


def test_a_list_of_one_target_is_one_target(tmp_path: Path) -> None:
    """Its tests keep the keys they had, so that runs stay comparable."""
    file = read(tmp_path, "targets: [{name: old, kind: http, url: 'http://old.invalid/'}]\n" + TESTS)

    assert file.targets == (NamedTarget(name="", spec=OLD.spec),)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("target: {kind: http, url: 'http://h'}\ntargets: []\n", "2: 'targets' beside 'target'; expected one of"),
        (
            "targets: [x, {kind: http, url: 'http://h'}]\n",
            "1: a target that is a text; expected a mapping; write its keys",
        ),
        (
            "targets: [{kind: http, url: 'http://a'}, {name: b, kind: http, url: 'http://b'}]\n",
            "1: targets: the name ''; expected one line of at most 100 characters, without @ or #; rename it",
        ),
        (
            "targets: [{name: b, kind: http, url: 'http://a'}, {name: b, kind: http, url: 'http://b'}]\n",
            "1: targets: two are called 'b'; expected a name of its own for each; rename one",
        ),
    ],
)
def test_targets_that_are_wrong_are_named_with_their_line(tmp_path: Path, text: str, problem: str) -> None:
    """As every problem of a file."""
    assert refused(tmp_path, text + TESTS)[0].startswith(f"tests.yaml:{problem}")


@frozen
class _Answers:
    """`Targets` that answer with one text each, by their URL."""

    texts: dict[str, str]

    def with_environment(self, environment: Mapping[str, str]) -> _Answers:  # noqa: ARG002  # they need none
        """Return the same targets."""
        return self

    def open(self, spec: TargetSpec, *, connections: int) -> ScriptedTarget:  # noqa: ARG002  # the same for all
        """Return the target of that URL."""
        assert isinstance(spec, HttpTarget)
        return ScriptedTarget(lambda _: self.texts[spec.url])
