"""/v1/test-sets: stored tests, each set in versions."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from entrypoints.api.documents.test_sets import TestSetDocument, UploadedTestSet
from entrypoints.calls.asking import Calls, path


@frozen(kw_only=True)
class TestSetCalls(Calls):
    """The test sets of a server."""

    __test__ = False

    def all(self, *, name: str | None = None) -> Iterator[TestSetDocument]:
        """Yield versions of test sets, newest first."""
        return self._pages(path("test-sets"), TestSetDocument, name=name)

    def upload(self, content: bytes, *, media_type: str = "application/yaml", name: str = "") -> UploadedTestSet:
        """
        Store a file of tests; the same content is the same version.

        Raises:
            InvalidInput: it can't be read; every problem is named.
        """
        headers = {"Content-Type": media_type}
        answer = self.sender.send(
            "POST", path("test-sets"), repeatable=True, params={"name": name}, headers=headers, content=content
        )
        return UploadedTestSet.model_validate_json(answer.content)
