"""torchvision.transforms.functional on tensors."""
import enum

import torch
from torch._recorder import UnsupportedOp
from torch._shaping import sliced
from torch.nn import functional as F


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
    mode = PILLOW_MODES.get(interpolation) if isinstance(interpolation, int) else interpolation.value
    if mode not in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        raise UnsupportedOp(f"torchvision.transforms.functional.resize(interpolation={interpolation})")
    height, width = resized(list(img.shape[-2:]), size, max_size)
    if [height, width] == list(img.shape[-2:]):
        return img
    smooth = mode in ("bilinear", "bicubic")
    planes = img if img.ndim == 4 else img.reshape([-1, *([1] if img.ndim == 2 else []), *img.shape[-3:]])
    result = F.interpolate(
        planes, [height, width], mode=mode, align_corners=False if smooth else None,
        antialias=smooth and antialias in (True, "warn"),
    )  # fmt: skip
    return result if img.ndim == 4 else result.reshape([*img.shape[:-2], height, width])


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


def normalize(tensor, mean, std, inplace=False):
    shape = [-1, 1, 1]
    return (tensor - torch.tensor(mean).reshape(shape)) / torch.tensor(std).reshape(shape)


def convert_image_dtype(image, dtype=torch.float32):
    """Integers are scaled to 0…1."""
    if image.dtype is dtype:
        return image
    if not dtype.is_floating_point:
        raise UnsupportedOp(f"torchvision.transforms.functional.convert_image_dtype(dtype={dtype})")
    highest = {torch.uint8: 255, torch.int16: 32767, torch.int32: 2147483647}.get(image.dtype, 1)
    return image.to(dtype) / highest


def to_tensor(pic):
    return pic


pil_to_tensor = to_pil_image = to_tensor


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from torch._missing import Missing

    return Missing(f"torchvision.transforms.functional.{name}")
