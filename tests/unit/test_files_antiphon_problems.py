"""Antiphon's own format: everything that is wrong is said at once, with its line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.reading_test_files import SCORERS, refused

TESTS = "tests: [{prompt: Hi, expected: Ho}]\n"


def test_every_problem_of_a_file_is_named_in_one_go(tmp_path: Path) -> None:
    """A file with many mistakes must need one round, in the order of its lines."""
    text = """nmae: bot
gates: {min_pass_rate: 90}
target: {kind: htp, url: x}
tests:
  - id: a
    promt: Hi
    variables: {question: Hm}
  - just a text
  - variables: [1]
    prompt: Hi
    metrics:
      - containz: x
      - {regex: "("}
"""

    assert refused(tmp_path, text) == (
        "tests.yaml:1: unknown key 'nmae' in the file; expected one of name, description, target, targets, prompt, "
        "prompts, variables, metrics, defaults, gates, judge, judging, run, tests; did you mean name? rename or "
        "remove it",
        "tests.yaml:2: gates: 'min_pass_rate' is a number (90); expected a number from 0 to 1; mend the number",
        "tests.yaml:3: the target's kind is 'htp'; expected one of http, openai, azure, anthropic, google, ollama, "
        "openai-compatible, scripted, llm, python; did you mean http? "
        "add kind: http",
        "tests.yaml:6: unknown key 'promt' in the test; expected one of id, prompt, variables, metrics, expected, "
        "tags, repeats, description, threshold, transform, variables_transform, targets, prompts, given_answer, "
        "prompt_label, base_id, turns, simulated_user, turn_metrics; did you mean prompt? rename or remove it",
        "tests.yaml:8: a test that is a text; expected a mapping; write its keys",
        "tests.yaml:9: the test: 'variables' is a list; expected a mapping; write key: value lines under it",
        f"tests.yaml:12: unknown kind of metric 'containz'; expected one of {', '.join(sorted(SCORERS.kinds()))} "
        "(each also with not-); did you mean contains? rename or remove it",
        "tests.yaml:13: metric 'regex' (regex): value: '(' is not a regular expression: missing ) at position 1; mend "
        "or remove the metric",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: x\n", "1: no tests; expected at least one; add it under tests:"),
        ("name: x\ntests: []\n", "2: no tests; expected at least one; add it under tests:"),
        ("name: x\ntests:\n", "2: no tests; expected at least one; add it under tests:"),
        ("name: x\ntests: {a: b}\n", "2: the file: 'tests' is a mapping; expected a list; begin each item with a dash"),
        ("name: [x]\n" + TESTS, "1: the file: 'name' is a list; expected a text; put it in quotes"),
        ("prompt: 3\n" + TESTS, "1: the file: 'prompt' is a number (3); expected a text; put it in quotes"),
        ("prompts: [3]\n" + TESTS, "1: a prompt that is a number; expected a text; put it in quotes"),
        ("prompt: a\nprompts: [b]\n" + TESTS, "2: 'prompts' beside 'prompt'; expected one of the two; move the prompt"),
        ("defaults: {id: a}\n" + TESTS, "1: unknown key 'id' in defaults; expected one of variables, metrics, tags"),
        (
            "gates: {max_errors: -1}\n" + TESTS,
            "1: gates: 'max_errors' is a number (-1); expected a whole number from 0",
        ),
        ("gates: {max_errors: true}\n" + TESTS, "1: gates: 'max_errors' is true or false (true); expected a whole"),
    ],
)
def test_a_key_of_the_file_that_does_not_fit_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """Each message names the line, what was found and what was expected."""
    (found,) = refused(tmp_path, text)

    assert found.startswith(f"tests.yaml:{problem}")


@pytest.mark.parametrize(
    ("test", "problem"),
    [
        ("{prompt: Hi, repeats: 0}", "the test: 'repeats' is a number (0); expected a whole number from 1 to 10000"),
        ("{prompt: Hi, repeats: 1.5}", "the test: 'repeats' is a number (1.5); expected a whole number"),
        ("{prompt: Hi, repeats: 20000}", "the test: 'repeats' is a number (20000); expected a whole number"),
        ("{prompt: Hi, tags: a}", "the test: 'tags' is a text ('a'); expected a list; begin each item with a dash"),
        ("{prompt: Hi, id: [a]}", "the test: 'id' is a list; expected a text; put it in quotes"),
        ('{prompt: Hi, id: "a\\nb"}', "id 'a\\nb'; expected at most 200 characters on one line; shorten it"),
        ("{prompt: Hi, expected: 3}", "the test: 'expected' is a number (3); expected a text; put it in quotes"),
        ("{id: a}", "a test without a prompt; expected a prompt, or a variable named prompt or question or input"),
        (
            "{prompt: 'Hi {{ nam }}', variables: {name: x}}",
            "the prompt uses {{ nam }}, which this test has no variable",
        ),
        ("{prompt: Hi, metrics: [3]}", "a number as a metric; expected kind: value; write one"),
        ('{prompt: Hi, metrics: [""]}', "a text as a metric; expected kind: value"),
        ('{prompt: Hi, metrics: [{"": x}]}', "unknown kind of metric ''; expected one"),
        ('{prompt: Hi, metrics: [{kind: ""}]}', "unknown kind of metric ''; expected one"),
        ("{prompt: Hi, metrics: [{contains: a, regex: b}]}", "a metric with 2 kinds (contains, regex); expected one"),
        (
            "{prompt: Hi, metrics: [{kind: contains, vlaue: a}]}",
            "unknown key 'vlaue' in a metric; expected one of kind",
        ),
        (
            "{prompt: Hi, metrics: [{contains: a, weight: -1}]}",
            "a metric: 'weight' is a number (-1); expected a number",
        ),
        (
            "{prompt: Hi, metrics: [{contains: a, required: 1}]}",
            "a metric: 'required' is a number (1); expected true or",
        ),
        (
            "{prompt: Hi, metrics: [latency]}",
            "metric 'latency' (latency): value: found nothing; expected a number of seconds; mend",
        ),
        (
            "{prompt: Hi, metrics: [{is-json: {type: 3}}]}",
            "metric 'is-json' (is-json): value: not a JSON schema (Draft 2020-12) at $.type: 3 is",
        ),
    ],
)
def test_a_test_that_does_not_fit_is_refused_with_its_line(tmp_path: Path, test: str, problem: str) -> None:
    """A bad pattern or schema must show before the run, not after a thousand paid answers."""
    (found,) = refused(tmp_path, f"name: x\ntests:\n- {test}\n")

    assert found.startswith(f"tests.yaml:3: {problem}")


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        (
            "{url: 'http://h'}",
            "the target has no 'kind'; expected one of http, openai, azure, ",
        ),
        ("{kind: http}", "the http target has no 'url'; expected a text; add url: ..."),
        ("{kind: http, url: 'ftp://u:pw@h'}", "the URL has another scheme, or none; expected http://... or https://"),
        (
            "{kind: http, url: 'http://h', model: m}",
            "unknown key 'model' in the http target; expected one of kind, url",
        ),
        ("{kind: http, url: 'http://h', method: 'G T'}", "method 'G T'; expected GET, POST ...; mend it"),
        ("{kind: http, url: 'http://h', timeout_s: 0}", "the http target: 'timeout_s' is a number; expected a number"),
        ("{kind: http, url: 'http://h', headers: {X-Key: 12345}}", "headers 'X-Key' is a number; expected a text"),
        ("{kind: openai, base_url: 'http://h', model: m, api_key: 12345}", "the openai target: 'api_key' is a number;"),
        ("{kind: python, module: m}", "the python target has no 'function'; expected a text; add function: ..."),
    ],
)
def test_a_target_that_does_not_fit_is_refused_without_showing_secrets(
    tmp_path: Path, target: str, problem: str
) -> None:
    """The message goes to a terminal and a log; what may be a key or a password must not."""
    (found,) = refused(tmp_path, f"target: {target}\n{TESTS}")

    assert found.startswith(f"tests.yaml:1: {problem}")
    assert "12345" not in found
    assert "pw" not in found


def test_an_id_twice_is_refused_with_both_lines(tmp_path: Path) -> None:
    """Two tests of one name could not be told apart in a report, nor be compared with the last run."""
    text = "tests:\n- {id: a, prompt: Hi}\n- {id: b, prompt: Hi}\n- {id: a, prompt: Ho}\n"

    assert refused(tmp_path, text) == (
        "tests.yaml:4: id 'a' again (first in line 2); expected each id once; rename one",
    )


def test_a_test_twice_is_refused_even_on_one_line(tmp_path: Path) -> None:
    """Without ids the content is the id; programs write a whole file into one line."""
    text = '{"tests": [{"prompt": "Hi"}, {"prompt": "Hi"}]}'

    assert refused(tmp_path, text, name="tests.json") == (
        "tests.json:1: the same test again (first in line 1); expected each test once; remove it, give each an id of "
        "its own, or use repeats",
    )


def test_an_id_that_a_suffix_makes_twice_is_refused(tmp_path: Path) -> None:
    """`prompts` appends -p1, -p2: what that makes equal must not become one item."""
    text = "prompts: ['a', 'b']\ntests:\n- {id: x}\n- {id: x-p1, prompt: c}\n"

    assert refused(tmp_path, text) == (
        "tests.yaml:4: id 'x-p1' again (first in line 3); expected each id once; rename one",
    )


def test_templates_that_can_t_work_are_found_before_the_run(tmp_path: Path) -> None:
    """In prompts and in metrics: not parsing, an unknown filter, a missing variable; optional ones are fine."""
    text = """tests:
