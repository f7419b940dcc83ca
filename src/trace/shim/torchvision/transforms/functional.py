"""torchvision.transforms.functional on tensors."""
import enum
import math

import torch
from torch._recorder import UnsupportedOp
from torch._shaping import sliced
from torch.nn import functional as F

from ._colour import (  # noqa: F401
    adjust_brightness, adjust_contrast, adjust_gamma, adjust_saturation, convert_image_dtype, invert, rgb_to_grayscale,
    solarize,
)  # fmt: skip


class InterpolationMode(enum.Enum):
    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


# Pillow's numbers, which old code passes.
PILLOW_MODES = {0: "nearest", 2: "bilinear", 3: "bicubic"}


def resize(img, size, interpolation=InterpolationMode.BILINEAR, max_size=None, antialias=True):
    """Antialiased by default, as torchvision does since 0.17 (before, tensors were not)."""
    mode = mode_of(interpolation)
    if mode not in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        raise UnsupportedOp(f"torchvision.transforms.functional.resize(interpolation={interpolation})")
    height, width = resized(list(img.shape[-2:]), size, max_size)
    if [height, width] == list(img.shape[-2:]):
        return img
    smooth = mode in ("bilinear", "bicubic")

    def scale(planes):
        planes = F.interpolate(
            planes, [height, width], mode=mode, align_corners=False if smooth else None,
            antialias=smooth and antialias in (True, "warn"),
        )  # fmt: skip
        # Cubics overshoot; integers would wrap round.
        return planes.clamp(0, 255) if mode == "bicubic" and img.dtype is torch.uint8 else planes

    return on_planes(scale, img)


def mode_of(interpolation):
    return PILLOW_MODES.get(interpolation) if isinstance(interpolation, int) else interpolation.value


def on_planes(function, img):
    """`function` on N×C×H×W of floating point: images of other ranks and types are brought there and back."""
    planes = img if img.ndim == 4 else img.reshape([-1, *([1] if img.ndim == 2 else []), *img.shape[-3:]])
    if img.dtype.is_floating_point:
        result = function(planes)
    else:
        result = torch.round(function(planes.to(torch.float32))).to(img.dtype)
    return result if img.ndim == 4 else result.reshape([*img.shape[:-2], *result.shape[-2:]])


def resized(shape, size, max_size):
    """One number is the shorter side's."""
    if not isinstance(size, int):
        if len(size) == 2:
            return [int(s) for s in size]
        size = size[0]
    height, width = shape
    short, long = (width, height) if width <= height else (height, width)
    new_short, new_long = size, int(size * long / short)
    if max_size is not None and new_long > max_size:
        new_short, new_long = int(max_size * new_short / new_long), max_size
    return [new_long, new_short] if width <= height else [new_short, new_long]


def crop(img, top, left, height, width):
    rank = img.ndim
    rows, columns = img.shape[-2:]
    pads = [max(-left, 0), max(left + width - columns, 0), max(-top, 0), max(top + height - rows, 0)]
    if any(pads):
        img, left, top = F.pad(img, pads), max(left, 0), max(top, 0)
    return sliced(sliced(img, rank - 2, top, top + height), rank - 1, left, left + width)


