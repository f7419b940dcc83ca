"""Writes initial_weights.json: the state of modules right after torch.manual_seed(SEED) and their constructor.

    python3 test/golden/make_initial_weights.py

One expression a line of initial_weights.txt. Of each entry, {"name", "shape", "crc32" of its little-endian float32 or
int64 bytes, "kept": first 6 and last 6 numbers, "sum": of i·x over all}. Orthogonal weights are taken from a QR
decomposition in doubles too ("exact"), since LAPACK's in float32 is as far from it as their condition allows.
"""
import copy
import json
import pathlib
import zlib

import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
SEED = 42


class Filled(nn.Module):
    """A parameter that some initialiser fills, and one drawn after it, which tells where the generator stands."""

    def __init__(self, shape, fill):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(shape))
        fill(self.weight)
        self.after = nn.Parameter(torch.rand(4))


class Made(nn.Module):
    def __init__(self, make):
        super().__init__()
        self.weight = nn.Parameter(make())
        self.after = nn.Parameter(torch.rand(4))


def entry(name, tensor):
    flat = tensor.detach().reshape(-1)
    numbers = flat.tolist()
    return {
        "name": name,
        "shape": list(tensor.shape),
        "crc32": zlib.crc32(flat.numpy().tobytes()),
        "kept": numbers if len(numbers) <= 12 else numbers[:6] + numbers[-6:],
        "sum": sum(i * x for i, x in enumerate(numbers)),
    }


def exact_orthogonal(expression):
    """The same with the decomposition in doubles of the same float32 numbers."""
    plain = torch.linalg.qr
    torch.linalg.qr = lambda a: tuple(part.float() for part in plain(a.double()))
    decompose = torch.qr
    torch.qr = torch.linalg.qr
    try:
        torch.manual_seed(SEED)
        return eval(expression)
    finally:
        torch.linalg.qr, torch.qr = plain, decompose


def case(expression):
    torch.manual_seed(SEED)
    model = eval(expression)
    state = [entry(name, tensor) for name, tensor in model.state_dict().items()]
    result = {"case": expression, "state": state}
    if "orthogonal_" in expression:
        exact = exact_orthogonal(expression).state_dict()
        result["float32Error"] = max((exact[n] - t).abs().max().item() for n, t in model.state_dict().items())
        result["state"] = [entry(name, tensor) for name, tensor in exact.items()]
    return result


lines = [line.strip() for line in (HERE / "initial_weights.txt").read_text().splitlines()]
cases = [case(line) for line in lines if line and not line.startswith("#")]
text = ",\n".join(json.dumps(each) for each in cases)
(HERE / "initial_weights.json").write_text(f"[\n{text}\n]\n")
