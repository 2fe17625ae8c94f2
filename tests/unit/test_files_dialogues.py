"""Tests of several turns, as files write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec, Provider
from domain.test_execution.dialogue import Dialogue, SimulatedUser, Turn
from tests.unit.reading_test_files import read

HTTP = "target: {kind: http, url: 'http://h', body: BODY}\n"


def dialogue_of(folder: Path, test: str) -> Dialogue:
    """Return the turns of the one test."""
    (case,) = read(folder, f"tests:\n- {test}\n").cases
    assert case.dialogue
    return case.dialogue


def test_turns_are_texts_or_say_what_is_asked_of_their_answers(tmp_path: Path) -> None:
    """The short form for the common case; the prompt that reports show is what the user says first."""
    test = "{id: a, turns: [Hi, {user: 'And {{ answer }}?', metrics: [contains: x]}], turn_metrics: [not-contains: y]}"

    (case,) = read(tmp_path, f"prompt: unused\ntests:\n- {test}\n").cases

    assert case.dialogue
    assert [turn.user for turn in case.dialogue.turns] == ["Hi", "And {{ answer }}?"]
    assert case.dialogue.turns[0] == Turn(user="Hi")
    assert [metric.title for metric in case.all_metrics] == ["contains", "not-contains"]
    assert case.prompt == "Hi"


def test_a_simulated_user_is_read(tmp_path: Path) -> None:
    """Model, goal and limit."""
    user = "{model: 'ollama:llama3.2', goal: g, persona: p, opening: o, stop_when: s, max_turns: 3}"

    assert dialogue_of(tmp_path, f"{{id: a, simulated_user: {user}, metrics: [contains: x]}}").user == SimulatedUser(
        model=ModelSpec(provider=Provider.OLLAMA, model="llama3.2"),
        goal="g",
        persona="p",
        opening="o",
        stop_when="s",
        max_turns=3,
    )


def test_json_lines_have_turns_too(tmp_path: Path) -> None:
    """Programs write long conversations."""
    line = json.dumps({"id": "a", "turns": ["Hi", "Bye"], "contains": "x"})

    (case,) = read(tmp_path, line, name="tests.jsonl").cases

    assert case.dialogue == Dialogue(turns=(Turn(user="Hi"), Turn(user="Bye")))


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("{turns: []}", "0 turns; expected 1 to 50"),
        ("{turns: [Hi], simulated_user: {goal: g}}", "both turns and a simulated user, or neither"),
        ("{turn_metrics: [contains: x]}", "both turns and a simulated user, or neither"),
        ("{turns: [Hi], prompt: Hi}", "'prompt' beside several turns"),
        ("{turns: [1]}", "a turn that is a number"),
        ("{turns: [{metrics: []}]}", "the turn has no 'user'"),
        ("{turns: ['Hi {{ nmae }}'], variables: {name: x}}", "did you mean name?"),
        ("{turns: [{user: Hi, metrics: [containz: x]}]}", "unknown kind of metric 'containz'"),
        ("{simulated_user: {goal: g}}", "the simulated user has no 'model'"),
        ("{simulated_user: {model: 'ollama:m'}}", "the simulated user has no 'goal'"),
        ("{simulated_user: {model: 'x:m', goal: g}}", "'x:m' is no model"),
        ("{simulated_user: {model: 'ollama:m', goal: g, max_turns: 51}}", "a whole number from 1 to 50"),
    ],
)
def test_turns_that_cannot_be_are_problems(tmp_path: Path, test: str, said: str) -> None:
    """Found while the file is read, not at turn nine of a paid conversation."""
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, f"tests:\n- {test}\n")

    assert said in "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("body", "warned"),
    [("{p: '{{ prompt }}'}", True), ("{m: '{{ messages }}'}", False), ("{c: '{{ conversation_id }}'}", False)],
)
def test_a_target_that_is_not_told_the_conversation_is_warned_about(tmp_path: Path, body: str, warned: bool) -> None:
    """Each turn would be answered like the first, and the test would prove nothing."""
    tests = "tests:\n- {turns: [Hi, Bye], metrics: [contains: x]}\n"

    warnings = read(tmp_path, HTTP.replace("BODY", body) + tests).warnings

    assert ("as if it were the first" in " ".join(warnings)) == warned