def center_crop(img, output_size):
    height, width = (output_size, output_size) if isinstance(output_size, int) else (output_size * 2)[:2]
    rows, columns = img.shape[-2:]
    if width > columns or height > rows:
        across, down = max(width - columns, 0), max(height - rows, 0)
        img = F.pad(img, [across // 2, (across + 1) // 2, down // 2, (down + 1) // 2])
        rows, columns = img.shape[-2:]
    return crop(img, int(round((rows - height) / 2.0)), int(round((columns - width) / 2.0)), height, width)


def pad(img, padding, fill=0, padding_mode="constant"):
    sides = [padding] if isinstance(padding, int) else list(padding)
    left, top, right, bottom = {1: sides * 4, 2: sides * 2, 4: sides}[len(sides)]
    modes = {"constant": "constant", "edge": "replicate", "reflect": "reflect"}
    return F.pad(img, [left, right, top, bottom], modes[padding_mode], fill)


def hflip(img):
    return torch.flip(img, [-1])


def vflip(img):
    return torch.flip(img, [-2])


def resized_crop(img, top, left, height, width, size, interpolation=InterpolationMode.BILINEAR, antialias=True):
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def five_crop(img, size):
    """The four corners, then the centre."""
    height, width = (size, size) if isinstance(size, int) else (tuple(size) * 2)[:2]
    rows, columns = img.shape[-2:]
    if width > columns or height > rows:
        raise ValueError(f"Requested crop size {(height, width)} is bigger than input size {(rows, columns)}")
    corners = [crop(img, top, left, height, width) for top in (0, rows - height) for left in (0, columns - width)]
    return (*corners, center_crop(img, [height, width]))


def rotate(img, angle, interpolation=InterpolationMode.NEAREST, expand=False, center=None, fill=None):
    """By right angles, which need no interpolation; counter-clockwise."""
    turns, rest = divmod(angle, 90)
    # Sizes of quarter turns of other images differ between releases of torchvision.
    keeps_size = turns % 2 == 0 or img.shape[-1] == img.shape[-2]
    if rest or center is not None or not keeps_size:
        raise UnsupportedOp(
            "torchvision.transforms.functional.rotate",
            f"Rotating {'×'.join(map(str, img.shape[-2:]))} pixels by {angle}° is not supported by CNN Lab yet.",
            "Multiples of 180° are, and of 90° for square images.",
        )
    return torch.rot90(img, int(turns) % 4, [-2, -1])


def gaussian_blur(img, kernel_size, sigma=None):
    sizes = [kernel_size] * 2 if isinstance(kernel_size, int) else (list(kernel_size) * 2)[:2]  # across, down
    if any(size % 2 == 0 or size < 0 for size in sizes):
        raise ValueError(f"kernel_size should have odd and positive integers. Got {kernel_size}")
    if sigma is None:
        sigma = [size * 0.15 + 0.35 for size in sizes]
    sigmas = [float(sigma)] * 2 if isinstance(sigma, (int, float)) else (list(map(float, sigma)) * 2)[:2]
    across, down = (bell(*pair) for pair in zip(sizes, sigmas))
    kernel = torch.tensor([[x * y for x in across] for y in down])

    def blur(planes):
        channels = planes.shape[1]
        around = [sizes[0] // 2] * 2 + [sizes[1] // 2] * 2
        return F.conv2d(F.pad(planes, around, "reflect"), kernel.expand(channels, 1, *kernel.shape), groups=channels)

    return on_planes(blur, img)


def bell(size, sigma):
    """A normal density at whole steps round the middle, of sum one."""
    values = [math.exp(-0.5 * ((i - (size - 1) / 2) / sigma) ** 2) for i in range(size)]
    return [value / sum(values) for value in values]


def normalize(tensor, mean, std, inplace=False):
    shape = [-1, 1, 1]
    return (tensor - torch.tensor(mean).reshape(shape)) / torch.tensor(std).reshape(shape)


def to_tensor(pic):
    return pic


def get_dimensions(img):
    """[channels, height, width]"""
    return [1 if img.ndim == 2 else img.shape[-3], img.shape[-2], img.shape[-1]]


def get_image_size(img):
    """[width, height]"""
    return [img.shape[-1], img.shape[-2]]


def get_image_num_channels(img):
    return get_dimensions(img)[0]


get_size = get_spatial_size = lambda img: list(img.shape[-2:])
get_num_channels = get_image_num_channels
horizontal_flip, vertical_flip = hflip, vflip


def to_dtype(inpt, dtype=torch.float32, scale=False):
    return convert_image_dtype(inpt, dtype) if scale else inpt.to(dtype)


def to_image(inpt):
    return inpt


pil_to_tensor = to_pil_image = to_tensor


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from torch._missing import Missing

    return Missing(f"torchvision.transforms.functional.{name}")
