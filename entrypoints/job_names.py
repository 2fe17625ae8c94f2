"""What people call the work that a job does: a run's test set, the file of an RFP or summary, a source of documents."""

from __future__ import annotations

from domain.jobs.job import Job

NAME = "name"
"""Where the specification of a job says what it is about; that of a test run has a word of its own."""
_WORDS = ("test_set_name", NAME)


def name_of(job: Job) -> str | None:
    """Return what a job is about; None where it has no name, or was started before there were names."""
    return next((name for word in _WORDS if isinstance(name := job.spec.get(word), str)), None)
