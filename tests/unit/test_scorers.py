"""The standard kinds of metric, through the port: verdict, value, and what the reason shows."""

from __future__ import annotations

import doctest
from collections.abc import Mapping

import pytest

from adapters.http.guard import LOCAL
from adapters.metrics.scorers import StandardScorers
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure
from domain.test_execution import text_metrics
from domain.test_execution.metric import Metric, Score, Verdict
from domain.test_execution.sample import Sample
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestCase

SCORERS = StandardScorers(JinjaTemplates(), guard=LOCAL)
OBJECT = {"type": "object", "required": ["city"], "properties": {"city": {"type": "string", "pattern": "^P"}}}


def score(
    kind: str,
    value: object,
    text: str,
    *,
    threshold: float | None = None,
    negated: bool = False,
    variables: Mapping[str, object] | None = None,
) -> Score:
    """Judge *text*, which took one second, by one metric."""
    metric = Metric(name="m", kind=kind, value=value, threshold=threshold, negated=negated, weight=2.0, required=False)
    sample = Sample(
        case=TestCase(id="t", prompt="?", metrics=(metric,)),
        prompt="?",
        answer=Answer(text=text, latency_s=1.0),
        variables=variables or {},
    )
    return SCORERS.make(metric)(sample, deadline_s=5)


CASES: list[tuple[str, object, float | None, str, float, bool]] = [
    ("equals", "Paris", None, "Paris", 1.0, True),
    ("equals", "Paris", None, "paris", 0.0, False),
    ("equals", "", None, "", 1.0, True),
    ("equals", 3, None, "3.0", 1.0, True),
    ("equals", {"a": [1, None]}, None, ' {"a": [1, null]} ', 1.0, True),
    ("equals", True, None, "1", 0.0, False),
    ("equals", [1], None, "not JSON", 0.0, False),
    ("contains", "aris", None, "Paris", 1.0, True),
    ("contains", 42, None, "it is 42", 1.0, True),
    ("contains", "ARIS", None, "Paris", 0.0, False),
    ("icontains", "STRASSE", None, "Straße", 1.0, True),
    ("contains-any", ["x", "ari"], None, "Paris", 1.0, True),
    ("contains-any", ["x", "y"], None, "Paris", 0.0, False),
    ("icontains-any", ["X", "ARI"], None, "Paris", 1.0, True),
    ("contains-all", ["P", "s"], None, "Paris", 1.0, True),
    ("contains-all", ["P", "x", "y", "s"], None, "Paris", 0.0, False),
    ("contains-all", ["P", "x", "y", "s"], 0.8, "Paris", 0.5, False),
    ("contains-all", ["P", "x", "y", "s"], 0.5, "Paris", 0.5, True),
    ("icontains-all", ["p", "S"], None, "Paris", 1.0, True),
    ("starts-with", "Pa", None, "Paris", 1.0, True),
    ("starts-with", "ar", None, "Paris", 0.0, False),
    ("regex", r"\d{2}", None, "it is 42", 1.0, True),
    ("regex", r"(?i)^PARIS$", None, "paris", 1.0, True),
    ("regex", r"\d", None, "none", 0.0, False),
    ("is-json", None, None, "[1]", 1.0, True),
    ("is-json", None, None, "[1", 0.0, False),
    ("is-json", None, None, "NaN", 0.0, False),
    ("is-json", None, None, "[" * 100_000, 0.0, False),
    ("is-json", OBJECT, None, '{"city": "Paris"}', 1.0, True),
    ("is-json", OBJECT, None, '{"city": "Rome"}', 0.0, False),
    ("is-json", OBJECT, None, "{}", 0.0, False),
    ("is-json", {"pattern": r"^\p{L}+$"}, None, '"Zoë"', 1.0, True),
    ("levenshtein", "Paris", None, "Parys", 1.0, True),
    ("levenshtein", "Paris", 1, "Parys", 1.0, True),
    ("levenshtein", "Paris", 0, "Parys", 0.0, False),
    ("levenshtein", "", None, "", 1.0, True),
    ("latency", None, 1.0, "", 1.0, True),
    ("latency", None, 0.5, "", 0.0, False),
    ("latency", "1.5", None, "", 1.0, True),
]


