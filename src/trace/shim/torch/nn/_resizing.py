"""Resizing, and moving channels into the plane and back."""
import math

from .. import _shaping as shaping
from .._recorder import warn
from .._tensor import apply
from ._pooling import adaptive_avg_pool2d
from ._sizes import number_list, pair, row
from ._volumes import interpolate3d


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None,
                recompute_scale_factor=None, antialias=False):  # fmt: skip
    planes = input.ndim - 2
    if (size is None) == (scale_factor is None):
        both = "only one of size or scale_factor should be defined"
        raise ValueError("either size or scale_factor should be defined" if size is None else both)
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    if planes == 1:
        sizes = None if size is None else row(size, 1)
        factors = None if scale_factor is None else [1.0, *number_list(scale_factor, 1)]
        plane_mode = {"linear": "bilinear"}.get(mode, mode)
        plane = interpolate(shaping.unsqueeze(input, 2), sizes, factors, plane_mode, align_corners)
        return shaping.squeeze(plane, 2)
    if planes not in (2, 3):
        raise NotImplementedError(
            "Input Error: Only 3D, 4D and 5D input Tensors supported "
            f"(got {input.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact "
            f"(got {mode})"
        )
    sizes = output_sizes(input, size, scale_factor, planes)
    if planes == 3:
        return interpolate3d(input, sizes, mode, align_corners)
    if mode == "area":
        return adaptive_avg_pool2d(input, sizes)
    if mode not in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        raise NotImplementedError(f"Got 4D input, but {mode} mode needs {'3D' if mode == 'linear' else '5D'} input")
    attributes = {"size": sizes, "mode": mode, "align_corners": bool(align_corners), "antialias": bool(antialias)}
    return apply("interpolate", [input], attributes)


def output_sizes(input, size, scale_factor, planes):
    if size is not None:
        if isinstance(size, (tuple, list)) and len(size) != planes:
            raise ValueError(
                "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
                f"of {list(input._shape[2:])} and output size of {tuple(size)}. Please provide input tensor in "
                "(N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."
            )
        return pair(size, "size", planes)
    sizes = []
    for extent, factor in zip(input._shape[2:], number_list(scale_factor, planes)):
        exact = float(extent) * float(factor)
        sizes.append(math.floor(exact))
        if exact != sizes[-1]:
            warn(
                "scale-factor-rounding",
                f"Scaling {extent} by {factor} gives {exact:g}, which is cut to {sizes[-1]}: PyTorch then samples at "
                "1/scale_factor, CNN Lab at the ratio of the two sizes, so that results differ slightly.",
                "Pass size=… instead of scale_factor=… for equal results.",
            )
    return sizes


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    return interpolate(input, size, scale_factor, mode, align_corners)


def pixel_shuffle(input, upscale_factor):
    r = upscale_factor
    *batch, c, h, w = input._shape
    if c % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={c} is not divisible by {r * r}"
        )
    split = shaping.reshape(input, [-1, c // (r * r), r, r, h, w])
    return shaping.reshape(shaping.permute(split, 0, 1, 4, 2, 5, 3), [*batch, c // (r * r), h * r, w * r])


def pixel_unshuffle(input, downscale_factor):
    r = downscale_factor
    *batch, c, h, w = input._shape
    for name, dim, size in (("height", -2, h), ("width", -1, w)):
        if size % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {name} to be divisible by downscale_factor, "
                f"but input.size({dim})={size} is not divisible by {r}"
            )
    split = shaping.reshape(input, [-1, c, h // r, r, w // r, r])
    return shaping.reshape(shaping.permute(split, 0, 1, 3, 5, 2, 4), [*batch, c * r * r, h // r, w // r])


def channel_shuffle(input, groups):
    n, c, *plane = input._shape
    split = shaping.reshape(input, [n, groups, c // groups, *plane])
    return shaping.reshape(shaping.transpose(split, 1, 2), input._shape)


native_channel_shuffle = channel_shuffle


def upsample_nearest(input, size=None, scale_factor=None):
    return interpolate(input, size, scale_factor)


def upsample_bilinear(input, size=None, scale_factor=None):
    return interpolate(input, size, scale_factor, "bilinear", True)
