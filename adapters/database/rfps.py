"""Units of work in the RFPs of one organization, in a SQL database."""

from __future__ import annotations

import attrs
from attrs import frozen
from sqlalchemy import Engine, bindparam, delete, insert, select, tuple_
from sqlalchemy.dialects.postgresql import insert as insert_unless

from adapters.database.prefixes import beginning, begins
from adapters.database.rfp_answers import SqlAnswers
from adapters.database.rfp_states import states_of
from adapters.database.rfp_tables import rfp as _rfp
from adapters.database.rfp_tables import rfp_file, rfp_question
from adapters.database.rows import AnyRow, Values
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name, UtcTime
from adapters.database.units import SqlUnits, SqlWork
from adapters.rfp_documents import from_document, to_document
from domain.jobs.errors import Conflict, NotFound
from domain.jobs.request_key import IdempotencyKey
from domain.rfp_answering.overview import RfpOverview, overview_of
from domain.rfp_answering.questionnaire import Question, Questionnaire
from domain.rfp_answering.rfp import Rfp, RfpId, RfpPlace
from domain.tenancy import OrganizationId, UserId

_ours = of_organization(_rfp)
_is_it = _rfp.c.id == bindparam("of_id", type_=Name)
_ADD = insert_unless(_rfp).on_conflict_do_nothing().returning(_rfp.c.id)
_BY_KEY = select(_rfp.c.id, _rfp.c.fingerprint).where(_ours, _rfp.c.request_key == bindparam("of_key", type_=Name))
_GET = select(_rfp).where(_ours, _is_it)
_GET_LOCKED = _GET.with_for_update(key_share=True)
_CONTENT = select(rfp_file.c.body).where(of_organization(rfp_file), rfp_file.c.rfp_id == bindparam("of_id", type_=Name))
_QUESTIONS = (
    select(rfp_question.c.rfp_id, rfp_question.c.body)
    .where(of_organization(rfp_question), rfp_question.c.rfp_id.in_(bindparam("of_rfps", type_=Name, expanding=True)))
    .order_by(rfp_question.c.rfp_id, rfp_question.c.no)
)
_age = (_rfp.c.created_at, _rfp.c.id)
_PAGE = (
    select(_rfp)
    .where(_ours, begins(_rfp.c.id))
    .order_by(*(column.desc() for column in _age))
    .limit(bindparam("at_most"))
)
_BEFORE = tuple_(*_age) < tuple_(bindparam("before_at", type_=UtcTime), bindparam("before_id", type_=Name))
_REMOVE = delete(_rfp).where(_ours, _is_it)


@frozen(kw_only=True)
class SqlRfps:
    """`Rfps` in the transaction of *scope*."""

    scope: Scope

    def add(self, rfp: Rfp, content: bytes, *, key: IdempotencyKey | None = None) -> None:
        """Store a new RFP with its questions and its file, and the key of the request that brought it."""
        asked = rfp.questionnaire
        row: Values = {
            "id": rfp.id,
            "body": to_document(attrs.evolve(asked, questions=())),
            "created_at": rfp.created_at,
            "created_by": rfp.created_by,
            "request_key": key and key.key,
            "fingerprint": key and key.request,
        }
        if self.scope.insert(_ADD, row).first() is None:
            raise Conflict(
                f"the idempotency key {key.key!r} has made an RFP already" if key else f"RFP {rfp.id} is there"
            )
        self.scope.insert(insert(rfp_file), {"rfp_id": rfp.id, "body": content})
        rows: list[Values] = [{"no": one.no, "body": to_document(one)} for one in asked.questions]
        self.scope.insert_many(insert(rfp_question), rows, rfp_id=rfp.id)

    def by_key(self, key: str) -> tuple[RfpId, str] | None:
        """Return the RFP that a key has made, and the fingerprint of that request."""
        row = self.scope.execute(_BY_KEY, of_key=key).first()
        return None if row is None else (RfpId(row.id), row.fingerprint)

    def get(self, rfp_id: RfpId, *, lock: bool = False) -> Rfp:
        """Return the RFP with all of its questions."""
        row = self.scope.execute(_GET_LOCKED if lock else _GET, of_id=rfp_id).first()
        if row is None:
            raise unknown_rfp(rfp_id)
        return self._with_questions([row])[0]

    def content(self, rfp_id: RfpId) -> bytes:
        """Return the bytes of its file."""
        body = self.scope.execute(_CONTENT, of_id=rfp_id).scalar()
        if body is None:
            raise unknown_rfp(rfp_id)
        return bytes(body)

    def overview(self, rfp_id: RfpId) -> RfpOverview:
        """Return the RFP, and how its questions stand."""
        row = self.scope.execute(_GET, of_id=rfp_id).first()
        if row is None:
            raise unknown_rfp(rfp_id)
        return self._overviews([row])[0]

    def page(self, *, id_prefix: str = "", before: RfpPlace | None = None, limit: int) -> list[RfpOverview]:
        """Return RFPs, newest first, from just behind *before*."""
        wanted = {"at_most": limit, **beginning(id_prefix)}
        if before is None:
            rows = self.scope.execute(_PAGE, **wanted)
        else:
            values = {"before_at": before.created_at, "before_id": before.id}
            rows = self.scope.execute(_PAGE.where(_BEFORE), **wanted, **values)
        return self._overviews(list(rows))

    def remove(self, rfp_id: RfpId) -> None:
        """Forget the RFP with everything that was done about it."""
        if not self.scope.execute(_REMOVE, of_id=rfp_id).rowcount:
            raise unknown_rfp(rfp_id)

    def _overviews(self, rows: list[AnyRow]) -> list[RfpOverview]:
        states = states_of(self.scope, [RfpId(one.id) for one in rows])
        return [overview_of(_rfp_from(row, ()), states[RfpId(row.id)]) for row in rows]

    def _with_questions(self, rows: list[AnyRow]) -> list[Rfp]:
        asked: dict[str, list[Question]] = {}
        if rows:
            for row in self.scope.execute(_QUESTIONS, of_rfps=[one.id for one in rows]):
                asked.setdefault(row.rfp_id, []).append(from_document(row.body, Question))
        return [_rfp_from(row, tuple(asked.get(row.id, ()))) for row in rows]


def unknown_rfp(rfp_id: str) -> NotFound:
    """Return what to raise where there is no such RFP."""
    return NotFound(f"there is no RFP {rfp_id} in this organization")


def _rfp_from(row: AnyRow, questions: tuple[Question, ...]) -> Rfp:
    return Rfp(
        id=RfpId(row.id),
        organization_id=OrganizationId(row.organization_id),
        questionnaire=attrs.evolve(from_document(row.body, Questionnaire), questions=questions),
        created_at=row.created_at,
        created_by=UserId(row.created_by),
    )


@frozen(kw_only=True)
class SqlRfpUnitOfWork(SqlWork):
    """`RfpUnitOfWork`: one transaction for one organization."""

    @property
    def rfps(self) -> SqlRfps:
        """Its RFPs."""
        return SqlRfps(scope=self.scope)

    @property
    def answers(self) -> SqlAnswers:
        """What was done about them."""
        return SqlAnswers(scope=self.scope)


@frozen
class SqlRfpStore(SqlUnits[SqlRfpUnitOfWork]):
    """`RfpStore` over a database."""

    engine: Engine

    def _work(self, scope: Scope) -> SqlRfpUnitOfWork:
        return SqlRfpUnitOfWork(scope=scope)
