"""MNASNet-B1 (Tan et al., 2018)."""
from functools import partial

from torch import nn

from ._api import builders
from ._utils import _make_divisible

MOMENTUM = 1 - 0.9997
# Channels at width 1, from the stem to the last stage.
DEPTHS = [32, 16, 24, 40, 80, 96, 192, 320]
# Each stack: (kernel, stride, expansion, repeats).
STACKS = [(3, 2, 3, 3), (5, 2, 3, 3), (5, 2, 6, 3), (3, 1, 6, 2), (5, 2, 6, 4), (3, 1, 6, 1)]


class _InvertedResidual(nn.Module):
    def __init__(self, in_ch, out_ch, kernel_size, stride, expansion_factor, bn_momentum=0.1):
        super().__init__()
        if stride not in (1, 2):
            raise ValueError(f"stride should be 1 or 2 instead of {stride}")
        if kernel_size not in (3, 5):
            raise ValueError(f"kernel_size should be 3 or 5 instead of {kernel_size}")
        wide = in_ch * expansion_factor
        self.apply_residual = in_ch == out_ch and stride == 1
        self.layers = nn.Sequential(
            *convolution(in_ch, wide, 1, momentum=bn_momentum), nn.ReLU(inplace=True),
            *convolution(wide, wide, kernel_size, stride, wide, bn_momentum), nn.ReLU(inplace=True),
            *convolution(wide, out_ch, 1, momentum=bn_momentum),
        )  # fmt: skip

    def forward(self, input):
        return self.layers(input) + input if self.apply_residual else self.layers(input)


def convolution(inputs, outputs, kernel, stride=1, groups=1, momentum=MOMENTUM):
    return (
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, stride=stride, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, momentum=momentum),
    )


def _stack(in_ch, out_ch, kernel_size, stride, exp_factor, repeats, bn_momentum):
    first = _InvertedResidual(in_ch, out_ch, kernel_size, stride, exp_factor, bn_momentum)
    rest = [_InvertedResidual(out_ch, out_ch, kernel_size, 1, exp_factor, bn_momentum) for _ in range(repeats - 1)]
    return nn.Sequential(first, *rest)


class MNASNet(nn.Module):
    def __init__(self, alpha, num_classes=1000, dropout=0.2):
        super().__init__()
        if alpha <= 0.0:
            raise ValueError(f"alpha should be greater than 0.0 instead of {alpha}")
        self.alpha = alpha
        self.num_classes = num_classes
        depths = [_make_divisible(depth * alpha, 8) for depth in DEPTHS]
        stem, first = depths[:2]
        stacks = [
            _stack(before, after, *stack, MOMENTUM) for before, after, stack in zip(depths[1:], depths[2:], STACKS)
        ]
        self.layers = nn.Sequential(
            *convolution(3, stem, 3, 2), nn.ReLU(inplace=True),
            *convolution(stem, stem, 3, groups=stem), nn.ReLU(inplace=True),
            *convolution(stem, first, 1),
            *stacks,
            *convolution(depths[-1], 1280, 1), nn.ReLU(inplace=True),
        )  # fmt: skip
        self.classifier = nn.Sequential(nn.Dropout(p=dropout, inplace=True), nn.Linear(1280, num_classes))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.ones_(module.weight)
                nn.init.zeros_(module.bias)
            elif isinstance(module, nn.Linear):
                nn.init.kaiming_uniform_(module.weight, mode="fan_out", nonlinearity="sigmoid")
                nn.init.zeros_(module.bias)

    def forward(self, x):
        return self.classifier(self.layers(x).mean([2, 3]))


ALPHAS = {"mnasnet0_5": 0.5, "mnasnet0_75": 0.75, "mnasnet1_0": 1.0, "mnasnet1_3": 1.3}

globals().update(builders(__name__, {name: partial(MNASNet, alpha) for name, alpha in ALPHAS.items()}))
