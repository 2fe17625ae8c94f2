"""Promptfoo's simulated users: who plays them, what the target is told, and what is not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.test_files.reader import read_test_file
from adapters.test_files.reading_rules import ReadingRules
from domain.jobs.errors import InvalidInput
from domain.language_models.model import model_named
from domain.test_execution.test_set import TestFile
from tests.unit.reading_test_files import SCORERS

ACTOR = model_named("openai:gpt-5-mini")


def read(folder: Path, config: str = "", *, rules: ReadingRules | None = None, variables: str = "") -> TestFile:
    """Read a configuration whose only test simulates a user."""
    path = folder / "promptfooconfig.yaml"
    path.write_text(
        "prompts: ['Be {{tone}}', Be quick]\nproviders: [echo]\n"
        f"defaultTest: {{provider: {{id: 'promptfoo:simulated-user', config: {{{config}}}}}}}\n"
        f"tests: [{{vars: {{tone: kind, instructions: Ask{variables}}}, assert: [{{type: contains, value: x}}]}}]\n"
    )
    return read_test_file(path, scorers=SCORERS, rules=rules or ReadingRules(user_model=ACTOR))


def test_each_prompt_is_what_the_target_is_told_in_a_conversation_of_its_own(tmp_path: Path) -> None:
    """In promptfoo the prompt is the agent's system message, and every prompt is tried."""
    cases = read(tmp_path, "maxTurns: 4").cases

    users = [case.dialogue.user for case in cases if case.dialogue]
    assert [user and user.system for user in users] == ["Be {{tone}}", "Be quick"]
    for user in users:
        assert user is not None
        assert (user.model, user.goal, user.max_turns) == (ACTOR, "{{ instructions }}", 4)
        assert user.judge_conversation
    assert len({case.prompt_label for case in cases}) == 2


def test_a_user_whom_nobody_plays_is_not_supported(tmp_path: Path) -> None:
    """Promptfoo asks a hosted model of its own; here none is called that nobody named."""
    with pytest.raises(InvalidInput, match="without a model to play the user"):
        read(tmp_path, rules=ReadingRules())


@pytest.mark.parametrize(("config", "variables", "what"), [
    ("stateful: true", "", "config stateful"),
    ("initialMessages: []", "", "config initialMessages"),
    ("", ", initialMessages: x", "initialMessages of a simulated user"),
    ("maxTurns: 0", "", "maxTurns"),
])  # fmt: skip
def test_what_a_conversation_would_begin_or_go_on_otherwise_by_is_named(
    tmp_path: Path, config: str, variables: str, what: str
) -> None:
    """Left out quietly it would be another conversation."""
    with pytest.raises(InvalidInput, match=what):
        read(tmp_path, config, variables=variables)
