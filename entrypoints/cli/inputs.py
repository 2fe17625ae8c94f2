"""What a user hands in, read and checked before anything is stored: files of tests, and targets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec
from domain.test_execution.judge_check import JudgeCheck
from domain.test_execution.metric import Metric
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Scorers, Target
from domain.test_execution.test_set import TestFile
from entrypoints.cli.console import only_ours

if TYPE_CHECKING:
    from adapters.test_files.reading_rules import ReadingRules
    from entrypoints.usability import Usability


def read_tests(file: Path, rules: ReadingRules | None = None) -> TestFile:
    """
    Return the tests of *file*, read by *rules* (default: strict).

    Raises:
        InvalidInput: it can't be read, or something in it is wrong; every problem is named.
    """
    from adapters.test_files.reader import read_test_file

    return read_test_file(file, scorers=_checking_scorers(), rules=rules)


def write_tests(path: Path, file: TestFile) -> None:
    """
    Write a file of tests as Antiphon YAML, and read it again.

    Raises:
        InvalidInput: it can't be written there, or is too large to be read as YAML.
    """
    from adapters.reports.files import replacing
    from adapters.test_files.writing import antiphon_yaml

    with replacing(path) as written:
        for piece in antiphon_yaml(file.name, file.defaults, file.cases):
            written.write(piece)
    again = read_tests(path)
    if (again.cases, again.targets, again.panel) != (file.cases, file.targets, file.panel):
        raise InvalidInput(f"{path} does not read as what was written; this is a bug, please report it with the file")


def read_metrics(file: Path) -> tuple[tuple[Metric, ...], Panel]:
    """
    Return the metrics of *file*, and the judges it names.

    Raises:
        InvalidInput: it can't be read, or something in it is wrong; every problem is named.
    """
    from adapters.test_files.metrics_file import read_metrics_file

    return read_metrics_file(file, scorers=_checking_scorers())


def read_check(file: Path) -> JudgeCheck:
    """
    Return the labelled answers of *file*.

    Raises:
        InvalidInput: it can't be read, or something in it is wrong; every problem is named.
    """
    from adapters.test_files.judge_check_file import read_judge_check

    return read_judge_check(file, scorers=_checking_scorers())


def _checking_scorers() -> Scorers:
    """Return scorers of all kinds that can check metrics; no model is ever opened."""
    from adapters.judging.prompt_files import judge_prompts
    from adapters.language_models.scripted import ScriptedModels
    from adapters.templates.jinja import JinjaTemplates
    from domain.test_execution.judging.scorers import Judging
    from entrypoints.outgoing import make_scorers
    from entrypoints.settings import read_settings

    templates = JinjaTemplates()
    judging = Judging(models=ScriptedModels(), prompts=judge_prompts(), templates=templates)
    return judging.beside(make_scorers(read_settings(), templates=templates), Panel(), connections=1)


def check_models(specs: Iterable[ModelSpec]) -> None:
    """
    Open and close models, so that what is wrong with them is found before anything runs; nothing is sent.

    Raises:
        InvalidInput: one can't work here, such as one that needs a secret that is not there.
        BrokenSettings: one has limits that workers could not share.
    """
    usability().check_models(specs)


def open_target(target: NamedTarget) -> Target:
    """
    Return the target, ready for one call at a time.

    Raises:
        InvalidInput: it can't work here, such as one that needs a secret that is not there.
    """
    with only_ours():
        return usability().open_target(target)


def usability() -> Usability:
    """Return what finds out whether a run can work here, with what the command's organization may name in targets."""
    from adapters.templates.jinja import JinjaTemplates
    from entrypoints.cli.environment import CommandReferences, command_environment
    from entrypoints.container import own_tenant
    from entrypoints.outgoing import make_language_models, make_targets
    from entrypoints.settings import read_settings
    from entrypoints.usability import Usability

    settings = read_settings()
    environment = command_environment(settings)
    models = make_language_models(settings).with_environment(environment)
    targets = make_targets(settings, templates=JinjaTemplates(), models=models).with_environment(environment)
    return Usability(
        settings=settings,
        targets=targets,
        models=models,
        references=CommandReferences(settings),
        tenant=own_tenant(settings),
    )
