"""Kinds that look at the answer's format: JSON, XML, HTML, SQL, alone or in the middle of other text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from adapters.metrics import html_fragments, sql_statements, values, xml_documents
from adapters.metrics.judge import Judge, Kind, of_text
from adapters.metrics.patterns import Pattern
from adapters.metrics.schemas import JsonJudge
from adapters.metrics.sql_statements import DEFAULT_DIALECT, DIALECTS, SqlRules
from domain.test_execution.finding import Finding
from domain.test_execution.metric import Metric


def is_json(metric: Metric) -> Judge:
    """JSON, by a schema if there is one."""
    values.nothing(metric.threshold, field="threshold")
    return of_text(JsonJudge(values.schema(metric.value)).judge)


def contains_json(metric: Metric) -> Judge:
    """An object or array somewhere in the answer, by a schema if there is one."""
    values.nothing(metric.threshold, field="threshold")
    return of_text(JsonJudge(values.schema(metric.value)).judge_contained)


def xml(metric: Metric, *, judge: Callable[..., Finding]) -> Judge:
    """XML, with required elements if they are named."""
    values.nothing(metric.threshold, field="threshold")
    required = _required_elements(metric.value)
    return of_text(lambda text: judge(text, required=required))


def html(metric: Metric, *, judge: Callable[[str], Finding]) -> Judge:
    """HTML."""
    values.nothing(metric.threshold, field="threshold")
    values.nothing(metric.value, field="value")
    return of_text(judge)


def sql(metric: Metric, *, judge: Callable[..., Finding]) -> Judge:
    """SQL of a dialect, with bounds on the tables and columns it uses."""
    values.nothing(metric.threshold, field="threshold")
    rules = _sql_rules(metric.value)
    return of_text(lambda text: judge(text, rules=rules))


def _required_elements(value: object) -> list[str]:
    if isinstance(value, Mapping):
        if set(value) != {"requiredElements"}:
            raise values.wrong("value", found=value, expected="an object with requiredElements, a list of texts")
        value = value["requiredElements"]
    if value is None:
        return []
    return [path.strip() for path in values.needles(value.split(",") if isinstance(value, str) else value)]


def _sql_rules(value: object) -> SqlRules:
    if value is None:
        return SqlRules()
    if not isinstance(value, Mapping) or not set(value) <= {"databaseType", "allowedTables", "allowedColumns"}:
        expected = "an object with databaseType, allowedTables and allowedColumns, each of which may be missing"
        raise values.wrong("value", found=value, expected=expected)
    database = str(value.get("databaseType", DEFAULT_DIALECT))
    if database.lower() not in DIALECTS:
        raise values.wrong("value.databaseType", found=database, expected=f"one of {', '.join(sorted(DIALECTS))}")
    return SqlRules(
        database=database,
        tables=_patterns(value.get("allowedTables")),
        columns=_patterns(value.get("allowedColumns")),
    )


def _patterns(value: object) -> Sequence[Pattern] | None:
    return None if value is None else [Pattern(f"(?i)^(?:{pattern})$") for pattern in values.needles(value)]


FORMAT_KINDS: Mapping[str, Kind] = {
    "is-json": is_json,
    "contains-json": contains_json,
    "is-xml": partial(xml, judge=xml_documents.judge_document),
    "contains-xml": partial(xml, judge=xml_documents.judge_contained),
    "is-html": partial(html, judge=html_fragments.judge_html),
    "contains-html": partial(html, judge=html_fragments.judge_contained),
    "is-sql": partial(sql, judge=sql_statements.judge_sql),
    "contains-sql": partial(sql, judge=sql_statements.judge_contained),
}
