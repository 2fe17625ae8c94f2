"""
Test sets and configurations as rows.

A set's version is known by its content: saving the same tests under the same name again finds the stored version. The
tests pass through a temporary file, so that they need not fit into memory, and the database is not held while they
are still being read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from tempfile import TemporaryFile
from typing import IO
from uuid import NAMESPACE_OID, uuid5

import attrs
from attrs import frozen
from sqlalchemy import BindParameter, Engine, Executable, bindparam, func, select
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
from domain.test_execution.test_set import ConfigurationId, StoredTestSet, TestCase, TestSetId

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
    .limit(PAGE)
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

    def save(self, tenant: TenantContext, name: str, cases: Iterable[TestCase]) -> StoredTestSet:
        """
        Store a version of the set, or return the stored one that has the same name and content.

        Raises:
            Conflict: two tests have the same id.
        """
        with TemporaryFile("w+", encoding="utf-8") as lines:
            size, content_hash = _write(cases, lines)
            version = StoredTestSet(
                id=TestSetId(str(uuid5(NAMESPACE_OID, json.dumps([tenant.organization_id, name, content_hash])))),
                name=name,
                content_hash=content_hash,
                size=size,
            )
            if self._find(tenant, version.id) is None:
                lines.seek(0)
                self._add(tenant, version, lines)
        return version

    def get(self, tenant: TenantContext, test_set_id: TestSetId) -> StoredTestSet:
        """Return the stored set."""
        found = self._find(tenant, test_set_id)
        if found is None:
            raise NotFound(f"There is no test set {test_set_id} in this organization")
        return found

    def cases(self, tenant: TenantContext, test_set_id: TestSetId) -> Iterator[TestCase]:
        """Yield the tests in their order, read in pages; no transaction is open while the caller works on one."""
        self.get(tenant, test_set_id)
        behind = -1
        while page := self._page(tenant, test_set_id, behind=behind):
            for _, body in page:
                yield case_from_json(body)
            behind = page[-1][0]

    def count(self, tenant: TenantContext) -> int:
        """Return how many test sets the organization has."""
        with connected(self.engine, reads=True) as connection:
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
        with connected(self.engine) as connection:
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
        if row is None:
            return None
        return StoredTestSet(id=TestSetId(row.id), name=row.name, content_hash=row.content_hash, size=row.size)

    def _first(self, statement: Executable, tenant: TenantContext, key: str) -> AnyRow | None:
        with connected(self.engine, reads=True) as connection:
            return connection.execute(statement, {"of_organization": tenant.organization_id, "of_id": key}).first()

    def _page(self, tenant: TenantContext, test_set_id: TestSetId, *, behind: int) -> Sequence[AnyRow]:
        values = {"of_organization": tenant.organization_id, "of_id": test_set_id, "behind": behind}
        with connected(self.engine, reads=True) as connection:
            return connection.execute(_CASES, values).all()

    def _add(self, tenant: TenantContext, version: StoredTestSet, lines: Iterable[str]) -> None:
        key = {"organization_id": tenant.organization_id}
        with connected(self.engine) as connection:
            if connection.execute(_ADD, {**key, **attrs.asdict(version)}).first() is None:
                return  # somebody stored the same version meanwhile
            try:
                for page in _pages(lines):
                    connection.execute(_ADD_CASES, [{**key, "test_set_id": version.id, **row} for row in page])
            except IntegrityError as error:
                raise Conflict(f"Test set {version.name!r}: two tests have the same id; ids must differ") from error
            connection.commit()


def _write(cases: Iterable[TestCase], lines: IO[str]) -> tuple[int, str]:
    """Write the tests as one JSON line each; return how many there are, and the hash of all lines."""
    digest = hashlib.sha256()
    size = 0
    for size, case in enumerate(cases, start=1):  # noqa: B007  # the last number is the size
        line = json.dumps(case_to_json(case), sort_keys=True) + "\n"
        digest.update(line.encode())
        lines.write(line)
    return size, digest.hexdigest()


def _pages(lines: Iterable[str]) -> Iterator[list[Values]]:
    rows = (_row(no, json.loads(line)) for no, line in enumerate(lines))
    while page := list(islice(rows, PAGE)):
        yield page


def _row(no: int, body: Document) -> Values:
    return {"no": no, "case_id": body["id"], "body": body}
