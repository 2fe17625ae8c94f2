"""The resources of the family test execution: what a family plugs into the API."""

from __future__ import annotations

from fastapi import APIRouter

from entrypoints.api.routes import (
    comparisons,
    configurations,
    metrics,
    reports,
    results,
    targets,
    test_runs,
    test_sets,
)

ROUTERS: tuple[APIRouter, ...] = (
    test_sets.router,
    targets.router,
    metrics.router,
    configurations.router,
    test_runs.router,
    results.router,
    reports.router,
    comparisons.router,
)
