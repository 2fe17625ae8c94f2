"""`antiphon llm`: accounts at providers, their models, and which model is meant by default."""

from __future__ import annotations

from contextlib import suppress

import click

from domain.jobs.errors import InvalidInput
from domain.language_models.use import Capability, Use
from domain.organizations.errors import Forbidden
from entrypoints.api.documents.llm import (
    DefaultWords,
    LlmApiChange,
    LlmApiDocument,
    ModelWords,
    NewLlmApi,
    PriceWords,
)
from entrypoints.api.documents.runs import LimitWords
from entrypoints.cli.acting import JSON, at_place, print_document, print_documents, worded
from entrypoints.cli.console import print_json, say
from entrypoints.cli.limit_options import account_limits
from entrypoints.cli.llm_checking import check, history, say_refreshed
from entrypoints.cli.llm_tables import API_COLUMNS, MODEL_COLUMNS, api_row, model_row
from entrypoints.places.place import Place

_NAME = click.argument("name")
_KINDS = "openai, azure, anthropic, google (or gemini), ollama, openai-compatible"
_URL = click.option("--base-url", metavar="URL", help="Where it is. Default: the provider's own address.")
_KEY = click.option(
    "--key-env", metavar="VAR", help="NAME of the secret or variable that holds the key; '' sends none. Default: the "
    "provider's usual one (OPENAI_API_KEY ...), at its own address."
)  # fmt: skip


@click.group()
def llm() -> None:
    """
    Register accounts at LLM providers, once; name their models everywhere.

    A registered model is named `llm:API/MODEL` wherever a model is named (`--target llm:main/gpt-5-mini`, `judge:` in
    a file ...), and `llm:default` is the default model of that use. Address, key and limits then stand in one place,
    and all models of an account keep to its limits together, in all jobs. A job keeps what it was submitted with.

    \b
    antiphon llm add --name main --kind openai --model gpt-5-mini
    antiphon llm default judge main/gpt-5-mini
    antiphon run tests.yaml --target llm:main/gpt-5-mini
    """


@llm.command()
@click.option("--name", metavar="NAME", help="How it is called here.")
@click.option("--kind", metavar="KIND", help=f"Whose API it speaks: {_KINDS}.")
@_URL
@_KEY
@click.option("--model", "models", multiple=True, metavar="MODEL", help="A model it has; repeat it for several.")
@account_limits
@click.option("--inactive", is_flag=True, help="Not to be called yet.")
@click.option("--from-environment", "offered", is_flag=True,
              help="Add every account that variables of the usual names speak of, unless it is there.")  # fmt: skip
@at_place
@JSON
def add(
    *,
    place: Place,
    name: str | None,
    kind: str | None,
    base_url: str | None,
    key_env: str | None,
    models: tuple[str, ...],
    limits: dict[str, int | None],
    inactive: bool,
    offered: bool,
    as_json: bool,
) -> None:
    """
    Register an account. Its key is named, never given: the command line would keep it in its history.

    --from-environment looks for OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY (and GEMINI_MODEL_NAME),
    AZURE_OPENAI_ENDPOINT and _API_KEY (and _DEPLOYMENT_NAME, _API_VERSION); at a server among the organization's
    secrets.

    \b
    antiphon llm add --name main --kind openai --requests-per-minute 500
    antiphon llm add --name lab --kind openai-compatible --base-url https://llm.example/v1 --key-env LAB_KEY
    """
    if offered:
        if name or kind or base_url or key_env or models:
            raise click.UsageError("--from-environment takes what it finds; leave out the other options")
        _add_offered(place, as_json=as_json)
        return
    if not name or not kind:
        raise click.UsageError("--name and --kind say what to register (or --from-environment)")
    words = worded(
        NewLlmApi,
        name=name,
        provider=kind,
        base_url=base_url,
        api_key=key_env,
        is_active=not inactive,
        limits=worded(LimitWords, **limits),
        models=list(models),
    )
    _tell("added", place.llm.add(words), as_json=as_json)


@llm.command("list")
@at_place
@JSON
def list_apis(*, place: Place, as_json: bool) -> None:
    """List the registered accounts; where there are none, what the environment offers."""
    found = list(place.llm.all())
    if as_json:
        print_documents("llm_apis", found)
    elif found:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(API_COLUMNS, map(api_row, found))
    else:
        say("no LLM APIs yet; `antiphon llm add --name NAME --kind KIND` registers one")
        _say_offers(place)


@llm.command()
@_NAME
@at_place
@JSON
def show(*, place: Place, name: str, as_json: bool) -> None:
    """Show the account called NAME."""
    _tell("", place.llm.get(name), as_json=as_json)


@llm.command()
@_NAME
@click.option("--rename", metavar="NAME", help="How it is called from now on.")
@_URL
@_KEY
@account_limits
@click.option("--active/--inactive", "is_active", default=None, help="Whether it may be called.")
@at_place
@JSON
def change(
    *,
    place: Place,
    name: str,
    rename: str | None,
    base_url: str | None,
    key_env: str | None,
    limits: dict[str, int | None],
    is_active: bool | None,
    as_json: bool,
) -> None:
    """
    Change the account called NAME; a limit of 0 takes it out.

    Jobs that were submitted before go on with what it was. An inactive one is refused where it is named.
    """
    said = worded(
        LlmApiChange,
        name=rename,
        base_url=base_url,
        api_key=key_env,
        is_active=is_active,
        limits=LimitWords.model_validate(limits) if limits else None,
    )
    _tell("changed", place.llm.change(name, said), as_json=as_json)