@pytest.mark.parametrize(("kind", "value", "threshold", "text", "expected", "holds"), CASES)
def test_a_metric_and_its_negation(
    kind: str, value: object, threshold: float | None, text: str, expected: float, holds: bool
) -> None:
    """Each kind says yes and no where it must, and `not-` is its mirror in verdict and value."""
    plain = score(kind, value, text, threshold=threshold)
    mirrored = score(kind, value, text, threshold=threshold, negated=True)

    verdicts = (Verdict.PASS, Verdict.FAIL)
    assert (plain.verdict, mirrored.verdict) == (verdicts if holds else verdicts[::-1])
    assert plain.value == pytest.approx(expected)
    assert mirrored.value == pytest.approx(1 - expected)
    assert (plain.kind, mirrored.kind) == (kind, f"not-{kind}")
    assert (plain.metric, plain.weight, plain.required) == ("m", 2.0, False)
    assert mirrored.reason.startswith(plain.reason)


@pytest.mark.parametrize(
    ("kind", "value", "text", "reason"),
    [
        ("equals", "a" * 300, "a" * 290 + "b" * 200, f"after 290 equal characters the answer has '{'b' * 80}…'"),
        ("contains", "needle", "hay " * 200, "'needle' is not in the answer 'hay hay"),
        ("contains-all", [*"abcdefgh"], "a", "1 of 8 texts, but not 'b', 'c', 'd' and 4 more"),
        ("is-json", OBJECT, '{"city": 5}', "does not fit the schema at $.city: 5 is not of type 'string'"),
        ("is-json", {"const": 1}, f'"{"x" * 900}"', "does not fit the schema at $: "),
    ],
)
def test_a_reason_shows_what_was_looked_for_and_what_was_there(
    kind: str, value: object, text: str, reason: str
) -> None:
    """It is read in a table of failures: the place that matters, and not a page of it."""
    found = score(kind, value, text).reason

    assert reason in found
    assert len(found) < 320


@pytest.mark.parametrize(
    ("kind", "value", "threshold", "said"),
    [
        ("contain", "x", None, "kind: there is no kind 'contain'; did you mean 'contains'?"),
        ("zzz", "x", None, "there are: bleu, contains, contains-all"),
        ("equals", None, None, "value: found nothing; expected a text"),
        ("equals", "x", 0.5, "threshold: found 0.5; expected nothing"),
        ("contains", "x", 0.5, "threshold: found 0.5; expected nothing"),
        ("contains-any", ["x"], 0.5, "threshold: found 0.5; expected nothing"),
        ("starts-with", "x", 0.5, "threshold: found 0.5; expected nothing"),
        ("regex", "x", 0.5, "threshold: found 0.5; expected nothing"),
        ("is-json", None, 0.5, "threshold: found 0.5; expected nothing"),
        ("contains", "", None, "value: found ''; expected a text that is not empty"),
        ("contains", ["x"], None, "value: found ['x']; expected a text"),
        ("contains", True, None, "value: found True; expected a text"),
        ("contains-any", "x", None, "value: found 'x'; expected a list of texts"),
        ("contains-any", [], None, "value: found []; expected a list of texts"),
        ("contains-all", ["x", ""], None, "expected a text that is not empty"),
        ("contains-all", ["x"], 1.5, "threshold: found 1.5; expected a share from 0 to 1"),
        ("starts-with", None, None, "value: found nothing"),
        ("regex", "(", None, "value: '(' is not a regular expression: missing )"),
        ("is-json", 5, None, "value: found 5; expected a JSON schema"),
        ("is-json", {"type": "wrong"}, None, "not a JSON schema (Draft 2020-12) at $.type"),
        ("is-json", {"properties": {"a": {"pattern": "("}}}, None, "at $.properties.a.pattern"),
        ("is-json", {"patternProperties": {"(": {}}}, None, "at $.patternProperties"),
        ("is-json", {"$ref": "https://h/schema.json"}, None, "refers to 'https://h/schema.json'"),
        ("levenshtein", None, None, "value: found nothing; expected a text"),
        ("levenshtein", "x", -1, "threshold: found -1; expected a number of edits"),
        ("latency", None, None, "value: found nothing; expected a number of seconds"),
        ("latency", "soon", None, "value: found 'soon'; expected a number of seconds"),
        ("latency", 1, 2, "value: found 1; expected nothing"),
    ],
)
def test_what_a_kind_cannot_use_is_refused_when_it_is_made(
    kind: str, value: object, threshold: float | None, said: str
) -> None:
    """A mistake in a metric must stop the run before it costs anything, with the words to mend it."""
    with pytest.raises(InvalidInput) as caught:
        SCORERS.make(Metric(name="mine", kind=kind, value=value, threshold=threshold))

    assert said in str(caught.value)
    assert "metric 'mine'" in str(caught.value)


