"""Antiphon's own format: what a sound file means."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.test_files.reader import read_test_file
from domain.jobs.errors import InvalidInput
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.price import Price
from domain.test_execution.metric import Metric
from domain.test_execution.target import HttpTarget, ModelTarget, PythonTarget
from domain.test_execution.test_set import Gates, TestCase
from tests.unit.reading_test_files import CountingScorers, read

FULL = """
name: support-bot
description: Questions customers ask.
target:
  kind: http
  url: http://127.0.0.1:9000/chat
  headers: {Authorization: "Bearer ${TOKEN}"}
  body: {question: "{{ prompt }}"}
  response_path: answer
  timeout_s: 5
prompt: "{{ company }}: {{ question }}"
variables: {company: Acme}
metrics:
  - {latency: 2.5, required: false}
defaults: {tags: [slow], repeats: 2, variables: {tone: plain, company: Nobody}, metrics: [contains: hello]}
gates: {min_pass_rate: 0.9, max_errors: 0}
tests:
  - id: refund
    variables: {question: How long?, company: Own}
    metrics:
      - contains: 30 days
      - {kind: not-icontains, value: therefore, name: no-legalese, weight: 2}
      - is-json
    tags: [refunds]
    repeats: 3
    description: The window
  - {id: 42, prompt: "Hi {{ tone }}"}
"""


def test_every_key_of_the_format_arrives(tmp_path: Path) -> None:
    """The documented schema is a promise; a key that is read and dropped would be a silent lie."""
    test_file = read(tmp_path, FULL)

    assert test_file.name == "support-bot"
    assert test_file.gates == Gates(min_pass_rate=0.9, max_errors=0)
    assert test_file.warnings == ()
    assert test_file.target == HttpTarget(
        url="http://127.0.0.1:9000/chat",
        headers={"Authorization": "Bearer ${TOKEN}"},
        body={"question": "{{ prompt }}"},
        response_path="answer",
        timeout_s=5,
    )
    assert test_file.cases[0] == TestCase(
        id="refund",
        prompt="{{ company }}: {{ question }}",
        variables={"tone": "plain", "company": "Own", "question": "How long?"},
        metrics=(
            Metric(name="latency", kind="latency", threshold=2.5, required=False),
            Metric(name="contains", kind="contains", value="30 days"),
            Metric(name="no-legalese", kind="icontains", negated=True, value="therefore", weight=2),
            Metric(name="is-json", kind="is-json"),
        ),
        tags=("refunds",),
        repeats=3,
        description="The window",
    )


def test_defaults_hold_where_a_test_says_nothing(tmp_path: Path) -> None:
    """`defaults` stand in for what is missing, while the file's variables and metrics are for all tests."""
    case = read(tmp_path, FULL).cases[1]

    assert case.id == "42"
    assert case.variables == {"tone": "plain", "company": "Acme"}
    assert [metric.title for metric in case.metrics] == ["latency", "contains"]
    assert (case.tags, case.repeats) == (("slow",), 2)


def test_a_small_file_needs_no_more_than_questions_and_metrics(tmp_path: Path) -> None:
    """The name is the file's, the prompt is the question: the first test set is four lines."""
    test_file = read(tmp_path, "tests:\n- variables: {question: Open?}\n  metrics: [contains: 9]\n", name="bot.yml")

    assert (test_file.name, test_file.target, test_file.gates) == ("bot", None, Gates())
    assert test_file.cases[0].prompt == "{{ question }}"


def test_a_variable_named_prompt_comes_before_question_and_input(tmp_path: Path) -> None:
    """The default prompt must not depend on the order of the variables."""
    variables = ("{input: a, question: b, prompt: c}", "{input: a, question: b}", "{input: a}")
    text = "tests:\n" + "".join(f"- variables: {content}\n" for content in variables)

    assert [case.prompt for case in read(tmp_path, text).cases] == ["{{ prompt }}", "{{ question }}", "{{ input }}"]


def test_several_prompts_multiply_the_tests_that_have_none_of_their_own(tmp_path: Path) -> None:
    """Two versions of a prompt are compared on the same tests: the ids must say which belongs to which."""
    text = """
    prompts: ["Short: {{ q }}", "Long: {{ q }}"]
    tests:
    - {id: a, variables: {q: 1}}
    - {id: b, prompt: Own}
    """

    cases = read(tmp_path, text).cases

    assert [(case.id, case.prompt) for case in cases] == [
        ("a-p1", "Short: {{ q }}"),
        ("a-p2", "Long: {{ q }}"),
        ("b", "Own"),
    ]