@llm.command()
@_NAME
@at_place
@JSON
def remove(*, place: Place, name: str, as_json: bool) -> None:
    """Forget the account called NAME and its models; refused while one of them is a default."""
    place.llm.remove(name)
    if as_json:
        print_json({"removed": name})
    else:
        say(f"removed   {name}")


@llm.command()
@click.argument("name", required=False)
@click.option("--add", "added", metavar="MODEL", help="Register a model by hand, or correct what is known of it.")
@click.option("--can", "capabilities", type=click.Choice([one.value for one in Capability]), multiple=True,
              help="With --add: what it can do (repeatable). Default: what its name says.")  # fmt: skip
@click.option("--context-length", type=click.IntRange(1), metavar="TOKENS", help="With --add: how much it reads.")
@click.option("--price", nargs=2, type=click.FloatRange(0), metavar="IN OUT",
              help="With --add: US dollars per million tokens. Default: the price table's.")  # fmt: skip
@click.option("--remove", "removed", metavar="MODEL", help="Forget a model.")
@click.option("--refresh", is_flag=True, help="Ask the provider for its list first; nothing is deleted by that.")
@at_place
@JSON
def models(
    *,
    place: Place,
    name: str | None,
    added: str | None,
    capabilities: tuple[str, ...],
    context_length: int | None,
    price: tuple[float, float] | None,
    removed: str | None,
    refresh: bool,
    as_json: bool,
) -> None:
    """
    List the registered models of the account called NAME, or of all accounts; add or remove one.

    \b
    antiphon llm models main --add gpt-5-mini --price 0.25 2
    """
    if (added or removed) and not name:
        raise click.UsageError("--add and --remove want the NAME of an account before them")
    if removed:
        place.llm.remove_model(name or "", removed)
    if added:
        priced = worded(PriceWords, input=price[0], output=price[1]) if price else None
        words = worded(ModelWords, capabilities=list(capabilities) or None, context_length=context_length, price=priced)
        place.llm.put_model(name or "", added, words)
    names = [name] if name else [api.name for api in place.llm.all()]
    for one in names if refresh else ():
        say_refreshed(one, place.llm_checks.refresh(one))
    found = [model for one in names for model in place.llm.models(one)]
    if as_json:
        print_documents("models", found)
    elif found:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(MODEL_COLUMNS, map(model_row, found))
    else:
        say("no models yet; `antiphon llm models NAME --add MODEL` registers one")


@llm.command("default")
@click.argument("use", type=click.Choice([use.value for use in Use]), required=False)
@click.argument("model", metavar="API/MODEL", required=False)
@click.option("--none", "is_none", is_flag=True, help="Leave the USE without a default.")
@at_place
@JSON
def choose_default(*, place: Place, use: str | None, model: str | None, is_none: bool, as_json: bool) -> None:
    """
    Say which model `llm:default` is for a USE (chat: targets and simulated users, judge, embedding), or list them.
    """
    if use and model and not is_none:
        name, slash, named = model.removeprefix("llm:").partition("/")
        if not slash:
            raise InvalidInput(f"{model!r}: expected API/MODEL, such as main/gpt-5-mini")
        place.llm.choose(Use(use), worded(DefaultWords, llm_api=name, model=named))
    elif use and is_none and not model:
        place.llm.forget_default(Use(use))
    elif use:
        raise click.UsageError("after USE comes API/MODEL, or --none")
    found = list(place.llm.defaults())
    if as_json:
        print_documents("defaults", found)
    elif found:
        from entrypoints.cli.plain_tables import print_rows

        print_rows(("use", "model"), ((one.use.value, one.reference) for one in found))
    else:
        say("no default models; `antiphon llm default judge API/MODEL` sets one")


llm.add_command(check)
llm.add_command(history)


def _add_offered(place: Place, *, as_json: bool) -> None:
    added = list(place.llm.take_offers())
    if as_json:
        print_documents("llm_apis", added)
    for api in () if as_json else added:
        say(f"added     {api.name}   {api.provider}   key {api.api_key}")
    if not added and not as_json:
        say("nothing to add: no variable of the usual names is set (`antiphon llm add --help`), or all are there")


def _say_offers(place: Place) -> None:
    offers = []
    with suppress(Forbidden):  # who may only look registers nothing
        offers = [offer for offer in place.llm.offers() if not offer.is_registered]
    for offer in offers:
        say(f"found {', '.join(offer.variables)}: {offer.name} ({offer.provider})")
    if offers:
        say("`antiphon llm add --from-environment` registers what was found")


def _tell(done: str, api: LlmApiDocument, *, as_json: bool) -> None:
    if as_json:
        print_document(api)
        return
    from entrypoints.cli.plain_tables import print_rows

    if done:
        say(f"{done:10}{api.name}")
    print_rows(API_COLUMNS, [api_row(api)])
