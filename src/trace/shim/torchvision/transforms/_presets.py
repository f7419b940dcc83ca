"""How images are prepared for published weights."""
from torch import nn

from . import functional as F
from .functional import InterpolationMode

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# By the names in models/_weights.py: means and deviations other than ImageNet's.
NORMALISATIONS = {
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    "pixels": ((0.48235, 0.45882, 0.40784), (1 / 255, 1 / 255, 1 / 255)),
}


class _Preset(nn.Module):
    def forward(self, img):
        return F.normalize(F.convert_image_dtype(self.sized(F.pil_to_tensor(img))), self.mean, self.std)


class ImageClassification(_Preset):
    def __init__(self, *, crop_size, resize_size=256, mean=IMAGENET_MEAN, std=IMAGENET_STD,
                 interpolation=InterpolationMode.BILINEAR, antialias=True):  # fmt: skip
        super().__init__()
        self.crop_size, self.resize_size = [crop_size], [resize_size]
        self.mean, self.std = list(mean), list(std)
        self.interpolation, self.antialias = interpolation, antialias

    def sized(self, img):
        img = F.resize(img, self.resize_size, self.interpolation, antialias=self.antialias)
        return F.center_crop(img, self.crop_size)


class SemanticSegmentation(_Preset):
    def __init__(self, *, resize_size, mean=IMAGENET_MEAN, std=IMAGENET_STD,
                 interpolation=InterpolationMode.BILINEAR, antialias=True):  # fmt: skip
        super().__init__()
        self.resize_size = None if resize_size is None else [resize_size]
        self.mean, self.std = list(mean), list(std)
        self.interpolation, self.antialias = interpolation, antialias

    def sized(self, img):
        if self.resize_size is None:
            return img
        return F.resize(img, self.resize_size, self.interpolation, antialias=self.antialias)
