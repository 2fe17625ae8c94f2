"""
Where commands act: at a server, over its HTTP API, or beside this machine's database.

A command asks this protocol, and never knows which of the two it has. Both answer with the API's own documents, so what
`--json` prints is the same from either.
"""

from __future__ import annotations

from typing import Protocol

from entrypoints.places.audit import Audit
from entrypoints.places.documentation_sources import DocumentationSources
from entrypoints.places.documents import Documents
from entrypoints.places.embedding import Embedding
from entrypoints.places.keys import Keys
from entrypoints.places.library_search import LibrarySearch
from entrypoints.places.llm import Llm
from entrypoints.places.llm_checks import LlmChecking
from entrypoints.places.organization import Organization
from entrypoints.places.rfp_answers import RfpAnswers
from entrypoints.places.rfp_checks import RfpChecks
from entrypoints.places.rfp_summaries import RfpSummaries
from entrypoints.places.rfps import Rfps
from entrypoints.places.schedules import Schedules
from entrypoints.places.secrets import Secrets
from entrypoints.places.webhooks import Webhooks


class Place(Protocol):
    """One organization, as whoever holds a key of it, or operates its database, may see and change it."""

    @property
    def organization(self) -> Organization:
        """Itself, and who is in it."""

    @property
    def keys(self) -> Keys:
        """Its API keys."""

    @property
    def embedding(self) -> Embedding:
        """What its library is embedded with."""

    @property
    def documents(self) -> Documents:
        """What is in its library."""

    @property
    def library_search(self) -> LibrarySearch:
        """What is found in it, and whether its rows are in order."""

    @property
    def sources(self) -> DocumentationSources:
        """Where its library's documents come from."""

    @property
    def rfps(self) -> Rfps:
        """Its questionnaires, and how they are answered."""

    @property
    def rfp_answers(self) -> RfpAnswers:
        """What people do with the answers."""

    @property
    def rfp_summaries(self) -> RfpSummaries:
        """What tender documents say in short."""

    @property
    def rfp_checks(self) -> RfpChecks:
        """How good its drafts are."""

    @property
    def audit(self) -> Audit:
        """Who did what."""

    @property
    def secrets(self) -> Secrets:
        """What its targets and models must know and nobody may read."""

    @property
    def schedules(self) -> Schedules:
        """What runs by itself."""

    @property
    def webhooks(self) -> Webhooks:
        """Who is told of what happens."""

    @property
    def llm(self) -> Llm:
        """Its LLM APIs."""

    @property
    def llm_checks(self) -> LlmChecking:
        """Which of them work."""
