"""Promptfoo configurations: what is wrong or not supported is named, with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.test_files.reader import read_test_file
from adapters.test_files.reading_rules import ReadingRules
from tests.unit.reading_test_files import SCORERS, refused

ADVICE = "expected what Antiphon reads of promptfoo (docs/promptfoo.md); remove or replace it, or leave it out with "
ONE = "tests: [{vars: {q: Hi}, assert: [{type: contains, value: Ho}]}]\n"

MUCH = """prompts: ["{{q}}", "file://p.py", "langfuse://x"]
providers: [openai:chat:m, openai:responses:m]
redteam: {}
defaultTest:
  options: {storeOutputAs: x}
tests:
  - vars: {q: a}
    assert:
      - {type: moderation, value: polite}
      - {type: ruby, value: output.length}
      - {type: contains, value: a, nonsense: 1}
  - vars: {q: "file://q.pdf"}
    assertScoringFunction: file://x.js
    assert: [{type: moderation, value: short}, {type: contains, value: "{{ env.WORD }}"}]
  - file://more.py
"""


def write(folder: Path, text: str) -> Path:
    """Write a configuration."""
    path = folder / "promptfooconfig.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> tuple[str, ...]:
    """Return the problems of a configuration, without the file's name."""
    found = refused(folder, text, name="promptfooconfig.yaml")
    return tuple(problem.removeprefix("promptfooconfig.yaml:") for problem in found)


def test_what_is_not_supported_is_counted_item_by_item(tmp_path: Path) -> None:
    """Somebody with 300 tests needs to know what moving here costs: which things, how often, where first."""
    found = problems(tmp_path, MUCH)

    starts = (
        "1: prompt that is a program (p.py): once, first at line 1;",
        "1: prompt from elsewhere (langfuse://x): once, first at line 1;",
        "2: provider openai:responses:m (known: openai,",
        "3: key redteam: once, first at line 3;",
        "5: test option storeOutputAs: once, first at line 5;",
        "9: assertion type moderation: 2 times, first at line 9;",
        "10: assertion type ruby: once, first at line 10;",
        "11: assertion key nonsense: once, first at line 11;",
        "12: a variable from a .pdf file (q.pdf): once, first at line 12;",
        "13: test key assertScoringFunction: once, first at line 13;",
        "14: environment variable WORD in an assertion's value (see --allow-env): once, first at line 14;",
        "15: tests from a program (more.py): once, first at line 15;",
    )
    assert [problem[: len(start)] for problem, start in zip(found, starts, strict=True)] == list(starts)
    assert all(ADVICE in problem for problem in found)


