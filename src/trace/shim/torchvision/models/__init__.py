"""torchvision.models: builders of well-known networks, with torchvision's names, state and arithmetic.

Written for CNN Lab from the papers and from what published weights contain; no code of torchvision is in it.
"""
import importlib

from torch._missing import Missing

from ._api import get_model, get_model_builder, get_model_weights, get_weight, list_models  # noqa: F401

# What each family of models gives to this namespace beside its builders and their weights.
FAMILIES = {
    "alexnet": "AlexNet",
    "convnext": "ConvNeXt",
    "densenet": "DenseNet",
    "efficientnet": "EfficientNet",
    "googlenet": "GoogLeNet GoogLeNetOutputs _GoogLeNetOutputs",
    "inception": "Inception3 InceptionOutputs _InceptionOutputs",
    "mnasnet": "MNASNet",
    "mobilenetv2": "MobileNetV2",
    "mobilenetv3": "MobileNetV3",
    "regnet": "RegNet",
    "vgg": "VGG",
    "resnet": "ResNet",
    "shufflenetv2": "ShuffleNetV2",
    "squeezenet": "SqueezeNet",
    "vision_transformer": "VisionTransformer",
    "swin_transformer": "SwinTransformer",
    "maxvit": "MaxVit",
}


def _public(module, classes):
    """Builders, `…_Weights` and the classes named."""
    for name, value in vars(module).items():
        if name in classes or getattr(value, "__module__", None) == module.__name__ and (
            hasattr(value, "weights") or name.endswith("_Weights")
        ):
            yield name, value


for _family, _classes in FAMILIES.items():
    # Functions of this namespace may have a module's name (`alexnet`): they come last.
    globals().update(_public(importlib.import_module(f"{__name__}.{_family}"), _classes.split()))

from . import feature_extraction, segmentation  # noqa: E402, F401


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Missing(f"torchvision.models.{name}")
