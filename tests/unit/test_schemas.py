"""`is-json` with a schema stays within its time and its memory, whatever the schema and the answer are."""

from __future__ import annotations

import json
from time import monotonic

import pytest
from jsonschema import Draft202012Validator

from adapters.metrics.schemas import JsonJudge
from domain.jobs.errors import FailureKind, PermanentFailure

SLOW = "(a+)+$"
LONG_KEY = json.dumps({"a" * 5_000 + "b": 1})
DRAFT = "https://json-schema.org/draft/2020-12/schema"
CHOICE = {
    "$defs": {
        "node": {
            "anyOf": [
                {"properties": {"c": {"$ref": "#/$defs/node"}}, "required": [name, "c"], "type": "object"}
                for name in "ab"
            ]
        }
    },
    "$ref": "#/$defs/node",
}


def nested(depth: int) -> str:
    """Return an object in an object in an object."""
    return '{"c": ' * depth + "1" + "}" * depth


def distinct(count: int, *, last: object = None) -> str:
    """Return a list of objects, which can't be sorted, with *last* at its end."""
    return json.dumps([{"n": number} for number in range(count)] + [last])


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        ({"patternProperties": {SLOW: {}}}, LONG_KEY),
        ({"patternProperties": {SLOW: {}}, "additionalProperties": False}, LONG_KEY),
        ({"additionalProperties": False, "patternProperties": {SLOW: {}}}, LONG_KEY),
        ({"unevaluatedProperties": False, "patternProperties": {SLOW: {}}}, LONG_KEY),
        ({"$schema": DRAFT, "properties": {"p": {"$schema": DRAFT, "pattern": SLOW}}}, f'{{"p": "{"a" * 5_000}b"}}'),
        (CHOICE, nested(25)),
    ],
)
def test_a_judgement_that_takes_too_long_is_given_up(schema: dict[str, object], answer: str) -> None:
    """It would hold its thread, and with `re` every other one as well, for hours."""
    started = monotonic()
    with pytest.raises(PermanentFailure, match=r"took longer than 0\.5 s") as caught:
        JsonJudge(schema).judge(answer)

    assert caught.value.kind is FailureKind.EVALUATION_ERROR
    assert "simplify" in str(caught.value)
    assert monotonic() - started < 60


@pytest.mark.parametrize(
    ("schema", "count"), [({"uniqueItems": True}, 8_000), ({"items": True, "unevaluatedItems": False}, 20_000)]
)
def test_a_long_list_is_judged_in_one_pass(schema: dict[str, object], count: int) -> None:
    """The library compares each element with each other: minutes for a list that a model may well return."""
    assert JsonJudge(schema).judge(distinct(count)).holds


@pytest.mark.parametrize(
    ("answer", "is_unique"),
    [
        ("[1, true, 0, false, null]", True),
        ("[1, 1.0]", False),
        ('[{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]', False),
        ('["1", 1]', True),
        ("[[1], [true]]", True),
        ('{"not": "a list"}', True),
    ],
)
def test_elements_are_the_same_as_json_has_it(answer: str, is_unique: bool) -> None:
    """True is not 1, but 1.0 is; and the order of keys does not count."""
    assert JsonJudge({"uniqueItems": True}).judge(answer).holds is is_unique
    assert JsonJudge({"uniqueItems": False}).judge(answer).holds


def test_a_deep_answer_is_not_blamed_on_the_schema() -> None:
    """Who reads "the schema runs in circles" searches in the wrong place."""
    schema = {"properties": {"c": {"$ref": "#"}}}
    with pytest.raises(PermanentFailure, match="the answer is nested 400 levels deep") as caught:
        JsonJudge(schema).judge(nested(400))

    assert caught.value.kind is FailureKind.EVALUATION_ERROR
    assert "circles" not in str(caught.value)
    assert JsonJudge(schema).judge(nested(20)).holds


KEYWORDS: list[dict[str, object]] = [
    {"patternProperties": {"^a": {"type": "string"}, "b$": {"minLength": 2}}},
    {"properties": {"x": {}}, "patternProperties": {"^a": {}}, "additionalProperties": False},
    {"properties": {"x": {}}, "additionalProperties": {"type": "integer"}},
    {"properties": {"x": {}}, "unevaluatedProperties": False},
    {"allOf": [{"patternProperties": {"^a": {}}}], "unevaluatedProperties": {"type": "integer"}},
    {"$defs": {"d": {"properties": {"ab": {}}}}, "$ref": "#/$defs/d", "unevaluatedProperties": False},
    {
        "if": {"properties": {"x": {"const": 1}}, "required": ["x"]},
        "then": {"properties": {"ab": {}}},
        "else": {"additionalProperties": {"type": "string"}},
        "unevaluatedProperties": False,
    },
    {"dependentSchemas": {"x": {"properties": {"ab": {}, "x": {}}}}, "unevaluatedProperties": False},
    {"anyOf": [{"properties": {"x": {"const": 1}}}, {"properties": {"ab": {}}}], "unevaluatedProperties": False},
    {"prefixItems": [{"type": "integer"}], "unevaluatedItems": False},
    {"allOf": [{"prefixItems": [{}, {}]}], "unevaluatedItems": {"type": "string"}},
    {"contains": {"type": "string"}, "unevaluatedItems": False},
    {"anyOf": [{"items": {"type": "string"}}, {"prefixItems": [{}]}], "unevaluatedItems": False},
    {"uniqueItems": True},
]
ANSWERS: list[object] = [
    1,
    {},
    {"x": 1},
    {"x": 2, "ab": "s"},
    {"ab": "long"},
    {"ab": 1},
    {"x": 1, "ab": 2},
    {"other": 1},
    {"other": "s", "x": 1},
    [],
    [1],
    ["s"],
    [1, "s"],
    [1, 2],
    ["s", "s"],
    [1, 2, "s"],
    [1, 2, 3],
]


@pytest.mark.parametrize("schema", KEYWORDS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_the_bounded_keywords_judge_as_the_librarys_own(schema: dict[str, object], answer: object) -> None:
    """They take the place of the library's for their bounds only."""
    assert JsonJudge(schema).judge(json.dumps(answer)).holds is Draft202012Validator(schema).is_valid(answer)
