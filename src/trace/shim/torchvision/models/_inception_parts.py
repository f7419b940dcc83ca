"""What GoogLeNet and Inception v3 share: their weights came from TensorFlow."""
import warnings

import torch
from torch import nn


def renormalised(x):
    """From ImageNet's mean and deviation to 0.5 and 0.5, channel by channel. x: N×3×H×W"""
    planes = []
    for channel, (mean, deviation) in enumerate(((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))):
        planes.append(torch.unsqueeze(x[:, channel], 1) * (deviation / 0.5) + (mean - 0.5) / 0.5)
    return torch.cat(planes, 1)


def wants_initialisation(init_weights, name):
    if init_weights is None:
        warnings.warn(f"The default weight initialization of {name} will be changed.", FutureWarning)
        return True
    return init_weights


def initialise(model, usual_deviation):
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.trunc_normal_(module.weight, mean=0.0, std=getattr(module, "stddev", usual_deviation), a=-2, b=2)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.constant_(module.weight, 1)
            nn.init.constant_(module.bias, 0)


class BasicConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, **kwargs):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, bias=False, **kwargs)
        self.bn = nn.BatchNorm2d(out_channels, eps=0.001)

    def forward(self, x):
        return nn.functional.relu(self.bn(self.conv(x)), inplace=True)


def adapt_to_weights(auxiliaries, usual_aux_logits):
    """Published weights have auxiliary heads, which are dropped again where they were not asked for."""

    def adapt(kwargs, weights):
        wanted = kwargs.get("aux_logits", usual_aux_logits)
        kwargs.setdefault("transform_input", True)
        kwargs["aux_logits"] = True
        kwargs["init_weights"] = False
        return None if wanted else without_auxiliaries

    def without_auxiliaries(model):
        model.aux_logits = False
        for name in auxiliaries:
            setattr(model, name, None)
        return model

    return adapt
