"""A small library that answers some questions, and a questionnaire that asks them."""

from __future__ import annotations

from domain.embedding.asked_model import AskedModel
from domain.embedding.library_document import DocumentId
from domain.jobs.job import JobId
from entrypoints.api.documents.library import ReviewWords
from entrypoints.api.documents.rfps import ImportWords, RfpDocument
from entrypoints.container import Antiphon
from entrypoints.driving import run_to_end
from entrypoints.local.place import LocalPlace
from entrypoints.places.place import Place

SECURITY = b"""Customer data is encrypted at rest with AES-256 in every region.

Backups of customer data are kept for 35 days, and restoring them is tested every quarter.
"""
QUESTIONNAIRE = (
    b"Section,Question,Response\n"
    b"Security,Is customer data encrypted at rest?,\n"
    b"Security,How long are backups of customer data kept?,\n"
    b"Company,Which astronauts founded your submarine division?,\n"
    b"Company,What is your name?,Example Ltd\n"
)


def use_a_model(antiphon: Antiphon) -> None:
    """Put the embedding model into use that needs nothing."""
    antiphon.embedding.models.add(antiphon.tenant, AskedModel(words="lexical-hash"))
    antiphon.embedding.models.use(antiphon.tenant, "lexical-hash")


def stock(antiphon: Antiphon, *, approve: bool = True) -> DocumentId:
    """Hand in the document that answers, have it embedded, and approve it."""
    place = LocalPlace(antiphon=antiphon, tenant=antiphon.tenant)
    document = place.documents.add("security.md", SECURITY, media_type="text/markdown")
    place.documents.settle([document.id], watch=lambda _: None)
    if approve:
        place.documents.approve(document.id, ReviewWords())
    return DocumentId(document.id)


def imported(place: Place) -> RfpDocument:
    """Import the questionnaire: the document answers the first two of its four questions, and the file the last."""
    return place.rfps.add("tender.csv", QUESTIONNAIRE, ImportWords())


def to_its_end(antiphon: Antiphon, job_id: str) -> str:
    """Work on a job until it ends; return how it ended."""
    return run_to_end(antiphon, JobId(job_id), lambda _: None).job.status.value
