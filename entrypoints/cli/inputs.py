"""What a user hands in, read and checked before anything is stored: files of tests, and targets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from domain.language_models.model import ModelSpec
from domain.test_execution.panel import Panel
from domain.test_execution.ports import Target
from domain.test_execution.target import TargetSpec
from domain.test_execution.test_set import TestFile
from entrypoints.cli.console import only_ours


def read_tests(file: Path) -> TestFile:
    """
    Return the tests of *file*.

    Raises:
        InvalidInput: it can't be read, or something in it is wrong; every problem is named.
    """
    from adapters.judging.prompt_files import judge_prompts
    from adapters.language_models.opener import StandardLanguageModels
    from adapters.metrics.scorers import StandardScorers
    from adapters.templates.jinja import JinjaTemplates
    from adapters.test_files.reader import read_test_file
    from domain.test_execution.judging.scorers import Judging

    templates = JinjaTemplates()
    judging = Judging(models=StandardLanguageModels({}), prompts=judge_prompts(), templates=templates)
    scorers = judging.beside(StandardScorers(templates), Panel(), connections=1)
    return read_test_file(file, scorers=scorers)


def check_models(specs: Iterable[ModelSpec]) -> None:
    """
    Open and close models, so that what is wrong with them is found before anything runs; nothing is sent.

    Raises:
        InvalidInput: one can't work here, such as one that needs an environment variable that is not set.
    """
    from adapters.language_models.opener import StandardLanguageModels
    from entrypoints.settings import process_environment

    models = StandardLanguageModels(process_environment())
    for spec in specs:
        models.open(spec, connections=1).close()


def open_target(spec: TargetSpec) -> Target:
    """
    Return the target, ready for one call at a time.

    Raises:
        InvalidInput: it can't work here, such as one that needs an environment variable that is not set.
    """
    from adapters.language_models.opener import StandardLanguageModels
    from adapters.targets.opener import StandardTargets
    from adapters.templates.jinja import JinjaTemplates
    from entrypoints.settings import process_environment

    with only_ours():
        environment = process_environment()
        targets = StandardTargets(environment, JinjaTemplates(), StandardLanguageModels(environment))
        return targets.open(spec, connections=1)
