"""DeepLabV3 (Chen et al., 2017): dilated convolutions side by side see several scales."""
import torch
from torch import nn
from torch.nn import functional as F

from ._utils import _SimpleSegmentationModel, mobilenet_backbone, resnet_backbone, segmentation_builder
from .fcn import FCNHead


class DeepLabV3(_SimpleSegmentationModel):
    pass


class DeepLabHead(nn.Sequential):
    def __init__(self, in_channels, num_classes):
        super().__init__(
            ASPP(in_channels, [12, 24, 36]),
            nn.Conv2d(256, 256, 3, padding=1, bias=False), nn.BatchNorm2d(256), nn.ReLU(),
            nn.Conv2d(256, num_classes, 1),
        )  # fmt: skip


class ASPPConv(nn.Sequential):
    def __init__(self, in_channels, out_channels, dilation):
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(out_channels), nn.ReLU(),
        )  # fmt: skip


class ASPPPooling(nn.Sequential):
    """The mean of the whole image, at every pixel."""

    def __init__(self, in_channels, out_channels):
        super().__init__(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )  # fmt: skip

    def forward(self, x):
        size = x.shape[-2:]
        return F.interpolate(super().forward(x), size=size, mode="bilinear", align_corners=False)


class ASPP(nn.Module):
    def __init__(self, in_channels, atrous_rates, out_channels=256):
        super().__init__()
        near = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels), nn.ReLU()
        )
        wide = [ASPPConv(in_channels, out_channels, rate) for rate in atrous_rates]
        self.convs = nn.ModuleList([near, *wide, ASPPPooling(in_channels, out_channels)])
        self.project = nn.Sequential(
            nn.Conv2d(len(self.convs) * out_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels),
            nn.ReLU(), nn.Dropout(0.5),
        )  # fmt: skip

    def forward(self, x):
        return self.project(torch.cat([convolution(x) for convolution in self.convs], dim=1))


def _on(backbone_of):
    def make(backbone, num_classes, aux):
        features, last, before = backbone_of(backbone, aux)
        auxiliary = FCNHead(before, num_classes) if aux else None
        return DeepLabV3(features, DeepLabHead(last, num_classes), auxiliary)

    return make


for _backbone, _of in {
    "resnet50": resnet_backbone,
    "resnet101": resnet_backbone,
    "mobilenet_v3_large": mobilenet_backbone,
}.items():
    globals().update(segmentation_builder(__name__, f"deeplabv3_{_backbone}", _backbone, _on(_of)))
