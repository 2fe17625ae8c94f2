"""Places that documents come from, one of each kind, each with the same few things that can happen to its documents."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from attrs import define

from domain.embedding.documentation_source import SourceKind, SourceSettings
from tests.services.git_repository import GitRepository
from tests.services.website import Website

BUCKET = "handbook"


class Place(Protocol):
    """A source in the world, as its owners change it; documents are named by words such as `refunds`."""

    @property
    def settings(self) -> SourceSettings:
        """How it is added."""

    def location(self, name: str) -> str:
        """Return where a document is listed."""

    def write(self, name: str, text: str) -> None:
        """Add a document, or change it."""

    def remove(self, name: str) -> None:
        """Take a document away."""

    def touch(self, name: str) -> None:
        """Change a document's version, and not its content, where the kind knows such a thing."""

    def breaks(self) -> AbstractContextManager[None]:
        """Let listings break off inside the block, after what was found first."""

    def empties(self) -> AbstractContextManager[None]:
        """Let the source list nothing inside the block."""


@define(eq=False)
class FolderPlace:
    """A folder."""

    root: Path

    @property
    def settings(self) -> SourceSettings:
        return SourceSettings(kind=SourceKind.FOLDER, location=str(self.root))

    def location(self, name: str) -> str:
        return f"docs/{name}.md"

    def write(self, name: str, text: str) -> None:
        path = self.root / self.location(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def remove(self, name: str) -> None:
        (self.root / self.location(name)).unlink()

    def touch(self, name: str) -> None:
        path = self.root / self.location(name)
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))

    @contextmanager
    def breaks(self) -> Iterator[None]:
        deep = (
            self.root / "z" / "/".join(["deeper"] * 45)
        )  # root is never refused a folder: this is deeper than is read
        deep.mkdir(parents=True)
        yield
        _remove_empty(deep, upto=self.root)

    @contextmanager
    def empties(self) -> Iterator[None]:
        away = self.root.with_name("away")
        self.root.rename(away)
        self.root.mkdir()
        yield
        self.root.rmdir()
        away.rename(self.root)


@define(eq=False)
class GitPlace:
    """A git repository in a folder; with *url*, it is fetched from there."""

    repository: GitRepository
    url: str = ""

    @property
    def settings(self) -> SourceSettings:
        return SourceSettings(kind=SourceKind.GIT, location=self.url or str(self.repository.folder))

    def location(self, name: str) -> str:
        return f"docs/{name}.md"

    def write(self, name: str, text: str) -> None:
        self.repository.write(self.location(name), text)

    def remove(self, name: str) -> None:
        self.repository.remove(self.location(name))

    def touch(self, name: str) -> None:
        """A blob's hash is its content: there is no such thing."""

    @contextmanager
    def breaks(self) -> Iterator[None]:
        deep = "/".join(["deeper"] * 45) + "/z.md"
        self.repository.write(deep, "too deep")
        yield
        self.repository.remove(deep)

    @contextmanager
    def empties(self) -> Iterator[None]:
        found = {path.stem: path.read_text() for path in self.repository.folder.glob("docs/*.md")}
        for name in found:
            self.remove(name)
        yield
        for name, text in found.items():
            self.write(name, text)


@define(eq=False)
class SitePlace:
    """A website; its index has a sitemap of pages, so that a listing can break off behind it."""

    site: Website

    def __attrs_post_init__(self) -> None:
        self._index("/sitemap.xml")

    @property
    def settings(self) -> SourceSettings:
        return SourceSettings(kind=SourceKind.SITEMAP, location=self.site.url("/index.xml"), most_documents=1000)

    def location(self, name: str) -> str:
        return self.site.url(f"/{name}")

    def write(self, name: str, text: str) -> None:
        self.site.pages[f"/{name}"] = text

    def remove(self, name: str) -> None:
        del self.site.pages[f"/{name}"]

    def touch(self, name: str) -> None:
        self.site.dates[f"/{name}"] = "2026-01-02T03:04:05Z"

    @contextmanager
    def breaks(self) -> Iterator[None]:
        self._index("/sitemap.xml", "/missing.xml")
        yield
        self._index("/sitemap.xml")

    @contextmanager
    def empties(self) -> Iterator[None]:
        pages, self.site.pages = self.site.pages, {}
        yield
        self.site.pages = pages

    def _index(self, *paths: str) -> None:
        entries = "".join(f"<sitemap><loc>{self.site.url(path)}</loc></sitemap>" for path in paths)
        self.site.answers["/index.xml"] = (200, {}, f"<sitemapindex>{entries}</sitemapindex>".encode())


@define(eq=False)
class BucketPlace:
    """A bucket of an S3 server."""

    client: Any
    endpoint: str

    @property
    def settings(self) -> SourceSettings:
        return SourceSettings(
            kind=SourceKind.S3,
            location=f"s3://{BUCKET}/docs/",
            endpoint=self.endpoint,
            user="${S3_KEY}",
            secret="${S3_SECRET}",
        )

    def location(self, name: str) -> str:
        return f"docs/{name}.md"

    def write(self, name: str, text: str) -> None:
        self.client.put_object(Bucket=BUCKET, Key=self.location(name), Body=text.encode())

    def remove(self, name: str) -> None:
        self.client.delete_object(Bucket=BUCKET, Key=self.location(name))

    def touch(self, name: str) -> None:
        """Upload the same in parts: the ETag is another one then, and no hash of the content."""
        key = self.location(name)
        body = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        upload = self.client.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        named = {"Bucket": BUCKET, "Key": key, "UploadId": upload}
        tag = self.client.upload_part(**named, PartNumber=1, Body=body)["ETag"]
        self.client.complete_multipart_upload(**named, MultipartUpload={"Parts": [{"ETag": tag, "PartNumber": 1}]})

    @contextmanager
    def breaks(self) -> Iterator[None]:
        with self.empties():
            self.client.delete_bucket(Bucket=BUCKET)
            yield
            self.client.create_bucket(Bucket=BUCKET)

    @contextmanager
    def empties(self) -> Iterator[None]:
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        bodies = {one["Key"]: self.client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found}
        for key in bodies:
            self.client.delete_object(Bucket=BUCKET, Key=key)
        yield
        for key, body in bodies.items():
            self.client.put_object(Bucket=BUCKET, Key=key, Body=body)


def _remove_empty(folder: Path, *, upto: Path) -> None:
    while folder != upto:
        folder.rmdir()
        folder = folder.parent
