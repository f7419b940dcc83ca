"""ConvNeXt (Liu et al., 2022)."""
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from ..ops.misc import Conv2dNormActivation, Permute
from ..ops.stochastic_depth import StochasticDepth
from ._api import builders


class LayerNorm2d(nn.LayerNorm):
    """Over the channels of N×C×H×W."""

    def forward(self, x):
        x = F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class CNBlock(nn.Module):
    """Depthwise 7×7, then a perceptron at each pixel, channels last."""

    def __init__(self, dim, layer_scale, stochastic_depth_prob, norm_layer=None):
        super().__init__()
        norm_layer = norm_layer or partial(nn.LayerNorm, eps=1e-6)
        self.block = nn.Sequential(
            nn.Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim, bias=True),
            Permute([0, 2, 3, 1]),
            norm_layer(dim),
            nn.Linear(dim, 4 * dim),
            nn.GELU(),
            nn.Linear(4 * dim, dim),
            Permute([0, 3, 1, 2]),
        )
        self.layer_scale = nn.Parameter(torch.ones(dim, 1, 1) * layer_scale)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")

    def forward(self, input):
        result = self.stochastic_depth(self.layer_scale * self.block(input))
        result += input
        return result


class CNBlockConfig:
    """A stage: its channels, those after downsampling (None: the last), its blocks."""

    def __init__(self, input_channels, out_channels, num_layers):
        self.input_channels, self.out_channels, self.num_layers = input_channels, out_channels, num_layers


class ConvNeXt(nn.Module):
    def __init__(self, block_setting, stochastic_depth_prob=0.0, layer_scale=1e-6, num_classes=1000, block=None,
                 norm_layer=None, **kwargs):  # fmt: skip
        super().__init__()
        if not block_setting:
            raise ValueError("The block_setting should not be empty")
        if not all(isinstance(stage, CNBlockConfig) for stage in block_setting):
            raise TypeError("The block_setting should be List[CNBlockConfig]")
        block, norm_layer = block or CNBlock, norm_layer or partial(LayerNorm2d, eps=1e-6)
        layers = [
            Conv2dNormActivation(
                3, block_setting[0].input_channels, kernel_size=4, stride=4, padding=0, norm_layer=norm_layer,
                activation_layer=None, bias=True,
            )
        ]  # fmt: skip
        total = sum(stage.num_layers for stage in block_setting)
        built = 0
        for stage in block_setting:
            blocks = []
            for _ in range(stage.num_layers):
                blocks.append(block(stage.input_channels, layer_scale, stochastic_depth_prob * built / (total - 1.0)))
                built += 1
            layers.append(nn.Sequential(*blocks))
            if stage.out_channels is not None:
                layers.append(
                    nn.Sequential(
                        norm_layer(stage.input_channels),
                        nn.Conv2d(stage.input_channels, stage.out_channels, kernel_size=2, stride=2),
                    )
                )
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        last = block_setting[-1].out_channels or block_setting[-1].input_channels
        self.classifier = nn.Sequential(norm_layer(last), nn.Flatten(1), nn.Linear(last, num_classes))
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def _forward_impl(self, x):
        return self.classifier(self.avgpool(self.features(x)))

    def forward(self, x):
        return self._forward_impl(x)


# (channels of the stages, blocks of the third, stochastic depth)
ARCHITECTURES = {
    "convnext_tiny": ((96, 192, 384, 768), 9, 0.1),
    "convnext_small": ((96, 192, 384, 768), 27, 0.4),
    "convnext_base": ((128, 256, 512, 1024), 27, 0.5),
    "convnext_large": ((192, 384, 768, 1536), 27, 0.5),
}


def _convnext(channels, third, stochastic_depth_prob, **kwargs):
    stages = zip(channels, (*channels[1:], None), (3, 3, third, 3))
    probability = kwargs.pop("stochastic_depth_prob", stochastic_depth_prob)
    return ConvNeXt([CNBlockConfig(*stage) for stage in stages], probability, **kwargs)


globals().update(builders(__name__, {name: partial(_convnext, *rest) for name, rest in ARCHITECTURES.items()}))
