"""Connections to a bucket: as many as a sync reads objects at once."""

from __future__ import annotations

from typing import Any

from adapters.http.guard import STRICT
from adapters.sources.s3 import open_client
from domain.embedding.documentation_source import SourceKind, SourceSettings
from domain.embedding.sync_spec import OPTIONS


def test_a_sync_keeps_a_connection_for_each_document_it_reads_at_once() -> None:
    """With fewer, the library that speaks S3 makes a new one, with its handshakes, for every object beyond."""
    settings = SourceSettings(kind=SourceKind.S3, location="s3://docs/handbook", endpoint="https://s3.example.org")
    client: Any = open_client(settings, user="", secret="", guard=STRICT)

    assert client.meta.config.max_pool_connections >= OPTIONS.concurrency
