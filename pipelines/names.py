"""
The names Celery knows: tasks and queues. Users see them in the worker, in Flower and in routing; they never change.
"""

from __future__ import annotations

from attrs import frozen

DEFAULT, EXECUTION, EMBEDDING, BATCH = "default", "execution", "embedding", "batch"
QUEUES = (DEFAULT, EXECUTION, EMBEDDING, BATCH)

ECHO = "system.echo"
COUNT_TEST_SETS = "test_execution.count_test_sets"
GET_TEST_CONFIGURATION = "test_execution.get_test_configuration"
SYNC_ALL = "solution_library.sync_all_documentation_sources"


@frozen(kw_only=True)
class FamilyTasks:
    """The three tasks of a family, and the queue its items run on (its start and collect run on `default`)."""

    start: str
    execute: str
    collect: str
    queue: str


FAMILIES: dict[str, FamilyTasks] = {
    "test_execution": FamilyTasks(
        start="test_execution.execute_test_configuration",
        execute="test_execution.execute_single_test",
        collect="test_execution.collect_results",
        queue=EXECUTION,
    ),
    "llm_validation": FamilyTasks(
        start="llm_manager.validate_all_llm_apis",
        execute="llm_manager.validate_single_api",
        collect="llm_manager.collect_results",
        queue=BATCH,
    ),
    "document_embedding": FamilyTasks(
        start="solution_library.embed_documents_batch",
        execute="solution_library.embed_document",
        collect="solution_library.collect_embedded",
        queue=EMBEDDING,
    ),
    "documentation_sync": FamilyTasks(
        start="solution_library.sync_documentation_source",
        execute="solution_library.sync_documents",
        collect="solution_library.collect_synced",
        queue=EMBEDDING,
    ),
    "rfp_responder": FamilyTasks(
        start="rfp_manager.batch_generate_responder_answers",
        execute="rfp_manager.generate_responder_answer",
        collect="rfp_manager.collect_responder_answers",
        queue=BATCH,
    ),
    "document_summary": FamilyTasks(
        start="rfp_manager.summarize_information_document",
        execute="rfp_manager.summarize_part",
        collect="rfp_manager.collect_summary",
        queue=BATCH,
    ),
    "rfp_reviewer": FamilyTasks(
        start="rfp_manager.batch_generate_reviewer_answers",
        execute="rfp_manager.generate_reviewer_answer",
        collect="rfp_manager.collect_reviewer_answers",
        queue=BATCH,
    ),
}


def routes() -> dict[str, dict[str, str]]:
    """Return the queue of every task, by its full name: patterns match names in ways that surprise."""
    table = {name: {"queue": DEFAULT} for name in (ECHO, COUNT_TEST_SETS, GET_TEST_CONFIGURATION, SYNC_ALL)}
    for family in FAMILIES.values():
        table |= {
            family.start: {"queue": DEFAULT},
            family.collect: {"queue": DEFAULT},
            family.execute: {"queue": family.queue},
        }
    return table
