"""The `LanguageModel` port: one suite over every provider's API, played over real sockets, and the scripted model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest
from attrs import frozen

from adapters.http.guard import LOCAL
from adapters.language_models.opener import StandardLanguageModels
from adapters.language_models.scripted import ScriptedModels
from domain.jobs.errors import FailureKind, ItemFailure, PermanentFailure, TransientFailure
from domain.language_models.conversation import Completion, FinishReason, Message, ToolCall
from domain.language_models.model import ModelSpec, Provider
from domain.language_models.ports import LanguageModel
from tests.services.http_server import Received, ScriptedServer, always
from tests.services.providers import PLAYS, Json, Play

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DEADLINE_S = 60.0
TALK = (
    Message(role="system", content="Be brief."),
    Message(role="user", content="Hello"),
    Message(role="assistant", content="Hi"),
    Message(role="user", content="Capital of France?"),
)
TOOL_CALL = ToolCall(name="lookup", arguments={"city": "Oslo"}, id="call_1")
TRANSIENT = {FailureKind.RATE_LIMITED, FailureKind.SERVER_ERROR}
FAILURES = [(play, kind) for play in PLAYS for kind in play.errors]
by_name = pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.name)


@contextmanager
def playing(play: Play, response: bytes) -> Iterator[tuple[LanguageModel, list[Received]]]:
    """Serve *response* to every request, and open the model there."""
    with ScriptedServer(always(response)) as server:
        model = StandardLanguageModels({"KEY": "sk-1"}, guard=LOCAL, now=lambda: NOW).open(
            play.spec(server.url), connections=2
        )
        try:
            yield model, server.received
        finally:
            model.close()


@frozen
class Subject:
    """One implementation of the port, made to give a certain answer."""

    name: str
    answering: Callable[[str], AbstractContextManager[LanguageModel]]
    calling_a_tool: Callable[[], AbstractContextManager[LanguageModel]]
    failing: Callable[[], AbstractContextManager[LanguageModel]]


def played(play: Play) -> Subject:
    """Return a provider as a subject."""

    @contextmanager
    def model(response: bytes) -> Iterator[LanguageModel]:
        with playing(play, response) as (opened, _received):
            yield opened

    return Subject(
        name=play.name,
        answering=lambda text: model(play.reply(play.answer(text))),
        calling_a_tool=lambda: model(play.reply(play.tool_call)),
        failing=lambda: model(play.errors["server_error"]),
    )


def scripted() -> Subject:
    """Return the model without a network as a subject."""

    @contextmanager
    def model(reply: Callable[[object], str | Completion]) -> Iterator[LanguageModel]:
        yield ScriptedModels(reply).open(ModelSpec(provider=Provider.SCRIPTED, model="m"), connections=2)

    def fail(_messages: object) -> str:
        raise TransientFailure("the script says so", kind=FailureKind.SERVER_ERROR, retry_after_s=2.0)

    calls = Completion(
        text="", finish_reason=FinishReason.TOOL_CALLS, model="m", latency_s=0.0, tool_calls=(TOOL_CALL,)
    )
    return Subject(
        name="scripted",
        answering=lambda text: model(lambda _: text),
        calling_a_tool=lambda: model(lambda _: calls),
        failing=lambda: model(fail),
    )


SUBJECTS = [*map(played, PLAYS), scripted()]
every = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)


@every
@pytest.mark.parametrize("text", ["Paris", "", "Ünï\N{SNOWMAN}", '{"a": 1}', "a\nb"])
def test_an_answer_is_the_model_s_words(subject: Subject, text: str) -> None:
    """Whoever asks must not see which provider answered; thoughts are no words, and nothing said is an answer too."""
    with subject.answering(text) as model:
        completion = model.complete(TALK, deadline_s=DEADLINE_S)

    assert (completion.text, completion.finish_reason) == (text, FinishReason.STOP)
    assert completion.tool_calls == ()
    assert completion.latency_s >= 0
    assert completion.prompt_tokens is not None
    assert completion.completion_tokens is not None


@every
def test_a_call_of_a_tool_is_read_in_one_form(subject: Subject) -> None:
    """Arguments are JSON in a text here and JSON there; metrics look at one form."""
    with subject.calling_a_tool() as model:
        completion = model.complete(TALK, deadline_s=DEADLINE_S)

    assert completion.text == ""
    assert completion.tool_calls == (TOOL_CALL,)
    assert completion.finish_reason is FinishReason.TOOL_CALLS


@every
def test_a_server_s_trouble_may_pass(subject: Subject) -> None:
    """The kernel repeats the attempt, when the provider said it should."""
    with subject.failing() as model, pytest.raises(TransientFailure) as caught:
        model.complete(TALK, deadline_s=DEADLINE_S)

    assert caught.value.kind is FailureKind.SERVER_ERROR
    assert caught.value.retry_after_s == 2.0


@every
def test_a_schema_changes_the_request_only(subject: Subject) -> None:
    """Judges ask for JSON; what comes back is a text like any other."""
    with subject.answering('{"pass": true}') as model:
        completion = model.complete(TALK, deadline_s=DEADLINE_S, json_schema={"type": "object"})

    assert json.loads(completion.text) == {"pass": True}


@by_name
def test_usage_and_names_are_read(play: Play) -> None:
    """Cost is counted from them: cached tokens are a part of the prompt's, reasoning a part of the answer's."""
    with playing(play, play.reply(play.answer("Paris"))) as (model, received):
        completion = model.complete(TALK, deadline_s=DEADLINE_S)

    assert (completion.prompt_tokens, completion.completion_tokens) == (12, 3)
    assert completion.cached_tokens == (None if play.provider is Provider.OLLAMA else 4)
    assert completion.model == "m-2026-01-01"
    assert completion.request_id == (play.request_id or None)
    assert completion.status == 200
    (request,) = received
    assert (request.method, request.path) == ("POST", play.chat_path)
    assert request.headers[play.key_header] == play.key


@pytest.mark.parametrize(("play", "kind"), FAILURES, ids=lambda value: value.name if isinstance(value, Play) else value)
def test_every_error_has_its_place_in_the_tree(play: Play, kind: str) -> None:
    """Whether to try again, wait, or tell the user about a key, is decided by the kind alone."""
    with playing(play, play.errors[kind]) as (model, _), pytest.raises(ItemFailure) as caught:
        model.complete(TALK, deadline_s=DEADLINE_S)

    assert caught.value.kind is FailureKind(kind)
    assert isinstance(caught.value, TransientFailure) == (caught.value.kind in TRANSIENT)
    if isinstance(caught.value, TransientFailure) and kind == "rate_limited":
        assert caught.value.retry_after_s == 1.5
    assert "sk-1" not in str(caught.value)


@by_name
def test_an_answer_that_was_cut_off_before_its_first_word_is_none(play: Play) -> None:
    """Reasoning models spend the whole limit on thoughts; the message must name the limit, not a missing field."""
    with (
        playing(play, play.reply(play.cut_off)) as (model, _),
        pytest.raises(PermanentFailure, match="limit of tokens") as caught,
    ):
        model.complete(TALK, deadline_s=DEADLINE_S)

    assert caught.value.kind is FailureKind.BAD_ANSWER


@pytest.mark.parametrize("play", [play for play in PLAYS if play.filtered], ids=lambda play: play.name)
def test_an_answer_that_a_filter_kept_back_says_so(play: Play) -> None:
    """An empty answer would read like a model with nothing to say."""
    with playing(play, play.reply(play.filtered)) as (model, _), pytest.raises(PermanentFailure) as caught:
        model.complete(TALK, deadline_s=DEADLINE_S)

    assert caught.value.kind is FailureKind.CONTENT_FILTERED


@by_name
@pytest.mark.parametrize("body", ["nothing", [], "text", {"error": {"message": "no", "code": 429}}])
def test_what_is_no_answer_is_a_failure(play: Play, body: object) -> None:
    """Gateways answer with status 200 whatever happened."""
    said: Json = play.nothing if body == "nothing" else body  # type: ignore[assignment]  # any JSON is sent
    with playing(play, play.reply(said)) as (model, _), pytest.raises(ItemFailure) as caught:
        model.complete(TALK, deadline_s=DEADLINE_S)

    expected = FailureKind.RATE_LIMITED if isinstance(body, dict) else FailureKind.BAD_ANSWER
    assert caught.value.kind is expected


@by_name
def test_vectors_come_in_the_order_of_the_texts(play: Play) -> None:
    """Some send them in any order, with an index."""
    with playing(play, play.reply(play.vectors or {})) as (model, _):
        if play.vectors is None:
            with pytest.raises(PermanentFailure, match="no embeddings"):
                model.embed(["a", "b"], deadline_s=DEADLINE_S)
            return
        found = model.embed(["a", "b"], deadline_s=DEADLINE_S)

    assert found.vectors == ((1.0, 0.5), (0.0, 2.0))


@pytest.mark.parametrize("play", [play for play in PLAYS if play.vectors], ids=lambda play: play.name)
def test_a_vector_too_few_is_a_failure(play: Play) -> None:
    """Paired with the wrong text, it would be a wrong similarity that nobody notices."""
    with playing(play, play.reply(play.vectors or {})) as (model, _), pytest.raises(PermanentFailure) as caught:
        model.embed(["a", "b", "c"], deadline_s=DEADLINE_S)

    assert caught.value.kind is FailureKind.BAD_ANSWER
    assert "expected 3 vectors" in str(caught.value)


def test_the_scripted_model_is_the_same_for_the_same_text() -> None:
    """Tests of what uses vectors need them to be the same each time."""
    model = ScriptedModels().open(ModelSpec(provider=Provider.SCRIPTED, model="m"), connections=1)

    one, two, three = model.embed(["a", "b", "a"], deadline_s=1).vectors

    assert one == three != two
