"""Checks of the LLM APIs of one organization, how these stand, and how old the lists of their models are, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs
from attrs import frozen
from sqlalchemy import BindParameter, and_, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from adapters.database.llm_apis import unknown_api
from adapters.database.llm_check_tables import llm_check, llm_listing, llm_standing
from adapters.database.rows import AnyRow
from adapters.database.scope import Scope, of_organization
from adapters.database.types import Name, SafeText, UtcTime
from domain.jobs.errors import FailureKind
from domain.jobs.job import JobId
from domain.llm_validation.api_state import NEVER_CHECKED, Standing, StateName
from domain.llm_validation.check import Check, CheckId
from domain.llm_validation.check_document import rungs_from_json, rungs_to_json
from domain.llm_validation.checks import CheckPlace
from domain.llm_validation.listing import NEVER_LISTED, Listing
from domain.llm_validation.llm_api import LlmApiId
from domain.llm_validation.llm_model import ModelPlace


def _of(name: str) -> BindParameter[str]:
    return bindparam(f"of_{name}", type_=Name)


def _at(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=UtcTime)


_our_checks = of_organization(llm_check)
_ADD = insert(llm_check).on_conflict_do_nothing()
_of_api = and_(_our_checks, llm_check.c.api_id == _of("api"))
_newest = (llm_check.c.checked_at.desc(), llm_check.c.id.desc())
_PAGE = select(llm_check).where(_of_api).order_by(*_newest).limit(bindparam("at_most"))
_PAGE_BEFORE = _PAGE.where(
    or_(
        llm_check.c.checked_at < _at("from_time"),
        and_(llm_check.c.checked_at == _at("from_time"), llm_check.c.id < _of("id")),
    )
)
_is_since = llm_check.c.checked_at >= _at("since")
_TOKENS = select(func.coalesce(func.sum(llm_check.c.tokens), 0)).where(_our_checks, _is_since)
_FORGET = delete(llm_check).where(_our_checks, llm_check.c.checked_at < _at("before"))

_our_standings = of_organization(llm_standing)
_STANDINGS = select(llm_standing).where(_our_standings)
_STANDING = _STANDINGS.where(
    llm_standing.c.api_id == _of("api"), llm_standing.c.model == bindparam("of_model", type_=SafeText)
)
_put = insert(llm_standing)
_STANDING_KEYS = ("organization_id", "api_id", "model")
_PUT_STANDING = _put.on_conflict_do_update(
    index_elements=_STANDING_KEYS,
    set_={c.name: _put.excluded[c.name] for c in llm_standing.c if c.name not in _STANDING_KEYS},
)

_LISTING = select(llm_listing).where(of_organization(llm_listing), llm_listing.c.api_id == _of("api"))
_put_listing = insert(llm_listing)
_LISTING_KEYS = ("organization_id", "api_id")
_PUT_LISTING = _put_listing.on_conflict_do_update(
    index_elements=_LISTING_KEYS,
    set_={c.name: _put_listing.excluded[c.name] for c in llm_listing.c if c.name not in _LISTING_KEYS},
)


@frozen(kw_only=True)
class SqlChecks:
    """`Checks` in the transaction of *scope*."""

    scope: Scope

    def add(self, check: Check) -> bool:
        """Store the check; return whether it was new."""
        row = {
            "id": check.id,
            "api_id": check.api_id,
            "job_id": check.job_id,
            "checked_at": check.checked_at,
            "kind": check.kind.value if check.kind else None,
            "message": check.message,
            "rungs": {"rungs": rungs_to_json(check.rungs)},
            "tokens": check.usage.tokens,
        }
        try:
            return bool(self.scope.insert(_ADD, row).rowcount)
        except IntegrityError as error:
            raise unknown_api(check.api_id) from error

    def page(self, api_id: LlmApiId, *, before: CheckPlace | None = None, limit: int) -> list[Check]:
        """Return checks of an API, newest first, from just behind *before*."""
        if before is None:
            rows = self.scope.execute(_PAGE, of_api=api_id, at_most=limit)
        else:
            place = {"from_time": before.checked_at, "of_id": before.id}
            rows = self.scope.execute(_PAGE_BEFORE, of_api=api_id, at_most=limit, **place)
        return [_check_from(row) for row in rows]

    def tokens_since(self, moment: datetime) -> int:
        """Return how many tokens the checks since then took."""
        return int(self.scope.execute(_TOKENS, since=moment).scalar_one())

    def forget(self, *, before: datetime) -> int:
        """Forget checks that are older."""
        return int(self.scope.execute(_FORGET, before=before).rowcount)

    def standing(self, place: ModelPlace) -> Standing:
        """Return how an API or a model stands."""
        row = self.scope.execute(_STANDING, of_api=place.api_id, of_model=place.model).one_or_none()
        return NEVER_CHECKED if row is None else _standing_from(row)

    def standings(self) -> Mapping[ModelPlace, Standing]:
        """Return how all of them stand that were ever checked."""
        rows = self.scope.execute(_STANDINGS)
        return {ModelPlace(api_id=LlmApiId(row.api_id), model=row.model): _standing_from(row) for row in rows}

    def put_standing(self, place: ModelPlace, standing: Standing) -> None:
        """Store how an API or a model stands."""
        said = {**attrs.asdict(standing), "state": standing.state.value}
        try:
            self.scope.insert(_PUT_STANDING, {"api_id": place.api_id, "model": place.model, **said})
        except IntegrityError as error:
            raise unknown_api(place.api_id) from error


@frozen(kw_only=True)
class SqlListings:
    """`Listings` in the transaction of *scope*."""

    scope: Scope

    def get(self, api_id: LlmApiId) -> Listing:
        """Return what is known of the newest list."""
        row = self.scope.execute(_LISTING, of_api=api_id).one_or_none()
        if row is None:
            return NEVER_LISTED
        return Listing(**{name: row._mapping[name] for name in attrs.fields_dict(Listing)})

    def put(self, api_id: LlmApiId, listing: Listing) -> None:
        """Store what is known of it."""
        try:
            self.scope.insert(_PUT_LISTING, {"api_id": api_id, **attrs.asdict(listing)})
        except IntegrityError as error:
            raise unknown_api(api_id) from error


def _check_from(row: AnyRow) -> Check:
    return Check(
        id=CheckId(row.id),
        api_id=LlmApiId(row.api_id),
        job_id=JobId(row.job_id),
        checked_at=row.checked_at,
        kind=FailureKind(row.kind) if row.kind else None,
        message=row.message,
        rungs=rungs_from_json(row.rungs),
    )


def _standing_from(row: AnyRow) -> Standing:
    fields = {name: row._mapping[name] for name in attrs.fields_dict(Standing) if name != "state"}
    return Standing(state=StateName(row.state), **fields)
