"""
Test sets and configurations as rows.

A set's version is known by its content: saving the same tests under the same name again finds the stored version. The
tests pass through a temporary file, so that they need not fit into memory, and the database is not held while they
are still being read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import IO
from uuid import NAMESPACE_OID, uuid5

import attrs
from attrs import frozen
from sqlalchemy import BindParameter, Engine, Executable, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.database import tables
from adapters.database.connection import connected
from adapters.database.rows import AnyRow, Values
from adapters.database.types import SafeText
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.item import Document
from domain.tenancy import TenantContext
from domain.test_execution.codec import case_from_json, case_to_json
from domain.test_execution.configuration import TestConfiguration, configuration_from_row
from domain.test_execution.run_defaults import defaults_from_json, defaults_to_json, hashed_words
from domain.test_execution.test_set import (
    ConfigurationId,
    RunDefaults,
    StoredTestSet,
    TestCase,
    TestSetId,
    TestSetPlace,
)

PAGE = 500
_set, _case, _configuration = tables.test_set, tables.test_case, tables.test_configuration


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=SafeText)


_ADD = insert(_set).on_conflict_do_nothing().returning(_set.c.id)
_ADD_CASES = insert(_case)
_GET = select(_set).where(_set.c.organization_id == _of("organization"), _set.c.id == _of("id"))
_COUNT = select(func.count()).select_from(_set).where(_set.c.organization_id == _of("organization"))
_CASES = (
    select(_case.c.no, _case.c.body)
    .where(
        _case.c.organization_id == _of("organization"),
        _case.c.test_set_id == _of("id"),
        _case.c.no > bindparam("behind"),
    )
    .order_by(_case.c.no)
    .limit(bindparam("most"))
)
_NEWEST = (
    select(_set).where(_set.c.organization_id == _of("organization")).order_by(_set.c.saved_at.desc(), _set.c.id.desc())
)
_put = insert(_configuration)
_PUT_CONFIGURATION = _put.on_conflict_do_update(
    index_elements=["organization_id", "id"],
    set_={name: _put.excluded[name] for name in ("name", "test_set_id", "target")},
)
_GET_CONFIGURATION = select(_configuration).where(
    _configuration.c.organization_id == _of("organization"), _configuration.c.id == _of("id")
)


@frozen
class SqlTestSets:
    """`TestSets` over a database; each call is a transaction of its own, and so is each page of tests."""

    engine: Engine

    def save(
        self,
        tenant: TenantContext,
        name: str,
        cases: Iterable[TestCase],
        *,
        now: datetime,
        defaults: RunDefaults | None = None,
    ) -> StoredTestSet:
        """
        Store a version of the set, or return the stored one that has the same name and content.

        Raises:
            Conflict: two tests have the same id.
        """
        said = defaults or RunDefaults()
        with TemporaryFile("w+", encoding="utf-8") as lines:
            size, content_hash = _write(cases, lines, said)
            version = StoredTestSet(
                id=TestSetId(str(uuid5(NAMESPACE_OID, json.dumps([tenant.organization_id, name, content_hash])))),
                name=name,
                content_hash=content_hash,
                size=size,
                saved_at=now,
                defaults=said,
            )
            known = self._find(tenant, version.id)
            if known is None:
                lines.seek(0)
                self._add(tenant, version, lines)
        return known or version

    def get(self, tenant: TenantContext, test_set_id: TestSetId) -> StoredTestSet:
        """Return the stored set."""
        found = self._find(tenant, test_set_id)
        if found is None:
            raise NotFound(f"There is no test set {test_set_id} in this organization")
        return found

    def cases(self, tenant: TenantContext, test_set_id: TestSetId) -> Iterator[TestCase]:
        """Yield the tests in their order, read in pages; no transaction is open while the caller works on one."""
        behind = None
        while page := self.case_page(tenant, test_set_id, after=behind, limit=PAGE):
            for _, case in page:
                yield case
            behind = page[-1][0]

    def case_page(
        self, tenant: TenantContext, test_set_id: TestSetId, *, after: int | None = None, limit: int
    ) -> list[tuple[int, TestCase]]:
        """Return tests with their numbers, in their order, from just behind *after*."""
        if after is None:
            self.get(tenant, test_set_id)
        behind = -1 if after is None else after
        values = {"of_organization": tenant.organization_id, "of_id": test_set_id, "behind": behind, "most": limit}
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            rows = connection.execute(_CASES, values).all()
        return [(row.no, case_from_json(row.body)) for row in rows]

    def page(
        self, tenant: TenantContext, *, name: str | None = None, before: TestSetPlace | None = None, limit: int
    ) -> list[StoredTestSet]:
        """Return versions, the newest first, from just behind *before*."""
        statement = _NEWEST.limit(limit)
        if name is not None:
            statement = statement.where(_set.c.name == name)
        if before is not None:
            is_as_old = and_(_set.c.saved_at == before.saved_at, _set.c.id < before.id)
            statement = statement.where(or_(_set.c.saved_at < before.saved_at, is_as_old))
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            rows = connection.execute(statement, {"of_organization": tenant.organization_id}).all()
        return [_version(row) for row in rows]

    def count(self, tenant: TenantContext) -> int:
        """Return how many test sets the organization has."""
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            return int(connection.execute(_COUNT, {"of_organization": tenant.organization_id}).scalar_one())

    def save_configuration(self, tenant: TenantContext, configuration: TestConfiguration) -> None:
        """
        Store a configuration, in place of the one with the same id.

        Raises:
            NotFound: there is no such test set in this organization.
        """
        self.get(tenant, configuration.test_set_id)
        row = {
            "organization_id": tenant.organization_id,
            "id": configuration.id,
            "name": configuration.name,
            "test_set_id": configuration.test_set_id,
            "target": configuration.body(),
        }
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            connection.execute(_PUT_CONFIGURATION, row)
            connection.commit()

    def configuration(self, tenant: TenantContext, configuration_id: ConfigurationId) -> TestConfiguration:
        """Return a configuration."""
        row = self._first(_GET_CONFIGURATION, tenant, configuration_id)
        if row is None:
            raise NotFound(f"There is no test configuration {configuration_id} in this organization")
        body = row.target if "targets" in row.target else {"target": row.target}  # older rows hold one target
        return configuration_from_row(configuration_id=row.id, name=row.name, test_set_id=row.test_set_id, body=body)

    def _find(self, tenant: TenantContext, test_set_id: TestSetId) -> StoredTestSet | None:
        row = self._first(_GET, tenant, test_set_id)
        return None if row is None else _version(row)

    def _first(self, statement: Executable, tenant: TenantContext, key: str) -> AnyRow | None:
        with connected(self.engine, tenant=tenant.organization_id, reads=True) as connection:
            return connection.execute(statement, {"of_organization": tenant.organization_id, "of_id": key}).first()

    def _add(self, tenant: TenantContext, version: StoredTestSet, lines: Iterable[str]) -> None:
        key = {"organization_id": tenant.organization_id}
        row = {**attrs.asdict(version, recurse=False), "defaults": defaults_to_json(version.defaults)}
        with connected(self.engine, tenant=tenant.organization_id) as connection:
            if connection.execute(_ADD, {**key, **row}).first() is None:
                return  # somebody stored the same version meanwhile
            try:
                for page in _pages(lines):
                    connection.execute(_ADD_CASES, [{**key, "test_set_id": version.id, **row} for row in page])
            except IntegrityError as error:
                raise Conflict(f"Test set {version.name!r}: two tests have the same id; ids must differ") from error
            connection.commit()


def _version(row: AnyRow) -> StoredTestSet:
    return StoredTestSet(
        id=TestSetId(row.id),
        name=row.name,
        content_hash=row.content_hash,
        size=row.size,
        saved_at=row.saved_at,
        defaults=defaults_from_json(row.defaults),
    )


def _write(cases: Iterable[TestCase], lines: IO[str], defaults: RunDefaults) -> tuple[int, str]:
    """Write the tests as one JSON line each; return how many there are, and the hash of all lines and *defaults*."""
    digest = hashlib.sha256()
    size = 0
    for size, case in enumerate(cases, start=1):  # noqa: B007  # the last number is the size
        line = json.dumps(case_to_json(case), sort_keys=True) + "\n"
        digest.update(line.encode())
        lines.write(line)
    digest.update(hashed_words(defaults))
    return size, digest.hexdigest()


def _pages(lines: Iterable[str]) -> Iterator[list[Values]]:
    rows = (_row(no, json.loads(line)) for no, line in enumerate(lines))
    while page := list(islice(rows, PAGE)):
        yield page


def _row(no: int, body: Document) -> Values:
    return {"no": no, "case_id": body["id"], "body": body}
