"""Writes trace_expressions.json: for each expression, the type real PyTorch gives it, or the error it raises."""
import json
import pathlib
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision.transforms.functional as TF

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent
# x: 2×4×8×10, v: 4, m: 8×10, i: int64 2×8×10 (all unknown while tracing).
EXPRESSIONS = (HERE / "trace_expressions.txt").read_text().splitlines()


def describe(expression):
    names = {
        "torch": torch, "nn": nn, "F": F, "TF": TF, "x": torch.rand(2, 4, 8, 10), "v": torch.rand(4),
        "m": torch.rand(8, 10), "i": torch.zeros(2, 8, 10, dtype=torch.int64),
    }
    try:
        value = eval(expression, names)
    except Exception as error:
        return {"expression": expression, "error": str(error).split("\n")[0]}
    values = value if isinstance(value, (tuple, list)) else [value]
    types = [[list(t.shape), str(t.dtype).removeprefix("torch.")] for t in values]
    return {"expression": expression, "types": types}


lines = ",\n".join(json.dumps(describe(e)) for e in EXPRESSIONS if e and not e.startswith("#"))
(HERE / "trace_expressions.json").write_text(f"[\n{lines}\n]\n")
