"""Promptfoo configurations: what is not supported is listed item by item, with how often and where first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.reading_test_files import refused

READS = "expected what Antiphon reads of promptfoo (docs/test-sets.md); remove or replace it"
ONE = "tests: [{vars: {q: Hi}, assert: [{type: contains, value: Ho}]}]\n"


def problems(folder: Path, text: str) -> tuple[str, ...]:
    """Return the problems of a configuration, without the file's name."""
    found = refused(folder, text, name="promptfooconfig.yaml")
    return tuple(problem.removeprefix("promptfooconfig.yaml:") for problem in found)


def test_what_is_not_supported_is_counted_item_by_item(tmp_path: Path) -> None:
    """Somebody with 300 tests needs to know what moving here costs: which things, how often, where first."""
    text = """prompts: ["{{q}}", "file://p.txt", prompts/long.md]
providers: [openai:chat:m]
scenarios: []
defaultTest:
  options: {provider: x}
tests:
  - vars: {q: a}
    assert:
      - {type: llm-rubric, value: polite}
      - {type: javascript, value: output.length}
      - {type: contains, value: a, transform: output.trim()}
  - vars: {q: "file://q.txt"}
    threshold: 0.5
    assert: [{type: llm-rubric, value: short}, {type: contains, value: "{{ env.WORD }}"}]
  - vars: {q: "{{ other }}"}
    assert: [{type: not-llm-rubric, value: rude}, {type: regex, value: "("}]
  - file://more.yaml
"""

    assert problems(tmp_path, text) == (
        f"1: prompt from a file (file://p.txt): once, first at line 1; {READS}",
        f"1: prompt from a file (prompts/long.md): once, first at line 1; {READS}",
        f"3: key scenarios: once, first at line 3; {READS}",
        f"5: test key options: once, first at line 5; {READS}",
        f"9: assertion type llm-rubric: 2 times, first at line 9; {READS}",
        f"10: assertion type javascript: once, first at line 10; {READS}",
        f"11: assertion key transform: once, first at line 11; {READS}",
        f"12: file:// in vars: once, first at line 12; {READS}",
        f"13: test key threshold: once, first at line 13; {READS}",
        f"14: environment variable in an assertion's value: once, first at line 14; {READS}",
        f"15: template in vars: once, first at line 15; {READS}",
        "16: metric 'regex' (regex): value: '(' is not a regular expression: missing ) at position 1; mend or remove "
        "the metric",
        f"16: assertion type not-llm-rubric: once, first at line 16; {READS}",
        f"17: tests from elsewhere than this file (file://more.yaml): once, first at line 17; {READS}",
    )


@pytest.mark.parametrize(
    ("providers", "problem"),
    [
        (
            "[openai:chat:a, {id: openai:chat:b}]",
            "1: 2 providers (openai:chat:a, openai:chat:b); expected one: a run has one target for now; keep one, and",
        ),
        (
            "[anthropic:messages:x]",
            "1: provider anthropic:messages:x; expected openai:chat:MODEL, http or https; remove",
        ),
        (
            "[openai:embedding:x]",
            "1: provider openai:embedding:x; expected openai:chat:MODEL, http or https; remove it",
        ),
        ("[https]", "1: an http provider without config.url; expected a URL; add url: http://..."),
        (
            "[{id: http, config: {url: ftp://h}}]",
            "1: the URL has another scheme, or none; expected http://... or https",
        ),
        ("[{id: openai:chat:m, config: x}]", "1: config that is a text: once, first at line 1;"),
        ("[{id: openai:chat:m, transform: x}]", "1: provider key transform: once, first at line 1;"),
        ("[{id: openai:chat:m, config: {tools: []}}]", "1: key tools in the config of provider openai:chat:m: once,"),
        (
            "[{id: openai:chat:m, config: {apiKey: 12345}}]",
            "1: the provider's config: 'apiKey' is a number; expected a",
        ),
        (
            "[{id: http, config: {url: 'http://h', transformResponse: 'json.a?.b'}}]",
            "1: transformResponse that is more than a path such as json.a.b[0]: once, first at line 1;",
        ),
        (
            "[{id: openai:chat:m, config: {headers: {X: '{{ env[\"A\"] }}'}}}]",
            "1: environment variable in a provider's",
        ),
    ],
)
def test_a_provider_that_can_t_be_a_target_is_refused(tmp_path: Path, providers: str, problem: str) -> None:
    """Running against something else than the configuration says would be worse than not running."""
    (found,) = problems(tmp_path, f"providers: {providers}\nprompts: ['{{{{q}}}}']\n{ONE}")

    assert found.startswith(problem)
    assert "12345" not in found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("prompts: [a]\nproviders: [openai:chat:m]\n", "1: no tests; expected at least one; add it under tests:"),
        ("prompts: [a]\nproviders: [openai:chat:m]\ntests: []\n", "3: no tests; expected at least one; add it under"),
        ("prompts: [{file: x}]\nproviders: []\n" + ONE, "1: prompt that is a mapping: once, first at line 1;"),
        ('prompts: [\'[{"role": "user"}]\']\n' + ONE, "1: prompt that is a list of chat messages: once, first at"),
        ("prompts: ['{{ env.X }}']\n" + ONE, "1: environment variable in a prompt: once, first at line 1;"),
        ("prompts: [a]\ndefaultTest: file://d.yaml\n" + ONE, "2: defaultTest that is a text: once, first at line 2;"),
        (
            "prompts: [a]\ntests: [{vars: file://v.csv, assert: []}]\n",
            "2: vars that are a text: once, first at line 2;",
        ),
        ("prompts: [a]\ntests: [{assert: [just text]}]\n", "2: a text as an assertion; expected type: ...; write its"),
        (
            "prompts: [a]\ntests: [{assert: [{value: x}]}]\n",
            "2: the assertion has no 'type'; expected a text; add type:",
        ),
        ("prompts: ['{{x}}']\n" + ONE, "2: the prompt uses {{ x }}, which this test has no variable for; expected a"),
    ],
)
def test_a_part_that_can_t_be_read_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """What promptfoo fetches from other files, or reads in a way of its own, is named."""
    (found,) = problems(tmp_path, text)

    assert found.startswith(problem)
