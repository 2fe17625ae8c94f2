"""/v1/test-configurations: how tests are run, saved under names, each in versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from domain.tenancy import TenantContext
from domain.test_execution.configuration import NAME_PATTERN, SavedConfiguration, TestConfiguration
from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.checking import at, usability
from entrypoints.api.conditional import TAGGED, Tagging
from entrypoints.api.cursors import cursor
from entrypoints.api.documents.configurations import (
    ConfigurationDocument,
    SaveConfiguration,
    SavedVersion,
    configuration_document,
    saved_version,
)
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.paging import After, Limit, Page, numbered, page_of, position
from entrypoints.api.problems import documented
from entrypoints.api.run_requests import RunRequests
from entrypoints.api.starting import STARTS, Starting
from entrypoints.container import Antiphon

router = APIRouter(prefix="/v1/test-configurations", tags=["test configurations"])

Name = Annotated[str, Path(pattern=f"^{NAME_PATTERN}$", description="The name.", examples=["nightly"])]
Version = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="Which version; usually the newest.", examples=[None])
]


@router.post("", operation_id="save_configuration", status_code=201, responses=documented(404, 409))
def save_configuration(
    caller: Writer, antiphon: Services, words: SaveConfiguration, response: Response
) -> ConfigurationDocument:
    """Save how tests are run; what the name's newest version says already makes no new one. Nothing is run."""
    configuration = RunRequests(antiphon=antiphon, caller=caller).configuration(words)
    saved = antiphon.configurations.save(caller, words.name, configuration)
    response.headers["Location"] = f"/v1/test-configurations/{saved.name}?version={saved.version}"
    return _document(antiphon, caller, saved, configuration)


@router.get("", operation_id="list_configurations")
def list_configurations(
    caller: Reader, antiphon: Services, limit: Limit = 20, after: After = None
) -> Page[SavedVersion]:
    """List the names, each with its newest version."""
    behind = position(after, str)
    found = [one for one in antiphon.configurations.newest(caller) if behind is None or one.name > behind]
    return page_of([saved_version(saved) for saved in found], limit=limit, place=lambda one: cursor(one.name))


@router.get(
    "/{name}",
    operation_id="get_configuration",
    response_model=ConfigurationDocument,
    responses={**TAGGED, **documented(404)},
)
def get_configuration(
    caller: Reader, antiphon: Services, name: Name, tagging: Tagging, version: Version = None
) -> Response:
    """Look at what is saved under a name."""
    saved, configuration = antiphon.configurations.get(caller, name, version=version)
    return tagging.answer(_document(antiphon, caller, saved, configuration))


@router.get("/{name}/versions", operation_id="list_configuration_versions", responses=documented(404))
def list_versions(
    caller: Reader, antiphon: Services, name: Name, limit: Limit = 20, after: After = None
) -> Page[SavedVersion]:
    """List the versions of a name, the newest first."""
    behind = position(after, numbered)
    found = [one for one in antiphon.configurations.versions(caller, name) if behind is None or one.version < behind]
    return page_of([saved_version(saved) for saved in found], limit=limit, place=lambda one: cursor(one.version))


@router.delete("/{name}", operation_id="delete_configuration", status_code=204, responses=documented(404))
def delete_configuration(caller: Writer, antiphon: Services, name: Name) -> None:
    """Forget a name with all its versions; past runs stay as they are."""
    antiphon.configurations.delete(caller, name)


@router.post("/{name}/runs", operation_id="run_configuration", status_code=202, responses=STARTS)
def run_configuration(start: Starting, name: Name, version: Version = None) -> JobDocument:
    """Run what is saved under a name."""

    def checked() -> TestConfiguration:
        _, configuration = start.antiphon.configurations.get(start.caller, name, version=version)
        _check(start.antiphon, start, configuration)
        return configuration

    return start.of(lambda key: start.antiphon.runs.submit(start.caller, checked(), idempotency_key=key))


def _document(
    antiphon: Antiphon, caller: TenantContext, saved: SavedConfiguration, configuration: TestConfiguration
) -> ConfigurationDocument:
    tests = antiphon.test_sets.get(caller, configuration.test_set_id).size
    return configuration_document(saved, configuration, tests=tests)


def _check(antiphon: Antiphon, start: Starting, configuration: TestConfiguration) -> None:
    cases = antiphon.test_sets.cases(start.caller, configuration.test_set_id)
    targets, panel = configuration.targets, configuration.panel
    with at("/path/name"):
        usability(antiphon, start.caller).check(cases, targets=targets, panel=panel, name=configuration.name)
    RunRequests(antiphon=antiphon, caller=start.caller).check_options(configuration.options)
