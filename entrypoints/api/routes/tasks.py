"""/v1/tasks: the Celery tasks that started jobs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from entrypoints.api.callers import Reader, Services
from entrypoints.api.documents.tasks import TaskDocument, task_document
from entrypoints.api.problems import documented

router = APIRouter(prefix="/v1/tasks", tags=["jobs"])


@router.get("/{task_id}", operation_id="get_task", responses=documented(404))
def get_task(
    caller: Reader,
    antiphon: Services,
    task_id: Annotated[str, Path(max_length=200, description="The `celery_task_id` of a job.")],
) -> TaskDocument:
    """Look at the Celery task that started one of your jobs, as the job's row knows it: results expire, rows do not."""
    return task_document(task_id, antiphon.records.of_task(caller, task_id))
