"""Templates that come from elsewhere: what they can't reach, and what they can't take."""

from __future__ import annotations

import threading
from time import monotonic

import pytest

from adapters.templates.bounds import MAX_OUTPUT_CHARACTERS
from adapters.templates.jinja import JinjaTemplates
from domain.jobs.errors import FailureKind, PermanentFailure

TEMPLATES = JinjaTemplates()
BIG = "x" * 500_000
VARIABLES: dict[str, object] = {"big": BIG, "text": "a b c", "list": [1, 2, 3], "many": list(range(100_000))}
# One second, and room for a machine that does five other things at once.
PATIENCE_S = 60
LOOPS = "{{% for i in range(1000) %}}{{% for j in range(1000) %}}{{{{ '' if {} else '' }}}}{{% endfor %}}{{% endfor %}}"


def render(template: str, **variables: object) -> str:
    """Fill the template in."""
    return str(TEMPLATES.render(template, {**VARIABLES, **variables}))


@pytest.mark.parametrize(
    "template",
    [
        "{% set a = big ~ big %}{% set b = a ~ a %}{% set c = b ~ b %}{{ c|length }}",
        "{% set a = (big ~ big) ~ (big ~ big) %}{{ a|length }}",
        "{% set a = big + big + big %}{{ a|length }}",
        "{% set n = namespace(t='xx') %}{% for i in range(40) %}{% set n.t = n.t ~ n.t %}{% endfor %}{{ n.t|length }}",
        "{% set n = namespace(t=[1]) %}{% for i in range(40) %}{% set n.t = n.t + n.t %}{% endfor %}{{ n.t|length }}",
        "{% set n = namespace(t=9) %}{% for i in range(40) %}{% set n.t = n.t * n.t %}{% endfor %}{{ n.t }}",
        "{{ range(1000)|join(big)|length }}",
        "{{ big.join(text)|length }}",
        "{{ big.join(text.split() * 100)|length }}",
        "{{ big|replace('x', big)|length }}",
        "{{ big.replace('x', big)|length }}",
        "{{ big.replace('', big)|length }}",
        "{{ (big * 9)|length }}",
        "{{ ([1] * 99999999)|length }}",
        "{{ 9 ** 999999999 }}",
        "{{ range(10 ** 9)|list }}",
        "{{ [big, big, big]|sum(start='') }}",
        "{{ [[1]] * 1000|sum(start=[]) }}",
        "{{ many|batch(1000000000, 'x')|list }}",
        "{{ many|slice(1000000000)|list }}",
        "{{ text|wordwrap(1, wrapstring=big) }}",
        "{{ text|center(1000000000) }}",
        "{{ text|indent(1000000000) }}",
        "{{ '%1000000000d'|format(1) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{0.__class__}'.format(text) }}",
        "{{ '{a:1000000000}'.format_map({'a': 1}) }}",
        "{{ text.ljust(1000000000) }}",
        "{{ text.zfill(1000000000) }}",
        "{{ text.encode().ljust(1000000000) }}",
        "{{ (1).to_bytes(1000000000, 'big') }}",
        "{{ text.translate({97: big}) }}",
        "{{ text.expandtabs(1000000000) }}",
        "{{ text|urlize(rel=big) }}",
        "{{ lipsum(n=1000000000) }}",
        "{% for i in range(1000) %}{% for j in range(1000) %}{{ big }}{% endfor %}{% endfor %}",
        "{% set a %}{% for i in range(1000) %}{{ big }}{% endfor %}{% endset %}{{ a|length }}",
        "{% filter upper %}{% for i in range(1000) %}{{ big }}{% endfor %}{% endfilter %}",
        "{% block a %}{{ big }}{% endblock %}{{ self.a() ~ self.a() }}",
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(1) }}",
        "{% for i in list recursive %}{{ loop(list) }}{% endfor %}",
    ],
)
def test_no_template_makes_much_of_little(template: str) -> None:
    """A line of a file from elsewhere must not take the worker's memory."""
    started = monotonic()

    with pytest.raises(PermanentFailure) as caught:
        render(template)

    assert caught.value.kind is FailureKind.BAD_INPUT
    assert monotonic() - started < PATIENCE_S


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in big %}{% for b in big %}{% endfor %}{% endfor %}",
        "{% for a in many %}{% for b in many %}{{ '' }}{% endfor %}{% endfor %}",
        LOOPS.format("big|list|sort|length"),
        LOOPS.format("big.count('xy')"),
        LOOPS.format("'xy' in big"),
        "{{ many|select('in', many)|list|length }}",
        "{{ many|map('replace', 'a', 'b')|map('upper')|select('in', many)|list }}",
    ],
)
def test_no_template_takes_long(template: str) -> None:
    """Loops in loops of what a variable holds, without any output that could be too long."""
    started = monotonic()

    with pytest.raises(PermanentFailure) as caught:
        render(template)

    assert "takes longer than 1 s" in str(caught.value)
    assert monotonic() - started < PATIENCE_S


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ text.__init__.__globals__ }}",
        "{{ range.__globals__ }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ loop }}{{ config }}",
        "{{ get_flashed_messages.__globals__ }}",
        "{{ open('/etc/passwd').read() }}",
        "{{ env.HOME }}",
        "{{ environ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% from 'os' import environ %}",
        "{% extends '/etc/passwd' %}",
        "{% for x in list %}{{ loop.__init__.__globals__ }}{% endfor %}",
        "{{ (text|map('upper')).gi_frame.f_globals }}",
        "{{ list.append(4) }}",
        "{{ list.clear() }}",
        "{% do list.append(4) %}",
        "{{ text|map(attribute='__class__')|list }}",
        "{{ list|counted }}",
        "{{ list|sum(attribute='__class__') }}",
        "{{ list|join(',', attribute='__class__') }}",
    ],
)
def test_no_template_reaches_python_files_or_the_environment(template: str) -> None:
    """A prompt is data: what it could read of the worker would be sent to somebody's endpoint."""
    with pytest.raises(PermanentFailure):
        render(template)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ text ~ '!' ~ 1 ~ true ~ none }}", "a b c!1TrueNone"),
        ("{{ ('a' ~ 'b') ~ ('c' ~ 1) }}", "abc1"),
        ("{{ list|join(', ') }} {{ ', '.join(text.split()) }}", "1, 2, 3 a, b, c"),
        ("{{ text|replace('a', 'z') }} {{ text.replace(' ', '', 1) }}", "z b c ab c"),
        ("{{ list|sum }} {{ [{'n': 2}, {'n': 0.5}]|sum(attribute='n') }}", "6 2.5"),
        ("{{ [{'n': 2}, {'n': 3}]|join('-', attribute='n') }}", "2-3"),
        (
            "{% for i in list %}{{ loop.index }}/{{ loop.length }}{% if not loop.last %};{% endif %}{% endfor %}",
            "1/3;2/3;3/3",
        ),
        ("{% for a, b in {'x': 1}.items() %}{{ a }}{{ b }}{% endfor %}", "x1"),
        ("{% for i in [] %}{{ i }}{% else %}none{% endfor %}", "none"),
        ("{% for i in list if i > 1 %}{{ i }}{% endfor %}", "23"),
        ("{{ 2 + 3 * 4 }} {{ 2 ** 10 }} {{ 7 % 4 }} {{ [1] + [2] }} {{ 'a' + 'b' }}", "14 1024 3 [1, 2] ab"),
        ("{{ text.split()|map('upper')|list|tojson }} {{ many|length }}", '["A", "B", "C"] 100000'),
        ("{{ text.title() }} {{ text.startswith('a') }} {{ {'a': 1}.get('a') }}", "A B C true 1"),
        ("{{ range(3)|list }} {{ 'x' if list is defined else 'y' }} {{ 3 is odd }}", "[0, 1, 2] x true"),
        (
            "{% set n = namespace(t=0) %}{% for i in list %}{% set n.t = n.t + i %}{% endfor %}{{ n.t }}",
            "6",
        ),
    ],
)
def test_what_templates_are_for_works(template: str, text: str) -> None:
    """Bounds must not change what harmless templates mean."""
    assert render(template) == text


def test_the_longest_output_there_may_be() -> None:
    """The bound is where it says."""
    assert len(render("{{ big }}{{ big }}")) == MAX_OUTPUT_CHARACTERS
    with pytest.raises(PermanentFailure, match="makes more than 1000000 characters"):
        render("{{ big }}{{ big }}!")


def test_the_time_of_one_template_is_its_own() -> None:
    """Another thread's slow template must not end this one's."""
    slow: list[str] = []

    def run() -> None:
        try:
            render("{% for a in big %}{% for b in big %}{% endfor %}{% endfor %}")
        except PermanentFailure as error:
            slow.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    while thread.is_alive():
        assert render("{{ text }}") == "a b c"
    thread.join()

    assert len(slow) == 1
