"""/v1/targets: endpoints under test, checked before a run."""

from __future__ import annotations

from threading import BoundedSemaphore

from fastapi import APIRouter

from domain.jobs.errors import ServiceUnavailable
from domain.tenancy import TenantContext
from domain.test_execution.named_target import NamedTarget
from entrypoints.api.callers import Services, Writer
from entrypoints.api.checking import at, usability
from entrypoints.api.documents.runs import JudgeWords
from entrypoints.api.documents.targets import CheckedTarget, CheckTarget, ProbedTarget, ProbeTarget
from entrypoints.api.run_requests import RunRequests
from entrypoints.container import Antiphon
from entrypoints.probing import asked_once, probe_document

router = APIRouter(prefix="/v1/targets", tags=["targets"])

_PROBES = BoundedSemaphore(8)
"""Probes of this process: each holds a thread for as long as a far side wants it to."""


@router.post("/check", operation_id="check_target")
def check_target(caller: Writer, antiphon: Services, words: CheckTarget) -> CheckedTarget:
    """Check what is said of a target: its words, and whether what it names is there. It is not called."""
    _, warnings = _target(antiphon, caller, words)
    return CheckedTarget(kind=str(words.target.get("kind")), warnings=warnings)


@router.post("/probe", operation_id="probe_target")
def probe_target(caller: Writer, antiphon: Services, words: ProbeTarget) -> ProbedTarget:
    """Ask a target once, as a run would, and return what came back; nothing is stored."""
    target, _ = _target(antiphon, caller, words)
    if not _PROBES.acquire(blocking=False):
        raise ServiceUnavailable("too many targets are being asked at once; try again in a moment")
    try:
        prompt, found = asked_once(
            usability(antiphon, caller).open_target(target),
            antiphon.templates,
            prompt=words.prompt,
            variables=words.variables,
            deadline_s=words.deadline_s,
        )
    finally:
        _PROBES.release()
    return ProbedTarget.model_validate(probe_document(prompt, found))


def _target(antiphon: Antiphon, caller: TenantContext, words: CheckTarget) -> tuple[NamedTarget, list[str]]:
    said = RunRequests(antiphon=antiphon, caller=caller).words(JudgeWords(), target=words.target)
    with at("/body/target"):
        usability(antiphon, caller).check_target(said.targets[0])
    return said.targets[0], list(said.warnings)
