"""Who asks for places in tests."""

from domain.jobs.fairness import Party
from domain.jobs.job import JobId
from domain.tenancy import OrganizationId

ANYBODY = Party(organization_id=OrganizationId("org"), job_id=JobId("job"))
