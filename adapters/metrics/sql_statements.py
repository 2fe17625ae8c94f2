"""SQL: whether a text is a statement in a dialect, and whether it keeps to the tables and columns it may use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from attrs import field, frozen
from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from adapters.metrics.patterns import Pattern
from adapters.metrics.time_budget import check_time, judgement_time
from domain.jobs.errors import FailureKind, PermanentFailure
from domain.test_execution.finding import Finding, shown

DIALECTS = {
    "athena": "athena",
    "bigquery": "bigquery",
    "databricks": "databricks",
    "duckdb": "duckdb",
    "hive": "hive",
    "mariadb": "mysql",
    "mysql": "mysql",
    "oracle": "oracle",
    "postgres": "postgres",
    "postgresql": "postgres",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "snowflake(alpha)": "snowflake",
    "spark": "spark",
    "sqlite": "sqlite",
    "transactsql": "tsql",
    "trino": "trino",
    "tsql": "tsql",
}
DEFAULT_DIALECT = "MySQL"
# The parser takes some 30 us a word, and can't be stopped.
MAX_CHARACTERS = 10_000

_FENCE = re.compile(r"```[ \t]*(?:sql)?[ \t]*\n?(.*?)```", re.DOTALL | re.IGNORECASE)
_STATEMENTS = (exp.Query, exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.Command, exp.Describe, exp.Show, exp.Use)
_MORE_STATEMENTS = (exp.Set, exp.Grant, exp.Transaction, exp.Commit, exp.Rollback, exp.Pragma, exp.TruncateTable)
_RESERVED_WORDS = "select from where insert update delete join group order having union into values set"
_RESERVED = frozenset(_RESERVED_WORDS.split())


@frozen(kw_only=True)
class SqlRules:
    """
    What SQL is judged by: the dialect as people write it (`PostgreSQL`), and patterns of what may be used.

    Tables are written `select::DATABASE::TABLE`, columns `select::TABLE::COLUMN`, with `null` for a name that the
    statement leaves out and `(.*)` for all columns; a pattern matches the whole of it. None: anything may be used.
    """

    database: str = DEFAULT_DIALECT
    tables: Sequence[Pattern] | None = field(default=None)
    columns: Sequence[Pattern] | None = field(default=None)


def judge_sql(answer: str, *, rules: SqlRules) -> Finding:
    """
    Judge whether the answer is SQL and keeps to the rules.

    Raises:
        PermanentFailure: evaluation_error: a pattern takes too long.
    """
    if len(answer) > MAX_CHARACTERS:
        return Finding.of(False, reason=f"the answer has more than {MAX_CHARACTERS} characters, too many for SQL")
    try:
        statements = _statements(answer, dialect=DIALECTS[rules.database.lower()])
    except _NotSql as error:
        return Finding.of(False, reason=f"the answer is not SQL of {rules.database} ({error}): {shown(answer)}")
    except RecursionError as error:
        raise PermanentFailure("the SQL is nested too deeply", kind=FailureKind.EVALUATION_ERROR) from error
    for what, used, allowed in (
        ("tables", _tables(statements), rules.tables),
        ("columns", _columns(statements), rules.columns),
    ):
        refused = [] if allowed is None else [each for each in used if not any(p.is_in(each) for p in allowed)]
        if refused:
            return Finding.of(False, reason=f"the SQL uses {what} that are not allowed: {', '.join(refused[:5])}")
    return Finding.of(True, reason=f"the answer is SQL of {rules.database}")


def judge_contained(answer: str, *, rules: SqlRules) -> Finding:
    """
    Judge what stands between fences, if there are any, else the whole answer.

    Raises:
        PermanentFailure: evaluation_error: there are too many fences, or as `judge_sql`.
    """
    found = [block.strip() for block in _FENCE.findall(answer)] or [answer]
    findings = []
    with judgement_time():
        for block in found:
            check_time()
            findings.append(judge_sql(block, rules=rules))
            if findings[-1].holds:
                return findings[-1]
    return findings[0]


class _NotSql(Exception):
    """The text is not SQL."""


def _statements(text: str, *, dialect: str) -> list[exp.Expr]:
    try:
        statements = [statement for statement in parse(text, dialect=dialect) if statement is not None]
    except SqlglotError as error:
        raise _NotSql(str(error).split("\n", 1)[0][:120]) from None
    if not statements:
        raise _NotSql("it is empty")
    for statement in statements:
        _check(statement, text=text, dialect=dialect)
    return statements


def _check(statement: exp.Expr, *, text: str, dialect: str) -> None:
    """Refuse what the parser, which is made to translate, lets pass."""
    if not isinstance(statement, _STATEMENTS + _MORE_STATEMENTS):
        raise _NotSql("it is an expression and no statement")
    if isinstance(statement, exp.Command) and not _is_command(statement):
        raise _NotSql(f"there is no statement {shown(str(statement.this))}")
    if isinstance(statement, exp.Delete) and not re.search(r"\bfrom\b", text, re.IGNORECASE):
        raise _NotSql("DELETE has no FROM")
    for select in statement.find_all(exp.Select):
        if not select.expressions:
            raise _NotSql("SELECT has no columns")
        if any(_lacks_comma(column, text=text) for column in select.expressions):
            raise _NotSql("a comma seems to be missing between columns")
    for table in statement.find_all(exp.Table):
        if table.name.lower() in _RESERVED and not table.this.args.get("quoted"):
            raise _NotSql(f"{table.name!r} is a word of the language, not a table")
    if dialect == "mysql" and statement.find(exp.ILike):
        raise _NotSql("MySQL has no ILIKE")


def _is_command(statement: exp.Command) -> bool:
    return str(statement.this).upper() in {
        "CALL",
        "EXPLAIN",
        "GRANT",
        "REVOKE",
        "SHOW",
        "ANALYZE",
        "VACUUM",
        "OPTIMIZE",
    }


def _lacks_comma(column: exp.Expr, *, text: str) -> bool:
    """Whether `a b` stands for two columns: a plain column with another name right behind it, and no AS."""
    if not (isinstance(column, exp.Alias) and isinstance(column.this, exp.Column)):
        return False
    named, alias = column.this.this, column.args["alias"]
    before, start = named.meta.get("end"), alias.meta.get("start")
    return before is not None and start is not None and not text[before + 1 : start].strip()


def _tables(statements: Sequence[exp.Expr]) -> list[str]:
    return list(dict.fromkeys(each for statement in statements for each in _tables_of(statement)))


def _tables_of(statement: exp.Expr) -> Iterator[str]:
    own = {cte.alias_or_name for cte in statement.find_all(exp.CTE)}
    for table in statement.find_all(exp.Table):
        if table.name and table.name not in own:
            yield f"{_action(table, statement)}::{table.db or 'null'}::{table.name}"


def _columns(statements: Sequence[exp.Expr]) -> list[str]:
    return list(dict.fromkeys(each for statement in statements for each in _columns_of(statement)))


def _columns_of(statement: exp.Expr) -> Iterator[str]:
    target = statement.find(exp.Table)
    name = target.name if target else "null"
    written: set[int] = set()
    if isinstance(statement, exp.Delete):
        yield f"delete::{name}::(.*)"
    if isinstance(statement, exp.Insert):
        columns = statement.this.expressions if isinstance(statement.this, exp.Schema) else []
        yield from (f"insert::{name}::{column.name}" for column in columns)
        if not columns:
            yield f"insert::{name}::(.*)"
    if isinstance(statement, exp.Update):
        for assignment in statement.expressions:
            written.add(id(assignment.this))
            yield f"update::{assignment.this.table or name}::{assignment.this.name}"
    yield from _read_columns(statement, written=written)


def _read_columns(statement: exp.Expr, *, written: set[int]) -> Iterator[str]:
    for select in statement.find_all(exp.Select):
        if any(isinstance(column, exp.Star) for column in select.expressions):
            yield "select::null::(.*)"
    for column in statement.find_all(exp.Column):
        if id(column) not in written:
            name = "(.*)" if isinstance(column.this, exp.Star) else column.name
            yield f"select::{column.table or 'null'}::{name}"


def _action(table: exp.Table, statement: exp.Expr) -> str:
    """Return what is done to a table: what the statement does to its own, and reading for all others."""
    own = statement.this.this if isinstance(statement.this, exp.Schema) else statement.this
    if isinstance(statement, exp.Query) or table is not own:
        return "select"
    return str(statement.key)
