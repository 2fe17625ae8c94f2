"""Contract of embedders: lexical, local, behind an API, scripted; and what is each one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from adapters.embedders.language_model import LanguageModelEmbedder
from adapters.embedders.lexical import LexicalEmbedder
from adapters.embedders.local import files_of, opened
from adapters.embedders.scripted import ScriptedEmbedder
from adapters.http.guard import LOCAL
from adapters.language_models.opener import StandardLanguageModels
from domain.embedding.asked_model import AskedModel
from domain.embedding.embedder import Embedder, only_vector
from domain.embedding.vector import Vector, unit_vector
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure, TransientFailure
from domain.language_models.model import ModelSpec, Provider
from tests.contract.tiny_network import write_network
from tests.pipelines.library_at_work import installation
from tests.services.embeddings_server import EmbeddingsScript
from tests.services.http_server import ScriptedServer, reply

Make = Callable[[str, str], Embedder]
TEXTS = ["refunds within fourteen days", "shipping abroad", "refunds", "refunds within fourteen days"]


@contextmanager
def api_embedder(
    address: str, *, query_prefix: str = "", document_prefix: str = "", dimensions: int | None = 16
) -> Iterator[LanguageModelEmbedder]:
    """Yield an embedder behind the API at *address*."""
    spec = ModelSpec(provider=Provider.OPENAI_COMPATIBLE, model="mock", base_url=address)
    model = StandardLanguageModels({}, guard=LOCAL).open(spec, connections=2)
    yield LanguageModelEmbedder(
        model=model, dimensions=dimensions, query_prefix=query_prefix, document_prefix=document_prefix
    )
    model.close()


@pytest.fixture(params=["lexical", "local", "api", "scripted"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Return what opens each of them, with prefixes."""
    with ExitStack() as stack:

        def made(query_prefix: str, document_prefix: str) -> Embedder:
            if request.param == "lexical":
                return LexicalEmbedder()
            if request.param == "scripted":
                return ScriptedEmbedder(query_prefix=query_prefix, document_prefix=document_prefix)
            if request.param == "local":
                write_network(tmp_path / "tiny")
                files = files_of(tmp_path, "tiny")
                return opened(files, query_prefix=query_prefix, document_prefix=document_prefix)
            server = stack.enter_context(ScriptedServer(EmbeddingsScript()))
            return stack.enter_context(
                api_embedder(f"{server.url}/v1", query_prefix=query_prefix, document_prefix=document_prefix)
            )

        yield made


def vectors(embedder: Embedder, texts: list[str]) -> list[Vector]:
    """Return the vectors of documents."""
    found = embedder.embed_documents(texts, deadline_s=20).vectors
    assert not any(isinstance(each, Exception) for each in found)
    return [each for each in found if not isinstance(each, Exception)]


def test_each_text_has_its_vector_in_its_place(make: Make) -> None:
    """Alone or among others, at once or later: the same text has the same vector, of length 1."""
    embedder = make("", "")
    found = vectors(embedder, TEXTS)

    assert found[0] == found[3] != found[1]
    for text, vector in zip(TEXTS, found, strict=True):
        [alone] = vectors(embedder, [text])
        assert alone == pytest.approx(vector, abs=1e-6)
        assert sum(number * number for number in vector) == pytest.approx(1.0, abs=1e-5)
    assert len({len(vector) for vector in found}) == 1


def test_odd_texts_have_vectors(make: Make) -> None:
    """Documents hold whatever people write."""
    embedder = make("", "")

    assert len(vectors(embedder, ["?!", "漢字", "x" * 200])) == 3


def test_prefixes_go_before_questions_and_documents(make: Make) -> None:
    """Models that were trained with them find little without; a question is embedded as a question."""
    plain, prefixed = make("", ""), make("query: ", "passage: ")
    if isinstance(plain, LexicalEmbedder):
        pytest.skip("has none: words of a prefix would count as words of the text")

    [document] = vectors(prefixed, ["refunds"])
    question = only_vector(prefixed.embed_query("refunds", deadline_s=20))

    assert document == pytest.approx(vectors(plain, ["passage: refunds"])[0], abs=1e-6)
    assert question == pytest.approx(vectors(plain, ["query: refunds"])[0], abs=1e-6)


def test_lexical_vectors_are_near_where_words_are_alike() -> None:
    """That is all it can do, and it does it everywhere and always in the same way."""
    question, near, far = vectors(
        LexicalEmbedder(), ["are invoices kept", "we keep each invoice", "shipping abroad takes days"]
    )

    assert sum(a * b for a, b in zip(question, near, strict=True)) > sum(
        a * b for a, b in zip(question, far, strict=True)
    )


