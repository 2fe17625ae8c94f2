"""What things of an organization are known by, and a name of nothing for each of them."""

from __future__ import annotations

from attrs import frozen

from domain.embedding.library_document import DocumentId
from domain.jobs.job import JobId
from domain.llm_validation.llm_api import LlmApiId
from domain.notifications.delivery import DeliveryId
from domain.notifications.webhook import WebhookId
from domain.rfp_answering.rfp import RfpId
from domain.rfp_answering.summaries.information_document import InformationId
from domain.schedules.schedule import ScheduleId
from domain.test_execution.test_set import ConfigurationId, TestSetId


@frozen(kw_only=True)
class Names:
    """What a thing of an organization is known by; guessed, stolen, or of nothing there is."""

    job: JobId
    test_set: TestSetId
    configuration: ConfigurationId
    webhook: WebhookId
    delivery: DeliveryId
    llm_api: LlmApiId
    document: DocumentId
    schedule: ScheduleId
    rfp: RfpId
    summary: InformationId
    word: str
    """Name of the saved configuration, request key and e-mail address; anybody may guess it."""


NOBODY = Names(
    job=JobId("99999999-0000-4000-8000-000000000000"),
    test_set=TestSetId("99999999-0000-4000-8000-000000000000"),
    configuration=ConfigurationId("99999999-0000-4000-8000-000000000000"),
    webhook=WebhookId("99999999-0000-4000-8000-000000000000"),
    delivery=DeliveryId("99999999-0000-4000-8000-000000000000"),
    llm_api=LlmApiId("99999999-0000-4000-8000-000000000000"),
    document=DocumentId("99999999-0000-4000-8000-000000000000"),
    schedule=ScheduleId("99999999-0000-4000-8000-000000000000"),
    rfp=RfpId("99999999-0000-4000-8000-000000000000"),
    summary=InformationId("99999999-0000-4000-8000-000000000000"),
    word="NOBODY",
)
