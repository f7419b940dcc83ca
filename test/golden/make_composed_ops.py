"""Writes composed_ops.json: for each line of composed_ops.txt, real PyTorch's output, and the gradients of
sum(output · weights) for the input and every parameter. Run with a Python that has torch and einops."""
import json
import math
import pathlib
import warnings

import einops
import einops.layers.torch
import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent


class RMSNorm(nn.Module):
    """What PyTorch has since 2.4, by its documentation's formula."""

    def __init__(self, normalized_shape, eps=None):
        super().__init__()
        self.sizes = [normalized_shape] if isinstance(normalized_shape, int) else normalized_shape
        self.weight = nn.Parameter(torch.ones(self.sizes))
        self.eps = torch.finfo(torch.float32).eps if eps is None else eps

    def forward(self, x):
        dims = [-1 - i for i in range(len(self.sizes))]
        return x * torch.rsqrt(x.square().mean(dims, keepdim=True) + self.eps) * self.weight


def scaled_dot_product_attention(query, key, value, attn_mask=None, is_causal=False):
    """What PyTorch has since 2.0, by its documentation's code."""
    bias = torch.zeros(query.size(-2), key.size(-2))
    if is_causal:
        attn_mask = torch.ones(query.size(-2), key.size(-2), dtype=torch.bool).tril()
    if attn_mask is not None:
        bias = bias.masked_fill(~attn_mask, float("-inf"))
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1)) + bias
    return torch.softmax(scores, dim=-1) @ value


if not hasattr(nn, "RMSNorm"):
    nn.RMSNorm = RMSNorm
if not hasattr(F, "scaled_dot_product_attention"):
    F.scaled_dot_product_attention = scaled_dot_product_attention


def wave(count, phase):
    """The numbers that the test makes too; no two are close to each other or to a threshold."""
    return torch.tensor([math.sin(0.7 * i + phase) * 1.5 for i in range(count)], dtype=torch.float64).float()


def rounded(tensor):
    return [float(f"{value:.6g}") for value in tensor.detach().reshape(-1).tolist()]


def describe(line):
    module, _, expression = line.rpartition(" | ")
    x = wave(128, 1).reshape(2, 4, 4, 4).requires_grad_()
    names = {"torch": torch, "einops": einops, "nn": nn, "F": F, "x": x, "c": x.reshape(2, 4, 16), "s": x.reshape(2, 8, 8),
             "m": x.reshape(8, 16)}  # fmt: skip
    holder = nn.Module()
    if module:
        holder.m = eval(module, names)
    names["self"] = holder
    for phase, (name, tensor) in enumerate(holder.state_dict().items()):
        if tensor.is_floating_point():
            values = wave(tensor.numel(), phase + 2).reshape(tensor.shape)
            tensor.copy_(values.abs() + 0.5 if name.endswith("running_var") else values * 0.6)
    output = eval(expression, names)
    try:
        (output * wave(output.numel(), 0.3).reshape(output.shape)).sum().backward()
    except RuntimeError as error:
        # channel_shuffle of old versions; cases that detach their result.
        if "is not implemented" not in str(error) and "does not require grad" not in str(error):
            raise
    gradients = {} if x.grad is None else {"input0": rounded(x.grad)}
    for name, parameter in holder.named_parameters():
        if parameter.grad is not None:
            gradients[name] = rounded(parameter.grad)
    state = {name: list(tensor.shape) for name, tensor in holder.state_dict().items()}
    return {"case": line, "shape": list(output.shape), "output": rounded(output), "gradients": gradients, "state": state}


CASES = [line for line in (HERE / "composed_ops.txt").read_text().splitlines() if line and not line.startswith("#")]
text = ",\n".join(json.dumps(describe(case), separators=(",", ":")) for case in CASES)
(HERE / "composed_ops.json").write_text(f"[\n{text}\n]\n")
