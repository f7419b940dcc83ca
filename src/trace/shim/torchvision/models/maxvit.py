"""MaxViT (Tu et al., 2022): convolution, attention within windows, attention across a grid of them."""
import math
from collections import OrderedDict
from functools import partial

import torch
from torch import nn

from ..ops.misc import Conv2dNormActivation, SqueezeExcitation
from ..ops.stochastic_depth import StochasticDepth
from ._api import builders
from ._window_attention import position_bias, relative_position_index


class MBConv(nn.Module):
    def __init__(self, in_channels, out_channels, expansion_ratio, squeeze_ratio, stride, activation_layer, norm_layer,
                 p_stochastic_dropout=0.0):  # fmt: skip
        super().__init__()
        if stride != 1 or in_channels != out_channels:
            shortcut = [nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=1, bias=True)]
            if stride == 2:
                shortcut.insert(0, nn.AvgPool2d(kernel_size=3, stride=stride, padding=1))
            self.proj = nn.Sequential(*shortcut)
        else:
            self.proj = nn.Identity()
        middle = int(out_channels * expansion_ratio)
        options = {"activation_layer": activation_layer, "norm_layer": norm_layer, "inplace": None}
        self.stochastic_depth = (
            StochasticDepth(p_stochastic_dropout, mode="row") if p_stochastic_dropout else nn.Identity()
        )
        self.layers = nn.Sequential(
            OrderedDict(
                pre_norm=norm_layer(in_channels),
                conv_a=Conv2dNormActivation(in_channels, middle, kernel_size=1, **options),
                conv_b=Conv2dNormActivation(middle, middle, kernel_size=3, stride=stride, groups=middle, **options),
                squeeze_excitation=SqueezeExcitation(middle, int(out_channels * squeeze_ratio), activation=nn.SiLU),
                conv_c=nn.Conv2d(middle, out_channels, kernel_size=1, bias=True),
            )
        )

    def forward(self, x):
        shortcut = self.proj(x)
        return shortcut + self.stochastic_depth(self.layers(x))


class RelativePositionalMultiHeadAttention(nn.Module):
    """Over groups of places: N×groups×places×C."""

    def __init__(self, feat_dim, head_dim, max_seq_len):
        super().__init__()
        if feat_dim % head_dim != 0:
            raise ValueError(f"feat_dim: {feat_dim} must be divisible by head_dim: {head_dim}")
        self.n_heads, self.head_dim = feat_dim // head_dim, head_dim
        self.size, self.max_seq_len = int(math.sqrt(max_seq_len)), max_seq_len
        self.to_qkv = nn.Linear(feat_dim, self.n_heads * head_dim * 3)
        self.scale_factor = feat_dim**-0.5
        self.merge = nn.Linear(head_dim * self.n_heads, feat_dim)
        offsets = (2 * self.size - 1) ** 2
        self.relative_position_bias_table = nn.Parameter(torch.empty((offsets, self.n_heads), dtype=torch.float32))
        self.register_buffer("relative_position_index", relative_position_index(self.size, self.size))
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)

    def get_relative_positional_bias(self):
        return position_bias(self.relative_position_bias_table, self.relative_position_index, self.max_seq_len)

    def forward(self, x):
        n, groups, places, _ = x.shape

        def heads(part):
            return part.reshape(n, groups, places, self.n_heads, self.head_dim).permute(0, 1, 3, 2, 4)

        q, k, v = map(heads, torch.chunk(self.to_qkv(x), 3, dim=-1))
        scores = q @ (k * self.scale_factor).transpose(-2, -1) + self.get_relative_positional_bias()
        mixed = torch.softmax(scores, dim=-1) @ v
        return self.merge(mixed.permute(0, 1, 3, 2, 4).reshape(n, groups, places, -1))


