"""Inception v3 (Szegedy et al., 2015)."""
from collections import namedtuple

import torch
from torch import nn
from torch.nn import functional as F

from ._api import builders
from ._inception_parts import BasicConv2d, adapt_to_weights, initialise, renormalised, wants_initialisation

InceptionOutputs = _InceptionOutputs = namedtuple("InceptionOutputs", ["logits", "aux_logits"])


class _Branches(nn.Module):
    """Convolutions side by side, concatenated. `add` makes layers `name` or `name_1`, `name_2`, …"""

    def __init__(self, conv_block):
        super().__init__()
        self._block = conv_block or BasicConv2d

    def add(self, name, in_channels, *layers):
        """Each layer: (output channels, kernel, stride); strided ones are not padded."""
        numbered = len(layers) > 1 or name.endswith("_")
        for index, (channels, kernel, *stride) in enumerate(layers, 1):
            options = {"kernel_size": kernel}
            if stride:
                options["stride"] = stride[0]
            elif kernel != 1:
                options["padding"] = tuple(k // 2 for k in kernel) if isinstance(kernel, tuple) else kernel // 2
            setattr(self, f"{name.rstrip('_')}_{index}" if numbered else name, self._block(in_channels, channels, **options))
            in_channels = channels

    def run(self, name, x):
        index = 1
        while hasattr(self, f"{name}_{index}"):
            x = getattr(self, f"{name}_{index}")(x)
            index += 1
        return x

    def forward(self, x):
        return torch.cat(self._forward(x), 1)


ROW, COLUMN = (1, 7), (7, 1)


class InceptionA(_Branches):
    def __init__(self, in_channels, pool_features, conv_block=None):
        super().__init__(conv_block)
        self.add("branch1x1", in_channels, (64, 1))
        self.add("branch5x5", in_channels, (48, 1), (64, 5))
        self.add("branch3x3dbl", in_channels, (64, 1), (96, 3), (96, 3))
        self.add("branch_pool", in_channels, (pool_features, 1))

    def _forward(self, x):
        near, five, three = self.branch1x1(x), self.run("branch5x5", x), self.run("branch3x3dbl", x)
        return [near, five, three, self.branch_pool(F.avg_pool2d(x, kernel_size=3, stride=1, padding=1))]


class InceptionB(_Branches):
    def __init__(self, in_channels, conv_block=None):
        super().__init__(conv_block)
        self.add("branch3x3", in_channels, (384, 3, 2))
        self.add("branch3x3dbl", in_channels, (64, 1), (96, 3), (96, 3, 2))

    def _forward(self, x):
        return [self.branch3x3(x), self.run("branch3x3dbl", x), F.max_pool2d(x, kernel_size=3, stride=2)]


class InceptionC(_Branches):
    def __init__(self, in_channels, channels_7x7, conv_block=None):
        super().__init__(conv_block)
        c = channels_7x7
        self.add("branch1x1", in_channels, (192, 1))
        self.add("branch7x7", in_channels, (c, 1), (c, ROW), (192, COLUMN))
        self.add("branch7x7dbl", in_channels, (c, 1), (c, COLUMN), (c, ROW), (c, COLUMN), (192, ROW))
        self.add("branch_pool", in_channels, (192, 1))

    def _forward(self, x):
        near, once, twice = self.branch1x1(x), self.run("branch7x7", x), self.run("branch7x7dbl", x)
        return [near, once, twice, self.branch_pool(F.avg_pool2d(x, kernel_size=3, stride=1, padding=1))]


class InceptionD(_Branches):
    def __init__(self, in_channels, conv_block=None):
        super().__init__(conv_block)
        self.add("branch3x3", in_channels, (192, 1), (320, 3, 2))
        self.add("branch7x7x3", in_channels, (192, 1), (192, ROW), (192, COLUMN), (192, 3, 2))

    def _forward(self, x):
        return [self.run("branch3x3", x), self.run("branch7x7x3", x), F.max_pool2d(x, kernel_size=3, stride=2)]


class InceptionE(_Branches):
    def __init__(self, in_channels, conv_block=None):
        super().__init__(conv_block)
        self.add("branch1x1", in_channels, (320, 1))
        self.add("branch3x3_", in_channels, (384, 1))
        self.add("branch3x3_2a", 384, (384, (1, 3)))
        self.add("branch3x3_2b", 384, (384, (3, 1)))
        self.add("branch3x3dbl", in_channels, (448, 1), (384, 3))
        self.add("branch3x3dbl_3a", 384, (384, (1, 3)))
        self.add("branch3x3dbl_3b", 384, (384, (3, 1)))
        self.add("branch_pool", in_channels, (192, 1))

    def _forward(self, x):
        near, once = self.branch1x1(x), self.branch3x3_1(x)
        once = torch.cat([self.branch3x3_2a(once), self.branch3x3_2b(once)], 1)
        twice = self.run("branch3x3dbl", x)
        twice = torch.cat([self.branch3x3dbl_3a(twice), self.branch3x3dbl_3b(twice)], 1)
        return [near, once, twice, self.branch_pool(F.avg_pool2d(x, kernel_size=3, stride=1, padding=1))]


class InceptionAux(nn.Module):
    def __init__(self, in_channels, num_classes, conv_block=None):
        super().__init__()
        block = conv_block or BasicConv2d
        self.conv0 = block(in_channels, 128, kernel_size=1)
        self.conv1 = block(128, 768, kernel_size=5)
        self.conv1.stddev = 0.01
        self.fc = nn.Linear(768, num_classes)
        self.fc.stddev = 0.001

    def forward(self, x):
        x = self.conv1(self.conv0(F.avg_pool2d(x, kernel_size=5, stride=3)))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, (1, 1)), 1))