def test_what_is_not_supported_is_left_out_when_that_is_allowed(tmp_path: Path) -> None:
    """The rest of a large configuration can be run today; each thing that is missing is still said."""
    file = read_test_file(write(tmp_path, MUCH), scorers=SCORERS, rules=ReadingRules(allow_unsupported=True))

    assert [case.prompt for case in file.cases] == ["{{q}}", "{{q}}"]
    assert sum(warning.startswith("left out: ") for warning in file.warnings) == 12


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("prompts: [a]\nproviders: [openai:chat:m]\n", "1: no tests; expected at least one; add it under tests:"),
        ("prompts: [a]\nproviders: [openai:chat:m]\ntests: []\n", "3: no tests; expected at least one; add it under"),
        ("prompts: [{file: x}]\nproviders: []\n" + ONE, "1: prompt that is a mapping with file: once, first at line"),
        ("prompts: [file://no.txt]\nproviders: []\n" + ONE, "1: no.txt: there is no such file; expected a file of"),
        ("prompts: [file://*.txt]\nproviders: []\n" + ONE, "1: no file fits *.txt; expected 1 to 10000; check the"),
        ("prompts: [file://../../x.txt]\nproviders: []\n" + ONE, "1: the file x.txt lies outside the configuration's"),
        ("prompts: ['{{ q']\n" + ONE, "2: the prompt has a template that can't work: '{{ q': unexpected end of"),
        ("prompts: ['{{ q | nope }}']\n" + ONE, "2: the prompt has a template that can't work: '{{ q | nope }}'"),
        ("prompts: [a]\ndefaultTest: 3\n" + ONE, "2: defaultTest that is no mapping (3): once, first at line 2;"),
        ("prompts: [a]\ntests: [{vars: 3, assert: []}]\n", "2: vars that is no mapping (3): once, first at line 2;"),
        ("prompts: [a]\ntests: [{assert: [just text]}]\n", "2: a text as an assertion; expected type: ...; write its"),
        (
            "prompts: [a]\ntests: [{assert: [{value: x}]}]\n",
            "2: the assertion has no 'type'; expected a text; add type:",
        ),
        (
            "prompts: [a]\ntests:\n- {vars: {q: 1}, threshold: high, assert: [{type: is-json}]}\n",
            "3: the test: 'threshold' is a text ('high'); expected a number from 0; mend the number",
        ),
        (
            "prompts: [a]\ntests:\n- assert:\n  - {type: regex, value: '('}\n",
            "4: metric 'regex' (regex): value: '(' is not a regular expression: missing ) at position 1; mend or",
        ),
        (
            "prompts: [a]\ntests:\n- assert: [{type: contains, value: x, weight: -1}]\n",
            "3: the assertion: 'weight' is a number (-1); expected a number from 0; mend the number",
        ),
        (
            "prompts: [a]\ntests:\n- assert: [{type: assert-set, assert: []}]\n",
            "3: an assert-set without assertions; expected assert: [...]; add some",
        ),
        (
            "prompts: [a]\ntests:\n- assert: [{$ref: '#/assertionTemplates/no'}]\n",
            "3: $ref '#/assertionTemplates/no' stands for nothing here; expected #/assertionTemplates/NAME",
        ),
        (
            "prompts: [a]\nassertionTemplates: {a: {$ref: '#/assertionTemplates/a'}}\n" + ONE,
            "2: references that run in a circle, or stand for too much; expected at most 100 levels",
        ),
        ("prompts: [a]\nproviders: [https]\n" + ONE, "2: an http provider without config.url; expected a URL; add"),
        (
            "prompts: [a]\nproviders: [{id: http, config: {url: ftp://h}}]\n" + ONE,
            "2: the URL has another scheme, or none; expected http://... or https",
        ),
        (
            "prompts: [a]\nproviders: ['azure:chat:gpt']\n" + ONE,
            "2: a provider azure:gpt without an address; expected apiHost or apiBaseUrl; add apiHost:",
        ),
        (
            "prompts: [a]\nproviders: [{id: openai:chat:m, config: {apiKey: 12345}}]\n" + ONE,
            "2: the provider's config: 'apiKey' is a number; expected a text; put it in quotes",
        ),
        (
            "prompts: [a]\nproviders: [{id: openai:chat:m, config: x}]\n" + ONE,
            "2: config that is no mapping (x): once, first at line 2;",
        ),
        (
            "prompts: [a]\nproviders: [{id: openai:chat:m, config: {nonsense: 1}}]\n" + ONE,
            "2: key nonsense in the config of a provider openai: once, first at line 2;",
        ),
        (
            "prompts: [a]\nproviders: [file://p.py]\n" + ONE,
            "2: provider that is a Python file (p.py; see --allow-python): once, first at line 2;",
        ),
        (
            "prompts: [a]\nevaluateOptions: {repeat: 0}\n" + ONE,
            "2: the options: 'repeat' is a number (0); expected a whole number from 1 to 10000",
        ),
        (
            "prompts: [a]\ncommandLineOptions: {filterFirstN: 3}\n" + ONE,
            "2: commandLineOptions.filterFirstN: once, first at line 2;",
        ),
        (
            "prompts: [a]\ntests:\n- {provider: other, assert: [{type: is-json}]}\n",
            "3: test key provider that is none of the configuration's (other): once, first at line 3;",
        ),
    ],
)
def test_a_configuration_that_can_t_be_read_says_where_and_what_to_do(tmp_path: Path, text: str, problem: str) -> None:
    """Running something else than the configuration says would be worse than not running; secrets are never shown."""
    found = problems(tmp_path, text)

    assert any(each.startswith(problem) for each in found), found
    assert not any("12345" in each for each in found)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("t.csv", "q,__expected\na\n", "t.csv:2: 1 cells; expected 2, as in the header; put cells"),
        ("t.csv", 'q,__expected\n"a,b\n', "t.csv:2: the row that begins here is not valid CSV"),
        ("t.csv", "q,__nonsense\na,b\n", "t.csv:1: CSV column __nonsense: once, first at line 1;"),
        ("t.csv", "q,__expected\na,regex: (\n", "t.csv:2: metric 'regex' (regex): value: '(' is not a"),
        ("t.jsonl", '{"vars": {"q": 1}}\n{"vars"\n', "t.jsonl:2: not valid JSON: no ':' here"),
        ("t.yaml", "- vars: {q: 1}\n  assert: [{type: regex, value: '('}]\n", "t.yaml:2: metric 'regex' (regex)"),
        ("t.yaml", "- vars: {q: 1\n", "promptfooconfig.yaml:2: t.yaml:2: not valid YAML"),
    ],
)
def test_a_problem_in_a_file_of_tests_names_that_file(tmp_path: Path, name: str, content: str, problem: str) -> None:
    """The configuration's own line would send its author to the wrong place."""
    (tmp_path / name).write_text(content, encoding="utf-8")

    found = refused(tmp_path, f"prompts: ['{{{{q}}}}']\ntests: file://{name}\n", name="promptfooconfig.yaml")

    assert any(each.startswith(problem) for each in found), found
