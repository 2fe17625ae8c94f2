"""/v1/rfps: questionnaires, their answers, and the jobs that draft and review them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar
from uuid import uuid4

from attrs import frozen
from pydantic import BaseModel

from entrypoints.api.documents.jobs import JobDocument
from entrypoints.api.documents.rfp_answers import AnswerDetailDocument, AnswerDocument
from entrypoints.api.documents.rfps import (
    ImportWords,
    PreviewDocument,
    RfpDetailDocument,
    RfpDocument,
    StartAnswering,
    StartReview,
)
from entrypoints.calls.asking import Calls, path

_RFPS = path("rfps")
M = TypeVar("M", bound=BaseModel)


@frozen(kw_only=True)
class RfpCalls(Calls):
    """`Rfps` of a server; all but looking asks for a key with the scope `write`."""

    def preview(self, name: str, content: bytes, words: ImportWords) -> PreviewDocument:
        return self._upload(path("rfp-previews"), PreviewDocument, name, content, words)

    def add(self, name: str, content: bytes, words: ImportWords) -> RfpDocument:
        key = {"Idempotency-Key": str(uuid4())}  # a lost answer never makes two
        return self._upload(_RFPS, RfpDocument, name, content, words, headers=key)

    def all(self, *, id_prefix: str = "") -> Iterator[RfpDocument]:
        return self._pages(_RFPS, RfpDocument, id=id_prefix or None)

    def get(self, rfp_id: str) -> RfpDetailDocument:
        return self._get(path("rfps", rfp_id), RfpDetailDocument)

    def remove(self, rfp_id: str) -> None:
        self._delete(path("rfps", rfp_id))

    def answers(self, rfp_id: str) -> Iterator[AnswerDocument]:
        return self._pages(path("rfps", rfp_id, "answers"), AnswerDocument)

    def answer(self, rfp_id: str, no: int) -> AnswerDetailDocument:
        return self._get(path("rfps", rfp_id, "answers", no), AnswerDetailDocument)

    def start_answering(self, rfp_id: str, words: StartAnswering, *, idempotency_key: str | None = None) -> JobDocument:
        return self._start(path("rfps", rfp_id, "answering"), words, idempotency_key=idempotency_key)

    def start_review(self, rfp_id: str, words: StartReview, *, idempotency_key: str | None = None) -> JobDocument:
        return self._start(path("rfps", rfp_id, "review"), words, idempotency_key=idempotency_key)

    def _upload(
        self,
        where: str,
        kind: type[M],
        name: str,
        content: bytes,
        words: ImportWords,
        *,
        headers: Mapping[str, str] = {},
    ) -> M:
        file = ("file", content, "application/octet-stream")  # a form's file names hold no quotation marks
        said = {"name": name, **words.model_dump(exclude_unset=True)}
        answer = self.sender.send("POST", where, repeatable=True, params=said, headers=headers, files={"file": file})
        return kind.model_validate_json(answer.content)
