"""Python functions as targets: found in the current folder, called in this process, and whatever they do is bounded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.language_models.opener import StandardLanguageModels
from adapters.targets.opener import StandardTargets
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure, TransientFailure
from domain.test_execution.target import PythonTarget
from tests.contract.asking import ask, failure_of, opened

SOURCE = """
import sys
import time
from domain.jobs.errors import FailureKind, TransientFailure

number = 7

class Bot:
    @staticmethod
    def reply(prompt, variables):
        return "static " + prompt

def text(prompt, variables):
    return f"{prompt} in {variables['language']}"

def answer(prompt, variables):
    return {"answer": "a", "usage": {"prompt_tokens": 2}}

def plain(prompt, variables):
    return {"text": "t", "answer": None}

def one_argument(prompt):
    return prompt

async def later(prompt, variables):
    return prompt

def bad(prompt, variables):
    return {"content": "x"}

def nothing(prompt, variables):
    return None

def huge(prompt, variables):
    return "x" * 1_000_001

def broken(prompt, variables):
    raise KeyError("no such thing")

def leaves(prompt, variables):
    sys.exit("bye")


class Odd(BaseException):
    pass


def odd(prompt, variables):
    raise Odd("neither an error nor an exit")

def busy(prompt, variables):
    raise TransientFailure("my model is busy", kind=FailureKind.RATE_LIMITED, retry_after_s=3)

def changes(prompt, variables):
    variables["language"] = "changed"
    return "done"
"""


@pytest.fixture(autouse=True)
def bots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Modules of a user's in the current folder; afterwards nothing of them is left in the process."""
    (tmp_path / "users_bot.py").write_text(SOURCE)
    (tmp_path / "users_broken_bot.py").write_text("raise RuntimeError('at import')\n")
    (tmp_path / "users_needy_bot.py").write_text("import no_such_library\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in [name for name in sys.modules if name.startswith("users_")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("function", "text"),
    [("text", "Hi in English"), ("answer", "a"), ("plain", "t"), ("Bot.reply", "static Hi")],
)
def test_a_function_of_the_current_folder_is_called(function: str, text: str) -> None:
    """A user's file beside the tests is found as with `python -m`."""
    answer = ask(PythonTarget(module="users_bot", function=function), "Hi", variables={"language": "English"})

    assert answer.text == text
    assert answer.prompt_tokens == (2 if function == "answer" else None)
    assert answer.latency_s >= 0


def test_a_function_cannot_change_the_tests_variables() -> None:
    """They belong to the metrics as well, and to the report."""
    variables: dict[str, object] = {"language": "English"}
    ask(PythonTarget(module="users_bot", function="changes"), variables=variables)

    assert variables == {"language": "English"}


@pytest.mark.parametrize(
    ("function", "kind", "said"),
    [
        ("bad", FailureKind.BAD_ANSWER, "a dict with the keys: content"),
        ("nothing", FailureKind.BAD_ANSWER, "returned NoneType"),
        ("huge", FailureKind.TOO_LARGE, "1000001 characters"),
        ("broken", FailureKind.BAD_ANSWER, "KeyError: 'no such thing'"),
        ("leaves", FailureKind.BAD_ANSWER, "SystemExit: bye"),
        ("odd", FailureKind.BAD_ANSWER, "Odd: neither an error nor an exit"),
    ],
)
def test_what_a_function_does_wrong_ends_one_item(function: str, kind: FailureKind, said: str) -> None:
    """One bad answer, even `sys.exit`, must not take the worker with it."""
    failure = failure_of(PythonTarget(module="users_bot", function=function))

    assert isinstance(failure, PermanentFailure)
    assert failure.kind is kind
    assert said in str(failure)
    assert f"python:users_bot:{function}" in str(failure)


def test_a_function_may_ask_for_another_attempt() -> None:
    """It may know better than we do that its model is only busy."""
    failure = failure_of(PythonTarget(module="users_bot", function="busy"))

    assert isinstance(failure, TransientFailure)
    assert (failure.kind, failure.retry_after_s) == (FailureKind.RATE_LIMITED, 3)


@pytest.mark.parametrize("deadline_s", [0.0, 1e-9])
def test_an_answer_after_the_deadline_is_none(deadline_s: float) -> None:
    """The kernel has given the item up by then; the report must say timed out, not pass."""
    failure = failure_of(
        PythonTarget(module="users_bot", function="text"), variables={"language": "x"}, deadline_s=deadline_s
    )

    assert (type(failure), failure.kind) == (PermanentFailure, FailureKind.TIMED_OUT)


@pytest.mark.parametrize(
    ("module", "function", "said"),
    [
        ("users_no_bot", "text", "there is no module 'users_no_bot'; looked for in the current folder"),
        ("users_bot.inner", "text", "there is no module 'users_bot"),
        ("users_needy_bot", "text", "it needs 'no_such_library'"),
        ("users_broken_bot", "text", "RuntimeError: at import"),
        (".users_bot", "text", "importing '.users_bot' failed"),
        ("users_bot", "txt", "has no 'txt'; it has:"),
        ("users_bot", "number", "'number' is int; expected a function"),
        ("users_bot", "one_argument", "expected function(prompt, variables)"),
        ("users_bot", "later", "async"),
    ],
)
def test_what_cannot_work_is_refused_at_opening(module: str, function: str, said: str) -> None:
    """One clear message before the run, not one failure for each test."""
    with pytest.raises(InvalidInput) as caught:
        opened(PythonTarget(module=module, function=function))

    assert said in str(caught.value)
    assert f"python:{module}:{function}" in str(caught.value)


def test_functions_can_be_forbidden() -> None:
    """On a server a test set must not be able to run code."""
    targets = StandardTargets({}, JinjaTemplates(), StandardLanguageModels({}), allow_python=False)

    with pytest.raises(InvalidInput, match="not allowed"):
        targets.open(PythonTarget(module="users_bot", function="text"), connections=1)
