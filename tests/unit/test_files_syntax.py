"""YAML and JSON that are broken or refused: the line, the reason, and no harm done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.reading_test_files import refused


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "name: x\nname: y\n",
            "2: key 'name' a second time (first in line 1); expected each key once; remove or rename",
        ),
        ("tests:\n- {id: a, id: b}\n", "2: key 'id' a second time (first in line 2); expected each key once"),
        (
            "name: !!python/object/apply:os.system [ls]\n",
            "1: tag 'tag:yaml.org,2002:python/object/apply:os.system'; exp",
        ),
        ("name: !!str x\n", "1: tag 'tag:yaml.org,2002:str'; expected plain YAML; remove the tag"),
        ("tests: []\n---\ntests: []\n", "2: a second document (---); expected one document; put its tests into the"),
        ("# nothing\n", " the file has no content; expected at least one test; add tests"),
        (
            "name: x\nprompt: {{ question }}\n",
            "2: a key that is not a word; expected key: value; put templates in quotes",
        ),
        (
            "name: x\nprompt: a: b\n",
            "2: not valid YAML: mapping values are not allowed in this context; expected YAML;",
        ),
        (
            "name: x\n\tprompt: a\n",
            "2: not valid YAML: found a tab character that violates indentation; expected YAML;",
        ),
        ("name: 'x\n", "2: not valid YAML: found unexpected end of stream; expected YAML; look at the quotes"),
        (
            "name: x\nprompt: a\x07b\n",
            '2: control character U+0007; expected printable text; remove it, or write it as "',
        ),
        (
            'name: x\nprompt: "a\\0b"\n',
            "2: a zero character or half a surrogate pair (\\u0000, \\ud800); expected text",
        ),
        ("variables: {a: .nan}\n", "1: number '.nan'; expected a number that JSON can hold; put it in quotes"),
        ("variables: {a: -.INF}\n", "1: number '-.INF'; expected a number that JSON can hold; put it in quotes"),
        ("variables: {a: 1e999}\n", "1: number '1e999'; expected a number that JSON can hold; put it in quotes"),
        (f"variables: {{a: {'9' * 5000}}}\n", "1: number '9999"),
        ("name: *nobody\n", "1: alias *nobody stands for nothing; expected an anchor of that name that ends above it;"),
        ("tests: &t [*t]\n", "1: alias *t stands for nothing; expected an anchor of that name that ends above it; add"),
        ("tests: {<<: 3}\n", "1: << takes in something else; expected a mapping (<<: *name); mend the alias"),
        (f"tests: {'[' * 50_000}", "1: more than 100 levels of nesting; expected fewer; flatten this part"),
    ],
)
def test_yaml_that_is_broken_or_refused_says_where(tmp_path: Path, text: str, problem: str) -> None:
    """Whatever YAML can do beyond JSON is refused, and nothing in the file is ever executed."""
    (found,) = refused(tmp_path, text)

    assert found.startswith(f"tests.yaml:{problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '{"name": "x",\n"name": "y"}',
            "2: key 'name' a second time (first in line 1); expected each key once; remove",
        ),
        ('{"name": "x",\n}', "2: not valid JSON: no key in double quotes (at '}'); expected JSON; look at the quotes"),
        (
            '{"name": "x"\n"id": 1}',
            "2: not valid JSON: no ',' here (at '\"'); expected JSON; look at the quotes, commas",
        ),
        ('{"name":\n', "1: not valid JSON: expecting value; expected JSON; look at the quotes, commas and brackets"),
        ('{"a": sk-123}', "1: not valid JSON: expecting value (at 's'); expected JSON; look at the quotes, commas and"),
        ('{"a": 1}\n{}', "2: not valid JSON: more text after the end of the JSON (at '{'); expected JSON; look at the"),
        (
            '{"a": NaN}',
            "1: a number that is infinite, NaN or too long; expected a number that JSON can hold; put it in",
        ),
        ('{"a": -Infinity}', "1: a number that is infinite, NaN or too long; expected a number that JSON can hold"),
        ('{"a": 1e999}', "1: a number that is infinite, NaN or too long; expected a number that JSON can hold; put it"),
        (
            f'{{"a": {"9" * 500}}}',
            "1: a number that is infinite, NaN or too long; expected a number that JSON can hold",
        ),
        (
            f'{{"a": {"9" * 5000}}}',
            "1: a number that is infinite, NaN or too long; expected a number that JSON can hold",
        ),
        (
            '{"a":\n"\\ud800"}',
            "2: a zero character or half a surrogate pair (\\u0000, \\ud800); expected text that can",
        ),
        (
            '{"a": "\\u0000"}',
            "1: a zero character or half a surrogate pair (\\u0000, \\ud800); expected text that can be",
        ),
        (f'{{"a": {"[" * 50_000}', "1: more than 100 levels of nesting; expected fewer; flatten this part"),
        (f'{{"a": {"[" * 5} ', "1: not valid JSON: expecting value; expected JSON; look at the quotes"),
    ],
)
def test_json_that_is_broken_or_refused_says_where(tmp_path: Path, text: str, problem: str) -> None:
    """Python's own reader takes NaN, keeps the last of two equal keys, and falls over deep nesting."""
    (found,) = refused(tmp_path, text, name="tests.json")

    assert found.startswith(f"tests.json:{problem}")


def test_an_alias_bomb_is_refused_before_it_expands(tmp_path: Path) -> None:
    """Nine lists of nine aliases each stand for 387 million texts, in 400 bytes."""
    levels = "".join(
        f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9) if n else ', '.join(['lol'] * 9)}]\n" for n in range(9)
    )

    (problem,) = refused(tmp_path, f"variables:\n{levels}tests: [{{prompt: Hi}}]\n")

    assert "makes the aliases stand for more than 1,000,000 values; expected fewer (aliases of aliases" in problem


def test_a_bomb_of_merge_keys_is_refused_too(tmp_path: Path) -> None:
    """Merging takes copies, so it must count like an alias."""
    keys = ", ".join(f"k{n}: {n}" for n in range(2_000))
    merges = "".join(f"  m{n}: {{<<: *base}}\n" for n in range(600))

    (problem,) = refused(tmp_path, f"variables:\n  base: &base {{{keys}}}\n{merges}tests: [{{prompt: Hi}}]\n")

    assert "alias *base makes the aliases stand for more than 1,000,000 values" in problem
