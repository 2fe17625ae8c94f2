"""
Files that a request brings: as its whole body, or as the `file` of a form; spooled to disk.

The name that a client gives a file is only ever shown, and never a path: its ending may say the format, no more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Annotated

from attrs import frozen
from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from adapters.test_files.uploads import ENDINGS
from entrypoints.api.refusals import InvalidField

MEDIA_TYPES = {
    "application/json": ".json",
    "application/yaml": ".yaml",
    "application/x-yaml": ".yaml",
    "text/yaml": ".yaml",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
}
_FORM = "multipart/form-data"
UNSAID = "application/octet-stream"
"""What a form says of a file that nobody knows the media type of."""
FORM = {
    _FORM: {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary"}},
        }
    }
}
"""A form with a file, as the `content` of a request's body in the API's document."""


@frozen(kw_only=True)
class Upload:
    """A file that came; *stem* is what its sender calls it, without the ending, where it came in a form."""

    path: Path
    stem: str = ""


@frozen(kw_only=True)
class SentFile:
    """A file that came in a form, and what its sender says of it."""

    name: str
    content: bytes
    media_type: str


async def _upload(request: Request) -> AsyncIterator[Upload]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    with TemporaryDirectory(prefix="antiphon-upload-") as folder:
        if kind == _FORM:
            yield await _from_form(request, Path(folder))
        elif kind in MEDIA_TYPES:
            yield await _from_body(request, Path(folder) / f"tests{MEDIA_TYPES[kind]}")
        else:
            expected = ", ".join((*MEDIA_TYPES, _FORM))
            raise HTTPException(415, f"Content-Type {kind[:100]!r}; expected one of {expected}")


Uploaded = Annotated[Upload, Depends(_upload)]


async def _from_body(request: Request, path: Path) -> Upload:
    with path.open("wb") as file:
        try:
            async for piece in request.stream():
                file.write(piece)
        except ClientDisconnect as exc:
            raise InvalidField("the body ended before it was complete", pointer="/body") from exc
    return Upload(path=path)


async def _sent_file(
    request: Request,
    name: Annotated[
        str, Query(max_length=2000, description="What to call it. Default: the file's name in the form.")
    ] = "",
) -> SentFile:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(415, f"expected a form ({_FORM}) with the file as `file`")
    sent = await _file_of(request)
    content = await sent.read()
    await sent.close()
    said = (sent.content_type or "").strip()[:200]
    return SentFile(name=name or sent.filename or "", content=content, media_type="" if said == UNSAID else said)


UploadedFile = Annotated[SentFile, Depends(_sent_file)]


async def _file_of(request: Request) -> UploadFile:
    try:
        form = await request.form(max_files=1, max_fields=0)
    except HTTPException as exc:
        if exc.status_code != 400:  # it came too slowly, or is too large
            raise
        raise InvalidField(f"the form can't be read: {exc.detail}", pointer="/body") from exc
    sent = form.get("file")
    if not isinstance(sent, UploadFile):
        await form.close()
        raise InvalidField("no file in the form; expected one, as `file`", pointer="/body/file")
    return sent


async def _from_form(request: Request, folder: Path) -> Upload:
    sent = await _file_of(request)
    name = PurePosixPath((sent.filename or "").replace("\\", "/"))
    if name.suffix.lower() not in ENDINGS:
        raise InvalidField(
            f"a file with the ending {name.suffix[:20]!r}; expected one of {', '.join(ENDINGS)}", pointer="/body/file"
        )
    path = folder / f"tests{name.suffix.lower()}"
    with path.open("wb") as file:
        await run_in_threadpool(copyfileobj, sent.file, file)
    await sent.close()
    return Upload(path=path, stem=name.stem[:200])
