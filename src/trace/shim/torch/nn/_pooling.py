"""Pooling; one-dimensional pooling works on planes of height 1."""
import math

from .. import _pointwise as pointwise
from .. import _shaping as shaping
from .._tensor import apply
from ._sizes import pair, row
from ._volumes import adaptive_max_pool2d_with_indices, max_pool2d_with_indices


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    if return_indices:
        return max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode)
    kernel = pair(kernel_size, "kernel_size")
    attributes = {
        "kernel_size": kernel, "stride": kernel if stride is None or stride == [] else pair(stride, "stride"),
        "padding": pair(padding, "padding"), "dilation": pair(dilation, "dilation"), "ceil_mode": bool(ceil_mode),
    }  # fmt: skip
    return unbatched_pool("max_pool2d", input, attributes)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):  # fmt: skip
    kernel = pair(kernel_size, "kernel_size")
    attributes = {
        "kernel_size": kernel, "stride": kernel if stride is None or stride == [] else pair(stride, "stride"),
        "padding": pair(padding, "padding"), "ceil_mode": bool(ceil_mode),
        "count_include_pad": bool(count_include_pad), "divisor_override": divisor_override,
    }  # fmt: skip
    return unbatched_pool("avg_pool2d", input, attributes)


def unbatched_pool(op, input, attributes):
    if input.ndim == 3:
        return shaping.squeeze(apply(op, [shaping.unsqueeze(input, 0)], attributes), 0)
    return apply(op, [input], attributes)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    area = math.prod(pair(kernel_size, "kernel_size"))
    means = avg_pool2d(pointwise.pow(input, norm_type), kernel_size, stride, 0, ceil_mode)
    return power_root(means, area, norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    means = avg_pool1d(pointwise.pow(input, norm_type), kernel_size, stride, 0, ceil_mode)
    return power_root(means, pair(kernel_size, "kernel_size", 1)[0], norm_type)


def power_root(means, count, norm_type):
    """The root of sums of powers, from their means."""
    return pointwise.pow(pointwise.mul(means, count), 1.0 / norm_type)


def adaptive(op):
    def call(input, output_size, return_indices=False):
        if return_indices:
            return adaptive_max_pool2d_with_indices(input, output_size)
        sizes = output_size if isinstance(output_size, (tuple, list)) else (output_size, output_size)
        sizes = [present if size is None else size for size, present in zip(sizes, input._shape[-2:])]
        return unbatched_pool(op, input, {"output_size": sizes})

    return call


adaptive_avg_pool2d = adaptive("adaptive_avg_pool2d")

adaptive_max_pool2d = adaptive("adaptive_max_pool2d")


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    plane = max_pool2d(
        shaping.unsqueeze(input, -2), row(kernel_size, 1), row(kernel_size if stride is None else stride, 1),
        row(padding, 0), row(dilation, 1), ceil_mode, return_indices,
    )  # fmt: skip
    return rows_of(plane)


def rows_of(planes):
    """Planes of height 1 as rows; values with positions alike."""
    return tuple(map(rows_of, planes)) if isinstance(planes, tuple) else shaping.squeeze(planes, -2)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    plane = avg_pool2d(
        shaping.unsqueeze(input, -2), row(kernel_size, 1), row(kernel_size if stride is None else stride, 1),
        row(padding, 0), ceil_mode, count_include_pad,
    )  # fmt: skip
    return shaping.squeeze(plane, -2)


def adaptive_avg_pool1d(input, output_size):
    return shaping.squeeze(adaptive_avg_pool2d(shaping.unsqueeze(input, -2), row(output_size, 1)), -2)


def adaptive_max_pool1d(input, output_size, return_indices=False):
    return rows_of(adaptive_max_pool2d(shaping.unsqueeze(input, -2), row(output_size, 1), return_indices))
