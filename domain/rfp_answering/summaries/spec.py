"""What a job that summarizes carries: which document, and who does it."""

from __future__ import annotations

from typing import cast

from attrs import frozen

from domain.jobs.item import Document
from domain.language_models.codec import model_from_json, model_to_json
from domain.language_models.model import ModelSpec
from domain.rfp_answering.summaries.information_document import InformationId


@frozen(kw_only=True)
class SummarySpec:
    """Which document; *model*: None is the author that needs none."""

    document_id: InformationId
    model: ModelSpec | None = None

    def to_document(self) -> dict[str, object]:
        """Return the specification as the job's JSON."""
        model = None if self.model is None else model_to_json(self.model)
        return {"document_id": self.document_id, "model": model}

    @classmethod
    def from_document(cls, spec: Document) -> SummarySpec:
        """Read a specification back from a job."""
        model = cast(Document | None, spec.get("model"))
        return cls(
            document_id=InformationId(str(spec["document_id"])),
            model=None if model is None else model_from_json(model),
        )
