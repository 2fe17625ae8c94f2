"""An OpenAI-compatible embeddings server on loopback, which keeps each text it was asked for, request by request."""

from __future__ import annotations

import json
from collections.abc import Callable

from attrs import define, field

from adapters.embedders.scripted import numbers_of
from tests.services.http_server import Received, Wire, reply


@define
class EmbeddingsScript:
    """Answers, with *headers* (lines); *refuse* may answer a request in its own way instead, or hold it."""

    headers: str = ""
    refuse: Callable[[list[str]], bytes | None] = lambda _texts: None
    asked: list[list[str]] = field(factory=list)

    def __call__(self, request: Received, wire: Wire) -> None:
        """Answer one request."""
        texts = json.loads(request.body)["input"]
        self.asked.append(texts)
        refusal = self.refuse(texts)
        rows = [{"index": no, "embedding": numbers_of(text)} for no, text in enumerate(texts)]
        tokens = sum(len(text.split()) for text in texts)
        body = {"data": rows[::-1], "model": "mock", "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}
        wire.send(refusal or reply(json.dumps(body), headers=self.headers))

    @property
    def texts(self) -> list[str]:
        """All texts that were asked for."""
        return [text for texts in self.asked for text in texts]
