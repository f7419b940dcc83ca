"""torchvision.transforms: modules that call the functions of `functional`. Images are loaded by CNN Lab itself.

What draws random numbers passes images on in a pipeline of data, and says its name inside of a model.
"""
import torch
from torch import nn
from torch._recorder import UnsupportedOp, current

from . import functional
from .functional import InterpolationMode


class Compose(nn.Module):
    def __init__(self, transforms):
        super().__init__()
        self.transforms = transforms

    def __call__(self, *images):
        for transform in self.transforms:
            images = transform(*images)
            images = images if isinstance(images, tuple) else (images,)
        return images[0] if len(images) == 1 else images


def transform(name, arguments, apply):
    """A class whose arguments, with their defaults, become attributes; `apply(self, image)`."""

    def __init__(self, *args, **kwargs):
        nn.Module.__init__(self)
        values = {**arguments, **dict(zip(arguments, args)), **kwargs}
        unknown = set(kwargs) - set(arguments)
        if unknown or len(args) > len(arguments):
            raise TypeError(f"{name}.__init__() got an unexpected argument: {', '.join(unknown) or args[-1]}")
        for key, value in values.items():
            if value is REQUIRED:
                raise TypeError(f"{name}.__init__() missing 1 required positional argument: '{key}'")
            setattr(self, key, value)

    def __call__(self, image, *others):
        # Pictures of other kinds than tensors are the data pipeline's.
        result = nn.Module.__call__(self, image) if isinstance(image, torch.Tensor) else image
        return (result, *others) if others else result

    return type(name, (nn.Module,), {"__init__": __init__, "__call__": __call__, "forward": apply, "__module__": __name__})


REQUIRED = object()
SMOOTH = {"interpolation": InterpolationMode.BILINEAR, "max_size": None, "antialias": True}

Resize = transform(
    "Resize", {"size": REQUIRED, **SMOOTH},
    lambda self, img: functional.resize(img, self.size, self.interpolation, self.max_size, self.antialias),
)  # fmt: skip
CenterCrop = transform("CenterCrop", {"size": REQUIRED}, lambda self, img: functional.center_crop(img, self.size))
FiveCrop = transform("FiveCrop", {"size": REQUIRED}, lambda self, img: functional.five_crop(img, self.size))
Pad = transform(
    "Pad", {"padding": REQUIRED, "fill": 0, "padding_mode": "constant"},
    lambda self, img: functional.pad(img, self.padding, self.fill, self.padding_mode),
)  # fmt: skip
Normalize = transform(
    "Normalize", {"mean": REQUIRED, "std": REQUIRED, "inplace": False},
    lambda self, img: functional.normalize(img, self.mean, self.std, self.inplace),
)  # fmt: skip
Grayscale = transform(
    "Grayscale", {"num_output_channels": 1},
    lambda self, img: functional.rgb_to_grayscale(img, self.num_output_channels),
)  # fmt: skip
GaussianBlur = transform(
    "GaussianBlur", {"kernel_size": REQUIRED, "sigma": (0.1, 2.0)}, lambda self, img: blurred(self, img)
)
ConvertImageDtype = transform(
    "ConvertImageDtype", {"dtype": REQUIRED}, lambda self, img: functional.convert_image_dtype(img, self.dtype)
)
ToDtype = transform(
    "ToDtype", {"dtype": REQUIRED, "scale": False}, lambda self, img: functional.to_dtype(img, self.dtype, self.scale)
)
Lambda = transform("Lambda", {"lambd": REQUIRED}, lambda self, img: self.lambd(img))
for _name in ("ToTensor", "PILToTensor", "ToPILImage", "ToImage"):
    globals()[_name] = transform(_name, {"mode": None}, lambda self, img: functional.to_tensor(img))


def blurred(self, img):
    """A pair of deviations is the range of a random one."""
    if isinstance(self.sigma, (tuple, list)) and self.sigma[0] != self.sigma[-1]:
        return random_transform("GaussianBlur", img)
    return functional.gaussian_blur(img, self.kernel_size, self.sigma)


def random_transform(name, img):
    if current().call is not None:
        raise UnsupportedOp(
            f"torchvision.transforms.{name}", f"torchvision.transforms.{name} inside of a model is not supported by CNN Lab.",
            "Augment the data instead, or use functions of torchvision.transforms.functional.",
        )  # fmt: skip
    return img


def __getattr__(name):
    """Transforms that are not here are those that draw random numbers, and rare ones."""
    if not name[0].isupper():
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return any_transform(name)


def any_transform(name):
    def __init__(self, *args, **options):
        nn.Module.__init__(self)
        self.args, self.options = args, options

    def __call__(self, *images):
        random_transform(name, images[0])
        return images[0] if len(images) == 1 else images

    return type(name, (nn.Module,), {"__init__": __init__, "__call__": __call__, "__module__": __name__})


from . import v2  # noqa: E402, F401  (it takes from what stands above)
