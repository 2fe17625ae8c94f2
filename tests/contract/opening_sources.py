"""Opening places of every kind as sources, for the contract suites of reading and of syncs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
from attrs import field, frozen

from adapters.http.guard import LOCAL
from adapters.sources.allowed_roots import AllowedRoots
from adapters.sources.opener import StandardSources
from domain.embedding.documentation_source import DocumentationSource
from domain.embedding.source_ports import SourceReader
from tests.contract.documentation_sources import a_source
from tests.contract.source_places import BUCKET, BucketPlace, FolderPlace, GitPlace, Place, SitePlace
from tests.services.git_repository import GitRepository, served
from tests.services.website import website


@frozen(kw_only=True)
class Opening:
    """Opens a place, as an installation does that may call this machine."""

    copies: Path
    opened: list[SourceReader] = field(factory=list)

    @property
    def sources(self) -> StandardSources:
        """What opens sources."""
        return StandardSources(roots=AllowedRoots(allows_all=True), copies=self.copies, guard=LOCAL, interval_s=0.001)

    def open(self, place: Place, **changes: Any) -> SourceReader:
        """Return a reader of a place."""
        source = self.source(place, **changes)
        reader = self.sources.open(source, environment=ENVIRONMENT, pace=no_pace)
        self.opened.append(reader)
        return reader

    def close(self) -> None:
        """Close what was opened."""
        for reader in self.opened:
            reader.close()

    def source(self, place: Place, **changes: Any) -> DocumentationSource:
        """Return a place as a source."""
        return a_source(settings=attrs.evolve(place.settings, **changes))


ENVIRONMENT = {"S3_KEY": "minio-user", "S3_SECRET": "minio-secret-key"}


def no_pace(host: str, *, interval_s: float) -> None:
    """Let every request be made at once."""
    _ = host, interval_s


@contextmanager
def folder_place(folder: Path) -> Iterator[Place]:
    """Yield a folder."""
    (folder / "docs").mkdir(parents=True)
    yield FolderPlace(folder)


@contextmanager
def git_place(folder: Path) -> Iterator[Place]:
    """Yield a repository in a folder."""
    yield GitPlace(_repository(folder))


@contextmanager
def git_url_place(folder: Path) -> Iterator[Place]:
    """Yield a repository behind a URL."""
    repository = _repository(folder)
    with served(repository) as url:
        yield GitPlace(repository, url)


@contextmanager
def site_place(folder: Path) -> Iterator[Place]:
    """Yield a website."""
    _ = folder
    with website() as site:
        yield SitePlace(site)


@contextmanager
def bucket_place(folder: Path) -> Iterator[Place]:
    """Yield a bucket."""
    _ = folder
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=ENVIRONMENT["S3_KEY"],
            aws_secret_access_key=ENVIRONMENT["S3_SECRET"],
        )
        client.create_bucket(Bucket=BUCKET)
        yield BucketPlace(client, endpoint)
        client.close()
    finally:
        server.stop()


PLACES = {
    "folder": folder_place,
    "git": git_place,
    "git-url": git_url_place,
    "sitemap": site_place,
    "s3": bucket_place,
}


def _repository(folder: Path) -> GitRepository:
    repository = GitRepository.made(folder)
    repository.write("README.txt", "what is here")
    return repository
