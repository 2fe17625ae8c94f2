"""
The Python client of the HTTP API: typed, synchronous, and patient.

    from entrypoints.client import Client

    with Client("https://antiphon.example", key=os.environ["ANTIPHON_API_KEY"]) as client:
        tests = client.test_sets.upload(Path("tests.yaml").read_bytes())
        job = client.runs.start(StartRun(test_set_id=tests.id))
        print(client.jobs.wait(job.id).status)

Each resource of the API is an attribute, and what is asked of it a method (`entrypoints.calls`).

Values are the API's own documents (`entrypoints.api.documents`). Refusals are the errors of `domain.jobs.errors` and
`domain.organizations.errors`. Requests are repeated where that is safe; those that start work carry a key of their own,
so that a lost answer never starts it twice.
"""

from __future__ import annotations

from typing import Self

from entrypoints.calls.audit import AuditCalls
from entrypoints.calls.configurations import ConfigurationCalls
from entrypoints.calls.documentation_sources import DocumentationSourceCalls
from entrypoints.calls.documents import DocumentCalls
from entrypoints.calls.embedding import EmbeddingCalls
from entrypoints.calls.jobs import JobCalls
from entrypoints.calls.keys import KeyCalls
from entrypoints.calls.library_search import LibrarySearchCalls
from entrypoints.calls.llm import LlmCalls
from entrypoints.calls.llm_checks import LlmCheckCalls
from entrypoints.calls.organization import OrganizationCalls
from entrypoints.calls.rfp_answers import RfpAnswerCalls
from entrypoints.calls.rfp_checks import RfpCheckCalls
from entrypoints.calls.rfp_summaries import RfpSummaryCalls
from entrypoints.calls.rfps import RfpCalls
from entrypoints.calls.runs import RunCalls
from entrypoints.calls.schedules import ScheduleCalls
from entrypoints.calls.secrets import SecretCalls
from entrypoints.calls.test_sets import TestSetCalls
from entrypoints.calls.webhooks import WebhookCalls
from entrypoints.client_sending import Sender, sender_to

TIMEOUT_S = 60.0
PATIENCE_S = 60.0


class Client:
    """One server, asked with one key. Threads may share it. Use it in a `with` block, or `close` it."""

    def __init__(
        self,
        server: str,
        *,
        key: str,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
        sender: Sender | None = None,
    ) -> None:
        """
        Ask *server* (`https://HOST`) with the API key *key*.

        One request may take *timeout_s*; requests that may be repeated are, for *patience_s* in all. *sender*: who
        sends them, where that is not the usual one.
        """
        self.sender = sender or sender_to(server, key=key, timeout_s=timeout_s, patience_s=patience_s)
        self.jobs = JobCalls(sender=self.sender)
        self.runs = RunCalls(sender=self.sender)
        self.test_sets = TestSetCalls(sender=self.sender)
        self.configurations = ConfigurationCalls(sender=self.sender)
        self.organization = OrganizationCalls(sender=self.sender)
        self.keys = KeyCalls(sender=self.sender)
        self.audit = AuditCalls(sender=self.sender)
        self.documents = DocumentCalls(sender=self.sender)
        self.embedding = EmbeddingCalls(sender=self.sender)
        self.library_search = LibrarySearchCalls(sender=self.sender)
        self.sources = DocumentationSourceCalls(sender=self.sender)
        self.rfps = RfpCalls(sender=self.sender)
        self.rfp_answers = RfpAnswerCalls(sender=self.sender)
        self.rfp_summaries = RfpSummaryCalls(sender=self.sender)
        self.rfp_checks = RfpCheckCalls(sender=self.sender)
        self.secrets = SecretCalls(sender=self.sender)
        self.schedules = ScheduleCalls(sender=self.sender)
        self.webhooks = WebhookCalls(sender=self.sender)
        self.llm = LlmCalls(sender=self.sender)
        self.llm_checks = LlmCheckCalls(sender=self.sender)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self.sender.http.close()
