"""
Test configurations: a test set version, its targets, judges, gates and options together, known by what is in them.

A configuration never changes: what is saved under the name of an old one is the name's next version. So a past run, or
a message that names a configuration by its id, always means what it meant.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import ClassVar, cast
from uuid import NAMESPACE_OID, uuid5

import attrs
from attrs import field, frozen
from attrs.validators import ge, matches_re

from domain.jobs.item import Document
from domain.jobs.job import JobOptions
from domain.tenancy import TenantContext
from domain.test_execution.codec import (
    cache_from_json,
    cache_to_json,
    gates_from_json,
    options_from_json,
    targets_from_json,
    targets_to_json,
    to_json,
)
from domain.test_execution.named_target import NamedTarget
from domain.test_execution.panel import Panel
from domain.test_execution.test_set import ConfigurationId, Gates, TestSetId

NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
"""What a configuration may be called: something that needs no quotes in a shell and no escapes in a path."""


UNSTORED = ConfigurationId("")
"""The id of a configuration that has not been given one: see `with_content_id`."""


@frozen(kw_only=True)
class TestConfiguration:
    """
    A way to run a test set: which version, against what, who judges, what a release asks, and how it is run.

    With *max_age_s*, answers are cached, and used up to that age in seconds. *references* are the registered models
    that its tests and their metrics name, by `reference_key`; they are looked up for each run.
    """

    __test__: ClassVar[bool] = False

    id: ConfigurationId = UNSTORED
    name: str
    test_set_id: TestSetId
    targets: tuple[NamedTarget, ...]
    gates: Gates = field(factory=Gates)
    panel: Panel = field(factory=Panel)
    options: JobOptions = field(factory=JobOptions)
    max_age_s: float | None = None
    references: tuple[str, ...] = ()

    def body(self) -> dict[str, object]:
        """Return everything but what names it and its test set, as JSON."""
        return {
            "targets": targets_to_json(self.targets),
            "gates": to_json(self.gates),
            "panel": self.panel.to_document(),
            "options": to_json(self.options),
            **cache_to_json(self.max_age_s),
            **({"references": list(self.references)} if self.references else {}),
        }

    def document(self) -> dict[str, object]:
        """Return the configuration as the JSON document that people and tasks read."""
        return {"id": self.id, "name": self.name, "test_set_id": self.test_set_id, **self.body()}


@frozen(kw_only=True)
class SavedConfiguration:
    """One *version* (counted from 1) of what is saved under *name*."""

    name: str = field(validator=matches_re(NAME_PATTERN))
    version: int = field(validator=ge(1))
    configuration_id: ConfigurationId
    saved_at: datetime


def with_content_id(tenant: TenantContext, configuration: TestConfiguration) -> TestConfiguration:
    """Return the configuration under an id that is a hash of everything in it: the same content is stored once."""
    content = [tenant.organization_id, configuration.name, configuration.test_set_id, configuration.body()]
    made = uuid5(NAMESPACE_OID, json.dumps(content, sort_keys=True))
    return attrs.evolve(configuration, id=ConfigurationId(str(made)))


def configuration_from_row(*, configuration_id: str, name: str, test_set_id: str, body: Document) -> TestConfiguration:
    """Read a configuration back from what a store holds; rows of older versions say nothing but the targets."""
    return TestConfiguration(
        id=ConfigurationId(configuration_id),
        name=name,
        test_set_id=TestSetId(test_set_id),
        targets=targets_from_json(body),
        gates=gates_from_json(cast(Document, body.get("gates", {}))),
        panel=Panel.from_document(cast(Document, body.get("panel", {}))),
        options=options_from_json(cast(Document, body.get("options", {}))),
        max_age_s=cache_from_json(body),
        references=tuple(cast(list[str], body.get("references", ()))),
    )
