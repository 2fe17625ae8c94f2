"""What a user hands in, read and checked before anything is stored: files of tests, and targets."""

from __future__ import annotations

from pathlib import Path

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
    from adapters.metrics.scorers import StandardScorers
    from adapters.templates.jinja import JinjaTemplates
    from adapters.test_files.reader import read_test_file

    return read_test_file(file, scorers=StandardScorers(JinjaTemplates()))


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
