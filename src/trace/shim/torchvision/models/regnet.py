"""RegNet (Radosavovic et al., 2020): stage widths are a quantised line."""
import math
from collections import OrderedDict
from functools import partial

from torch import nn

from ..ops.misc import Conv2dNormActivation, SqueezeExcitation
from ._api import builders
from ._utils import _make_divisible


class SimpleStemIN(Conv2dNormActivation):
    def __init__(self, width_in, width_out, norm_layer, activation_layer):
        super().__init__(
            width_in, width_out, kernel_size=3, stride=2, norm_layer=norm_layer, activation_layer=activation_layer
        )


class BottleneckTransform(nn.Sequential):
    """1×1, grouped 3×3 (with squeeze-and-excitation in RegNetY), 1×1."""

    def __init__(self, width_in, width_out, stride, norm_layer, activation_layer, group_width, bottleneck_multiplier,
                 se_ratio):  # fmt: skip
        wide = int(round(width_out * bottleneck_multiplier))
        options = {"norm_layer": norm_layer, "activation_layer": activation_layer}
        layers = OrderedDict(
            a=Conv2dNormActivation(width_in, wide, kernel_size=1, **options),
            b=Conv2dNormActivation(wide, wide, kernel_size=3, stride=stride, groups=wide // group_width, **options),
        )
        if se_ratio:
            layers["se"] = SqueezeExcitation(wide, int(round(se_ratio * width_in)), activation=activation_layer)
        layers["c"] = Conv2dNormActivation(wide, width_out, kernel_size=1, norm_layer=norm_layer, activation_layer=None)
        super().__init__(layers)


class ResBottleneckBlock(nn.Module):
    def __init__(self, width_in, width_out, stride, norm_layer, activation_layer, group_width=1,
                 bottleneck_multiplier=1.0, se_ratio=None):  # fmt: skip
        super().__init__()
        self.proj = None
        if width_in != width_out or stride != 1:
            self.proj = Conv2dNormActivation(
                width_in, width_out, kernel_size=1, stride=stride, norm_layer=norm_layer, activation_layer=None
            )
        self.f = BottleneckTransform(
            width_in, width_out, stride, norm_layer, activation_layer, group_width, bottleneck_multiplier, se_ratio
        )
        self.activation = activation_layer(inplace=True)

    def forward(self, x):
        shortcut = x if self.proj is None else self.proj(x)
        return self.activation(shortcut + self.f(x))


class AnyStage(nn.Sequential):
    def __init__(self, width_in, width_out, stride, depth, block_constructor, norm_layer, activation_layer, group_width,
                 bottleneck_multiplier, se_ratio=None, stage_index=0):  # fmt: skip
        super().__init__()
        shared = (norm_layer, activation_layer, group_width, bottleneck_multiplier, se_ratio)
        for index in range(depth):
            first = index == 0
            block = block_constructor(width_in if first else width_out, width_out, stride if first else 1, *shared)
            self.add_module(f"block{stage_index}-{index}", block)


class BlockParams:
    def __init__(self, depths, widths, group_widths, bottleneck_multipliers, strides, se_ratio=None):
        self.depths, self.widths, self.group_widths = depths, widths, group_widths
        self.bottleneck_multipliers, self.strides, self.se_ratio = bottleneck_multipliers, strides, se_ratio

    @classmethod
    def from_init_params(cls, depth, w_0, w_a, w_m, group_width, bottleneck_multiplier=1.0, se_ratio=None, **kwargs):
        """Width of block j: w_0 + w_a·j, rounded to w_0·w_m^k, and that to a multiple of 8."""
        if w_a < 0 or w_0 <= 0 or w_m <= 1 or w_0 % 8 != 0:
            raise ValueError("Invalid RegNet settings")
        of_blocks = []
        for j in range(depth):
            power = round(math.log((w_0 + w_a * j) / w_0) / math.log(w_m))
            of_blocks.append(round(w_0 * w_m**power / 8) * 8)
        widths = list(dict.fromkeys(of_blocks))
        count = len(widths)
        groups = []
        for stage, width in enumerate(widths):
            middle = int(width * bottleneck_multiplier)
            groups.append(min(group_width, middle))
            widths[stage] = int(_make_divisible(middle, groups[-1]) / bottleneck_multiplier)
        depths = [of_blocks.count(width) for width in dict.fromkeys(of_blocks)]
        return cls(depths, widths, groups, [bottleneck_multiplier] * count, [2] * count, se_ratio)

    def _get_expanded_params(self):
        return zip(self.widths, self.strides, self.depths, self.group_widths, self.bottleneck_multipliers)


class RegNet(nn.Module):
    def __init__(self, block_params, num_classes=1000, stem_width=32, stem_type=None, block_type=None, norm_layer=None,
                 activation=None):  # fmt: skip
        super().__init__()
        norm_layer, activation = norm_layer or nn.BatchNorm2d, activation or nn.ReLU
        self.stem = (stem_type or SimpleStemIN)(3, stem_width, norm_layer, activation)
        channels = stem_width
        stages = OrderedDict()
        for index, (width, stride, depth, group, multiplier) in enumerate(block_params._get_expanded_params(), 1):
            stages[f"block{index}"] = AnyStage(
                channels, width, stride, depth, block_type or ResBottleneckBlock, norm_layer, activation, group,
                multiplier, block_params.se_ratio, stage_index=index,
            )  # fmt: skip
            channels = width
        self.trunk_output = nn.Sequential(stages)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(in_features=channels, out_features=num_classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                fan_out = math.prod(module.kernel_size) * module.out_channels
                nn.init.normal_(module.weight, mean=0.0, std=math.sqrt(2.0 / fan_out))
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.ones_(module.weight)
                nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, mean=0.0, std=0.01)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.avgpool(self.trunk_output(self.stem(x)))
        return self.fc(x.flatten(start_dim=1))


# (depth, w_0, w_a, w_m, group width); Y has squeeze-and-excitation.
ARCHITECTURES = {
    "regnet_y_400mf": (16, 48, 27.89, 2.09, 8),
    "regnet_y_800mf": (14, 56, 38.84, 2.4, 16),
    "regnet_y_1_6gf": (27, 48, 20.71, 2.65, 24),
    "regnet_y_3_2gf": (21, 80, 42.63, 2.66, 24),
    "regnet_y_8gf": (17, 192, 76.82, 2.19, 56),
    "regnet_y_16gf": (18, 200, 106.23, 2.48, 112),
    "regnet_y_32gf": (20, 232, 115.89, 2.53, 232),
    "regnet_y_128gf": (27, 456, 160.83, 2.52, 264),
    "regnet_x_400mf": (22, 24, 24.48, 2.54, 16),
    "regnet_x_800mf": (16, 56, 35.73, 2.28, 16),
    "regnet_x_1_6gf": (18, 80, 34.01, 2.25, 24),
    "regnet_x_3_2gf": (25, 88, 26.31, 2.25, 48),
    "regnet_x_8gf": (23, 80, 49.56, 2.88, 120),
    "regnet_x_16gf": (22, 216, 55.59, 2.1, 128),
    "regnet_x_32gf": (23, 320, 69.86, 2.0, 168),
}


def _regnet(name, **kwargs):
    se_ratio = 0.25 if name.startswith("regnet_y") else None
    kwargs.setdefault("norm_layer", partial(nn.BatchNorm2d, eps=1e-05, momentum=0.1))
    return RegNet(BlockParams.from_init_params(*ARCHITECTURES[name], se_ratio=se_ratio), **kwargs)


globals().update(builders(__name__, {name: partial(_regnet, name) for name in ARCHITECTURES}))
