"""MobileNetV3 (Howard et al., 2019)."""
from functools import partial

import torch
from torch import nn

from ..ops.misc import Conv2dNormActivation
from ..ops.misc import SqueezeExcitation as SElayer
from ._api import builders
from ._utils import _make_divisible
from .mobilenetv2 import initialise


class InvertedResidualConfig:
    """A row of the paper's tables 1 and 2."""

    def __init__(self, input_channels, kernel, expanded_channels, out_channels, use_se, activation, stride, dilation,
                 width_mult):  # fmt: skip
        self.input_channels = self.adjust_channels(input_channels, width_mult)
        self.kernel = kernel
        self.expanded_channels = self.adjust_channels(expanded_channels, width_mult)
        self.out_channels = self.adjust_channels(out_channels, width_mult)
        self.use_se = use_se
        self.use_hs = activation == "HS"
        self.stride = stride
        self.dilation = dilation

    @staticmethod
    def adjust_channels(channels, width_mult):
        return _make_divisible(channels * width_mult, 8)


class InvertedResidual(nn.Module):
    def __init__(self, cnf, norm_layer, se_layer=partial(SElayer, scale_activation=nn.Hardsigmoid)):
        super().__init__()
        if not 1 <= cnf.stride <= 2:
            raise ValueError("illegal stride value")
        self.use_res_connect = cnf.stride == 1 and cnf.input_channels == cnf.out_channels
        options = {"norm_layer": norm_layer, "activation_layer": nn.Hardswish if cnf.use_hs else nn.ReLU}
        wide = cnf.expanded_channels
        layers = []
        if wide != cnf.input_channels:
            layers.append(Conv2dNormActivation(cnf.input_channels, wide, kernel_size=1, **options))
        layers.append(
            Conv2dNormActivation(
                wide, wide, kernel_size=cnf.kernel, stride=1 if cnf.dilation > 1 else cnf.stride,
                dilation=cnf.dilation, groups=wide, **options,
            )
        )  # fmt: skip
        if cnf.use_se:
            layers.append(se_layer(wide, _make_divisible(wide // 4, 8)))
        layers.append(
            Conv2dNormActivation(wide, cnf.out_channels, kernel_size=1, norm_layer=norm_layer, activation_layer=None)
        )
        self.block = nn.Sequential(*layers)
        self.out_channels = cnf.out_channels
        self._is_cn = cnf.stride > 1

    def forward(self, input):
        result = self.block(input)
        if self.use_res_connect:
            result += input
        return result


class MobileNetV3(nn.Module):
    def __init__(self, inverted_residual_setting, last_channel, num_classes=1000, block=None, norm_layer=None,
                 dropout=0.2, **kwargs):  # fmt: skip
        super().__init__()
        setting = inverted_residual_setting
        if not setting:
            raise ValueError("The inverted_residual_setting should not be empty")
        if not all(isinstance(row, InvertedResidualConfig) for row in setting):
            raise TypeError("The inverted_residual_setting should be List[InvertedResidualConfig]")
        block = block or InvertedResidual
        norm_layer = norm_layer or partial(nn.BatchNorm2d, eps=0.001, momentum=0.01)
        options = {"norm_layer": norm_layer, "activation_layer": nn.Hardswish}
        last = setting[-1].out_channels
        self.features = nn.Sequential(
            Conv2dNormActivation(3, setting[0].input_channels, kernel_size=3, stride=2, **options),
            *(block(row, norm_layer) for row in setting),
            Conv2dNormActivation(last, 6 * last, kernel_size=1, **options),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(6 * last, last_channel), nn.Hardswish(inplace=True), nn.Dropout(p=dropout, inplace=True),
            nn.Linear(last_channel, num_classes),
        )  # fmt: skip
        initialise(self)

    def _forward_impl(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))

    def forward(self, x):
        return self._forward_impl(x)


# (input, kernel, expanded, output, squeeze-excitation, activation, stride); * marks the last stage, which may be
# narrower or dilated.
LARGE = """
16 3 16 16 - RE 1
16 3 64 24 - RE 2
24 3 72 24 - RE 1
24 5 72 40 SE RE 2
40 5 120 40 SE RE 1
40 5 120 40 SE RE 1
40 3 240 80 - HS 2
80 3 200 80 - HS 1
80 3 184 80 - HS 1
80 3 184 80 - HS 1
80 3 480 112 SE HS 1
112 3 672 112 SE HS 1
112 5 672 160* SE HS 2
160* 5 960* 160* SE HS 1
160* 5 960* 160* SE HS 1
"""
SMALL = """
16 3 16 16 SE RE 2
16 3 72 24 - RE 2
24 3 88 24 - RE 1
24 5 96 40 SE HS 2
40 5 240 40 SE HS 1
40 5 240 40 SE HS 1
40 5 120 48 SE HS 1
48 5 144 48 SE HS 1
48 5 288 96* SE HS 2
96* 5 576* 96* SE HS 1
96* 5 576* 96* SE HS 1
"""
TABLES = {"mobilenet_v3_large": (LARGE, 1280), "mobilenet_v3_small": (SMALL, 1024)}


def _mobilenet_v3_conf(arch, width_mult=1.0, reduced_tail=False, dilated=False, **kwargs):
    if arch not in TABLES:
        raise ValueError(f"Unsupported model type {arch}")
    table, last_channel = TABLES[arch]
    shrink = 2 if reduced_tail else 1

    def size(text):
        return int(text[:-1]) // shrink if text.endswith("*") else int(text)

    rows = []
    for line in table.split("\n")[1:-1]:
        inputs, kernel, expanded, outputs, se, activation, stride = line.split()
        dilation = 2 if dilated and outputs.endswith("*") else 1
        rows.append(
            InvertedResidualConfig(
                size(inputs), int(kernel), size(expanded), size(outputs), se == "SE", activation, int(stride), dilation,
                width_mult,
            )
        )  # fmt: skip
    return rows, InvertedResidualConfig.adjust_channels(last_channel // shrink, width_mult)


def _mobilenet_v3(arch, **kwargs):
    setting = {name: kwargs.pop(name) for name in ("width_mult", "reduced_tail", "dilated") if name in kwargs}
    return MobileNetV3(*_mobilenet_v3_conf(arch, **setting), **kwargs)


globals().update(builders(__name__, {name: partial(_mobilenet_v3, name) for name in TABLES}))
