"""Writes mistakes.json: the exception and the (first line of) words that real PyTorch has for each file of mistakes.txt.
Run with a Python that has torch."""
import json
import pathlib
import re

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent


def mistake(source):
    shape = [int(size) for size in re.search(r"input=\((.*)\)", source)[1].split(",") if size.strip()]
    names = {"torch": torch, "nn": nn, "F": F}
    try:
        exec(compile(source, "model.py", "exec"), names)
        names["Net"]()(torch.zeros(shape))
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error).strip().split("\n")[0]}
    raise SystemExit(f"PyTorch finds nothing wrong in\n{source}")


pieces = re.split(r"^=== (.*)\n", (HERE / "mistakes.txt").read_text(), flags=re.MULTILINE)[1:]
found = {name: mistake(source) for name, source in zip(pieces[::2], pieces[1::2])}
(HERE / "mistakes.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
