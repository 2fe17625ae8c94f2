"""Opens documentation sources of every kind, with what an organization may name in them, behind one guard."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from attrs import field, frozen

from adapters.http.call import utc_now
from adapters.http.environment import EnvironmentValues
from adapters.http.guard import STRICT, AddressGuard
from adapters.http.url import Url
from adapters.sources.allowed_roots import AllowedRoots
from adapters.sources.folder import FolderReader
from adapters.sources.git import GitReader, Repository
from adapters.sources.git_copy import CopiedRepository
from adapters.sources.git_folder import FolderRepository
from adapters.sources.guarded_pools import guarded_manager
from adapters.sources.s3 import Bucket, S3Reader, open_client
from adapters.sources.site import SiteReader
from adapters.sources.site_client import SiteClient
from domain.embedding.documentation_source import DocumentationSource, SourceKind, SourceSettings
from domain.embedding.pacing import INTERVAL_S
from domain.embedding.source_ports import Pace, SourceReader


@frozen(kw_only=True)
class StandardSources:
    """
    `Sources` of this machine.

    *copies* is the folder for copies of repositories. *guard* judges every address that is connected to. *interval_s*
    is the least time between two requests to a website.
    """

    roots: AllowedRoots
    copies: Path
    guard: AddressGuard = STRICT
    interval_s: float = INTERVAL_S
    now: Callable[[], datetime] = field(default=utc_now, repr=False)

    def check(self, settings: SourceSettings) -> None:
        """Refuse what could never be opened here."""
        if settings.kind is SourceKind.FOLDER or (settings.kind is SourceKind.GIT and not _is_url(settings.location)):
            self.roots.check(settings.location)
        elif settings.kind is SourceKind.S3:
            Bucket.parse(settings.location)
            if settings.endpoint:
                self._check_url(settings.endpoint, field="endpoint")
        else:
            self._check_url(settings.location, field="location")

    def open(self, source: DocumentationSource, *, environment: Mapping[str, str], pace: Pace) -> SourceReader:
        """Open a source."""
        settings, values = source.settings, EnvironmentValues(environment)
        self.check(settings)
        user = values.fill(settings.user, field="user")
        secret = values.fill(settings.secret, field="secret")
        if settings.kind is SourceKind.FOLDER:
            return FolderReader(root=self.roots.check(settings.location), selection=settings.selection)
        if settings.kind is SourceKind.GIT:
            repository = self._repository(source, user=user, secret=secret, hide=values.mask)
            return GitReader(repository=repository, branch=settings.branch, selection=settings.selection)
        if settings.kind is SourceKind.SITEMAP:
            client = self._site(settings, values, authorization=_authorization(user, secret), pace=pace)
            return SiteReader(url=settings.location, client=client, selection=settings.selection, now=self.now)
        return S3Reader(
            client=open_client(settings, user=user, secret=secret, guard=self.guard),
            bucket=Bucket.parse(settings.location),
            selection=settings.selection,
            hide=values.mask,
        )

    def _repository(
        self, source: DocumentationSource, *, user: str, secret: str, hide: Callable[[str], str]
    ) -> Repository:
        settings = source.settings
        if not _is_url(settings.location):
            return FolderRepository(root=self.roots.check(settings.location))
        return CopiedRepository(
            url=settings.location,
            branch=settings.branch,
            folder=self.copies / source.organization_id / source.id,
            connections=guarded_manager(self.guard),
            user=user,
            secret=secret,
            hide=hide,
        )

    def _site(
        self, settings: SourceSettings, values: EnvironmentValues, *, authorization: str, pace: Pace
    ) -> SiteClient:
        if authorization:
            values.add_secret(authorization)
        return SiteClient(
            home=settings.location,
            guard=self.guard,
            values=values,
            authorization=authorization,
            pace=pace,
            now=self.now,
            interval_s=self.interval_s,
        )

    def _check_url(self, text: str, *, field: str) -> None:
        self.guard.check(Url.parse(text, field=field, shown=text.partition("?")[0]).host)


def _is_url(location: str) -> bool:
    return "://" in location


def _authorization(user: str, secret: str) -> str:
    if user:
        return f"Basic {base64.b64encode(f'{user}:{secret}'.encode()).decode('ascii')}"
    return f"Bearer {secret}" if secret else ""
