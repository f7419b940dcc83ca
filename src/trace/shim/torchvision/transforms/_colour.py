"""Colours of tensors …×3×H×W: floating point from 0 to 1, integers to their largest number."""
import torch
from torch._recorder import UnsupportedOp

LARGEST = {torch.uint8: 255, torch.int8: 127, torch.int16: 32767, torch.int32: 2147483647, torch.int64: 2**63 - 1}


def largest(img):
    return LARGEST.get(img.dtype, 1.0)


def convert_image_dtype(image, dtype=torch.float32):
    """Integers are scaled to 0…1."""
    if image.dtype is dtype:
        return image
    if not dtype.is_floating_point:
        raise UnsupportedOp(f"torchvision.transforms.functional.convert_image_dtype(dtype={dtype})")
    return image.to(dtype) / largest(image)


def rgb_to_grayscale(img, num_output_channels=1):
    if num_output_channels not in (1, 3):
        raise ValueError("num_output_channels should be either 1 or 3")
    red, green, blue = img.unbind(dim=-3)
    grey = (0.2989 * red + 0.587 * green + 0.114 * blue).to(img.dtype).unsqueeze(dim=-3)
    return grey if num_output_channels == 1 else grey.expand(img.shape)


def blend(img, other, ratio):
    mixed = ratio * img if other is None else ratio * img + (1.0 - ratio) * other
    return mixed.clamp(0, largest(img)).to(img.dtype)


def not_negative(factor, name):
    if factor < 0:
        raise ValueError(f"{name} ({factor}) is not non-negative.")


def adjust_brightness(img, brightness_factor):
    not_negative(brightness_factor, "brightness_factor")
    return blend(img, None, brightness_factor)


def adjust_contrast(img, contrast_factor):
    not_negative(contrast_factor, "contrast_factor")
    grey = rgb_to_grayscale(img) if img.shape[-3] == 3 else img
    mean = torch.mean(grey.to(torch.float32), dim=(-3, -2, -1), keepdim=True)
    return blend(img, mean, contrast_factor)


def adjust_saturation(img, saturation_factor):
    not_negative(saturation_factor, "saturation_factor")
    return img if img.shape[-3] == 1 else blend(img, rgb_to_grayscale(img), saturation_factor)


def adjust_gamma(img, gamma, gain=1):
    if gamma < 0:
        raise ValueError("Gamma should be a non-negative real number")
    if not img.dtype.is_floating_point:
        raise UnsupportedOp("torchvision.transforms.functional.adjust_gamma of integers")
    return (gain * img**gamma).clamp(0, 1)


def invert(img):
    return largest(img) - img


def solarize(img, threshold):
    return torch.where(img >= threshold, invert(img), img)
