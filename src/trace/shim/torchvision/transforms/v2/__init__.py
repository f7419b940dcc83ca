"""torchvision.transforms.v2: the same transforms under their newer name, on tensors."""
from .. import (  # noqa: F401
    CenterCrop, Compose, FiveCrop, GaussianBlur, Grayscale, InterpolationMode, Lambda, Normalize, Pad, PILToTensor, Resize,
    ToDtype, ToImage, ToPILImage, ToTensor, any_transform,
)  # fmt: skip
from . import functional  # noqa: F401


def __getattr__(name):
    if not name[0].isupper():
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return any_transform(name)
