"""Which form a questionnaire's file is of: its ending says it, and its content must not say otherwise."""

from __future__ import annotations

from adapters.parsing.archives import check_archive
from adapters.parsing.kinds import Kind, kind_of
from adapters.parsing.limits import ParsingLimits
from adapters.parsing.reading import check_size
from domain.jobs.errors import InvalidInput
from domain.rfp_answering.questionnaire import Form

_ALSO = {"markdown": Form.MARKDOWN, "xlsm": Form.XLSX, "docm": Form.DOCX, "tsv": Form.CSV}
_KINDS = {Form.XLSX: Kind.EXCEL, Form.DOCX: Kind.WORD, Form.PDF: Kind.PDF}
_ARCHIVES = (Kind.EXCEL, Kind.WORD)
_OTHERS = (*_ARCHIVES, Kind.PDF, Kind.HTML)
KNOWN = ", ".join(f".{form}" for form in Form)


def form_of(name: str) -> Form:
    """
    Return the form that a file's ending names.

    Raises:
        InvalidInput: none that is read.
    """
    _stem, dot, ending = name.rpartition(".")
    ending = ending.lower()
    if dot and ending in list(Form):
        return Form(ending)
    if dot and ending in _ALSO:
        return _ALSO[ending]
    raise InvalidInput(f"{name}: a questionnaire is one of {KNOWN}; save it as one of those")


def is_read_by_python_alone(form: Form) -> bool:
    """Return whether no parser written in C gets to see files of this form."""
    return form in (Form.CSV, Form.MARKDOWN, Form.JSON)


def check_file(content: bytes, *, name: str, limits: ParsingLimits) -> None:
    """
    Refuse what can't be a questionnaire of the form that its name says, before anything reads it.

    Raises:
        PermanentFailure: empty, too large, encrypted, a zip bomb, or with entities; and what to do.
        InvalidInput: of another form.
    """
    form = form_of(name)
    check_size(content, limits=limits)
    found = kind_of(content, name=name, media_type="", expected=KNOWN)
    if found in _ARCHIVES:
        check_archive(content, limits=limits)
    expected = _KINDS.get(form)
    if (expected and found is not expected) or (not expected and found in _OTHERS):
        raise InvalidInput(f"{name}: its content is not .{form} but .{found}; give it that ending, or save it anew")
