"""The source keeps the rules that no linter of ours knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture import source_guards
from tests.architecture.import_guards import PACKAGES
from tests.architecture.source_guards import python_files

Guard = Callable[[Path, Iterable[Path]], list[str]]

EVERYWHERE = (*PACKAGES, "tests", "benchmarks", "examples")

VIOLATIONS: list[tuple[Guard, str, str, str]] = [
    (source_guards.length_findings, "domain/jobs/planted.py", "# line\n" * 301, "has 301 lines"),
    (source_guards.initial_findings, "domain/__init__.py", "from domain import jobs\n", "is not empty"),
    (source_guards.name_findings, "adapters/utils.py", "", "adapters/utils.py is named after no business thing"),
    (source_guards.name_findings, "adapters/job_helpers.py", "", "adapters/job_helpers.py is named after"),
    (source_guards.name_findings, "domain/common/x.py", "", "domain/common is named after"),
    (source_guards.ignore_findings, "pipelines/planted.py", "x = 1  # type: ignore\n", "planted.py:1: "),
    (source_guards.ignore_findings, "pipelines/planted.py", "x = 1  # type: ignore  # no code\n", "planted.py:1: "),
    (source_guards.ignore_findings, "pipelines/planted.py", "x = 1  # type: ignore[misc]\n", "planted.py:1: "),
    (source_guards.environment_findings, "adapters/planted.py", "import os\nos.environ['A']\n", "planted.py:2 reads"),
    (
        source_guards.environment_findings,
        "adapters/planted.py",
        "import os as o\no.getenv('A')\n",
        "planted.py:2 reads",
    ),
    (source_guards.environment_findings, "domain/planted.py", "from os import environ\n", "planted.py:1 reads"),
    (
        source_guards.environment_findings,
        "entrypoints/api/settings.py",
        "from os import getenv\n",
        "settings.py:1 reads",
    ),
    (source_guards.transaction_findings, "adapters/database/planted.py", "create_engine('x')\n", "calls create_engine"),
    (source_guards.transaction_findings, "adapters/planted.py", "connection.logged_in(e)\n", "calls logged_in"),
    (source_guards.docstring_findings, "domain/planted.py", "x = 1\n", "planted.py has no docstring"),
    (source_guards.docstring_findings, "domain/planted.py", '"""D."""\ndef f(): ...\n', "planted.py:2: f has no"),
    (source_guards.docstring_findings, "domain/planted.py", '"""D."""\nclass A: ...\n', "planted.py:2: A has no"),
    (
        source_guards.docstring_findings,
        "adapters/planted.py",
        '"""D."""\nclass A:\n    """D."""\n    async def f(self): ...\n',
        "planted.py:4: A.f has no",
    ),
]


@pytest.mark.parametrize(
    ("guard", "folders"),
    [
        (source_guards.length_findings, EVERYWHERE),
        (source_guards.initial_findings, EVERYWHERE),
        (source_guards.name_findings, EVERYWHERE),
        (source_guards.ignore_findings, EVERYWHERE),
        (source_guards.environment_findings, PACKAGES),
        (source_guards.transaction_findings, PACKAGES),
        (source_guards.docstring_findings, PACKAGES),
    ],
)
def test_the_rule_is_kept(root: Path, guard: Guard, folders: tuple[str, ...]) -> None:
    """Rules that are only written down are forgotten by the third file."""
    assert guard(root, python_files(root, folders)) == []


@pytest.mark.parametrize(("guard", "place", "text", "finding"), VIOLATIONS)
def test_a_violation_is_seen(copy: Path, guard: Guard, place: str, text: str, finding: str) -> None:
    """A guard that has never been seen to fail guards nothing."""
    planted = copy / place
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(text)

    assert planted in python_files(copy, PACKAGES), "the guards look there"
    [found] = guard(copy, [planted])
    assert finding in found


def test_what_is_right_is_let_through(copy: Path) -> None:
    """A guard that cries wolf is switched off: a reason given, a port implemented, the settings themselves."""
    (copy / "entrypoints" / "settings.py").write_text('"""Settings."""\n\nimport os\n\nHOME = os.environ.get("HOME")\n')
    (copy / "adapters" / "planted.py").write_text(
        '"""An adapter."""\n\n\nclass Planted:\n    """Described at the port: now, close."""\n\n'
        "    def now(self): ...  # type: ignore[no-untyped-def]  # planted\n\n"
        "    def _own(self):\n        return self.environ\n\n"
        '    @property\n    def size(self):\n        """A size."""\n\n'
        "    @size.setter\n    def size(self, value): ...\n"
    )
    planted = [copy / "entrypoints" / "settings.py", copy / "adapters" / "planted.py"]

    for guard in {violation[0] for violation in VIOLATIONS}:
        assert guard(copy, planted) == []