- {prompt: "{% for x in xs %}{{ x }}{% endfor %}{{ y | default(1) }}{% if w is defined %}{{ w }}{% endif %}"}
- {prompt: "{{ a"}
- {prompt: "{% for %}"}
- {prompt: "{{ a | nope }}", variables: {a: 1}}
- {prompt: Hi, metrics: [{contains: "{{ nope }}"}, {assert-set: [{contains: "{{ deep }}"}]}]}
- {prompt: Hi there, variables_transform: "({b: 1})", metrics: [{contains: "{{ b }}"}]}
"""

    found = [problem.removeprefix("tests.yaml:") for problem in refused(tmp_path, text)]

    starts = (
        "2: the prompt uses {{ xs }}, which this test has no variable for; expected a variable xs",
        "3: the prompt has a template that can't work: '{{ a': unexpected end of template",
        "4: the prompt has a template that can't work: '{% for %}': Expected an expression",
        "5: the prompt has a template that can't work: '{{ a | nope }}': No filter named 'nope'.",
        "6: metric 'contains' uses {{ nope }}, which this test has no variable for",
        "6: metric 'contains' uses {{ deep }}, which this test has no variable for",
    )
    assert len(found) == len(starts)
    assert all(problem.startswith(start) for problem, start in zip(found, starts, strict=True))
