"""What the calls to every resource of the API are made of: one document, pages of them, words handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

from attrs import frozen
from pydantic import BaseModel

from adapters.reports.files import replacing
from domain.jobs.errors import InvalidInput
from entrypoints.api.documents.jobs import JobDocument
from entrypoints.client_sending import Sender

M = TypeVar("M", bound=BaseModel)

PAGE = 200
"""How many rows are asked for at a time: as many as the API gives."""


def path(*parts: object) -> str:
    """
    Return the path below /v1 that *parts* make; a part with a slash in it stays in its place.

    Raises:
        InvalidInput: a part would lead somewhere else: nothing, or dots.
    """
    if lost := [part for part in map(str, parts) if part in ("", ".", "..")]:
        raise InvalidInput(f"{lost[0]!r} names nothing there is; give an id or a name")
    return "/".join(["/v1", *(quote(str(part), safe="") for part in parts)])


@frozen(kw_only=True)
class Calls:
    """Calls to one resource of a server. Refusals are raised as the errors of the same move on this machine."""

    sender: Sender

    def _get(self, where: str, kind: type[M], /, **params: object) -> M:
        """Return a document; *params* that are None are not said."""
        return kind.model_validate_json(self.sender.send("GET", where, params=params).content)

    def _pages(self, where: str, kind: type[M], /, *, after: str | None = None, **params: object) -> Iterator[M]:
        """Yield the rows of a list, from just behind the place *after*; pages are asked for as they are needed."""
        while True:
            page = self.sender.send("GET", where, params={**params, "limit": PAGE, "after": after}).json()
            yield from map(kind.model_validate, page["items"])
            after = page["next"]
            if after is None:
                return

    def _post(self, where: str, kind: type[M], words: BaseModel | None = None, *, repeatable: bool = False) -> M:
        """Return what POST answers; *repeatable*: asking twice leads to the same."""
        answer = self.sender.send("POST", where, repeatable=repeatable, json=_said(words))
        return kind.model_validate_json(answer.content)

    def _put(self, where: str, kind: type[M], words: BaseModel | Mapping[str, object]) -> M:
        """Return what PUT answers; it may be repeated, as it says how things are to be."""
        return kind.model_validate_json(self.sender.send("PUT", where, repeatable=True, json=_said(words)).content)

    def _patch(self, where: str, kind: type[M], words: BaseModel) -> M:
        """Return what PATCH answers; it may be repeated, as it says how things are to be."""
        return kind.model_validate_json(self.sender.send("PATCH", where, repeatable=True, json=_said(words)).content)

    def _delete(self, where: str) -> bytes:
        """Return what DELETE answers. It is not repeated: the second time nothing would be there."""
        return self.sender.send("DELETE", where).content

    def _download(self, where: str, file: Path, **params: object) -> None:
        """
        Write what GET answers, a text, to *file*, as it comes; what breaks off leaves the file as it was.

        Raises:
            InvalidInput: the file can't be written there.
            ServiceUnavailable: the disk is full, or the connection broke.
        """
        with self.sender.streaming(where, params=params, headers={}) as answer, replacing(file) as written:
            for piece in answer.iter_text():
                written.write(piece)

    def _start(
        self, where: str, words: BaseModel | None, *, idempotency_key: str | None, params: Mapping[str, object] = {}
    ) -> JobDocument:
        """Start a job; the same *idempotency_key* (None: a new one) never starts two."""
        headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
        answer = self.sender.send("POST", where, repeatable=True, params=params, headers=headers, json=_said(words))
        return JobDocument.model_validate_json(answer.content)


def _said(words: BaseModel | Mapping[str, object] | None) -> object:
    return words.model_dump(mode="json", exclude_unset=True) if isinstance(words, BaseModel) else words
