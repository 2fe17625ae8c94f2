"""/v1/metrics: the kinds of metric there are."""

from __future__ import annotations

from fastapi import APIRouter

from adapters.metrics.catalogue import catalogue
from entrypoints.api.callers import Reader, Services
from entrypoints.api.checking import checking_scorers
from entrypoints.api.documents.metrics import MetricKinds, metric_kind

router = APIRouter(prefix="/v1/metrics", tags=["metrics"])


@router.get("", operation_id="list_metrics")
def list_metrics(_caller: Reader, antiphon: Services) -> MetricKinds:
    """List the kinds of metric, and what each takes."""
    return MetricKinds(items=[metric_kind(found) for found in catalogue(checking_scorers(antiphon))])
