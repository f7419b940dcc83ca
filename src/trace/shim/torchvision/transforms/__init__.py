"""torchvision.transforms: pipelines may be built; images are loaded by CNN Lab."""
from . import functional
from .functional import InterpolationMode  # noqa: F401


class Transform:
    def __init__(self, *args, **options):
        self.args, self.options = args, options

    def __call__(self, image):
        return image


class Compose(Transform):
    def __init__(self, transforms):
        self.transforms = transforms

    def __call__(self, image):
        for transform in self.transforms:
            image = transform(image)
        return image


class Resize(Transform):
    def __init__(self, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
        self.size, self.interpolation, self.max_size, self.antialias = size, interpolation, max_size, antialias

    def __call__(self, image):
        return functional.resize(image, self.size, self.interpolation, self.max_size, self.antialias)

    forward = __call__


class CenterCrop(Transform):
    def __init__(self, size):
        self.size = size

    def __call__(self, image):
        return functional.center_crop(image, self.size)

    forward = __call__


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Transform
