"""Attention within windows of N×H×W×C, which may be shifted round the borders."""
import math

import torch
from torch import nn
from torch.nn import functional as F

from ._window_attention import position_bias, relative_position_index


def shifted_window_attention(input, qkv_weight, proj_weight, relative_position_bias, window_size, num_heads, shift_size,
                             attention_dropout=0.0, dropout=0.0, qkv_bias=None, proj_bias=None, logit_scale=None,
                             training=True):  # fmt: skip
    n, height, width, channels = input.shape
    rows, columns = window_size
    x = F.pad(input, (0, 0, 0, -width % columns, 0, -height % rows))
    padded = x.shape[1:3]
    # A window that covers everything is not shifted.
    shifts = [0 if window >= size else shift for window, size, shift in zip(window_size, padded, shift_size)]
    if sum(shifts) > 0:
        x = torch.roll(x, shifts=(-shifts[0], -shifts[1]), dims=(1, 2))

    down, across = padded[0] // rows, padded[1] // columns
    x = x.view(n, down, rows, across, columns, channels).permute(0, 1, 3, 2, 4, 5)
    x = x.reshape(n * down * across, rows * columns, channels)  # windows × places × C

    if logit_scale is not None and qkv_bias is not None:
        # Version 2 has no bias on the keys.
        third = qkv_bias.numel() // 3
        qkv_bias = torch.cat([qkv_bias[:third], torch.zeros(third), qkv_bias[2 * third :]])
    qkv = F.linear(x, qkv_weight, qkv_bias)
    qkv = qkv.reshape(x.size(0), x.size(1), 3, num_heads, channels // num_heads).permute(2, 0, 3, 1, 4)
    q, k, v = qkv[0], qkv[1], qkv[2]  # windows × heads × places × C / heads
    if logit_scale is None:
        scores = (q * (channels // num_heads) ** -0.5).matmul(k.transpose(-2, -1))
    else:
        scores = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
        scores = scores * torch.clamp(logit_scale, max=math.log(100.0)).exp()
    scores = scores + relative_position_bias
    if sum(shifts) > 0:
        mask = shift_mask(padded, window_size, shifts)
        scores = scores.view(n, down * across, num_heads, *scores.shape[-2:]) + mask.unsqueeze(1).unsqueeze(0)
        scores = scores.view(-1, num_heads, *scores.shape[-2:])
    weights = F.dropout(F.softmax(scores, dim=-1), attention_dropout, training)
    x = weights.matmul(v).transpose(1, 2).reshape(x.size(0), x.size(1), channels)
    x = F.dropout(F.linear(x, proj_weight, proj_bias), dropout, training)

    x = x.view(n, down, across, rows, columns, channels).permute(0, 1, 3, 2, 4, 5)
    x = x.reshape(n, *padded, channels)
    if sum(shifts) > 0:
        x = torch.roll(x, shifts=tuple(shifts), dims=(1, 2))
    return x[:, :height, :width, :].contiguous()


def shift_mask(padded, window_size, shifts):
    """windows × places × places: -100 where two places of a window come from opposite borders."""

    def regions(size, window, shift):
        """Each line of pixels by where it came from, in rows of a window."""
        lines = [0 if i < size - window else 1 if i < size - shift else 2 for i in range(size)]
        return torch.tensor(lines).view(-1, window)

    (height, width), (rows, columns) = padded, window_size
    down = regions(height, rows, shifts[0]).view(height // rows, 1, rows, 1)
    across = regions(width, columns, shifts[1]).view(1, width // columns, 1, columns)
    region = (down * 3 + across).view(-1, rows * columns)
    different = region.unsqueeze(1) != region.unsqueeze(2)
    return torch.where(different, torch.tensor(-100.0), torch.tensor(0.0))


class ShiftedWindowAttention(nn.Module):
    def __init__(self, dim, window_size, shift_size, num_heads, qkv_bias=True, proj_bias=True, attention_dropout=0.0,
                 dropout=0.0):  # fmt: skip
        super().__init__()
        if len(window_size) != 2 or len(shift_size) != 2:
            raise ValueError("window_size and shift_size must be of length 2")
        self.window_size, self.shift_size, self.num_heads = window_size, shift_size, num_heads
        self.attention_dropout, self.dropout = attention_dropout, dropout
        self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
        self.proj = nn.Linear(dim, dim, bias=proj_bias)
        self.define_relative_position_bias_table()
        self.define_relative_position_index()

    def define_relative_position_bias_table(self):
        offsets = math.prod(2 * size - 1 for size in self.window_size)
        self.relative_position_bias_table = nn.Parameter(torch.zeros(offsets, self.num_heads))
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)

    def define_relative_position_index(self):
        self.register_buffer("relative_position_index", relative_position_index(*self.window_size).flatten())

    def get_relative_position_bias(self):
        places = math.prod(self.window_size)
        return position_bias(self.relative_position_bias_table, self.relative_position_index, places)

    def forward(self, x):
        return self.attend(x)

    def attend(self, x, logit_scale=None):
        return shifted_window_attention(
            x, self.qkv.weight, self.proj.weight, self.get_relative_position_bias(), self.window_size, self.num_heads,
            list(self.shift_size), self.attention_dropout, self.dropout, self.qkv.bias, self.proj.bias, logit_scale,
            self.training,
        )  # fmt: skip


class ShiftedWindowAttentionV2(ShiftedWindowAttention):
    """Scaled cosine attention; the bias is a small network of the offsets' logarithms."""

    def __init__(self, dim, window_size, shift_size, num_heads, qkv_bias=True, proj_bias=True, attention_dropout=0.0,
                 dropout=0.0):  # fmt: skip
        super().__init__(dim, window_size, shift_size, num_heads, qkv_bias, proj_bias, attention_dropout, dropout)
        self.logit_scale = nn.Parameter(torch.log(10 * torch.ones((num_heads, 1, 1))))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512, bias=True), nn.ReLU(inplace=True), nn.Linear(512, num_heads, bias=False)
        )

    def define_relative_position_bias_table(self):
        """Offsets in units of 8 / (window - 1), as sign · log2(1 + size) / 3: 1×(2·rows - 1)×(2·columns - 1)×2"""
        rows, columns = self.window_size

        def scaled(offset, size):
            value = offset / (size - 1) * 8
            return math.copysign(math.log2(abs(value) + 1.0) / 3.0, value) if value else 0.0

        table = [
            [[scaled(y, rows), scaled(x, columns)] for x in range(1 - columns, columns)] for y in range(1 - rows, rows)
        ]
        self.register_buffer("relative_coords_table", torch.tensor([table]))

    def get_relative_position_bias(self):
        table = self.cpb_mlp(self.relative_coords_table).view(-1, self.num_heads)
        return 16 * torch.sigmoid(position_bias(table, self.relative_position_index, math.prod(self.window_size)))

    def forward(self, x):
        return self.attend(x, self.logit_scale)
