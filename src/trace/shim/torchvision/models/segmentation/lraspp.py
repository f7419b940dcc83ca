"""LR-ASPP (Howard et al., 2019): MobileNetV3's small segmentation head."""
from collections import OrderedDict

from torch import nn
from torch.nn import functional as F

from .._utils import IntermediateLayerGetter
from ._utils import segmentation_builder, strided_stages


class LRASPP(nn.Module):
    def __init__(self, backbone, low_channels, high_channels, num_classes, inter_channels=128):
        super().__init__()
        self.backbone = backbone
        self.classifier = LRASPPHead(low_channels, high_channels, num_classes, inter_channels)

    def forward(self, input):
        logits = self.classifier(self.backbone(input))
        return OrderedDict(out=F.interpolate(logits, size=input.shape[-2:], mode="bilinear", align_corners=False))


class LRASPPHead(nn.Module):
    def __init__(self, low_channels, high_channels, num_classes, inter_channels):
        super().__init__()
        self.cbr = nn.Sequential(
            nn.Conv2d(high_channels, inter_channels, 1, bias=False), nn.BatchNorm2d(inter_channels),
            nn.ReLU(inplace=True),
        )  # fmt: skip
        self.scale = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(high_channels, inter_channels, 1, bias=False), nn.Sigmoid()
        )
        self.low_classifier = nn.Conv2d(low_channels, num_classes, 1)
        self.high_classifier = nn.Conv2d(inter_channels, num_classes, 1)

    def forward(self, input):
        low, high = input["low"], input["high"]
        x = self.cbr(high)
        x = F.interpolate(x * self.scale(high), size=low.shape[-2:], mode="bilinear", align_corners=False)
        return self.low_classifier(low) + self.high_classifier(x)


def _lraspp_mobilenetv3(backbone, num_classes, aux=None):
    features, stages = strided_stages(backbone)
    low, high = stages[-4], stages[-1]
    getter = IntermediateLayerGetter(features, return_layers={str(low): "low", str(high): "high"})
    return LRASPP(getter, features[low].out_channels, features[high].out_channels, num_classes)


globals().update(
    segmentation_builder(
        __name__, "lraspp_mobilenet_v3_large", "mobilenet_v3_large", _lraspp_mobilenetv3, with_aux=False
    )
)
