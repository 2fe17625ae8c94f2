"""Saved test configurations as the API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field, JsonValue

from domain.test_execution.configuration import NAME_PATTERN, SavedConfiguration, TestConfiguration
from entrypoints.api.documents.runs import RunWords


class SaveConfiguration(RunWords):
    """What is to be saved: how tests are run, and under which name."""

    name: str = Field(
        pattern=f"^{NAME_PATTERN}$", description="What is there already gets a new version.", examples=["nightly"]
    )


class SavedVersion(BaseModel):
    """One version of what is saved under a name."""

    name: str = Field(examples=["nightly"])
    version: int = Field(description="Counted from 1.", examples=[3])
    configuration_id: str = Field(description="The id of its content: the same words have the same.")
    saved_at: datetime


class ConfigurationDocument(SavedVersion):
    """A version with what it says."""

    test_set_id: str = Field(description="The version of the test set that is run.")
    test_set_name: str
    tests: int = Field(description="How many tests it has.", examples=[300])
    body: dict[str, JsonValue] = Field(description="Targets, gates, judges, options, cache: as runs keep them.")


def saved_version(saved: SavedConfiguration) -> SavedVersion:
    """Return the document of a version."""
    return SavedVersion(
        name=saved.name,
        version=saved.version,
        configuration_id=saved.configuration_id,
        saved_at=saved.saved_at,
    )


def configuration_document(
    saved: SavedConfiguration, configuration: TestConfiguration, *, tests: int
) -> ConfigurationDocument:
    """Return the document of a version with what it says; *tests*: how many its test set has."""
    return ConfigurationDocument(
        **saved_version(saved).model_dump(),
        test_set_id=configuration.test_set_id,
        test_set_name=configuration.name,
        tests=tests,
        body=configuration.body(),  # type: ignore[arg-type]  # JSON, checked by the model
    )
