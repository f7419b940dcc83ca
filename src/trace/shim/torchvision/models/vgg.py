"""VGG (Simonyan & Zisserman, 2014), with and without batch norm."""
from functools import partial

import torch
from torch import nn

from ._api import builders


class VGG(nn.Module):
    def __init__(self, features, num_classes=1000, init_weights=True, dropout=0.5):
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(p=dropout),
            nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes),
        )  # fmt: skip
        if init_weights:
            self.apply(initialise)

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


def initialise(module):
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.constant_(module.weight, 1)
    elif isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, 0, 0.01)
    else:
        return
    if module.bias is not None:
        nn.init.constant_(module.bias, 0)


def make_layers(cfg, batch_norm=False):
    """`cfg`: output channels of each 3×3 convolution, and "M" where 2×2 max pooling stands."""
    layers = []
    channels = 3
    for entry in cfg:
        if entry == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(nn.Conv2d(channels, entry, kernel_size=3, padding=1))
        if batch_norm:
            layers.append(nn.BatchNorm2d(entry))
        layers.append(nn.ReLU(inplace=True))
        channels = entry
    return nn.Sequential(*layers)


def configuration(*repeats):
    """How many convolutions each of the five stages has."""
    return [entry for width, times in zip((64, 128, 256, 512, 512), repeats) for entry in [width] * times + ["M"]]


# By the paper's letters.
cfgs = {
    "A": configuration(1, 1, 2, 2, 2),
    "B": configuration(2, 2, 2, 2, 2),
    "D": configuration(2, 2, 3, 3, 3),
    "E": configuration(2, 2, 4, 4, 4),
}


def _vgg(cfg, batch_norm, **kwargs):
    return VGG(make_layers(cfgs[cfg], batch_norm=batch_norm), **kwargs)


def _keep_default_initialisation(kwargs, weights):
    kwargs["init_weights"] = False


globals().update(
    builders(
        __name__,
        {
            f"vgg{depth}{'_bn' if batch_norm else ''}": partial(_vgg, cfg, batch_norm)
            for cfg, depth in (("A", 11), ("B", 13), ("D", 16), ("E", 19))
            for batch_norm in (False, True)
        },
        _keep_default_initialisation,
    )
)
