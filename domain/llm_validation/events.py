"""What can be subscribed to of LLM APIs."""

from __future__ import annotations

from domain.jobs.events import LlmApiStateChanged
from domain.notifications.event import EventType

LLM_EVENTS = (
    EventType(
        name="llm_api.state_changed",
        kind=LlmApiStateChanged.kind,
        meaning="an LLM API, or a model of it, went up, degraded or down; with the last time it worked",
    ),
)
