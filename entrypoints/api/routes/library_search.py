"""/v1/search, /v1/library-questions, /v1/library-checks and /v1/library-audit."""

from __future__ import annotations

from fastapi import APIRouter

from entrypoints.api.callers import Reader, Services, Writer
from entrypoints.api.documents.library_search import (
    AuditWords,
    CheckDocument,
    CheckQuestionsDocument,
    CheckQuestionsWords,
    CheckWords,
    LibraryAuditDocument,
    SearchDocument,
    SearchWords,
    audit_document,
    check_document,
    check_questions,
    questions_document,
    search_document,
)
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1", tags=["Library"])


@router.post("/search", operation_id="search_library", responses=documented(404, 409))
def search_library(caller: Reader, antiphon: Services, words: SearchWords) -> SearchDocument:
    """Find the passages nearest to a question, among approved documents and those that wait for a person."""
    found = antiphon.library_search.searching.search(
        caller, words.question, k=words.k, only_approved=words.only_approved, model=words.model
    )
    return search_document(found)


@router.get("/library-questions", operation_id="get_library_questions")
def get_library_questions(caller: Reader, antiphon: Services) -> CheckQuestionsDocument:
    """Look at the questions that the library is checked by."""
    return questions_document(antiphon.library_search.checking.kept(caller))


@router.put("/library-questions", operation_id="put_library_questions")
def put_library_questions(caller: Writer, antiphon: Services, words: CheckQuestionsWords) -> CheckQuestionsDocument:
    """Keep these questions, in place of those that were kept."""
    kept = antiphon.library_search.checking.keep(caller, check_questions(words.questions))
    return questions_document(list(kept))


@router.post("/library-checks", operation_id="check_library", responses=documented(404, 409))
def check_library(caller: Reader, antiphon: Services, words: CheckWords) -> CheckDocument:
    """Ask every question, and say how often its passage was among the first hits; kept nowhere."""
    checking = antiphon.library_search.checking
    return check_document(checking.check(caller, check_questions(words.questions), models=words.models))


@router.get("/library-audit", operation_id="audit_library")
def audit_library(caller: Reader, antiphon: Services) -> LibraryAuditDocument:
    """Look whether the library's rows agree with one another; nothing is changed."""
    return audit_document(antiphon.library_search.audits.look(caller))


@router.post("/library-audit", operation_id="repair_library", responses=documented(409))
def repair_library(caller: Writer, antiphon: Services, words: AuditWords) -> LibraryAuditDocument:
    """Look at the rows and, with `repair`, put right what is out of step."""
    audits = antiphon.library_search.audits
    return audit_document(audits.repair(caller) if words.repair else audits.look(caller))