def test_an_id_that_is_not_given_survives_what_does_not_change_the_test(tmp_path: Path) -> None:
    """Runs are compared test by test: reordering, a new shared prompt or a tag must not make a test another one."""
    first = read(tmp_path, "prompt: 'A {{ q }}'\ntests:\n- variables: {q: 1}\n- variables: {q: 2}\n").cases
    second = read(
        tmp_path, "prompt: 'B {{ q }}'\ntests:\n- {variables: {q: 2}, tags: [x]}\n- variables: {q: 1}\n"
    ).cases

    assert [case.id for case in second] == [first[1].id, first[0].id]
    assert first[0].id != first[1].id
    assert first[0].id == "ipm7p66cdm3p"


def test_other_metrics_make_another_test(tmp_path: Path) -> None:
    """The same question with another expectation is another test, and both may stand in a file."""
    cases = read(tmp_path, "tests:\n- {prompt: Hi, expected: a}\n- {prompt: Hi, expected: b}\n").cases

    assert len({case.id for case in cases}) == 2


def test_expected_is_short_for_equals(tmp_path: Path) -> None:
    """The short word is strict: an answer that only contains what is expected is not what was asked for."""
    case = read(tmp_path, "tests:\n- {prompt: Hi, expected: Hello}\n").cases[0]

    assert case.metrics == (Metric(name="equals", kind="equals", value="Hello"),)


def test_unquoted_words_stay_what_their_author_wrote(tmp_path: Path) -> None:
    """YAML 1.1 would read no as false, 12:30 as 750, 007 as 7 and a date as a date: all wrong in a question."""
    text = "tests:\n- prompt: Hi\n  variables: {a: no, b: 12:30, c: 007, d: 2026-01-31, e: 1e3, f: -2, g: true, h: ~}\n"

    assert read(tmp_path, text).cases[0].variables == {
        "a": "no",
        "b": "12:30",
        "c": "007",
        "d": "2026-01-31",
        "e": 1000.0,
        "f": -2,
        "g": True,
        "h": None,
    }


def test_aliases_and_merge_keys_are_followed(tmp_path: Path) -> None:
    """Real files share metrics with anchors; a merged key does not win over the test's own."""
    text = """
    tests:
    - &first {id: a, prompt: Hi, metrics: &shared [contains: x], tags: [one]}
    - {<<: *first, id: b, tags: [two]}
    - {id: c, prompt: Ho, metrics: *shared}
    """

    cases = read(tmp_path, text).cases

    assert [(case.id, case.prompt, case.tags) for case in cases] == [
        ("a", "Hi", ("one",)),
        ("b", "Hi", ("two",)),
        ("c", "Ho", ()),
    ]
    assert cases[0].metrics == cases[1].metrics == cases[2].metrics


def test_the_other_kinds_of_target_are_read(tmp_path: Path) -> None:
    """All three kinds can be named in a file."""
    chat = "target: {kind: openai, base_url: 'http://h/v1', model: m, parameters: {temperature: 0}, api_key: '${K}'}\n"
    python = "target: {kind: python, module: bot, function: answer}\n"
    tests = "tests: [{prompt: Hi, expected: Ho}]\n"

    assert read(tmp_path, chat + tests).target == ModelTarget(
        model=ModelSpec(
            provider=Provider.OPENAI,
            base_url="http://h/v1",
            model="m",
            parameters={"temperature": 0},
            api_key="${K}",
        )
    )
    assert read(tmp_path, python + tests).target == PythonTarget(module="bot", function="answer")


