"""
Buckets of S3 and what speaks like it (MinIO, Ceph, R2 ...) as sources.

An object's version is its ETag and size, and says no more than that something has changed: of an object that was
uploaded in parts the ETag is no hash of its content. Without credentials requests are not signed; the machine's own
(its role, its `~/.aws`) are never used, since whoever adds a source is not whoever runs the machine.

The guard judges every address that is connected to, as everywhere. What it does not cover: a service that is asked for
by its name and serves other people's buckets there (virtual hosts) decides by itself whose they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from attrs import field, frozen

from adapters.http.guard import AddressGuard
from adapters.sources.guarded_pools import CONNECT_S, READ_S, guarded_pools, refusal_in
from domain.embedding.documentation_source import SourceSettings
from domain.embedding.selection import Selection
from domain.embedding.source_ports import MOST_BYTES, Entry, Fetched
from domain.embedding.sync_failures import gone, too_large
from domain.embedding.sync_spec import OPTIONS
from domain.jobs.errors import FailureKind, InvalidInput, ItemFailure, PermanentFailure, TransientFailure

_REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "403", "ExpiredToken"})
_MISSING = frozenset({"NoSuchKey", "404"})


class S3Client(Protocol):
    """What is used of boto3's client, which makes its methods at run time."""

    def get_paginator(self, operation: str) -> Any:  # boto3 has no types
        """Return what lists page by page."""

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # as above
        """Return an object, its body unread."""

    def close(self) -> None:
        """Close connections."""


@frozen(kw_only=True)
class Bucket:
    """A bucket, and what the keys that are wanted begin with."""

    name: str
    prefix: str = ""

    @classmethod
    def parse(cls, location: str) -> Bucket:
        """
        Read `s3://BUCKET/PREFIX`.

        Raises:
            InvalidInput: it is something else.
        """
        name, _, prefix = location.removeprefix("s3://").partition("/")
        if not location.startswith("s3://") or not 3 <= len(name) <= 255 or not _is_plain(name):
            raise InvalidInput(f"location: {location!r} names no bucket; expected s3://BUCKET or s3://BUCKET/PREFIX")
        return cls(name=name, prefix=prefix)


@frozen(kw_only=True, eq=False)
class S3Reader:
    """`SourceReader` of a bucket; *hide* masks credentials in messages."""

    client: S3Client
    bucket: Bucket
    selection: Selection
    hide: Callable[[str], str] = field(default=str, repr=False)

    def entries(self) -> Iterator[Entry]:
        """List the objects, a page at a time."""
        with self._failures(f"s3://{self.bucket.name}"):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket.name, Prefix=self.bucket.prefix
            )
            for page in pages:
                for found in page.get("Contents", ()):
                    key, size = found["Key"], found["Size"]
                    if not key.endswith("/") and self.selection.takes(key.removeprefix(self.bucket.prefix).lstrip("/")):
                        yield Entry(location=key, version=_version(found["ETag"], size), size=size)

    def fetch(self, entry: Entry, *, known: str, deadline_s: float) -> Fetched:
        """Read an object."""
        _ = known, deadline_s
        with self._failures(entry.location):
            found = self.client.get_object(Bucket=self.bucket.name, Key=entry.location)
            if found["ContentLength"] > MOST_BYTES:
                found["Body"].close()
                raise too_large(entry.location, size=found["ContentLength"])
            content = found["Body"].read(MOST_BYTES + 1)
        return Fetched(
            content=content,
            name=entry.location.rpartition("/")[2],
            media_type="" if found["ContentType"] == "binary/octet-stream" else found["ContentType"],
            version=_version(found["ETag"], found["ContentLength"]),
        )

    def close(self) -> None:
        """Close connections."""
        self.client.close()

    @contextmanager
    def _failures(self, what: str) -> Iterator[None]:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
            HTTPClientError,
        )

        try:
            yield
        except ClientError as exc:
            raise self._refusal(what, exc) from exc
        except (HTTPClientError, EndpointConnectionError, ConnectTimeoutError) as exc:
            refusal = refusal_in(exc)
            if refusal is not None:
                raise PermanentFailure(f"{what}: {refusal}", kind=FailureKind.BAD_INPUT) from exc
            raise TransientFailure(f"{what}: {self._said(exc)}", kind=FailureKind.CONNECTION) from exc
        except BotoCoreError as exc:
            raise PermanentFailure(f"{what}: {self._said(exc)}", kind=FailureKind.BAD_INPUT) from exc

    def _refusal(self, what: str, exc: Exception) -> ItemFailure:
        response = getattr(exc, "response", {})
        code = str(response.get("Error", {}).get("Code", ""))
        status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in _MISSING:
            return gone(what)
        said = f"{what}: {self._said(exc)}"
        if status == 429 or status >= 500 or code == "SlowDown":
            return TransientFailure(said, kind=FailureKind.SERVER_ERROR)
        return PermanentFailure(said, kind=FailureKind.PERMISSION if code in _REFUSED else FailureKind.REFUSED)

    def _said(self, exc: Exception) -> str:
        return self.hide(" ".join(str(exc).split())[:300])


def open_client(settings: SourceSettings, *, user: str, secret: str, guard: AddressGuard) -> S3Client:
    """
    Return a client whose every connection is judged; *user* and *secret* are a key and its secret, or both empty.

    Raises:
        PermanentFailure: boto3 is not installed.
        InvalidInput: the endpoint or the region can't be used.
    """
    try:
        import boto3
        from botocore import UNSIGNED
        from botocore.awsrequest import AWSHTTPConnectionPool, AWSHTTPSConnectionPool
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as exc:
        raise PermanentFailure(
            "S3 needs a package that is not installed; `pip install 'antiphon[s3]'`", kind=FailureKind.BAD_INPUT
        ) from exc
    config = Config(
        signature_version="s3v4" if user else UNSIGNED,
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        max_pool_connections=OPTIONS.concurrency,
        retries={"total_max_attempts": 1},  # repeating is ours
        proxies={},
        s3={"addressing_style": "path"} if settings.endpoint else {},
    )
    try:
        client: Any = boto3.session.Session(botocore_session=_bare_session()).client(
            "s3",
            endpoint_url=settings.endpoint or None,
            region_name=settings.region or "us-east-1",
            aws_access_key_id=user or None,
            aws_secret_access_key=secret or None,
            config=config,
        )
    except (BotoCoreError, ValueError) as exc:
        raise InvalidInput(f"endpoint, region: they can't be used ({exc})") from exc
    # botocore has no setting for it
    manager = client._endpoint.http_session._manager
    manager.pool_classes_by_scheme = guarded_pools(guard, plain=AWSHTTPConnectionPool, tls=AWSHTTPSConnectionPool)
    made: S3Client = client
    return made


def _bare_session() -> object:
    """Return a session that reads neither the machine's settings nor its credentials."""
    from botocore.session import Session

    session = Session()
    session.set_config_variable("config_file", "/dev/null")
    session.set_config_variable("credentials_file", "/dev/null")
    session.set_config_variable("profile", None)
    return session


def _version(etag: str, size: int) -> str:
    plain = etag.strip('"')
    token = plain if plain.replace("-", "").isalnum() else hashlib.sha256(etag.encode()).hexdigest()
    return f"{token}-{size}"


def _is_plain(name: str) -> bool:
    return name.isascii() and all(character.isalnum() or character in ".-_" for character in name)
