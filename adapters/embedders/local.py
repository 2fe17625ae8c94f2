"""
`local:NAME`: a sentence embedding network (MiniLM and its kin) on this machine, from a folder its operator names.

The folder holds what such models are published with: `model.onnx` (or `onnx/model.onnx`) and `tokenizer.json`. A text's
vector is the mean of its tokens' vectors. Needs the extra `local-embeddings`, whose libraries are loaded when a model
is opened and not before.

The files' hashes are part of the model's fingerprint, and are checked when it is opened: another file would make
vectors that look like those of before, and are not.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from domain.embedding.embedder import Embedded, checked_vectors
from domain.jobs.errors import FailureKind, InvalidInput, PermanentFailure

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

_NETWORKS = ("model.onnx", "onnx/model.onnx")
_TOKENIZER = "tokenizer.json"
_CONFIGURATIONS = ("sentence_bert_config.json", "config.json")
_POSITIONS = 512
"""Where the folder does not say how long a text may be: BERT's, and that of nearly all networks made from it."""
_USUAL_TOKENS = 256
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@frozen(kw_only=True)
class LocalFiles:
    """The files of a model, below the operator's folder, and the SHA-256 of each."""

    folder: Path
    hashes: Mapping[str, str]

    @property
    def network(self) -> Path:
        """The network's file."""
        return self.folder / next(name for name in _NETWORKS if name in self.hashes)

    @property
    def most_tokens(self) -> int:
        """How many tokens the network takes at once."""
        return _said(self.folder, "max_position_embeddings", _POSITIONS)

    @property
    def usual_tokens(self) -> int:
        """How many tokens a text should have at most, as the model was trained."""
        return min(_said(self.folder, "max_seq_length", _USUAL_TOKENS), self.most_tokens)


def files_of(models: Path | None, name: str) -> LocalFiles:
    """
    Return the files of the model *name* below the folder *models*.

    Raises:
        InvalidInput: there is no such folder, or none with these files; nothing outside of it is looked at.
    """
    if models is None:
        raise InvalidInput(
            f"local:{name}: no folder of models is named on this machine; set ANTIPHON_LOCAL_MODELS to one whose "
            f"subfolder {name} holds model.onnx and tokenizer.json"
        )
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"local:{name[:100]}: expected the name of a folder below ANTIPHON_LOCAL_MODELS")
    folder = models / name
    network = next((file for file in _NETWORKS if (folder / file).is_file()), None)
    if network is None or not (folder / _TOKENIZER).is_file():
        raise InvalidInput(
            f"local:{name}: this machine's ANTIPHON_LOCAL_MODELS has no folder {name} with model.onnx and "
            "tokenizer.json in it"
        )
    parts = sorted(file.relative_to(folder).as_posix() for file in (folder / network).parent.glob("*.onnx_data"))
    return LocalFiles(folder=folder, hashes={file: _hash(folder / file) for file in (network, _TOKENIZER, *parts)})


def opened(files: LocalFiles, *, query_prefix: str = "", document_prefix: str = "") -> LocalEmbedder:
    """
    Return the model, loaded.

    Raises:
        InvalidInput: the libraries are missing, or the files are none of a model.
    """
    try:
        from onnxruntime import InferenceSession, SessionOptions
        from tokenizers import Tokenizer
    except ImportError as exc:
        raise InvalidInput(
            "local models need the extra `local-embeddings`: pip install 'antiphon[local-embeddings]'"
        ) from exc
    options = SessionOptions()
    options.log_severity_level = 3  # errors only
    try:
        session = InferenceSession(str(files.network), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(files.folder / _TOKENIZER))
    except Exception as exc:  # both libraries raise bare Exceptions, of their compiled parts
        raise InvalidInput(f"local:{files.folder.name}: its files can't be used ({type(exc).__name__})") from exc
    tokenizer.no_truncation()
    tokenizer.enable_padding()
    return LocalEmbedder(
        session=session,
        tokenizer=tokenizer,
        most_tokens=files.most_tokens,
        query_prefix=query_prefix,
        document_prefix=document_prefix,
    )


@frozen(kw_only=True, eq=False)
class LocalEmbedder:
    """`Embedder` over a loaded network; one call computes at a time, with all the threads that the runtime takes."""

    session: InferenceSession = field(repr=False)
    tokenizer: Tokenizer = field(repr=False)
    most_tokens: int
    dimensions: int | None = None
    query_prefix: str = ""
    document_prefix: str = ""
    _turn: threading.Lock = field(factory=threading.Lock, init=False)

    def embed_documents(self, texts: Sequence[str], *, deadline_s: float) -> Embedded:  # noqa: ARG002  # can't be stopped
        """Return the vectors; nobody is paid for it."""
        return self._embedded([self.document_prefix + text for text in texts])

    def embed_query(self, text: str, *, deadline_s: float) -> Embedded:  # noqa: ARG002  # as above
        """Return the vector of a question."""
        return self._embedded([self.query_prefix + text])

    def _embedded(self, texts: Sequence[str]) -> Embedded:
        tokens = self.tokenizer.encode_batch(list(texts))
        longest = max((sum(each.attention_mask) for each in tokens), default=0)
        if longest > self.most_tokens:
            raise PermanentFailure(
                f"a text of {longest} tokens, and the model takes {self.most_tokens}", kind=FailureKind.CONTEXT_TOO_LONG
            )
        with self._turn:
            return Embedded(vectors=checked_vectors(self._means(tokens), dimensions=self.dimensions))

    def _means(self, tokens: Sequence[Any]) -> list[list[float]]:
        import numpy

        mask = numpy.array([each.attention_mask for each in tokens], dtype=numpy.int64)
        given = {
            "input_ids": numpy.array([each.ids for each in tokens], dtype=numpy.int64),
            "attention_mask": mask,
            "token_type_ids": numpy.array([each.type_ids for each in tokens], dtype=numpy.int64),
        }
        wanted = {each.name for each in self.session.get_inputs()}
        found = self.session.run(None, {name: value for name, value in given.items() if name in wanted})[0]
        if found.ndim == 3:  # a vector for each token; what only fills up says nothing
            weights = mask[:, :, None].astype(found.dtype)
            found = (found * weights).sum(axis=1) / numpy.maximum(weights.sum(axis=1), 1)
        return [[float(number) for number in row] for row in found]


def _said(folder: Path, name: str, usual: int) -> int:
    """Return a number that one of the model's configurations says, else the usual one."""
    for file in _CONFIGURATIONS:
        try:
            said = json.loads((folder / file).read_text("utf-8")).get(name)
        except (OSError, ValueError, AttributeError):
            continue
        if isinstance(said, int) and 0 < said <= 1_000_000:
            return said
    return usual


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
