"""/v1/test-configurations: how tests are run, saved under names."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from entrypoints.api.documents.configurations import ConfigurationDocument, SaveConfiguration, SavedVersion
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.calls.asking import Calls, path

_ROOT = "test-configurations"


@frozen(kw_only=True)
class ConfigurationCalls(Calls):
    """The saved configurations of a server; each raises NotFound for a name that is none."""

    def all(self) -> Iterator[SavedVersion]:
        """Yield the newest version of each name, by name."""
        return self._pages(path(_ROOT), SavedVersion)

    def get(self, name: str, *, version: int | None = None) -> ConfigurationDocument:
        """Return what is saved under a name, by default its newest version."""
        return self._get(path(_ROOT, name), ConfigurationDocument, version=version)

    def versions(self, name: str) -> Iterator[SavedVersion]:
        """Yield the versions of a name, the newest first."""
        return self._pages(path(_ROOT, name, "versions"), SavedVersion)

    def save(self, words: SaveConfiguration) -> ConfigurationDocument:
        """Save how tests are run; what the name says already makes no new version."""
        return self._post(path(_ROOT), ConfigurationDocument, words, repeatable=True)

    def run(self, name: str, *, version: int | None = None, idempotency_key: str | None = None) -> JobDocument:
        """Run what is saved under a name; the same *idempotency_key* (by default a new one) never starts two."""
        params = {"version": version}
        return self._start(path(_ROOT, name, "runs"), None, idempotency_key=idempotency_key, params=params)

    def delete(self, name: str) -> None:
        """Forget a name with all its versions."""
        self._delete(path(_ROOT, name))
