"""
What schedules can run: the tasks, their arguments, and the commands that stand for them. Data.

Whoever adds a family or a task that is worth a schedule adds its line here; the command line, the API and the
scheduler read it.
"""

from __future__ import annotations

from domain.schedules.schedulable import Schedulable
from pipelines.names import COUNT_TEST_SETS, ECHO, FAMILIES, GET_TEST_CONFIGURATION, SYNC_ALL

SCHEDULABLE: tuple[Schedulable, ...] = (
    Schedulable(
        task=FAMILIES["test_execution"].start,
        meaning="run the newest version of a saved configuration",
        one_of=("configuration", "configuration_id"),
        command=("configs", "run"),
        named_by="configuration",
        runs_alone=True,
    ),
    Schedulable(
        task=FAMILIES["llm_validation"].start,
        meaning="check all active LLM APIs, or one",
        optional=("api",),
        command=("llm", "check"),
        named_by="api",
        usual_cron="0 * * * *",
        usual_jitter_s=300,
    ),
    Schedulable(
        task=FAMILIES["llm_validation"].execute, meaning="check one LLM API, named by its id", required=("api_id",)
    ),
    Schedulable(
        task=FAMILIES["document_embedding"].execute, meaning="embed a document anew", required=("document_id",)
    ),
    Schedulable(
        task=SYNC_ALL,
        meaning="sync every documentation source that is not being synced",
        command=("library", "sync-all"),
        usual_cron="0 2 * * *",
        usual_jitter_s=1800,
    ),
    Schedulable(
        task=FAMILIES["documentation_sync"].start,
        meaning="sync one documentation source",
        one_of=("source", "source_id"),
        command=("library", "sync"),
        named_by="source",
    ),
    Schedulable(
        task=FAMILIES["rfp_responder"].start,
        meaning="draft the answers of an RFP anew where its question or the library has changed",
        required=("rfp_id",),
    ),
    Schedulable(task=FAMILIES["rfp_reviewer"].start, meaning="review the drafts of an RFP", required=("rfp_id",)),
    Schedulable(task=ECHO, meaning="say something, to see that workers work", required=("text",)),
    Schedulable(task=COUNT_TEST_SETS, meaning="count the test sets"),
    Schedulable(task=GET_TEST_CONFIGURATION, meaning="read a test configuration", required=("configuration_id",)),
)
