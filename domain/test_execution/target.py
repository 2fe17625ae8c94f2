"""
What is under test: the three kinds of target, what is sent to one, and what comes back.

Specifications carry no secrets: a header or parameter may hold `${NAME}`, which the adapter replaces, at the call,
by the environment variable of that name.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from attrs.validators import gt, min_len, optional

from domain.jobs.item import Document
from domain.jobs.usage import NOTHING, Usage
from domain.language_models.conversation import FinishReason, Message, ToolCall
from domain.language_models.model import DEFAULT_MAX_ANSWER_BYTES, ModelSpec

DEFAULT_BODY: Document = {"prompt": "{{ prompt }}"}


@frozen(kw_only=True)
class HttpTarget:
    """
    Any HTTP endpoint.

    The path and query of *url* may hold templates too; what they are filled with is percent-encoded.
    *body* is JSON (or one string) whose strings are templates over the test's variables and `prompt`; None sends none.
    *response_path* picks the answer out of a JSON response (`choices[0].message.content`); empty means: a JSON string,
    else the whole body as text. *timeout_s* bounds one request; None leaves it to the item's deadline.

    *request_transform* is a script that makes of the prompt what the body's `prompt` is; *response_transform* one that
    makes the answer of a response (instead of *response_path*), from `json`, `text` and `context`. *json_texts*: a text
    of the body that is a JSON object or list, once it is filled in, is sent as that.
    """

    url: str = field(validator=min_len(1))
    method: str = "POST"
    headers: Mapping[str, str] = field(factory=dict)
    body: object = field(factory=lambda: DEFAULT_BODY)
    response_path: str = ""
    request_transform: object = None
    response_transform: object = None
    json_texts: bool = False
    timeout_s: float | None = field(default=None, validator=optional(gt(0)))
    max_answer_bytes: int = field(default=DEFAULT_MAX_ANSWER_BYTES, validator=gt(0))


@frozen(kw_only=True)
class ModelTarget:
    """A language model, with the *system* text (a template) that goes before every conversation."""

    model: ModelSpec
    system: str = ""


@frozen(kw_only=True)
class PythonTarget:
    """
    A callable `function(prompt, variables) -> str | dict` in an importable *module*, or in a file with that path.

    With *options* it is called as promptfoo calls a provider: `function(prompt, options, {"vars": variables})`.
    """

    module: str = field(validator=min_len(1))
    function: str = field(validator=min_len(1))
    options: Document | None = None


TargetSpec = HttpTarget | ModelTarget | PythonTarget


MOST_TOKENS = 10**9
"""More than this no answer has."""


@frozen(kw_only=True)
class Question:
    """
    What one test asks: the *prompt*, rendered, and the variables it was rendered from.

    *repeat* counts from 1. In a test of several turns, *history* is what was said before, and *conversation_id* the
    same for all of its turns, for targets that remember by themselves.
    """

    prompt: str
    variables: Document
    history: tuple[Message, ...] = ()
    conversation_id: str = ""
    repeat: int = 1

    @property
    def seen_variables(self) -> dict[str, object]:
        """
        What a target's template or function gets: the test's variables, and `prompt`; in a test of several turns also
        `messages` (`{role, content}`, this one included) and `conversation_id`.
        """
        seen = {**self.variables, "prompt": self.prompt}
        if not self.conversation_id:
            return seen
        messages = [*self.history, Message(role="user", content=self.prompt)]
        listed = [{"role": message.role, "content": message.content} for message in messages]
        return {**seen, "messages": listed, "conversation_id": self.conversation_id}


@frozen(kw_only=True)
class Answer:
    """
    What came back: the extracted *text* and, for metrics and for looking closer, *data* (the parsed JSON response).

    *latency_s* is the time in seconds from the first byte sent to the last byte read. Tokens are None where the target
    does not say; the cost, in billionths of a US dollar, where the price is not known. Of a model that only called
    tools, the calls as JSON are the text. A *cached* answer was had before, and cost what it says then. *is_json*: the
    target gave an object or a list, and the text is that as JSON; scripts see the object.
    """

    text: str
    latency_s: float
    data: object = None
    status: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    cost_nanousd: int | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason | None = None
    model: str | None = None
    request_id: str | None = None
    cached: bool = False
    is_json: bool = False


def usage_of(answer: Answer) -> Usage:
    """
    Return what the answer cost: one request, the tokens its target told, and the money, where the price is known.

    One that was had before cost nothing.
    """
    if answer.cached:
        return NOTHING
    return Usage(
        requests=1,
        prompt_tokens=_believable(answer.prompt_tokens),
        completion_tokens=_believable(answer.completion_tokens),
        cost_nanousd=answer.cost_nanousd or 0,
    )


def _believable(tokens: int | None) -> int:
    """Return the number a target told, 0 if it can't be one: what it says is added up, and must not break the sums."""
    return tokens if tokens is not None and 0 <= tokens <= MOST_TOKENS else 0