def test_an_api_that_answers_badly_spoils_no_other_text() -> None:
    """One NaN is that text's failure; the vectors of another model's length are refused one and all."""
    rows = '{"data": [{"index": 0, "embedding": [0.0, 0.0]}, {"index": 1, "embedding": [3.0, 4.0]}], "usage": {}}'
    with (
        ScriptedServer(lambda _request, wire: wire.send(reply(rows))) as server,
        api_embedder(f"{server.url}/v1", dimensions=2) as fitting,
        api_embedder(f"{server.url}/v1", dimensions=3) as other,
    ):
        bad, good = fitting.embed_documents(["a", "b"], deadline_s=20).vectors
        longer = other.embed_documents(["a", "b"], deadline_s=20).vectors

    assert isinstance(bad, PermanentFailure)
    assert bad.kind is FailureKind.BAD_ANSWER
    assert good == unit_vector([3.0, 4.0], dimensions=2)
    assert all(isinstance(each, PermanentFailure) for each in longer)


@pytest.mark.parametrize(
    ("response", "kind", "failure"),
    [
        (reply("{}", status="429 Too Many", headers="Retry-After: 7\r\n"), FailureKind.RATE_LIMITED, TransientFailure),
        (reply("{}", status="503 Away"), FailureKind.SERVER_ERROR, TransientFailure),
        (reply("{}", status="401 No"), FailureKind.AUTHENTICATION, PermanentFailure),
        (reply("{}", status="413 Large"), FailureKind.CONTEXT_TOO_LONG, PermanentFailure),
        (reply('{"data": []}'), FailureKind.BAD_ANSWER, PermanentFailure),
        (reply("not json"), FailureKind.BAD_ANSWER, PermanentFailure),
    ],
)
def test_refusals_of_an_api_are_told_apart(response: bytes, kind: FailureKind, failure: type[Exception]) -> None:
    """What waits, what is halved, what is repeated and what is final hangs on it."""
    with (
        ScriptedServer(lambda _request, wire: wire.send(response)) as server,
        api_embedder(f"{server.url}/v1") as embedder,
        pytest.raises(failure) as caught,
    ):
        embedder.embed_documents(["a"], deadline_s=20)

    assert getattr(caught.value, "kind", None) is kind
    if kind is FailureKind.RATE_LIMITED:
        assert getattr(caught.value, "retry_after_s", None) == 7


def test_a_local_text_that_is_too_long_is_refused_and_not_cut_off(tmp_path: Path) -> None:
    """What is silently cut off can never be found."""
    write_network(tmp_path / "tiny", most_tokens=4)

    with pytest.raises(PermanentFailure, match="5 tokens") as caught:
        opened(files_of(tmp_path, "tiny")).embed_documents(["days days days days days"], deadline_s=20)
    assert caught.value.kind is FailureKind.CONTEXT_TOO_LONG


@pytest.mark.parametrize("name", ["..", ".", "../tiny", "/etc", "tiny/..", "nowhere", "", "a" * 101])
def test_no_folder_but_the_operators_is_looked_at(tmp_path: Path, name: str) -> None:
    """Names come over the network."""
    write_network(tmp_path / "models" / "other")
    with pytest.raises(InvalidInput):
        files_of(tmp_path / "models", name)
    with pytest.raises(InvalidInput, match="ANTIPHON_LOCAL_MODELS"):
        files_of(None, "other")


def test_files_that_are_none_of_a_model_are_refused(tmp_path: Path) -> None:
    """The runtime's own errors name the place of files, and are not repeated."""
    folder = write_network(tmp_path / "tiny")
    (folder / "model.onnx").write_bytes(b"no network")

    with pytest.raises(InvalidInput, match="can't be used") as caught:
        opened(files_of(tmp_path, "tiny"))
    assert str(tmp_path) not in str(caught.value)


def test_an_exchanged_file_is_noticed_when_the_model_is_opened(tmp_path: Path) -> None:
    """Its vectors would look like those of before, and could not be compared with them."""
    write_network(tmp_path / "models" / "tiny", most_tokens=128)
    with installation(tmp_path / "home", ANTIPHON_LOCAL_MODELS=str(tmp_path / "models")) as antiphon:
        added = antiphon.embedding.models.add(antiphon.tenant, AskedModel(words="local:tiny"))
        assert added.model.dimensions == 8
        antiphon.embedding.embedders.embedders.open(antiphon.tenant, added.model)
        write_network(tmp_path / "models" / "tiny", seed=2, most_tokens=128)

        with pytest.raises(InvalidInput, match="not those its vectors were made with"):
            antiphon.embedding.embedders.embedders.open(antiphon.tenant, added.model)
