"""Residual branches left out at random while training (Huang et al., 2016)."""
import torch
from torch import nn
from torch.nn import functional as F


def stochastic_depth(input, p, mode, training=True):
    """Zeroes whole samples ("row") or the whole batch, and scales what stays by 1 / (1 - p)."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"drop probability has to be between 0 and 1, but got {p}")
    if mode not in ("batch", "row"):
        raise ValueError(f"mode has to be either 'batch' or 'row', but got {mode}")
    if not training or p == 0.0:
        return input
    rows = input.shape[0] if mode == "row" else 1
    # Dropout of ones is the mask, scaled.
    return input * F.dropout(torch.ones([rows] + [1] * (input.ndim - 1)), p)


class StochasticDepth(nn.Module):
    def __init__(self, p, mode):
        super().__init__()
        self.p = p
        self.mode = mode

    def forward(self, input):
        return stochastic_depth(input, self.p, self.mode, self.training)

    def extra_repr(self):
        return f"p={self.p}, mode={self.mode}"
