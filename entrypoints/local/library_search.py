"""The library of an organization, searched and looked after beside its database."""

from __future__ import annotations

from attrs import frozen

from domain.tenancy import TenantContext
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
from entrypoints.library_search import LibrarySearchServices


@frozen(kw_only=True)
class LocalLibrarySearch:
    """`LibrarySearch` of this machine's database."""

    services: LibrarySearchServices
    tenant: TenantContext

    def search(self, words: SearchWords) -> SearchDocument:
        found = self.services.searching.search(
            self.tenant, words.question, k=words.k, only_approved=words.only_approved, model=words.model
        )
        return search_document(found)

    def questions(self) -> CheckQuestionsDocument:
        return questions_document(self.services.checking.kept(self.tenant))

    def put_questions(self, words: CheckQuestionsWords) -> CheckQuestionsDocument:
        return questions_document(list(self.services.checking.keep(self.tenant, check_questions(words.questions))))

    def check(self, words: CheckWords) -> CheckDocument:
        checking = self.services.checking
        return check_document(checking.check(self.tenant, check_questions(words.questions), models=words.models))

    def audit(self, words: AuditWords) -> LibraryAuditDocument:
        audits = self.services.audits
        return audit_document(audits.repair(self.tenant) if words.repair else audits.look(self.tenant))
