"""Which runs are compared, how, and what a release asks of that."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from domain.test_execution.comparison_gates import ComparisonGates
from domain.test_execution.test_set import Gates


class ComparisonWords(BaseModel):
    """A run, and a new one to compare with it."""

    base: UUID = Field(description="The id of a run that has ended.")
    new: UUID = Field(description="The id of a run that has ended.")
    base_target: str | None = Field(
        default=None, max_length=100, description="The one target that is compared; usually each with its namesake."
    )
    new_target: str | None = Field(default=None, max_length=100, description="The same, of the new run.")
    alpha: float = Field(default=0.05, gt=0, le=0.5, description="How often chance may look like a difference.")
    no_regression: bool = Field(default=False, description="Gate: no fall that is more than chance.")
    min_pass_rate: float | None = Field(default=None, ge=0, le=1, description="Gate: of the new run.")
    min_pass_rate_lower: float | None = Field(default=None, ge=0, le=1, description="Gate: of the new run.")

    @property
    def gates(self) -> ComparisonGates:
        """What is asked."""
        of_new = Gates(min_pass_rate=self.min_pass_rate, min_pass_rate_lower=self.min_pass_rate_lower)
        return ComparisonGates(no_regression=self.no_regression, of_new=of_new)
