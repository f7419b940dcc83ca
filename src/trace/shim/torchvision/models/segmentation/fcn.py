"""Fully convolutional networks (Long et al., 2014) on dilated ResNets."""
from torch import nn

from ._utils import _SimpleSegmentationModel, resnet_backbone, segmentation_builder


class FCN(_SimpleSegmentationModel):
    pass


class FCNHead(nn.Sequential):
    def __init__(self, in_channels, channels):
        middle = in_channels // 4
        super().__init__(
            nn.Conv2d(in_channels, middle, 3, padding=1, bias=False), nn.BatchNorm2d(middle), nn.ReLU(),
            nn.Dropout(0.1), nn.Conv2d(middle, channels, 1),
        )  # fmt: skip


def _fcn_resnet(backbone, num_classes, aux):
    features, last, before = resnet_backbone(backbone, aux)
    auxiliary = FCNHead(before, num_classes) if aux else None
    return FCN(features, FCNHead(last, num_classes), auxiliary)


for _backbone in ("resnet50", "resnet101"):
    globals().update(segmentation_builder(__name__, f"fcn_{_backbone}", _backbone, _fcn_resnet))
