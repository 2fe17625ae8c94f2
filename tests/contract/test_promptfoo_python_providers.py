"""A promptfoo provider that is a Python file: read only where it is allowed, and then really called."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.metrics.scorers import StandardScorers
from adapters.templates.jinja import JinjaTemplates
from adapters.test_files.reader import read_test_file
from adapters.test_files.reading_rules import ReadingRules
from domain.jobs.errors import InvalidInput
from tests.contract.asking import ask

SCORERS = StandardScorers(JinjaTemplates())
SOURCE = """
def call_api(prompt, options, context):
    return {"output": f"{options['config']['greeting']} {prompt} {context['vars']['name']}"}

def shout(prompt, options, context):
    return {"output": prompt.upper()}
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A configuration beside the file of its providers, in a folder that nobody has on their path."""
    (tmp_path / "own_provider.py").write_text(SOURCE)
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(
        "prompts: [Hi]\nproviders: [{id: 'file://own_provider.py', config: {greeting: Well}}, "
        "'python:own_provider.py:shout']\ntests: [{assert: [{type: contains, value: Hi}]}]\n"
    )
    return path


def test_its_function_is_called_where_that_is_allowed(configuration: Path) -> None:
    """It gets what promptfoo gives: the prompt, its own config, and the variables."""
    first, second = read_test_file(configuration, scorers=SCORERS, rules=ReadingRules(allow_python=True)).targets

    assert ask(first.spec, "Hi", variables={"name": "Ada"}).text == "Well Hi Ada"
    assert ask(second.spec, "Hi").text == "HI"


def test_it_is_refused_where_nobody_allowed_it(configuration: Path) -> None:
    """Code of a stranger must not run because a file names it."""
    with pytest.raises(InvalidInput, match=r"a Python file \(own_provider.py; see --allow-python"):
        read_test_file(configuration, scorers=SCORERS)
