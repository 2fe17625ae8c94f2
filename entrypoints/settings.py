"""
The settings: the only reader of the environment.

Every setting has a default that works on a laptop. A name that is not known is refused: a typo must not silently mean
the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import attrs
from attrs import field, frozen
from attrs.validators import ge, gt, in_
from platformdirs import user_data_path

from domain.jobs.errors import BrokenSettings
from entrypoints.setting_pairs import half_a_server, two_keys
from entrypoints.setting_values import LOG_FORMATS, LOG_LEVELS, LogFormat, LogLevel, read_value, unknown

PREFIX = "ANTIPHON_"
TESTS_PREFIX = "ANTIPHON_TEST_"
DEFAULT_ORGANIZATION = "00000000-0000-4000-8000-000000000001"
"""The one that is there from the start, where nobody names another."""


def _doc(meaning: str, *, shown: str = "") -> dict[str, str]:
    """Return what docs/settings.md says of a setting; *shown* is its default in words, where the value says little."""
    return {"doc": meaning, "shown": shown}


@frozen(kw_only=True)
class Settings:
    """What an operator can set: each field is an environment variable, in capitals behind `ANTIPHON_`."""

    home: Path = field(
        factory=lambda: user_data_path("antiphon", appauthor=False),
        metadata=_doc("folder of the SQLite database, the reports and the locks", shown="the user's data folder"),
    )
    database_url: str = field(
        default="",
        repr=False,
        metadata=_doc("`sqlite:////PATH` or `postgresql://USER:PASSWORD@HOST/NAME`", shown="`antiphon.db` in the home"),
    )
    owner_database_url: str = field(
        default="",
        metadata=_doc(
            "the same Postgres database as the owner of its tables: used by `antiphon db upgrade` only, so leave it "
            "unset elsewhere",
            shown="`ANTIPHON_DATABASE_URL`",
        ),
    )
    broker_url: str = field(
        default="",
        repr=False,
        metadata=_doc(
            "`redis://`, `rediss://`, `amqp://` or `amqps://`; needs workers, and a Postgres database",
            shown="memory: one process does it all",
        ),
    )
    result_backend_url: str = field(
        default="",
        repr=False,
        metadata=_doc("where the results of chords go: `redis://` or `db+postgresql://`", shown="the broker"),
    )
    limits_url: str = field(
        default="",
        repr=False,
        metadata=_doc(
            "`redis://` or `rediss://`: where workers keep to the limits of targets together",
            shown="the broker or the result store, if one is Redis; embedded: memory",
        ),
    )
    cache_url: str = field(
        default="",
        repr=False,
        metadata=_doc(
            "`redis://`, `rediss://` or `memcached://HOST:PORT`: where answers of runs with `--cache` are kept",
            shown="the database",
        ),
    )
    circuit_breaker: bool = field(
        default=True,
        metadata=_doc("whether a target that is down fails a run early (true), or each test is tried (false)"),
    )
    key_prefix: str = field(
        default="", metadata=_doc("stands before every key in Redis, where several programs share one", shown="none")
    )
    tls_ca_file: str = field(
        default="",
        metadata=_doc(
            "PEM file of the authorities that vouch for broker and result store over TLS", shown="the machine's"
        ),
    )
    organization: str = field(
        default=DEFAULT_ORGANIZATION, metadata=_doc("id of the organization the command acts for")
    )
    server: str = field(
        default="",
        metadata=_doc(
            "`https://HOST`: commands act there, over its HTTP API, as `antiphon --server URL` does",
            shown="this machine",
        ),
    )
    api_key: str = field(
        default="",
        repr=False,
        metadata=_doc("key that commands show the server (`antiphon keys create`)", shown="none"),
    )
    user: str = field(default="local", metadata=_doc("who starts jobs from the command line"))
    slots: int = field(default=64, validator=gt(0), metadata=_doc("items one `antiphon worker` runs at once"))
    lease_s: float = field(
        default=30.0, validator=gt(0), metadata=_doc("seconds until the items of a worker that vanished are free again")
    )
    sweep_s: float = field(
        default=5.0,
        validator=gt(0),
        metadata=_doc(
            "seconds between two looks for lost work and passed deadlines; one worker does it, another when that one "
            "misses a turn"
        ),
    )
    shutdown_grace_s: float = field(
        default=30.0,
        validator=gt(0),
        metadata=_doc("seconds a worker that is told to stop leaves its items to end before it gives them back"),
    )
    resend_after_s: float = field(
        default=60.0, validator=gt(0), metadata=_doc("seconds without a sign of life before sent work is sent again")
    )
    visibility_timeout_s: int = field(
        default=3600,
        validator=gt(0),
        metadata=_doc("seconds until Redis hands an unacknowledged message out again; must exceed the longest item"),
    )
    result_expires_s: int = field(
        default=7 * 24 * 3600,
        validator=gt(0),
        metadata=_doc("seconds the result store keeps a chord's results; must exceed the longest job"),
    )
    longest_job_s: int = field(
        default=3 * 24 * 3600, validator=gt(0), metadata=_doc("seconds the longest job may take; checked at the start")
    )
    probe_tokens: int = field(
        default=100_000,
        validator=ge(0),
        metadata=_doc("tokens that checks of LLM APIs may take a day and organization; 0: models are never asked"),
    )
    judge: str = field(
        default="",
        metadata=_doc("model that judges where neither command nor file names one: `openai:gpt-5-mini`", shown="none"),
    )
    embedding: str = field(
        default="",
        metadata=_doc("model for metrics on similarity: `openai:text-embedding-3-small`", shown="none"),
    )
    prices: str = field(
        default="",
        metadata=_doc("file of model prices that replaces the shipped ones (`antiphon prices`)", shown="shipped"),
    )
    secret_key: str = field(
        default="",
        repr=False,
        metadata=_doc(
            "master key of the stored secrets: 32 random bytes in base64 (`antiphon secrets make-key`); several "
            "between commas, the newest first",
            shown="embedded: `secret.key` in the home, made at first need; server: none",
        ),
    )
    secret_key_file: str = field(
        default="", metadata=_doc("file that holds the master key, or several, one a line, the newest first")
    )
    private_targets: str = field(
        default="",
        metadata=_doc(
            "whether targets, models and webhooks may have private addresses: `true`, `false`, or the ranges that may "
            "be called (`10.0.0.0/8,fd00::/8`)",
            shown="embedded: true; server: false",
        ),
    )
    allow_python: bool = field(
        default=False,
        metadata=_doc(
            "`true` lets metrics of the kind `python` run, and on a server Python functions be targets; they are "
            "programs with the rights of the worker"
        ),
    )
    api_requests_per_minute: int = field(
        default=1200, validator=gt(0), metadata=_doc("requests one key may send to the HTTP API in a minute")
    )
    api_body_bytes: int = field(
        default=64 * 1024 * 1024,
        validator=gt(0),
        metadata=_doc("bytes the body of a request to the HTTP API may have at most, uploads included"),
    )
    smtp_url: str = field(
        default="",
        repr=False,
        metadata=_doc(
            "mail server for `mailto:` webhooks: `smtps://USER:PASSWORD@HOST`, `smtp://USER:PASSWORD@HOST` (with "
            "STARTTLS), or, in a network of one's own, `smtp://HOST:25?tls=off`",
            shown="none: no mail",
        ),
    )
    mail_from: str = field(
        default="", metadata=_doc("address that mail is from, such as `Antiphon <antiphon@example.org>`", shown="none")
    )
    local_models: str = field(
        default="", metadata=_doc("folder whose subfolders are embedding models, for `local:FOLDER`", shown="none")
    )
    search_words: bool = field(
        default=False, metadata=_doc("put a ranking by shared words together with that by vectors in library searches")
    )
    library_roots: str = field(
        default="",
        metadata=_doc("folders, between commas, that sources may be in", shown="embedded: all; server: none"),
    )
    log_level: LogLevel = field(
        default=LogLevel("warning"),
        validator=in_(LOG_LEVELS),
        metadata=_doc("what is written to standard error: debug, info, warning or error"),
    )
    log_format: LogFormat = field(
        default=LogFormat("logfmt"),
        validator=in_(LOG_FORMATS),
        metadata=_doc("how a log line is written: `logfmt` (name=value), or `json` (one object a line)"),
    )
    metrics_token: str = field(
        default="",
        repr=False,
        metadata=_doc("secret that Prometheus sends as a bearer token to read `/metrics`", shown="none: anybody may"),
    )
    trace_url: str = field(
        default="",
        metadata=_doc("where traces are sent by OTLP over HTTP: `http://collector:4318/v1/traces`", shown="nowhere"),
    )
    trace_targets: bool = field(
        default=False,
        metadata=_doc("`true` sends HTTP targets the header `traceparent`, so that their own traces join ours"),
    )

    @property
    def is_embedded(self) -> bool:
        """Whether the command's own process is broker and worker."""
        return not self.broker_url or self.broker_url.startswith("memory://")

    @property
    def database_address(self) -> str:
        """The database to use: the one that was set, or the file in the home folder."""
        return self.database_url or f"sqlite:///{self.home / 'antiphon.db'}"

    @property
    def result_backend_address(self) -> str:
        """The result store to use: the one that was set, or the broker."""
        return self.result_backend_url or self.broker_url

    @property
    def limits_address(self) -> str:
        """The Redis that limits are kept in: the one that was set, or one that is there anyway; empty: none."""
        there = (self.limits_url, self.broker_url, self.result_backend_address)
        return next((url for url in there if url.startswith(("redis://", "rediss://"))), "")


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """
    Return the settings that the environment holds.

    Raises:
        BrokenSettings: an unknown name, or a value of the wrong kind; each is listed with what was expected.
    """
    source = os.environ if environment is None else environment
    known = {PREFIX + name.upper(): a for name, a in attrs.fields_dict(Settings).items()}
    given = {name: text for name, text in source.items() if name.startswith(PREFIX) and text.strip()}
    problems: list[str] = []
    values: dict[str, object] = {}
    for name, text in sorted(given.items()):
        if name in known:
            read_value(known[name], name=name, text=text, values=values, problems=problems)
        elif not name.startswith(TESTS_PREFIX):
            problems.append(unknown(name, known=list(known)))
    if not problems:
        settings = Settings(**values)  # type: ignore[arg-type]  # each value was read as its field's type just above
        problems += half_a_server(settings) + two_keys(settings)
        if not problems:
            return settings
    raise BrokenSettings("the environment can't be used as it is; nothing was started", problems=tuple(problems))


def choose_server(url: str) -> None:
    """Let every command of this process act at the server; the command line's word comes before the environment's."""
    os.environ[f"{PREFIX}SERVER"] = url


def process_environment() -> Mapping[str, str]:
    """Return the environment, from which targets take their `${NAME}` values on one's own machine."""
    return os.environ
