"""GoogLeNet (Szegedy et al., 2014), with batch norm."""
from collections import namedtuple

import torch
from torch import nn
from torch.nn import functional as F

from ._api import builders
from ._inception_parts import BasicConv2d, adapt_to_weights, initialise, renormalised, wants_initialisation

GoogLeNetOutputs = _GoogLeNetOutputs = namedtuple("GoogLeNetOutputs", ["logits", "aux_logits2", "aux_logits1"])

# Channels of each module: 1×1; 3×3 reduced and full; "5×5" reduced and full; after pooling. P is a pooling.
STAGES = {
    "inception3a": (192, 64, 96, 128, 16, 32, 32),
    "inception3b": (256, 128, 128, 192, 32, 96, 64),
    "maxpool3": 3,
    "inception4a": (480, 192, 96, 208, 16, 48, 64),
    "inception4b": (512, 160, 112, 224, 24, 64, 64),
    "inception4c": (512, 128, 128, 256, 24, 64, 64),
    "inception4d": (512, 112, 144, 288, 32, 64, 64),
    "inception4e": (528, 256, 160, 320, 32, 128, 128),
    "maxpool4": 2,
    "inception5a": (832, 256, 160, 320, 32, 128, 128),
    "inception5b": (832, 384, 192, 384, 48, 128, 128),
}
# After which stage an auxiliary head looks.
HEADS = {"inception4a": "aux1", "inception4d": "aux2"}


class Inception(nn.Module):
    def __init__(self, in_channels, ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj, conv_block=None):
        super().__init__()
        block = conv_block or BasicConv2d
        self.branch1 = block(in_channels, ch1x1, kernel_size=1)
        self.branch2 = nn.Sequential(
            block(in_channels, ch3x3red, kernel_size=1), block(ch3x3red, ch3x3, kernel_size=3, padding=1)
        )
        # 5×5 in the paper; the published weights have 3×3 here.
        self.branch3 = nn.Sequential(
            block(in_channels, ch5x5red, kernel_size=1), block(ch5x5red, ch5x5, kernel_size=3, padding=1)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1, ceil_mode=True),
            block(in_channels, pool_proj, kernel_size=1),
        )

    def _forward(self, x):
        return [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)]

    def forward(self, x):
        return torch.cat(self._forward(x), 1)


class InceptionAux(nn.Module):
    def __init__(self, in_channels, num_classes, conv_block=None, dropout=0.7):
        super().__init__()
        self.conv = (conv_block or BasicConv2d)(in_channels, 128, kernel_size=1)
        self.fc1 = nn.Linear(2048, 1024)
        self.fc2 = nn.Linear(1024, num_classes)
        self.dropout = nn.Dropout(p=dropout)

    def forward(self, x):
        x = torch.flatten(self.conv(F.adaptive_avg_pool2d(x, (4, 4))), 1)
        return self.fc2(self.dropout(F.relu(self.fc1(x), inplace=True)))


class GoogLeNet(nn.Module):
    def __init__(self, num_classes=1000, aux_logits=True, transform_input=False, init_weights=None, blocks=None,
                 dropout=0.2, dropout_aux=0.7):  # fmt: skip
        super().__init__()
        conv_block, inception_block, aux_block = blocks or (BasicConv2d, Inception, InceptionAux)
        self.aux_logits = aux_logits
        self.transform_input = transform_input
        self.conv1 = conv_block(3, 64, kernel_size=7, stride=2, padding=3)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = conv_block(64, 64, kernel_size=1)
        self.conv3 = conv_block(64, 192, kernel_size=3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        for name, sizes in STAGES.items():
            is_pool = isinstance(sizes, int)
            setattr(self, name, nn.MaxPool2d(sizes, stride=2, ceil_mode=True) if is_pool else inception_block(*sizes))
        self.aux1 = aux_block(512, num_classes, dropout=dropout_aux) if aux_logits else None
        self.aux2 = aux_block(528, num_classes, dropout=dropout_aux) if aux_logits else None
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(p=dropout)
        self.fc = nn.Linear(1024, num_classes)
        if wants_initialisation(init_weights, "GoogleNet"):
            initialise(self, 0.01)

    def _transform_input(self, x):
        return renormalised(x) if self.transform_input else x

    def _forward(self, x):
        """(logits, of the second head, of the first): the heads work while training only."""
        x = self.maxpool2(self.conv3(self.conv2(self.maxpool1(self.conv1(x)))))
        heads = {"aux1": None, "aux2": None}
        for name in STAGES:
            x = getattr(self, name)(x)
            head = getattr(self, HEADS[name]) if name in HEADS else None
            if head is not None and self.training:
                heads[HEADS[name]] = head(x)
        x = self.dropout(torch.flatten(self.avgpool(x), 1))
        return self.fc(x), heads["aux2"], heads["aux1"]

    def eager_outputs(self, x, aux2, aux1=None):
        return GoogLeNetOutputs(x, aux2, aux1) if self.training and self.aux_logits else x

    def forward(self, x):
        return self.eager_outputs(*self._forward(self._transform_input(x)))


globals().update(builders(__name__, {"googlenet": GoogLeNet}, adapt_to_weights(("aux1", "aux2"), False)))
