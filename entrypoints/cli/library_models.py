"""`antiphon library models`: what documents are embedded with."""

from __future__ import annotations

import click

from entrypoints.api.documents.embedding import EmbeddingModelDocument, LibrarySettingsChange, NewEmbeddingModel
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, worded
from entrypoints.cli.console import print_json, say
from entrypoints.cli.library_compare import compare
from entrypoints.places.place import Place

_MODEL = click.argument("model")
_COLUMNS = ("name", "model", "numbers", "in use", "texts without a vector")


@click.group()
def models() -> None:
    """
    Add models that documents are embedded with; list, compare, use and remove them.

    None is in use at first, so that nobody's documents go anywhere before somebody has said where.

    \b
    lexical-hash           compares letters, not meanings; works at once, offline, for nothing
    PROVIDER:MODEL         any API with embeddings: openai:text-embedding-3-small, ollama:nomic-embed-text
    llm:API/MODEL          a registered LLM API (`antiphon llm`); llm:default is the default for embedding
    local:FOLDER           a network on this machine, below ANTIPHON_LOCAL_MODELS
    """


models.add_command(compare)


@models.command("list")
@at_place
@JSON
def list_models(*, place: Place, as_json: bool) -> None:
    """List the models, and how far the library is embedded with each."""
    found = list(place.embedding.models())
    if as_json:
        print_documents("models", found)
    elif not found:
        say("no embedding models yet; `antiphon library models use lexical-hash` takes one that works at once")
    else:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(_COLUMNS, map(_row, found))


@models.command()
@_MODEL
@click.option("--name", help="What to call it. Default: as the model.")
@click.option("--base-url", help="Where PROVIDER:MODEL is, if not at its provider's usual address.")
@click.option("--api-key", metavar="'${NAME}'", help="The secret or variable with its key, never the key itself. "
              "Default: the provider's usual one.")  # fmt: skip
@click.option("--dimensions", type=click.IntRange(1), help="Ask the API for vectors of this length.")
@click.option("--query-prefix", help="Goes before each question, if the model wants one: 'query: '.")
@click.option("--document-prefix", help="Goes before each part of a document: 'passage: '.")
@click.option("--most-input-tokens", type=click.IntRange(64), help="How long a text may be. Default: 512, or as the "
              "files of a local model say. Shorter ones make all chunks shorter.")  # fmt: skip
@at_place
@JSON
def add(*, place: Place, model: str, as_json: bool, **said: object) -> None:
    """
    Add MODEL, once it has embedded a word. Nothing changes for the library by that.

    \b
    antiphon library models add openai:text-embedding-3-small
    antiphon library models add openai-compatible:bge-m3 --base-url http://127.0.0.1:8000/v1 --name bge
    antiphon library models add local:multilingual-e5-small --query-prefix 'query: ' --document-prefix 'passage: '
    """
    added = place.embedding.add(worded(NewEmbeddingModel, model=model, **said))
    if as_json:
        print_document(added)
    else:
        say(f"added     {added.name}, with vectors of {added.dimensions} numbers{_label(added)}")


@models.command()
@_MODEL
@at_place
@JSON
def use(*, place: Place, model: str, as_json: bool) -> None:
    """
    Have documents embedded and searched with MODEL, a name or id, from now on.

    It takes over once every text that can be found has a vector of it, so that nothing is lost from search; until then
    it says what is missing, and `antiphon library embed --all --model MODEL` makes that beside the vectors there are.
    """
    now = place.embedding.change(LibrarySettingsChange(model=model))
    if as_json:
        print_document(now)
    else:
        label = "; it compares letters, not meanings" if now.model == "lexical-hash" else ""
        say(f"in use    {now.model}{label}")


@models.command()
@_MODEL
@at_place
@JSON
def remove(*, place: Place, model: str, as_json: bool) -> None:
    """Forget MODEL, a name or id, and the vectors it made. One in use is kept."""
    place.embedding.remove(model)
    if as_json:
        print_json({"removed": model})
    else:
        say(f"removed   {model}")


def _row(model: EmbeddingModelDocument) -> tuple[str, ...]:
    missing = f"{model.missing:,} of {model.texts:,}" if model.missing else "none"
    return model.name, model.model + _label(model), str(model.dimensions), "yes" if model.is_in_use else "", missing


def _label(model: EmbeddingModelDocument) -> str:
    return " (lexical)" if model.is_lexical else ""
