"""Rules of batches: nothing is reordered, dropped or doubled, and only the text that is to blame fails."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.embedders.scripted import ScriptedEmbedder, numbers_of
from domain.embedding.batching import BatchLimits, Size, batches_of, embed_halving, shares_of, size_of
from domain.embedding.gathering import GatheredEmbedder
from domain.embedding.vector import unit_vector
from domain.jobs.errors import FailureKind, PermanentFailure, TransientFailure
from domain.jobs.usage import NOTHING, Usage

texts = st.lists(st.text(alphabet="ab 1é漢", max_size=40), max_size=40)
limits = st.builds(
    BatchLimits, most_texts=st.integers(1, 9), most_bytes=st.integers(1, 200), most_tokens=st.integers(1, 80)
)


@given(texts=texts, limits=limits)
def test_batches_hold_every_text_once_in_its_order(texts: list[str], limits: BatchLimits) -> None:
    """A vector under another text's hash would never be noticed."""
    batches = list(batches_of(texts, limits))

    assert [text for batch in batches for text in batch] == texts
    assert all(batches)


@given(texts=texts, limits=limits)
def test_a_batch_is_within_all_limits_and_none_could_take_the_next_text(texts: list[str], limits: BatchLimits) -> None:
    """Too large is refused, too small is paid for by the request. A text too large for any batch is one of its own."""
    batches = list(batches_of(texts, limits))

    for batch, following in zip(batches, [*batches[1:], None], strict=False):
        size = sum(map(size_of, batch), start=Size())
        assert len(batch) == 1 or size.fits(limits)
        assert following is None or not (size + size_of(following[0])).fits(limits)


@given(
    texts=st.lists(st.text(alphabet="abc", min_size=1, max_size=5), min_size=1, max_size=40, unique=True),
    bad=st.sets(st.integers(0, 39), max_size=5),
    most=st.integers(1, 50),
)
def test_halving_fails_those_to_blame_and_nobody_else(texts: list[str], bad: set[int], most: int) -> None:
    """One text that a model does not take must not cost a batch, nor a batch that is too large its texts."""
    blamed = {text for no, text in enumerate(texts) if no in bad}

    def refuse(asked: Sequence[str]) -> None:
        if len(asked) > most or blamed & set(asked):
            raise PermanentFailure("too large", kind=FailureKind.CONTEXT_TOO_LONG)

    embedder = ScriptedEmbedder(refuse=refuse)
    found = embed_halving(lambda some: embedder.embed_documents(some, deadline_s=1), texts)

    for text, brought in zip(texts, found.brought, strict=True):
        if text in blamed:
            assert isinstance(brought, PermanentFailure)
        else:
            assert brought == unit_vector(numbers_of(text), dimensions=None)
    assert found.usage.requests == len(embedder.calls) <= 2 * len(texts)


@given(
    texts=st.lists(st.text(alphabet="abc", min_size=1, max_size=5), min_size=2, max_size=20, unique=True),
    after=st.integers(1, 5),
)
def test_what_concerns_no_text_is_not_halved(texts: list[str], after: int) -> None:
    """A wrong key stays wrong for half of the texts; and what came before it is kept."""
    calls: list[int] = []

    def refuse(asked: Sequence[str]) -> None:
        calls.append(len(asked))
        if len(calls) > after:
            raise TransientFailure("down", kind=FailureKind.SERVER_ERROR)
        if len(asked) > 1:
            raise PermanentFailure("too large", kind=FailureKind.TOO_LARGE)

    embedder = ScriptedEmbedder(refuse=refuse)
    found = embed_halving(lambda some: embedder.embed_documents(some, deadline_s=1), texts)

    assert len(calls) <= after + 1
    worked = [brought for brought in found.brought if not isinstance(brought, Exception)]
    assert len(worked) == sum(1 for size in calls[:after] if size == 1)
    assert found.usage.requests == len(calls)


@given(
    tokens=st.integers(0, 10**9),
    cost=st.integers(0, 10**12),
    weights=st.lists(st.integers(0, 1000), min_size=1, max_size=30),
)
def test_shares_add_up_to_what_was_paid(tokens: int, cost: int, weights: list[int]) -> None:
    """Bills are compared with the provider's: not a token may be lost or invented."""
    whole = Usage(requests=1, prompt_tokens=tokens, cost_nanousd=cost)

    shares = shares_of(whole, weights)

    assert sum(shares, start=NOTHING) == whole
    assert len(shares) == len(weights)


@settings(max_examples=30, deadline=None)
@given(
    wishes=st.lists(
        st.lists(st.text(alphabet="abcd", min_size=1, max_size=3), min_size=1, max_size=6), min_size=1, max_size=12
    ),
    most=st.integers(1, 8),
)
def test_threads_that_share_requests_each_get_their_own(wishes: list[list[str]], most: int) -> None:
    """Whoever asks together gets back what it asked for, in its order; each text is asked for and paid once."""
    embedder = ScriptedEmbedder()
    gathered = GatheredEmbedder(embedder, limits=BatchLimits(most_texts=max(most, 6)), gather_s=0.002)
    together = threading.Barrier(len(wishes))

    def ask(wish: list[str]) -> Usage:
        together.wait(timeout=20)
        answers = gathered.embed(wish, deadline_s=20)
        assert [answer.brought for answer in answers] == [unit_vector(numbers_of(t), dimensions=None) for t in wish]
        return sum((answer.usage for answer in answers), start=NOTHING)

    with ThreadPoolExecutor(len(wishes)) as threads:
        paid = sum(threads.map(ask, wishes), start=NOTHING)

    asked = [text for call in embedder.calls for text in call]
    assert sorted(asked) == sorted({text for wish in wishes for text in wish})
    assert paid.requests == len(embedder.calls)
    assert all(len(call) <= max(most, 6) for call in embedder.calls)
