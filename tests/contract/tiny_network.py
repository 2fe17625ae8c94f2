"""A sentence embedding network of a few numbers, as files: what `local:` models are published as."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

WORDS = ("[UNK]", "refunds", "within", "fourteen", "days", "shipping", "abroad", "query:", "passage:")
DIMENSIONS = 8


def write_network(folder: Path, *, seed: int = 1, most_tokens: int = 16) -> Path:
    """Write a network whose tokens have random vectors; another *seed* is another network."""
    folder.mkdir(parents=True, exist_ok=True)
    table = numpy.random.default_rng(seed).normal(size=(len(WORDS), DIMENSIONS)).astype(numpy.float32)
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", DIMENSIONS])
    node = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    graph = helper.make_graph([node], "tiny", [ids, mask], [out], [numpy_helper.from_array(table, "table")])
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (folder / "model.onnx").write_bytes(network.SerializeToString())
    tokenizer = Tokenizer(models.WordLevel({word: no for no, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": most_tokens}))
    assert onnx.load(folder / "model.onnx").graph.name == "tiny"
    return folder
