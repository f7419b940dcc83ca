"""What segmentation models share."""
from collections import OrderedDict

from torch import nn
from torch.nn import functional as F

from .._api import overwrite, register, requested_weights, weights_enum, weights_not_loaded
from .._utils import IntermediateLayerGetter
from ..mobilenetv3 import MobileNet_V3_Large_Weights, mobilenet_v3_large
from ..resnet import ResNet50_Weights, ResNet101_Weights, resnet50, resnet101

BACKBONES = {
    "resnet50": (resnet50, ResNet50_Weights),
    "resnet101": (resnet101, ResNet101_Weights),
    "mobilenet_v3_large": (mobilenet_v3_large, MobileNet_V3_Large_Weights),
}


class _SimpleSegmentationModel(nn.Module):
    """{"out": logits of the input's size}, and "aux" where there is a second head."""

    def __init__(self, backbone, classifier, aux_classifier=None):
        super().__init__()
        self.backbone = backbone
        self.classifier = classifier
        self.aux_classifier = aux_classifier

    def forward(self, x):
        features = self.backbone(x)
        result = OrderedDict(out=self._scaled(self.classifier(features["out"]), x))
        if self.aux_classifier is not None:
            result["aux"] = self._scaled(self.aux_classifier(features["aux"]), x)
        return result

    def _scaled(self, logits, x):
        return F.interpolate(logits, size=x.shape[-2:], mode="bilinear", align_corners=False)


def resnet_backbone(resnet, with_aux):
    layers = {"layer4": "out", "layer3": "aux"} if with_aux else {"layer4": "out"}
    return IntermediateLayerGetter(resnet, return_layers=layers), 2048, 1024


def strided_stages(mobilenet):
    """Features of a MobileNetV3, with the places of its stem, its strided blocks and its last layer."""
    features = mobilenet.features
    inner = [index for index, block in enumerate(features) if getattr(block, "_is_cn", False)]
    return features, [0, *inner, len(features) - 1]


def mobilenet_backbone(mobilenet, with_aux):
    features, stages = strided_stages(mobilenet)
    last, aux = stages[-1], stages[-4]
    layers = {str(last): "out", str(aux): "aux"} if with_aux else {str(last): "out"}
    getter = IntermediateLayerGetter(features, return_layers=layers)
    return getter, features[last].out_channels, features[aux].out_channels


def segmentation_builder(module, name, backbone_name, make, with_aux=True):
    """`make(backbone, num_classes, aux)`. Without weights of its own, a model asks for its backbone's."""
    enumeration = weights_enum(name, module)
    make_backbone, backbone_enumeration = BACKBONES[backbone_name]

    def build(*args, weights=None, progress=True, num_classes=None, aux_loss=None,
              weights_backbone=backbone_enumeration.IMAGENET1K_V1, **kwargs):  # fmt: skip
        weights = requested_weights(enumeration, args[0] if args else weights, kwargs)
        if "pretrained_backbone" in kwargs:
            weights_backbone = kwargs.pop("pretrained_backbone")
        backbone_weights = requested_weights(backbone_enumeration, weights_backbone, {})
        if weights is not None:
            given = {} if num_classes is None else {"num_classes": num_classes}
            overwrite(given, "num_classes", len(weights.meta["categories"]))
            num_classes = given["num_classes"]
            aux_loss = True if with_aux and aux_loss is None else aux_loss
        backbone = make_backbone(**_dilated(backbone_name, with_aux))
        model = make(backbone, 21 if num_classes is None else num_classes, aux_loss)
        if weights is not None or backbone_weights is not None:
            weights_not_loaded(weights or backbone_weights)
        return model

    return {name: register(build, module, name, enumeration), enumeration.__name__: enumeration}


def _dilated(backbone_name, with_aux):
    """Strides of the last stages become dilations, so that features stay large."""
    if backbone_name.startswith("resnet"):
        return {"replace_stride_with_dilation": [False, True, True]}
    return {"dilated": True}
