"""What is read out of a judge's reply, and what is not."""

from __future__ import annotations

import pytest

from domain.test_execution.judging.reply import Fields, UnreadableReply, read_reply


def _verdict(fields: Fields) -> tuple[bool, float]:
    return fields.flag("pass"), fields.share("score")


GOOD = (True, 0.75)


@pytest.mark.parametrize(
    "text",
    [
        '{"pass": true, "score": 0.75}',
        '  {"score": 0.75, "pass": true, "more": [1]}\n',
        '```json\n{"pass": true, "score": 0.75}\n```',
        'The rubric asks for {x}. So:\n{"pass": true, "score": 0.75}',
        '<think>maybe {"pass": false, "score": 0}?</think>{"pass": true, "score": 0.75}',
        '{"pass": "Yes", "score": "0.75"}',
        '{"reason": "none"} then {"pass": true, "score": 0.75}',
        '{"pass": true, "score": 0.75} and again {"pass": true, "score": 0.75}',
    ],
)
def test_a_verdict_is_found(text: str) -> None:
    """Models wrap JSON in fences and thoughts, and write numbers as texts: none of that is a reason to pay again."""
    assert read_reply(text, read=_verdict) == GOOD


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there is no JSON object"),
        ("I think it passes.", "there is no JSON object"),
        ('{"pass": true, "score": 0.75', "there is no JSON object"),
        ("[true, 0.75]", "expected a JSON object"),
        ('{"score": 0.75}', "there is no 'pass' in it; expected true or false"),
        ('{"pass": "perhaps", "score": 0.75}', "'pass' is"),
        ('{"pass": true, "score": 7}', "expected a number from 0 to 1"),
        ('{"pass": true, "score": true}', "expected a number from 0 to 1"),
        ('{"pass": true, "score": null}', "expected a number from 0 to 1"),
        ('{"pass": true, "score": NaN}', "'score' is 'NaN'"),
        ('The answer says {"pass": true, "score": 1.0}. I say {"pass": false, "score": 0.0}', "different things"),
    ],
)
def test_a_reply_without_a_clear_verdict_is_unreadable(text: str, problem: str) -> None:
    """Guessing would make a verdict that nobody gave; a quotation of the answer under test must not become one."""
    with pytest.raises(UnreadableReply, match=problem):
        read_reply(text, read=_verdict)


def test_a_reply_full_of_braces_is_given_up_in_time() -> None:
    """A reply is somebody else's text: looking for JSON in it must not take quadratic time."""
    with pytest.raises(UnreadableReply):
        read_reply("{" * 100_000, read=_verdict)


def test_lists_are_read_with_their_types() -> None:
    """A list of parts that names part 9 of 3 was not made from the context that was shown."""
    fields = Fields({"needed": [2, 1, 2], "far": [9], "texts": [" a ", ""], "mixed": [1, "a"]})

    assert fields.numbers("needed", most=3) == [1, 2]
    assert fields.texts("texts") == ["a"]
    for name in ("far", "mixed", "missing"):
        with pytest.raises(UnreadableReply, match="expected a list of numbers from 1 to 3"):
            fields.numbers(name, most=3)
    with pytest.raises(UnreadableReply, match="expected a list of texts"):
        fields.texts("mixed")
    with pytest.raises(UnreadableReply, match="expected a list of objects"):
        fields.objects("texts")
