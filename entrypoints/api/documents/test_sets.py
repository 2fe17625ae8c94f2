"""Test sets as the API shows them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field, JsonValue

from adapters.test_files.writing import case_document, defaults_document
from domain.test_execution.test_set import StoredTestSet, TestCase


class TestSetDocument(BaseModel):
    """One version of a test set; it never changes."""

    __test__ = False

    id: str = Field(description="The version's id.", examples=["5f0d8a3e-6c9b-5e58-9f5b-0a8c2b1f7d11"])
    name: str = Field(description="What its versions share.", examples=["support-bot"])
    tests: int = Field(description="How many tests there are.", examples=[120])
    content_hash: str = Field(description="SHA-256 of its content: equal content is one version.")
    saved_at: datetime = Field(description="When the version was first stored.")
    defaults: dict[str, JsonValue] = Field(
        description="What its document says beside the tests, in its words: target, targets, gates, judge, judging, "
        "run. A run that says nothing else is run so.",
        examples=[{"target": {"kind": "http", "url": "http://127.0.0.1:9000/chat"}, "gates": {"min_pass_rate": 0.95}}],
    )


class UploadedTestSet(TestSetDocument):
    """A version that was handed in, and what deserves a look in it."""

    warnings: list[str] = Field(description="What was understood but may have been meant otherwise, a line each.")


class NumberedTest(BaseModel):
    """A test, and its number in the set."""

    no: int = Field(description="Counted from 0.", examples=[0])
    test: dict[str, JsonValue] = Field(
        description="The test as a document says it (docs/test-sets.md).",
        examples=[
            {"id": "refund", "prompt": "How do I get a refund?", "metrics": [{"kind": "contains", "value": "14"}]}
        ],
    )


def test_set_document(stored: StoredTestSet) -> TestSetDocument:
    """Return the document of a version."""
    return TestSetDocument(
        id=stored.id,
        name=stored.name,
        tests=stored.size,
        content_hash=stored.content_hash,
        saved_at=stored.saved_at,
        defaults=defaults_document(stored.defaults),  # type: ignore[arg-type]  # JSON, checked by the model
    )


def uploaded_document(stored: StoredTestSet, *, warnings: tuple[str, ...]) -> UploadedTestSet:
    """Return the document of a version that was handed in."""
    return UploadedTestSet(**test_set_document(stored).model_dump(), warnings=list(warnings))


def numbered_test(no: int, case: TestCase) -> NumberedTest:
    """Return the document of a test."""
    return NumberedTest(no=no, test=case_document(case))  # type: ignore[arg-type]  # JSON, checked by the model
