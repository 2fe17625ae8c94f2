"""Templates: what is filled in, what keeps its type, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, PermanentFailure

TEMPLATES = JinjaTemplates()
VARIABLES = {"name": "Zoë", "n": 3, "yes": True, "words": ["a", "b"], "nested": {"deep": {"x": 1}}, "none": None}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain { text } 100% {# kept #}", "plain { text } 100% {# kept #}"),
        ("Hi {{ name }}!\n", "Hi Zoë!\n"),
        ("{{ n }}", "3"),
        ("{{ yes }} {{ none }} {{ words }} {{ nested.deep }}", 'true null ["a", "b"] {"x": 1}'),
        ("<{{ name | tojson }}> {{ words | dump }}", '<"Zoë"> ["a", "b"]'),
        ("{% for word in words %}{{ loop.index }}{{ word }} {% endfor %}", "1a 2b "),
        ("{% if n > 2 %}many{% else %}few{% endif %}", "many"),
        ("<b>{{ '<&>' }}</b>", "<b><&></b>"),
        ("{{ 2 * n + 2 ** 3 }}", "14"),
    ],
)
def test_a_text_is_filled_in(template: str, text: str) -> None:
    """A model reads what comes out: no HTML escapes, no Python spellings, no lost line ends."""
    assert TEMPLATES.render(template, VARIABLES) == text


def test_inside_json_a_single_variable_keeps_its_type() -> None:
    """`{"top_k": "{{ n }}"}` must send a number, or the endpoint refuses it."""
    template = {"n": "{{ n }}", "all": ["{{words}}", "{{ nested }}", "n={{ n }}", 7, None], "name": " {{ name }}"}

    assert TEMPLATES.render(template, VARIABLES) == {
        "n": 3,
        "all": [["a", "b"], {"deep": {"x": 1}}, "n=3", 7, None],
        "name": " Zoë",
    }


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Hi {{ nmae }}", "'nmae' is undefined (did you mean 'name'?)"),
        (["{{ nmae }}"], "'nmae' is undefined"),
        ("{{ nested.deep.y }}", "no attribute 'y'"),
        ("{{ name", "end of template"),
        ("{% if n %}", "end of template"),
        ("{{ name | nofilter }}", "nofilter"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ n + name }}", "unsupported operand"),
        (f"{{{{ {'(' * 3_000}{')' * 3_000} }}}}", "recursion"),
    ],
)
def test_a_template_that_cannot_be_filled_says_why(template: object, said: str) -> None:
    """An empty string in the place of a missing variable would ask the target another question."""
    with pytest.raises(PermanentFailure) as caught:
        TEMPLATES.render(template, VARIABLES)

    assert caught.value.kind is FailureKind.BAD_INPUT
    assert said in str(caught.value)
    assert "the test's variables are: n, name, nested, none, words, yes" in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "template",
    [
        "{{ name.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ words.append(1) }}",
        "{{ range.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
    ],
)
def test_a_template_gets_at_nothing_but_its_variables(template: str) -> None:
    """Test sets come from elsewhere; a template must not be a way to run code or to read files."""
    with pytest.raises(PermanentFailure):
        TEMPLATES.render(template, VARIABLES)


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10 ** 9 }}",
        "{{ [1] * 10 ** 9 }}",
        "{{ 10 ** (9 ** 9) }}",
        "{{ ((9 ** 64) ** 64) ** 64 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'a'.ljust(10 ** 9) }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'a' | center(10 ** 9) }}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{% for i in words %}" * 3 + "{% endfor %}" * 3,
        "{% for i in range(999) %}{% for i in range(999) %}{{ name }}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in words recursive %}{{ i }}{% endfor %}",
    ],
)
def test_a_template_cannot_take_the_worker_with_it(template: str) -> None:
    """One careless loop must end as one failed item, not as a worker without memory."""
    with pytest.raises(PermanentFailure):
        TEMPLATES.render(template, VARIABLES)


def test_threads_share_compiled_templates() -> None:
    """Items run on many threads; what one renders must never show in another's text."""
    with ThreadPoolExecutor(8) as threads:
        texts = list(
            threads.map(lambda n: TEMPLATES.render("{{ n }}-{% if n %}{{ n }}{% endif %}", {"n": n}), range(1, 500))
        )

    assert texts == [f"{n}-{n}" for n in range(1, 500)]
