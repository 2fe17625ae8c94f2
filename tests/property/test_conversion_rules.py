"""Converting a file of tests: what is written as Antiphon YAML reads as what it was made of."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from adapters.test_files.writing import antiphon_yaml
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.price import Price
from domain.limits.limit import CallLimits
from domain.test_execution.dialogue import Dialogue, SimulatedUser, Turn
from domain.test_execution.metric import SET, Metric
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel, Rule
from domain.test_execution.target import HttpTarget, ModelTarget, PythonTarget
from domain.test_execution.test_set import Gates, RunHints, TestCase, TestFile
from tests.property.test_file_readers import SAME_FOLDER, json_values, plain_text
from tests.unit.reading_test_files import read

texts = plain_text.filter(lambda text: "{{" not in text and "{%" not in text and "{#" not in text)
words = texts.filter(lambda text: bool(text.strip()))
odd_texts = st.sampled_from(
    ["no", "1e5", "007", "null", "~", "2026-01-31", "a: b", "- x", "x # y", " pad ", "a\n b\n", "<<"]
)
scripts = st.none() | st.just("output.trim()") | st.just({"source": "module.exports = (o) => o", "file": "a.js"})
metrics = st.builds(
    Metric,
    name=words,
    kind=st.sampled_from(["contains", "icontains"]),
    negated=st.booleans(),
    value=words | odd_texts,
    weight=st.floats(0, 10),
    required=st.booleans(),
    transform=scripts,
)
sets = st.builds(
    Metric,
    name=words,
    kind=st.just(SET),
    metrics=st.lists(metrics, min_size=1, max_size=3).map(tuple),
    threshold=st.none() | st.floats(0, 1),
    negated=st.booleans(),
)
cases = st.builds(
    TestCase,
    id=st.integers(0, 10**6).map(str),
    prompt=texts | odd_texts,
    variables=st.dictionaries(words.filter(lambda key: key != "<<"), json_values | odd_texts, max_size=3),
    metrics=st.lists(metrics | sets, max_size=3).map(tuple),
    tags=st.lists(words, max_size=2).map(tuple),
    repeats=st.integers(1, 9),
    description=texts | odd_texts,
    threshold=st.none() | st.floats(0, 1),
    transform=scripts,
    variables_transform=scripts,
    given_answer=st.none() | texts | odd_texts,
    base_id=st.sampled_from(["", "shared"]),
    prompt_label=st.sampled_from(["", "short: one"]),
)
MODEL = ModelSpec(
    provider=Provider.ANTHROPIC, model="m", parameters={"temperature": 0.1}, price=Price(input=1, output=2)
)
TARGETS = (
    NamedTarget(
        name="http one",
        spec=HttpTarget(url="https://h/x", method="GET", body=None, response_transform="json.a", timeout_s=2.5),
        transform="output.x",
        limits=CallLimits(concurrency=3),
    ),
    NamedTarget(name="model", spec=ModelTarget(model=MODEL, system="Be {{ kind }}")),
    NamedTarget(name="python", spec=PythonTarget(module="bot", function="answer", options={"config": {"a": [1]}})),
)


def written(folder: Path, file: TestFile) -> TestFile:
    """Return the file, written and read."""
    return read(folder, "".join(antiphon_yaml(file.name, file.defaults, file.cases)))


@SAME_FOLDER
@given(drawn=st.lists(cases, min_size=1, max_size=4, unique_by=lambda case: case.id))
def test_tests_come_back_as_they_were_written(tmp_path: Path, drawn: list[TestCase]) -> None:
    """Whatever a text looks like to YAML, and however deep metrics go: a conversion must not change a test."""
    file = TestFile(name="set", cases=tuple(drawn))

    assert written(tmp_path, file).cases == file.cases


def test_what_is_said_for_all_tests_comes_back(tmp_path: Path) -> None:
    """Targets of each kind, judges, gates and hints."""
    case = TestCase(id="a", prompt="Hi", targets=("model",))
    file = TestFile(
        name="set: one",
        cases=(case,),
        targets=TARGETS,
        gates=Gates(min_pass_rate=0.5, max_errors=0),
        hints=RunHints(concurrency=3, deadline_s=2.5),
        panel=Panel(judges=(MODEL,), rule=Rule.MEAN, embedding=MODEL, may_be_target=True),
    )

    again = written(tmp_path, file)

    assert evolve(again, warnings=()) == file


def test_tests_of_several_turns_come_back(tmp_path: Path) -> None:
    """Scripted turns with metrics of their own, and a user that a model plays."""
    metric = Metric(name="contains", kind="contains", value="x")
    scripted = Dialogue(turns=(Turn(user="Hi"), Turn(user="no", metrics=(metric,))), turn_metrics=(metric,))
    played = Dialogue(user=SimulatedUser(model=MODEL, goal="a refund", opening="Hello", max_turns=3))
    file = TestFile(
        name="s",
        cases=(
            TestCase(id="a", prompt="Hi", dialogue=scripted),
            TestCase(id="b", prompt="Hello", dialogue=played, metrics=(metric,)),
        ),
    )

    assert written(tmp_path, file).cases == file.cases


def test_a_model_without_a_key_stays_without_one(tmp_path: Path) -> None:
    """In a file a missing key means the provider's usual one; a local server must not suddenly need it."""
    spec = ModelTarget(model=ModelSpec(provider=Provider.OPENAI, model="m", api_key=""))
    file = TestFile(name="s", cases=(TestCase(id="a", prompt="Hi"),), targets=(NamedTarget(name="", spec=spec),))

    assert written(tmp_path, file).targets == file.targets