@pytest.mark.parametrize(
    ("target", "spec"),
    [
        ("{kind: openai, model: m}", ModelSpec(provider=Provider.OPENAI, model="m", api_key="${OPENAI_API_KEY}")),
        (
            "{kind: anthropic, model: m, price: {input: 1, output: 5.5}}",
            ModelSpec(
                provider=Provider.ANTHROPIC, model="m", api_key="${ANTHROPIC_API_KEY}", price=Price(input=1, output=5.5)
            ),
        ),
        (
            "{kind: azure, model: d, base_url: 'https://r.openai.azure.com'}",
            ModelSpec(
                provider=Provider.AZURE,
                model="d",
                base_url="https://r.openai.azure.com",
                api_key="${AZURE_OPENAI_API_KEY}",
            ),
        ),
        ("{kind: ollama, model: 'llama3.2:3b'}", ModelSpec(provider=Provider.OLLAMA, model="llama3.2:3b")),
        (
            "{kind: scripted, model: m, parameters: {replies: [a, b]}}",
            ModelSpec(provider=Provider.SCRIPTED, model="m", parameters={"replies": ["a", "b"]}),
        ),
    ],
)
def test_models_of_every_provider_are_read(tmp_path: Path, target: str, spec: ModelSpec) -> None:
    """At its provider's own address a model gets the key everybody has set; elsewhere, what the file says."""
    text = f"target: {target}\ntests: [{{prompt: Hi, expected: Ho}}]\n"

    assert read(tmp_path, text).target == ModelTarget(model=spec)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("{kind: azure, model: d}", "has no 'base_url'"),
        ("{kind: openai}", "has no 'model'"),
        ("{kind: openai, model: m, price: {input: 1}}", "the price has no 'output'"),
        ("{kind: openai, model: m, price: {input: -1, output: 2}}", "a number from 0"),
        ("{kind: mistral, model: m}", "expected one of http, openai, azure"),
    ],
)
def test_a_model_that_is_not_whole_is_a_problem(tmp_path: Path, target: str, said: str) -> None:
    """Found while the file is read, with the line, and not when the run begins."""
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, f"target: {target}\ntests: [{{prompt: Hi, expected: Ho}}]\n")

    assert said in "\n".join(caught.value.problems)


def test_a_target_may_send_no_body(tmp_path: Path) -> None:
    """`body: null` is not the same as no body key: the first sends none, the second the default one."""
    tests = "tests: [{prompt: Hi, expected: Ho}]\n"

    without = read(tmp_path, "target: {kind: http, url: 'http://h', method: get, body: null}\n" + tests).target
    default = read(tmp_path, "target: {kind: http, url: 'http://h'}\n" + tests).target

    assert without == HttpTarget(url="http://h", method="GET", body=None)
    assert default == HttpTarget(url="http://h")


def test_a_secret_in_the_file_is_warned_about_and_not_shown(tmp_path: Path) -> None:
    """The target is stored with the job; its author should know before the key is in a database."""
    text = "target: {kind: http, url: 'http://h', headers: {X-Api-Key: hunter2}}\ntests: [{prompt: Hi, expected: Ho}]\n"

    (warning,) = read(tmp_path, text).warnings

    assert "X-Api-Key" in warning
    assert "hunter2" not in warning


def test_a_test_that_checks_nothing_is_warned_about(tmp_path: Path) -> None:
    """It will be inconclusive, which looks like a fault of the run unless it was said before."""
    text = "tests:\n- {id: a, prompt: Hi}\n- {id: b, prompt: Hi, metrics: [{contains: x, required: false}]}\n"

    assert read(tmp_path, text).warnings == ("2 tests have no required metric and will be inconclusive (first: a)",)


def test_a_metric_of_many_tests_is_checked_once_and_is_one_value(tmp_path: Path) -> None:
    """Compiling a JSON schema takes a millisecond; a thousand tests that share it must not pay a thousand times."""
    text = "metrics: [is-json]\ntests:\n" + "".join(f"- {{prompt: p{n}, metrics: [contains: x]}}\n" for n in range(50))
    path = tmp_path / "many.yaml"
    path.write_text(text)
    scorers = CountingScorers()

    cases = read_test_file(path, scorers=scorers).cases

    assert scorers.made == 2
    assert len({id(metric) for case in cases for metric in case.metrics}) == 2


def test_json_is_the_same_format(tmp_path: Path) -> None:
    """Programs write JSON; it means the same, escaped emoji included, which YAML readers refuse."""
    text = '{"tests": [\n\t{"prompt": "Hi \\ud83d\\ude00", "expected": "Ho"}\n]}'

    assert read(tmp_path, text, name="tests.json").cases[0].prompt == "Hi 😀"
