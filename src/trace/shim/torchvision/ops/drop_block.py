"""Dropout of square regions (Ghiasi et al., 2018)."""
import torch
from torch import nn
from torch.nn import functional as F


def drop_block2d(input, p, block_size, inplace=False, eps=1e-06, training=True):
    if p < 0.0 or p > 1.0:
        raise ValueError(f"drop probability has to be between 0 and 1, but got {p}.")
    if input.ndim != 4:
        raise ValueError(f"input should be 4 dimensional. Got {input.ndim} dimensions.")
    if not training or p == 0.0:
        return input
    n, c, height, width = input.shape
    block_size = min(block_size, width, height)
    # Centres are drawn where a block fits, so often that a share p of all pixels is covered.
    rows, columns = height - block_size + 1, width - block_size + 1
    gamma = p * height * width / (block_size**2 * rows * columns)
    centres = 1 - F.dropout(torch.ones(n, c, rows, columns), gamma) * (1 - gamma)
    centres = F.pad(centres, [block_size // 2] * 4)
    kept = 1 - F.max_pool2d(centres, block_size, stride=1, padding=block_size // 2)
    if block_size % 2 == 0:
        kept = kept[:, :, :height, :width]
    return input * kept * (kept.numel() / (eps + kept.sum()))


class DropBlock2d(nn.Module):
    def __init__(self, p, block_size, inplace=False, eps=1e-06):
        super().__init__()
        self.p, self.block_size, self.inplace, self.eps = p, block_size, inplace, eps

    def forward(self, input):
        return drop_block2d(input, self.p, self.block_size, self.inplace, self.eps, self.training)