class SwapAxes(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.a, self.b = a, b

    def forward(self, x):
        return torch.swapaxes(x, self.a, self.b)


class WindowPartition(nn.Module):
    def forward(self, x, p):
        """N×C×H×W → N×windows×p²×C"""
        n, c, height, width = x.shape
        x = x.reshape(n, c, height // p, p, width // p, p).permute(0, 2, 4, 3, 5, 1)
        return x.reshape(n, (height // p) * (width // p), p * p, c)


class WindowDepartition(nn.Module):
    def forward(self, x, p, h_partitions, w_partitions):
        """N×windows×p²×C → N×C×H×W"""
        n, _, _, c = x.shape
        x = x.reshape(n, h_partitions, w_partitions, p, p, c).permute(0, 5, 1, 3, 2, 4)
        return x.reshape(n, c, h_partitions * p, w_partitions * p)


class PartitionAttentionLayer(nn.Module):
    """Attention within windows, or ("grid") between equal places of all windows."""

    def __init__(self, in_channels, head_dim, partition_size, partition_type, grid_size, mlp_ratio, activation_layer,
                 norm_layer, attention_dropout, mlp_dropout, p_stochastic_dropout):  # fmt: skip
        super().__init__()
        if partition_type not in ("grid", "window"):
            raise ValueError("partition_type must be either 'grid' or 'window'")
        self.n_heads, self.head_dim = in_channels // head_dim, head_dim
        self.n_partitions = grid_size[0] // partition_size
        self.partition_type, self.grid_size = partition_type, grid_size
        is_window = partition_type == "window"
        self.p, self.g = (partition_size, self.n_partitions) if is_window else (self.n_partitions, partition_size)
        self.partition_op = WindowPartition()
        self.departition_op = WindowDepartition()
        self.partition_swap = nn.Identity() if is_window else SwapAxes(-2, -3)
        self.departition_swap = nn.Identity() if is_window else SwapAxes(-2, -3)
        self.attn_layer = nn.Sequential(
            norm_layer(in_channels),
            RelativePositionalMultiHeadAttention(in_channels, head_dim, partition_size**2),
            nn.Dropout(attention_dropout),
        )
        self.mlp_layer = nn.Sequential(
            nn.LayerNorm(in_channels),
            nn.Linear(in_channels, in_channels * mlp_ratio),
            activation_layer(),
            nn.Linear(in_channels * mlp_ratio, in_channels),
            nn.Dropout(mlp_dropout),
        )
        self.stochastic_dropout = StochasticDepth(p_stochastic_dropout, mode="row")

    def forward(self, x):
        down, across = self.grid_size[0] // self.p, self.grid_size[1] // self.p
        torch._assert(
            self.grid_size[0] % self.p == 0 and self.grid_size[1] % self.p == 0,
            f"Grid size must be divisible by partition size. Got grid size of {self.grid_size} and partition size of "
            f"{self.p}",
        )
        x = self.partition_swap(self.partition_op(x, self.p))
        x = x + self.stochastic_dropout(self.attn_layer(x))
        x = x + self.stochastic_dropout(self.mlp_layer(x))
        return self.departition_op(self.departition_swap(x), self.p, down, across)


class MaxVitLayer(nn.Module):
    def __init__(self, in_channels, out_channels, squeeze_ratio, expansion_ratio, stride, norm_layer, activation_layer,
                 head_dim, mlp_ratio, mlp_dropout, attention_dropout, p_stochastic_dropout, partition_size,
                 grid_size):  # fmt: skip
        super().__init__()
        layers = OrderedDict(
            MBconv=MBConv(
                in_channels, out_channels, expansion_ratio, squeeze_ratio, stride, activation_layer, norm_layer,
                p_stochastic_dropout,
            )
        )  # fmt: skip
        for kind in ("window", "grid"):
            layers[f"{kind}_attention"] = PartitionAttentionLayer(
                out_channels, head_dim, partition_size, kind, grid_size, mlp_ratio, activation_layer, nn.LayerNorm,
                attention_dropout, mlp_dropout, p_stochastic_dropout,
            )  # fmt: skip
        self.layers = nn.Sequential(layers)

    def forward(self, x):
        return self.layers(x)


class MaxVitBlock(nn.Module):
    def __init__(self, in_channels, out_channels, squeeze_ratio, expansion_ratio, norm_layer, activation_layer,
                 head_dim, mlp_ratio, mlp_dropout, attention_dropout, partition_size, input_grid_size, n_layers,
                 p_stochastic):  # fmt: skip
        super().__init__()
        if len(p_stochastic) != n_layers:
            raise ValueError(f"p_stochastic must have length n_layers={n_layers}, got p_stochastic={p_stochastic}.")
        self.layers = nn.ModuleList()
        self.grid_size = _halved(input_grid_size)
        for index, probability in enumerate(p_stochastic):
            first = index == 0
            self.layers.append(
                MaxVitLayer(
                    in_channels if first else out_channels, out_channels, squeeze_ratio, expansion_ratio,
                    2 if first else 1, norm_layer, activation_layer, head_dim, mlp_ratio, mlp_dropout,
                    attention_dropout, probability, partition_size, self.grid_size,
                )
            )  # fmt: skip

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def _halved(size):
    """What a 3×3 convolution with stride 2 and padding 1 leaves."""
    return ((size[0] - 1) // 2 + 1, (size[1] - 1) // 2 + 1)


class MaxVit(nn.Module):
    def __init__(self, input_size, stem_channels, partition_size, block_channels, block_layers, head_dim,
                 stochastic_depth_prob, norm_layer=None, activation_layer=nn.GELU, squeeze_ratio=0.25, expansion_ratio=4,
                 mlp_ratio=4, mlp_dropout=0.0, attention_dropout=0.0, num_classes=1000):  # fmt: skip
        super().__init__()
        norm_layer = norm_layer or partial(nn.BatchNorm2d, eps=1e-3, momentum=0.99)
        size = _halved(input_size)
        self.partition_size = partition_size
        check = size
        for index in range(len(block_channels)):
            check = _halved(check)
            if check[0] % partition_size != 0 or check[1] % partition_size != 0:
                raise ValueError(
                    f"Input size {check} of block {index} is not divisible by partition size {partition_size}. "
                    f"Consider changing the partition size or the input size.\nCurrent configuration yields the "
                    f"following block input sizes: {check}."
                )
        self.stem = nn.Sequential(
            Conv2dNormActivation(
                3, stem_channels, 3, stride=2, norm_layer=norm_layer, activation_layer=activation_layer, bias=False,
                inplace=None,
            ),
            Conv2dNormActivation(stem_channels, stem_channels, 3, norm_layer=None, activation_layer=None, bias=True),
        )  # fmt: skip
        self.blocks = nn.ModuleList()
        total = sum(block_layers)
        probabilities = [stochastic_depth_prob * index / (total - 1) for index in range(total)]
        channels, first = stem_channels, 0
        for width, count in zip(block_channels, block_layers):
            block = MaxVitBlock(
                channels, width, squeeze_ratio, expansion_ratio, norm_layer, activation_layer, head_dim, mlp_ratio,
                mlp_dropout, attention_dropout, partition_size, size, count, probabilities[first : first + count],
            )  # fmt: skip
            self.blocks.append(block)
            size, channels, first = block.grid_size, width, first + count
        self.classifier = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(channels), nn.Linear(channels, channels), nn.Tanh(),
            nn.Linear(channels, num_classes, bias=False),
        )  # fmt: skip
        self._init_weights()

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.classifier(x)

    def _init_weights(self):
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.constant_(module.weight, 1)
                nn.init.constant_(module.bias, 0)


def _maxvit_t(**kwargs):
    return MaxVit(
        kwargs.pop("input_size", (224, 224)), stem_channels=64, block_channels=[64, 128, 256, 512],
        block_layers=[2, 2, 5, 2], head_dim=32, stochastic_depth_prob=0.2, partition_size=7, **kwargs,
    )  # fmt: skip


def _input_size_of_weights(kwargs, weights):
    kwargs.setdefault("input_size", weights.meta["min_size"])


globals().update(builders(__name__, {"maxvit_t": _maxvit_t}, _input_size_of_weights))
