"""
The tenant context on its way through Celery: stamped on every message, bound around every task, and to its log lines.

Children of a canvas (chord headers and bodies, tasks sent from tasks) do not inherit headers, so the context is stamped
by the one hook that sees every publish, from a context variable; and set, or cleared, before every task.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery.app.task import Task
from celery.signals import before_task_publish, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, clear_contextvars

from domain.jobs.errors import AntiphonError
from domain.origin import UNKNOWN, Origin
from domain.tenancy import OrganizationId, TenantContext, UserId

ORGANIZATION, USER, REQUEST = "antiphon_organization", "antiphon_user", "antiphon_request"
TRACE = "traceparent"
"""As W3C's Trace Context names it, so that other programs' tools find it."""

_tenant: ContextVar[TenantContext | None] = ContextVar("antiphon_tenant", default=None)


class MissingTenant(AntiphonError):
    """A task arrived without a tenant context; it was refused before anything was read or written."""


@contextmanager
def acting_for(tenant: TenantContext) -> Iterator[None]:
    """Stamp *tenant* on everything that is sent inside the block."""
    token = _tenant.set(tenant)
    try:
        yield
    finally:
        _tenant.reset(token)


def current_tenant() -> TenantContext:
    """
    Return the tenant context of the task that runs here.

    Raises:
        MissingTenant: the message came without one.
    """
    tenant = _tenant.get()
    if tenant is None:
        raise MissingTenant(
            f"the message has no {ORGANIZATION} and {USER} headers; send tasks through the service, not by hand"
        )
    return tenant


def current_origin() -> Origin:
    """Return the request that the task which runs here came from; unknown where the message does not say."""
    tenant = _tenant.get()
    return UNKNOWN if tenant is None else tenant.origin


@before_task_publish.connect
def _stamp(headers: dict[str, object] | None = None, **_: object) -> None:
    tenant = _tenant.get()
    if headers is not None and tenant is not None:
        headers[ORGANIZATION], headers[USER] = tenant.organization_id, tenant.user_id
        origin = {REQUEST: tenant.origin.request_id, TRACE: tenant.origin.trace}
        headers |= {name: value for name, value in origin.items() if value}


@task_prerun.connect
def _bind(task: Task, **_: object) -> None:
    tenant = _read(task)
    _tenant.set(tenant)
    clear_contextvars()
    bind_contextvars(task=task.name, task_id=task.request.id)
    if tenant is not None:
        bind_contextvars(organization=tenant.organization_id)
        if tenant.origin.request_id:
            bind_contextvars(request=tenant.origin.request_id)


@task_postrun.connect
def _clear(**_: object) -> None:
    _tenant.set(None)
    clear_contextvars()


def _read(task: Task) -> TenantContext | None:
    sources = (vars(task.request), task.request.headers or {})
    organization, user, request, trace = (
        str(next((found for source in sources if (found := source.get(name))), ""))
        for name in (ORGANIZATION, USER, REQUEST, TRACE)
    )
    if not organization or not user:
        return None
    origin = Origin(request_id=request, trace=trace)
    return TenantContext(organization_id=OrganizationId(organization), user_id=UserId(user), origin=origin)
