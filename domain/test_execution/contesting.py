"""Holding a contest: wait until every test in it has ended, read their answers from the ledger, have one chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import cast

from attrs import evolve, frozen

from domain.jobs.errors import Deferred, PermanentFailure, TransientFailure
from domain.jobs.family import Keep
from domain.jobs.item import Document, Item, ItemNo, ItemState, Outcome
from domain.jobs.usage import NOTHING, Usage
from domain.test_execution.codec import item_from_json, score_from_json, scores_from_json, to_json
from domain.test_execution.contest import Candidate
from domain.test_execution.metric import Score, verdict_of
from domain.test_execution.recorded_answer import recorded_in
from domain.test_execution.sample import Sample
from domain.test_execution.scoring import Scoring, paid_by
from domain.test_execution.target import Answer
from domain.test_execution.test_set import TestItem

WAIT_S = 1.0
"""How long a contest waits before it looks again; each look reads a few rows."""

Rows = Callable[[Sequence[ItemNo]], Sequence[Item]]
"""Reads rows of the contest's own job."""


@frozen(kw_only=True)
class Contests:
    """Holds the contests of one job."""

    scoring: Scoring
    rows: Rows

    def hold(self, item: Item, test: TestItem, *, deadline_s: float, keep: Keep) -> Outcome:
        """
        Return who won, with what each metric says of it.

        Raises:
            Deferred: a test in it has not ended.
            TransientFailure, PermanentFailure: a judge could not be asked; what others chose before is kept.
        """
        ends = monotonic() + deadline_s
        rows = self.rows([ItemNo(no) for no in test.contest])
        waiting = [row.key for row in rows if not row.state.is_end]
        if waiting:
            raise Deferred(WAIT_S, f"{len(waiting)} tests of the contest have not ended (first: {waiting[0]})")
        heard = cast(Mapping[str, str], (item.progress or {}).get("heard", {}))
        sample, left_out = self._sample(test, rows, heard=heard, ends=ends)
        kept = cast(list[Document], (item.progress or {}).get("scores", ()))
        scores = [score_from_json(score) for score in kept]
        for metric in test.case.metrics[len(kept) :]:
            try:
                found = self.scoring.scorer(metric)(sample, deadline_s=max(0.0, ends - monotonic()))
            except (PermanentFailure, TransientFailure, Deferred) as failure:
                paid = _cost(scores[len(kept) :]) + paid_by(failure)
                if paid or failure.heard:
                    keep({"scores": [to_json(score) for score in scores], "heard": dict(failure.heard)}, paid)
                raise
            scores.append(_with_field(found, sample.candidates or (), left_out))
        return Outcome(
            state=ItemState.SUCCEEDED,
            verdict=verdict_of(scores),
            result={"prompt": sample.prompt, "scores": [to_json(score) for score in scores], "provenance": "contest"},
            usage=_cost(scores[len(kept) :]),
        )

    def _sample(
        self, test: TestItem, rows: Sequence[Item], *, heard: Mapping[str, str], ends: float
    ) -> tuple[Sample, list[str]]:
        variables = self.scoring.shaping.variables(test.case, deadline_s=ends - monotonic())
        candidates, prompts, left_out = [], [], []
        for row in rows:
            recorded = recorded_in(row) if row.state is ItemState.SUCCEEDED else None
            if recorded is None:
                left_out.append(f"{row.key} ({row.state})")
                continue
            sibling = item_from_json(row.input)
            seen = self.scoring.seen(
                Sample(
                    case=sibling.case,
                    prompt=recorded.prompt,
                    answer=recorded.answer,
                    variables=variables,
                    repeat=sibling.repeat,
                    target=sibling.target,
                ),
                deadline_s=max(0.0, ends - monotonic()),
            )
            prompts.append(recorded.prompt)
            candidates.append(
                Candidate(
                    key=row.key,
                    text=seen.answer.text,
                    target=sibling.target,
                    prompt_label=sibling.case.prompt_label,
                    scores=tuple(scores_from_json(row.outcome.result if row.outcome else {})),
                )
            )
        return Sample(
            case=test.case,
            prompt=_question(prompts),
            answer=Answer(text="", latency_s=0.0),
            variables=variables,
            repeat=test.repeat,
            candidates=tuple(candidates),
            heard=heard,
        ), left_out


def _question(prompts: Sequence[str]) -> str:
    """Return what was asked; several prompts one below the other, in the file's order and not in the answers'."""
    different = list(dict.fromkeys(prompts))
    if len(different) < 2:
        return "".join(different)
    return "\n\n".join(["The same was asked in several ways, and each answer is to one of them:", *different])


def _with_field(score: Score, candidates: Sequence[Candidate], left_out: Sequence[str]) -> Score:
    """Return the score with who took part, and who could not."""
    entered = [{"key": each.key, "target": each.target, "prompt": each.prompt_label} for each in candidates]
    details = {"winner": None, **(score.details or {}), "candidates": entered, "left_out": list(left_out)}
    without = f"; left out: {', '.join(left_out)}" if left_out else ""
    return evolve(score, reason=score.reason + without, details=details)


def _cost(scores: Sequence[Score]) -> Usage:
    return sum((score.usage for score in scores if score.usage), start=NOTHING)