class Inception3(nn.Module):
    def __init__(self, num_classes=1000, aux_logits=True, transform_input=False, inception_blocks=None,
                 init_weights=None, dropout=0.5):  # fmt: skip
        super().__init__()
        conv, a, b, c, d, e, aux = inception_blocks or (
            BasicConv2d, InceptionA, InceptionB, InceptionC, InceptionD, InceptionE, InceptionAux,
        )  # fmt: skip
        self.aux_logits = aux_logits
        self.transform_input = transform_input
        self.Conv2d_1a_3x3 = conv(3, 32, kernel_size=3, stride=2)
        self.Conv2d_2a_3x3 = conv(32, 32, kernel_size=3)
        self.Conv2d_2b_3x3 = conv(32, 64, kernel_size=3, padding=1)
        self.maxpool1 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.Conv2d_3b_1x1 = conv(64, 80, kernel_size=1)
        self.Conv2d_4a_3x3 = conv(80, 192, kernel_size=3)
        self.maxpool2 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.Mixed_5b = a(192, pool_features=32)
        self.Mixed_5c = a(256, pool_features=64)
        self.Mixed_5d = a(288, pool_features=64)
        self.Mixed_6a = b(288)
        self.Mixed_6b = c(768, channels_7x7=128)
        self.Mixed_6c = c(768, channels_7x7=160)
        self.Mixed_6d = c(768, channels_7x7=160)
        self.Mixed_6e = c(768, channels_7x7=192)
        self.AuxLogits = aux(768, num_classes) if aux_logits else None
        self.Mixed_7a = d(768)
        self.Mixed_7b = e(1280)
        self.Mixed_7c = e(2048)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(p=dropout)
        self.fc = nn.Linear(2048, num_classes)
        if wants_initialisation(init_weights, "inception_v3"):
            initialise(self, 0.1)

    def _transform_input(self, x):
        return renormalised(x) if self.transform_input else x

    def _forward(self, x):
        x = self.maxpool1(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))))
        x = self.maxpool2(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))
        x = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(x)))
        x = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(x)))))
        aux = self.AuxLogits(x) if self.AuxLogits is not None and self.training else None
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x)))
        x = torch.flatten(self.dropout(self.avgpool(x)), 1)
        return self.fc(x), aux

    def eager_outputs(self, x, aux):
        return InceptionOutputs(x, aux) if self.training and self.aux_logits else x

    def forward(self, x):
        return self.eager_outputs(*self._forward(self._transform_input(x)))


globals().update(builders(__name__, {"inception_v3": Inception3}, adapt_to_weights(("AuxLogits",), True)))