def test_a_value_may_be_a_template() -> None:
    """What is expected differs by test; a list stays a list, a number a number."""
    variables = {"city": "Paris", "cities": ["Rome", "Paris"], "count": 3}

    assert score("contains", "to {{ city }}", "off to Paris", variables=variables).verdict is Verdict.PASS
    assert score("contains-any", "{{ cities }}", "Paris", variables=variables).verdict is Verdict.PASS
    assert score("equals", "{{ count }}", "3", variables=variables).verdict is Verdict.PASS
    assert score("equals", {"city": "{{ city }}"}, '{"city": "Paris"}', variables=variables).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("kind", "value", "text", "said"),
    [
        ("contains", "{{ missing }}", "x", "'missing' is undefined"),
        ("contains-any", "{{ city }}", "x", "found 'Paris'; expected a list of texts"),
        ("regex", "{{ city }}(", "x", "not a regular expression"),
        ("regex", "(a+)+$", "a" * 5_000 + "b", "took longer than 0.5 s on 5001 characters"),
        ("is-json", {"pattern": "(a+)+$"}, f'"{"a" * 5_000}b"', "took longer than 0.5 s"),
        ("is-json", {"$ref": "#/$defs/none"}, "1", "the schema can't be applied"),
        ("is-json", {"$ref": "#"}, "1", "runs in circles"),
        ("is-json", {"$ref": "#/x", "x": {"pattern": "("}}, '"a"', "not a regular expression"),
    ],
)
def test_a_metric_that_cannot_be_computed_is_an_error_and_no_verdict(
    kind: str, value: object, text: str, said: str
) -> None:
    """A broken metric says nothing about the answer: counting it as "fail" would blame the target."""
    with pytest.raises(PermanentFailure) as caught:
        score(kind, value, text, variables={"city": "Paris"})

    assert caught.value.kind is FailureKind.EVALUATION_ERROR
    assert said in str(caught.value)
    assert "metric 'm'" in str(caught.value)


def test_very_long_texts_are_compared_within_bounds() -> None:
    """The whole distance of two megabytes would stop every thread for half a minute."""
    found = score("levenshtein", "a" * 60_000, "b" * 50_000 + "a" * 10_000, threshold=3)

    assert (found.verdict, found.value) == (Verdict.FAIL, 0.0)
    assert score("levenshtein", "a" * 60_000, "a" * 59_999, threshold=3).verdict is Verdict.PASS


def test_the_examples_in_the_docstrings_hold() -> None:
    """They are what a reader learns the metrics from."""
    results = doctest.testmod(text_metrics)

    assert (results.attempted > 5, results.failed) == (True, 0)
