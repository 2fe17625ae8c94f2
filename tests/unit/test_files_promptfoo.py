"""Promptfoo configurations: what means the same here runs as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.language_models.model import ModelSpec, Provider
from domain.test_execution.metric import Metric
from domain.test_execution.target import HttpTarget, ModelTarget, TargetSpec
from domain.test_execution.test_set import TestFile
from tests.unit.reading_test_files import read

TESTS = "prompts: ['{{q}}']\ntests: [{vars: {q: Hi}, assert: [{type: contains, value: Ho}]}]\n"


def promptfoo(folder: Path, text: str) -> TestFile:
    """Read *text* as a configuration."""
    return read(folder, text, name="promptfooconfig.yaml")


def target_of(folder: Path, providers: str) -> TargetSpec | None:
    """Return the target of a configuration with these providers."""
    return promptfoo(folder, f"providers: {providers}\n{TESTS}").target


def metric_of(folder: Path, assertion: str) -> Metric:
    """Return the metric that an assertion becomes."""
    text = f"prompts: [Hi]\nproviders: [openai:chat:m]\ntests: [{{assert: [{assertion}]}}]\n"
    return promptfoo(folder, text).cases[0].metrics[0]


def test_default_test_and_tests_are_merged(tmp_path: Path) -> None:
    """The default's assertions come first, the test's own vars win: as in promptfoo."""
    text = """
    prompts: ["{{tone}}: {{q}}"]
    defaultTest: {vars: {tone: plain}, assert: [{type: not-contains, value: x}]}
    tests:
    - {vars: {q: a}, description: first, assert: [{type: contains, value: y}]}
    - {vars: {q: b, tone: rude}}
    """

    first, second = promptfoo(tmp_path, text).cases

    assert (first.prompt, first.variables) == ("{{tone}}: {{q}}", {"tone": "plain", "q": "a"})
    assert (first.description, [metric.title for metric in first.metrics]) == ("first", ["not-contains", "contains"])
    assert second.variables == {"tone": "rude", "q": "b"}


def test_vars_that_are_lists_stand_for_every_combination(tmp_path: Path) -> None:
    """Promptfoo multiplies them; reading a list as one value would ask something else."""
    text = "prompts: ['{{a}}{{b}}']\ntests: [{vars: {a: [1, 2], b: [x, y]}, assert: [{type: is-json}]}]\n"

    cases = promptfoo(tmp_path, text).cases

    assert [tuple(case.variables.values()) for case in cases] == [(1, "x"), (1, "y"), (2, "x"), (2, "y")]
    assert len({case.id for case in cases}) == 4


def test_several_prompts_multiply_the_tests(tmp_path: Path) -> None:
    """As in promptfoo, and as with Antiphon's own `prompts`."""
    text = "prompts: [a, {raw: b, label: second}]\ndefaultTest: {assert: [{type: is-json}]}\ntests: [{vars: {q: x}}]\n"

    assert [case.prompt for case in promptfoo(tmp_path, text).cases] == ["a", "b"]


@pytest.mark.parametrize(
    ("assertion", "metric"),
    [
        ("{type: equals, value: 42}", Metric(name="equals", kind="equals", value="42")),
        (
            "{type: not-icontains, value: x, metric: tone, weight: 2}",
            Metric(name="tone", kind="icontains", negated=True, value="x", weight=2),
        ),
        (
            "{type: contains-any, value: 'a, \"b, c\"'}",
            Metric(name="contains-any", kind="contains-any", value=["a", "b, c"]),
        ),
        ("{type: contains-all, value: [a, 2]}", Metric(name="contains-all", kind="contains-all", value=["a", "2"])),
        ("{type: latency, threshold: 1500}", Metric(name="latency", kind="latency", threshold=1.5)),
        (
            "{type: levenshtein, value: x}",
            Metric(name="levenshtein", kind="levenshtein", value="x", threshold=5),
        ),
        (
            '{type: is-json, value: \'{"type": "object"}\'}',
            Metric(name="is-json", kind="is-json", value={"type": "object"}),
        ),
        ("{type: is-json, value: {type: array}}", Metric(name="is-json", kind="is-json", value={"type": "array"})),
        (
            "{type: contains, value: x, weight: 0}",
            Metric(name="contains", kind="contains", value="x", weight=0, required=False),
        ),
    ],
)
def test_an_assertion_becomes_the_metric_that_means_the_same(tmp_path: Path, assertion: str, metric: Metric) -> None:
    """Milliseconds, comma lists, schemas in a string, numbers as text and weight 0 are promptfoo's own ways."""
    assert metric_of(tmp_path, assertion) == metric


@pytest.mark.parametrize(
    "providers",
    [
        "openai:chat:gpt-4o",
        "[openai:chat:gpt-4o]",
        "[openai:gpt-4o]",
        "[{id: openai:chat:gpt-4o, label: mine}]",
        "[{openai:chat:gpt-4o: {config: {}}}]",
    ],
)
def test_every_way_to_name_a_chat_model_is_read(tmp_path: Path, providers: str) -> None:
    """All of them are found in public configurations."""
    assert target_of(tmp_path, providers) == ModelTarget(
        model=ModelSpec(provider=Provider.OPENAI, model="gpt-4o", api_key="${OPENAI_API_KEY}")
    )


def test_a_chat_provider_s_configuration_is_read(tmp_path: Path) -> None:
    """A local server, its own key variable, parameters as they are, environment templates as ${NAME}."""
    config = (
        "{apiBaseUrl: 'http://{{ env.HOST }}/v1', apiKeyEnvar: MY_KEY, temperature: 0.2, max_tokens: 50, "
        "headers: {X-Team: '{{env.TEAM}}'}, passthrough: {top_k: 3}}"
    )

    target = target_of(tmp_path, f"[{{id: 'openai:chat:llama:8b', config: {config}}}]")

    assert isinstance(target, ModelTarget)
    assert target.model == ModelSpec(
        provider=Provider.OPENAI,
        base_url="http://${HOST}/v1",
        model="llama:8b",
        api_key="${MY_KEY}",
        parameters={"temperature": 0.2, "max_tokens": 50, "top_k": 3},
        headers={"X-Team": "${TEAM}"},
    )


def test_a_provider_without_a_key_sends_none(tmp_path: Path) -> None:
    """A local model needs none, and an unset OPENAI_API_KEY must not stop the run."""
    target = target_of(tmp_path, "[{id: openai:chat:m, config: {apiKeyRequired: false}}]")

    assert isinstance(target, ModelTarget)
    assert target.model.api_key == ""


@pytest.mark.parametrize(
    ("transform", "path"),
    [
        ("json.answer", "answer"),
        ("json.choices[0].message.content", "choices[0].message.content"),
        ("json[0].a", "[0].a"),
    ],
)
def test_an_http_provider_is_read(tmp_path: Path, transform: str, path: str) -> None:
    """The commonest way to test a service of one's own."""
    config = f"{{url: 'http://h/x', body: {{question: '{{{{prompt}}}}'}}, transformResponse: '{transform}'}}"

    assert target_of(tmp_path, f"[{{id: https, config: {config}}}]") == HttpTarget(
        url="http://h/x", body={"question": "{{prompt}}"}, response_path=path, json_texts=True
    )


def test_an_http_provider_without_body_is_a_get(tmp_path: Path) -> None:
    """The id may be the URL, and the method follows the body."""
    assert target_of(tmp_path, "['http://h/x?q={{prompt}}']") == HttpTarget(
        url="http://h/x?q={{prompt}}", method="GET", body=None
    )


def test_settings_of_promptfoo_s_own_run_are_ignored_with_a_warning(tmp_path: Path) -> None:
    """They say how promptfoo runs and where it writes, nothing about what a test means."""
    test_file = promptfoo(
        tmp_path, f"outputPath: x.html\nevaluateOptions: {{maxConcurrency: 4, cache: false}}\n{TESTS}"
    )

    assert test_file.hints.concurrency == 4
    assert set(test_file.warnings) == {
        "line 1: 'outputPath' is about promptfoo's own runs; ignored",
        "line 2: evaluateOptions.cache is about promptfoo's own runs; ignored",
    }


def test_a_secret_in_a_provider_is_warned_about_and_not_shown(tmp_path: Path) -> None:
    """The target is stored with the job."""
    (warning,) = promptfoo(
        tmp_path, f"providers: [{{id: openai:chat:m, config: {{apiKey: hunter2}}}}]\n{TESTS}"
    ).warnings

    assert "api_key" in warning
    assert "hunter2" not in warning


def test_antiphon_s_own_prompts_are_no_promptfoo_configuration(tmp_path: Path) -> None:
    """`prompts` and `tests` are keys of both; the assertions tell them apart."""
    test_file = read(tmp_path, "prompts: [a]\ntests: [{id: x, expected: y}]\n")

    assert test_file.cases[0].id == "x"
